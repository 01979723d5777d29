//! `WORKOS_CLIENT_ID`: whether it is of the same environment as the key.

use super::Verdict::{self, Fails, Passes, Unknown};
use super::api::Api;

/// No code looks like this.
const NO_CODE: &str = "doctor";

/// Exchanges a code that can't be: key and client id are refused by another name than the code is.
pub(super) async fn check(api: &Api) -> Verdict {
    match api.client.exchange_code(NO_CODE, None).await {
        Err(error) if error.is_expired_code() => Passes("it belongs to the key".to_owned()),
        Err(error) if error.is_key_refused() => Fails(
            "WorkOS refuses it together with the key: copy both from the same environment in the \
             dashboard, API Keys"
                .to_owned(),
        ),
        Err(error) => Unknown(error.to_string()),
        Ok(_) => Unknown("WorkOS took a code that can't be".to_owned()),
    }
}
