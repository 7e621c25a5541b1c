//! Swap that is swap from its first byte: the header that `mkswap` writes, in an EBS snapshot made without any
//! machine.
//!
//! The header is version 1 of the Linux swap signature (`include/linux/swap.h`, `union swap_header`). Only the
//! first page of the volume carries it, so one block of an EBS direct snapshot is enough, and one snapshot serves
//! all swap volumes of a size.

use aws_sdk_ebs::primitives::ByteStream;
use aws_sdk_ebs::types::ChecksumAlgorithm;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use infra_model::Size;
use infra_sdk::Failure;
use infra_sdk::fields::Fields;
use sha2::{Digest, Sha256};

use crate::client::Cloud;

/// The page size of x86-64 and of usual arm64 kernels, in bytes.
const PAGE: usize = 4096;
/// "PutSnapshotBlock": the one length a block may have, in bytes.
const BLOCK: usize = 524_288;
/// The header's field `volume_name`, less its closing zero.
pub const LABEL_BYTES_MAX: usize = 15;
/// The label of a swap area whose program sets none.
pub const LABEL: &str = "swap";

/// The first page of a swap area of `size`.
pub fn header(size: Size, label: &str, uuid: [u8; 16]) -> Vec<u8> {
    let pages = size.0 / PAGE as u64;
    let last_page = u32::try_from(pages.saturating_sub(1)).unwrap_or(u32::MAX);
    let name = &label.as_bytes()[..label.len().min(LABEL_BYTES_MAX)];
    let mut page = vec![0; PAGE];
    page[1024..1028].copy_from_slice(&1u32.to_le_bytes());
    page[1028..1032].copy_from_slice(&last_page.to_le_bytes());
    // 1032..1036 is the number of bad pages: none.
    page[1036..1052].copy_from_slice(&uuid);
    page[1052..1052 + name.len()].copy_from_slice(name);
    page[PAGE - 10..].copy_from_slice(b"SWAPSPACE2");
    page
}

/// The uuid of a program's swap area: always the same for the same program, size and label (a version 8 uuid of
/// RFC 9562, from SHA-256).
pub fn uuid(program: &str, size: Size, label: &str) -> [u8; 16] {
    let digest = Sha256::digest(format!("infra swap\n{program}\n{size}\n{label}"));
    let mut uuid = [0; 16];
    uuid.copy_from_slice(&digest[..16]);
    uuid[6] = uuid[6] & 0x0f | 0x80;
    uuid[8] = uuid[8] & 0x3f | 0x80;
    uuid
}

/// The label that the fields of a volume or snapshot ask for.
pub(crate) fn label(fields: Fields<'_>) -> String {
    fields.text("label").unwrap_or_else(|| LABEL.to_owned())
}

/// Writes the header into a started snapshot and completes it.
///
/// Both calls may be given again until the snapshot is complete; afterwards AWS refuses them.
///
/// Actions: `PutSnapshotBlock`, `CompleteSnapshot` (EBS direct APIs).
pub(crate) async fn fill(
    cloud: &Cloud,
    snapshot: &str,
    size: Size,
    label: &str,
) -> Result<(), Failure> {
    let mut block = header(size, label, uuid(&cloud.program, size, label));
    block.resize(BLOCK, 0);
    let checksum = BASE64.encode(Sha256::digest(&block));
    cloud
        .change("PutSnapshotBlock", || {
            cloud
                .ebs
                .put_snapshot_block()
                .snapshot_id(snapshot)
                .block_index(0)
                .data_length(BLOCK as i32)
                .checksum(&checksum)
                .checksum_algorithm(ChecksumAlgorithm::ChecksumAlgorithmSha256)
                .block_data(ByteStream::from(block.clone()))
                .send()
        })
        .await?;
    cloud
        .change("CompleteSnapshot", || {
            let call = cloud.ebs.complete_snapshot().snapshot_id(snapshot);
            call.changed_blocks_count(1).send()
        })
        .await?;
    Ok(())
}
