//! The form for the two digits, for the app's own link.

use super::ApprovePage;
use crate::sign_in::MailLink;

impl ApprovePage {
    pub(crate) fn for_mail_link(token: &str, link: &MailLink) -> Self {
        let mut page = Self::for_workos_link(&link.id, &link.requested);
        page.flow = None;
        page.action = format!("/login/open/{token}");
        page.cancel_url = Some(format!("/login/cancel/{token}"));
        page
    }
}
