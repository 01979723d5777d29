//! Approval from another device.

use env_settings::Reader;

/// `CROSS_DEVICE`: whether a link that is opened in another browser may approve the sign-in.
pub(super) fn approves(read: &mut Reader<'_>) -> bool {
    read.choice("CROSS_DEVICE", [("approve", true), ("deny", false)], "must be approve or deny")
}
