//! A form that was submitted by a user who must first confirm that it's them. Its fields are kept
//! until then, encrypted in the store, because a cookie is too small.
//!
//! The app doesn't submit the form itself. Once the user has confirmed, a page shows a button that
//! does.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage};
use serde::{Deserialize, Serialize};
use url::form_urlencoded;

use super::CurrentUser;
use crate::clock::seconds;
use crate::error::Failure;
use crate::sealed::Sealed;
use crate::sign_in::ReturnTo;
use crate::sign_in::ctx::Ctx;

/// The maximum size of the fields of a form, in bytes.
const MAX_BYTES: usize = 16 * 1024;
/// The maximum number of forms of one session. The oldest is discarded.
const MAX_PER_SESSION: usize = 3;

/// A form that waits until its user has confirmed that it's them.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct HeldForm {
    /// The same for the same form, so that a double click keeps one.
    id: String,
    /// The path that the form was posted to.
    pub(crate) path: String,
    /// The fields, as they were sent.
    fields: String,
    /// The pattern of that path, which identifies its handler.
    pub(crate) pattern: String,
    /// When the user had last signed in, in seconds since 1970.
    signed_in_at: i64,
    /// When it expires, in seconds since 1970.
    expires_at: i64,
}

/// The forms of one session, the oldest first.
#[derive(Default, Serialize, Deserialize)]
struct HeldForms(Vec<HeldForm>);

impl Sealed for HeldForms {
    const PURPOSE: &'static str = "held forms 1";
}

impl HeldForm {
    /// Keeps a form as long as the confirmation may take. Returns the path of the page that shows it
    /// again, or `None` if it is too large or has files.
    pub(super) async fn hold(
        ctx: &Ctx,
        user: &CurrentUser,
        mut body: Payload,
    ) -> Result<Option<ReturnTo>, Failure> {
        let Ctx { app, request, .. } = ctx;
        let is_form =
            request.content_type().eq_ignore_ascii_case("application/x-www-form-urlencoded");
        let Ok(fields) = String::from_request(request, &mut body).await else { return Ok(None) };
        let Some(path) = request.uri().path_and_query() else { return Ok(None) };
        if !is_form || fields.len() > MAX_BYTES {
            return Ok(None);
        }
        let now = app.clock.now();
        let lifetime = user.method_to_confirm(app)?.lifetime(app);
        let form = Self {
            id: app.keys.alias(&format!("{} {path} {fields}", user.session.id)),
            path: path.to_string(),
            pattern: request.match_pattern().unwrap_or_default(),
            fields,
            signed_in_at: user.authenticated_at(),
            expires_at: now.saturating_add(seconds(lifetime)),
        };
        let page = form.page();
        let mut forms = HeldForms::of(ctx, user).await?.0;
        forms.retain(|other| other.id != form.id);
        forms.drain(..forms.len().saturating_sub(MAX_PER_SESSION - 1));
        forms.push(form);
        HeldForms(forms).store(ctx, user).await?;
        Ok(Some(page))
    }

    /// Returns the form of this user's session with this ID, unless it has expired.
    pub(crate) async fn find(
        ctx: &Ctx,
        user: &CurrentUser,
        id: &str,
    ) -> Result<Option<Self>, Failure> {
        Ok(HeldForms::of(ctx, user).await?.0.into_iter().find(|form| form.id == id))
    }

    /// Returns whether the user has signed in again since the form was submitted.
    pub(crate) fn is_confirmed(&self, user: &CurrentUser) -> bool {
        self.signed_in_at != user.authenticated_at()
    }

    /// Returns the path of the page that shows the form again.
    pub(crate) fn page(&self) -> ReturnTo {
        ReturnTo::parse(&format!("/login/confirmed?form={}", self.id))
    }

    /// Returns the names and values of the fields.
    pub(crate) fn fields(&self) -> Vec<(String, String)> {
        form_urlencoded::parse(self.fields.as_bytes()).into_owned().collect()
    }
}

impl HeldForms {
    /// Returns the forms of this user's session.
    async fn of(ctx: &Ctx, user: &CurrentUser) -> Result<Self, Failure> {
        let Ctx { app, store, .. } = ctx;
        let sealed = store.get(&key(user)).await?;
        let opened = sealed.and_then(|sealed| app.keys.open::<Self>(&context(user), &sealed));
        let mut forms = opened.unwrap_or_default();
        forms.0.retain(|form| app.clock.now() < form.expires_at);
        Ok(forms)
    }

    async fn store(self, ctx: &Ctx, user: &CurrentUser) -> Result<(), Failure> {
        let expires_at = self.0.iter().map(|form| form.expires_at).max().unwrap_or_default();
        let sealed = ctx.app.keys.seal(&context(user), &self)?;
        Ok(ctx.store.put(&key(user), sealed, expires_at).await?)
    }
}

/// Keeps the forms of this user's session at least until this time, in seconds since 1970.
pub(crate) async fn extend(ctx: &Ctx, user: &CurrentUser, until: i64) -> Result<(), Failure> {
    let mut forms = HeldForms::of(ctx, user).await?;
    if forms.0.is_empty() {
        return Ok(());
    }
    for form in &mut forms.0 {
        form.expires_at = form.expires_at.max(until);
    }
    forms.store(ctx, user).await
}

/// Returns the store's key for the forms of this session.
fn key(user: &CurrentUser) -> String {
    format!("held forms {}", user.session.id)
}

/// Returns what the forms are bound to.
fn context(user: &CurrentUser) -> String {
    format!("{} {}", user.session.id, user.user_id)
}
