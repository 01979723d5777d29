//! A sign-in by any method.

use test_support::{Answer, TestApp, Visitor};

use crate::code_request::has_field;

pub const EMAIL: &str = "ana@acme.test";

/// Starts an app for each method, with the method's name in the API.
pub async fn apps(settings: &[(&str, &str)]) -> Vec<(&'static str, TestApp)> {
    let by_code = [&[("SIGN_IN_WITH", "code")][..], settings].concat();
    vec![
        ("link", TestApp::with(settings).await),
        // for own-mail
        ("link", TestApp::with_own_mail(settings).await),
        ("code", TestApp::with(&by_code).await),
        // for sso
        ("sso", TestApp::with_sso(settings).await),
    ]
}

/// Completes a sign-in that this visitor has requested. `waiting` is where its form led.
pub async fn complete(app: &TestApp, visitor: &Visitor, waiting: &str) -> Answer {
    complete_as(app, visitor, waiting, EMAIL).await
}

/// Completes a sign-in that this visitor has requested for this address.
pub async fn complete_as(app: &TestApp, visitor: &Visitor, waiting: &str, email: &str) -> Answer {
    // for sso
    if waiting.starts_with("/login/sso") {
        let (authorize, _) = crate::sso::leave(app, visitor, waiting).await;
        return visitor.get(&app.workos.follow(&authorize).await).await;
    }
    let flow = waiting.strip_prefix("/login/sent?flow=").expect("the inbox page");
    if has_field(&visitor.get(waiting).await) {
        let code = app.workos.newest_code(email).await;
        return visitor.post("/login/code", &[("flow", flow), ("code", &code)]).await;
    }
    let link = app.workos.newest_link(email).await;
    // for own-mail
    if link.starts_with(&app.origin) {
        let leaving = crate::open::confirm(visitor, &link).await;
        return crate::open::follow_redirects(app, visitor, &leaving).await;
    }
    visitor.get(&app.workos.follow(&link).await).await
}

/// Signs in, with these fields of the login form in addition to the address.
pub async fn sign_in(app: &TestApp, fields: &[(&str, &str)]) -> Visitor {
    let visitor = app.visitor();
    let form = [&[("email", EMAIL)][..], fields].concat();
    let waiting = visitor.post("/login", &form).await.location().to_owned();
    assert_eq!(complete(app, &visitor, &waiting).await.location(), "/account");
    visitor
}
