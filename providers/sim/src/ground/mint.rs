//! New ids: decided by the seed, the region, the number of the transaction and a counter inside it.

use sha2::{Digest, Sha256};

/// Gives ids within one transaction.
#[derive(Clone, Debug)]
pub struct Mint {
    seed: u64,
    region: String,
    tx: u64,
    next: u32,
}

impl Mint {
    /// The mint of transaction `tx`.
    pub fn new(seed: u64, region: &str, tx: u64) -> Self {
        Self {
            seed,
            region: region.to_owned(),
            tx,
            next: 0,
        }
    }

    /// An id such as `vpc-0a1b2c3d4e5f60718`.
    pub fn id(&mut self, prefix: &str) -> String {
        format!("{prefix}-0{}", &hex::encode(self.bytes())[..16])
    }

    /// 32 bytes that nothing else of this cloud has.
    pub fn bytes(&mut self) -> [u8; 32] {
        self.next += 1;
        Sha256::digest(format!(
            "{}/{}/{}/{}",
            self.seed, self.region, self.tx, self.next
        ))
        .into()
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: u32) -> u32 {
        let bytes = self.bytes();
        u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) % bound
    }
}
