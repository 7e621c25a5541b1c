//! TLS: whose certificates are trusted.

use std::path::Path;
use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};
use rustls_native_certs::{load_certs_from_paths, load_native_certs};

use crate::environment::Environment;

/// The system's certificates, or those that the environment names instead: `SSL_CERT_FILE`, `SSL_CERT_DIR`.
///
/// # Errors
/// A sentence about certificates that cannot be read, or that there are none.
pub(super) fn config(environment: &Environment) -> Result<ClientConfig, String> {
    let file = environment.get("SSL_CERT_FILE").map(Path::new);
    let directory = environment.get("SSL_CERT_DIR").map(Path::new);
    let found = match (file, directory) {
        (None, None) => load_native_certs(),
        named => load_certs_from_paths(named.0, named.1),
    };
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        let place = match file.or(directory) {
            Some(path) => format!("no certificate can be read from {}", path.display()),
            None => "the system has no certificates of authorities".to_owned(),
        };
        let errors = found.errors.first().map(ToString::to_string);
        return Err(match errors {
            Some(error) => format!("{place}: {error}"),
            None => place,
        });
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}
