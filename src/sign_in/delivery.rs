//! Who mails the link.

use serde::{Deserialize, Serialize};

/// Who mails the link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LinkDelivery {
    /// WorkOS, its own, which works once for whoever opens it first.
    WorkOs,
    /// We, ours, which nobody but its person can use up.
    Smtp,
}
