//! The setting for approving a sign-in from another device.

use env_settings::Reader;

/// Reads `CROSS_DEVICE`: whether a link opened in another browser may approve the sign-in.
pub(super) fn approves(read: &mut Reader<'_>) -> bool {
    read.choice("CROSS_DEVICE", [("approve", true), ("deny", false)], "must be approve or deny")
}
