//! A certificate authority of its own, for clients that reach the clouds through a proxy: it lives as long as the
//! process, and its key is written nowhere.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// Signs a certificate for every host that a client asks for.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: String,
    by_host: Mutex<BTreeMap<String, Arc<ServerConfig>>>,
}

fn other(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::other(error)
}

impl Authority {
    /// A new authority.
    ///
    /// # Errors
    /// When there is no randomness to make a key of.
    pub fn new() -> io::Result<Authority> {
        let mut params = CertificateParams::default();
        params
            .distinguished_name
            .push(DnType::CommonName, "infra simulated clouds");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().map_err(other)?;
        let certificate = params.self_signed(&key).map_err(other)?.pem();
        Ok(Authority {
            issuer: Issuer::new(params, key),
            certificate,
            by_host: Mutex::default(),
        })
    }

    /// Its certificate in PEM, for clients to trust.
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// What a server needs to be `host`.
    ///
    /// # Errors
    /// When the host cannot be in a certificate.
    pub fn server(&self, host: &str) -> io::Result<Arc<ServerConfig>> {
        let mut known = self.by_host.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = known.get(host) {
            return Ok(Arc::clone(config));
        }
        let mut params = CertificateParams::new(vec![host.to_owned()]).map_err(other)?;
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let key = KeyPair::generate().map_err(other)?;
        let certificate = params.signed_by(&key, &self.issuer).map_err(other)?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(other)?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .map_err(other)?;
        let config = Arc::new(config);
        known.insert(host.to_owned(), Arc::clone(&config));
        Ok(config)
    }
}
