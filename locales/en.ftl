# The text of the pages and emails: one message for each page, or for a part of it. Messages may
# contain inline markup. Their arguments are escaped.

language = English
direction = ltr

layout =
    .description = Sign in with a link sent by email. No password needed.
    .description_code = Sign in with a code sent by email. No password needed.
    .footer = Email sign-in with WorkOS Magic Link and actix-web.
    .footer_code = Email sign-in with WorkOS Magic Auth and actix-web.
    .languages = Language
    .account = Account
    .sign_out = Sign out
    .busy = Please wait…

# with demo
demo =
    .banner = Demo mode: emails stay on this computer. Read them in the <a href="{ $inbox }" target="_blank" rel="noopener">demo inbox</a>.
    .inbox = Open demo inbox
# end demo

home =
    .title = Sign in with a link, not a password
    .title_code = Sign in with a code, not a password
    .lead = No password to create, remember, or lose.
    .type = Enter your email address
    .open = Open the email we send you
    .click = Click the link to sign in
    .copy = Enter the code here to sign in
    .sign_in = Sign in
    .welcome = Welcome back
    .signed_in_as = You’re signed in as <strong class="address" translate="no">{ $email }</strong>.
    .account = Go to your account

login =
    .title = Sign in
    .error = Error: { $title }
    .lead = We’ll email you a sign-in link.
    .lead_code = We’ll email you a sign-in code.
    .email = Email address
    .example = name@example.com
    .suggestion = Did you mean { $address }?
    .shared = This is a shared computer
    .shared_hint = You’ll be signed out when the browser closes, or after 30 minutes of inactivity.
    .submit = Email me a link
    .submit_code = Email me a code

ended =
    .idle = You were signed out after a period of inactivity.
    .time_limit = Your session expired. Please sign in again.
    .ended_elsewhere = You were signed out from another device or browser.
    .too_many_sessions = You were signed out because you signed in on too many other devices.
    .ended_by_operator = An administrator signed you out.

sent =
    .title = Check your inbox
    .on_its_way = If <strong class="address" translate="no">{ $email }</strong> can receive email, we’ve sent a sign-in link to it. Open the link <strong>in this browser</strong>. It expires in { $lifetime }.
    .handed_over = Sent { $at }.
    .delayed = The email may take a little longer than usual.
    .updates = This page updates automatically.
    .held_back = We’ve sent <strong class="address" translate="no">{ $email }</strong> too many emails, so we didn’t send another. You can request a new link after { $at }. Links already sent still work in the browser that requested them.
    .webmail = Open { $name }
    .new_tab = (opens in a new tab)
    .nothing = Didn’t get it?
    .spam = Check your spam folder. Delivery can take a minute or two.
    .address = Make sure the email address above is correct.
    .again = Resend email
    .wait = You can resend in { $wait }.
    .may_again = You can resend now.
    .other_address = Use a different email address

# with cross-device
sent_elsewhere =
    .on_its_way = If <strong class="address" translate="no">{ $email }</strong> can receive email, we’ve sent a sign-in link to it. The link expires in { $lifetime }.
    .elsewhere = Opening the email on another device? Enter these digits there:
# end cross-device

code =
    .sent = If <strong class="address" translate="no">{ $email }</strong> can receive email, we’ve sent a six-digit code to it. The code expires in { $lifetime }.
    .held_back = We’ve sent <strong class="address" translate="no">{ $email }</strong> too many codes, so we didn’t send another. You can request a new code after { $at }. A code already sent still works on the page where you requested it.
    .signed_in_as = You’re signed in as <strong class="address" translate="no">{ $email }</strong>. This code signs you in to a different account.
    .code = Six-digit code
    .submit = Sign in
    .submit_instead = Sign in as <span translate="no">{ $email }</span>
    .tries_left = { $count ->
        [one] You have { $count } attempt left before you need a new code.
       *[other] You have { $count } attempts left before you need a new code.
    }
    .warning = Enter this code only on this page and never share it. Anyone who has it can sign in as you.
    .newest = Only the most recent code works.

# with own-mail
open =
    .title = Sign in
    .lead = You’re about to sign in as <strong class="address" translate="no">{ $email }</strong>. You requested this link on { $at }.
    .submit = Sign in
    .not_me = Didn’t request this? <a href="{ $cancel_url }">Cancel sign-in</a>
    .press = On the page that the link opens, select “Sign in”.
    .denied_copy = To sign in, copy the link from the email and open it in that browser.
    .safe_link = Email me a link that scanners can’t use
    .same_link = Email me a standard link

cancel =
    .title = Cancel this sign-in?
    .lead = Someone asked to sign in with your email address on { $at } (<strong>{ $device }</strong>). If that wasn’t you, cancel the sign-in. The link in the email will stop working.
    .submit = Cancel sign-in
# end own-mail

# with own-mail or cross-device
cancelled =
    .title = Sign-in canceled
    .lead = The link in the email no longer works, and no one was signed in. If you didn’t request it, someone may have entered your address by mistake. You don’t need to do anything else.
    .start = Back to home
# end own-mail or cross-device

# with cross-device
approve =
    .title = Are you trying to sign in?
    .lead = This link was requested in another browser (<strong>{ $device }</strong>) on { $at }. If that was you, enter the two digits shown there to sign in on that device. If not, cancel the sign-in.
    .digits = Two digits
    .tries_left = { $count ->
        [one] You have { $count } attempt left before this sign-in is canceled.
       *[other] You have { $count } attempts left before this sign-in is canceled.
    }
    .submit = Approve sign-in
    .warning = Don’t enter digits someone else gives you. That would sign them in to your account.
    .denied = This link only works in the browser that requested it
    .denied_lead = It was requested in another browser (<strong>{ $device }</strong>) on { $at }.
    .denied_again = Request a new link in the browser where you want to sign in, and open it there.
    .no_digits = If the other browser shows no digits, sign in here instead.
    .forgotten = Did you request the link in this browser? If so, the sign-in was lost or cookies are blocked. Allow cookies for this site and request a new link here.
    .here = Sign in here instead
    .not_me = Cancel sign-in

approved =
    .title = Continue in your other browser
    .lead = If the sign-in page is still open there, it signs you in automatically. If not, open it again within ten minutes. You can close this page.
# end cross-device

confirm =
    .title = Confirm it’s you
    .lead = You signed in a while ago. To continue, open the link that we’ll email to <strong class="address" translate="no">{ $email }</strong>.
    .lead_code = You signed in a while ago. To continue, enter the code that we’ll email to <strong class="address" translate="no">{ $email }</strong>.
    .cancel = Cancel

# with sso
confirm_sso =
    .lead = You signed in a while ago. To continue, sign in again through your organization as <strong class="address" translate="no">{ $email }</strong>.
    .submit = Continue to your organization
# end sso

# What a form does that waited until the user had confirmed, and its button.
confirmed =
    .lead = Thanks for confirming it’s you, <strong class="address" translate="no">{ $email }</strong>. Nothing has changed yet.
    .end_one = Sign out a session
    .end_one_submit = Sign out the session
    .end_others = Sign out other sessions
    .end_others_submit = Sign out other sessions
    .end_all = Sign out everywhere
    .end_all_submit = Sign out everywhere
    .other = Submit your form
    .other_submit = Submit

switch =
    .title = Switch accounts?
    .signed_in_as = You’re signed in as <strong class="address" translate="no">{ $email }</strong>.
    .link_for = This link is for <strong class="address" translate="no">{ $email }</strong>.
    .submit = Sign in as <span translate="no">{ $email }</span>
    .stay = Stay signed in as <span translate="no">{ $email }</span>
    .dont = Cancel

organization =
    .title = Choose an organization
    .several = <strong class="address" translate="no">{ $email }</strong> belongs to several organizations. Which one do you want to sign in to?
    .signed_in_as = You’re signed in as <strong class="address" translate="no">{ $email }</strong>. Choosing an organization signs you in to a different account.

# with sso
sso =
    .title = Sign in through your organization
    .required = Your organization requires you to sign in through its identity provider. Choose the one for <strong class="address" translate="no">{ $email }</strong>.
    .signed_in_as = Your organization identified you as <strong class="address" translate="no">{ $email }</strong>.
    .again = Sign in again
# end sso

# with own-mail or sso
leaving =
    .title = Signing you in…
    .lead = If nothing happens, <a href="{ $url }">continue</a>.
# end own-mail or sso

account =
    .title = Your account
    .signed_in_as = You’re signed in as <strong class="address" translate="no">{ $email }</strong>.
    .profile = Profile
    .email = Email
    .name = Name
    .no_name = Not provided
    .connection_type = Connection type
    .connection = Connection
    .organization = Organization
    .role = Role
    .permissions = Permissions
    .groups = Groups
    .none = None
    .profile_id = Profile ID
    .session = This session
    .signed_in = Signed in
    .from = Device
    .ends = Expires
    .ends_at = { $at }. Activity extends this, up to a limit.
    .all_sessions = Manage your sessions
    .attributes = Attributes
    .normalized = Normalized profile
    .raw = Raw attributes from the identity provider

account_sessions =
    .title = Your sessions
    .lead = Devices signed in to your account. If you don’t recognize one, sign it out.
    .this = This session
    .from = IP address { $address }.
    .by_link = Email link.
    .by_code = Email code.
    .by_sso = Single sign-on.
    .ended = { $count ->
        [0] There were no other sessions to sign out.
        [one] Signed out of 1 other session.
       *[other] Signed out of { $count } other sessions.
    }
    .dates = Signed in { $created_at }. Last active { $last_seen_at }. Expires { $expires_at }.
    .end = Sign out
    .which = { $device }, signed in { $created_at }
    .sign_out = Sign out
    .end_others = Sign out other sessions
    .end_all = Sign out everywhere
    .back = Back to your account

error =
    .wait = Try again in { $wait }.
    .link_works = The link in your email still works.
    .again = Try again
    .look_again = Continue
    .go_on = If nothing happens, <a href="{ $url }">continue</a>.
    .email = Email address
    .new_link = Email me a new link
    .new_code = Email me a new code
    .start = Back to home
    .request_id = If you contact support, include this ID: <code>{ $id }</code>

# Errors: what happened, then what to do. No markup, because problem documents contain them too.

bad_request =
    .title = We couldn’t read that request
    .text = Part of the link or form is missing or damaged. Go back and try again.
invalid_email =
    .title = Enter a valid email address
    .text = Check for typos. It should look like name@example.com.
rate_limited =
    .title = Too many requests
    .text = Emails already sent still work.
busy =
    .title = Too many people are signing in right now
    .text = Emails already sent still work.
recent_sign_in_required =
    .title = Confirm it’s you
    .text = Sign in again to do this. What you submitted was not kept.
form_expired =
    .title = Your form is no longer available
    .text = Nothing was changed. Go back and submit it again.
not_allowed =
    .title = You can’t sign in with this email address
    .text = Only certain email addresses can sign in to this site. Use a different one, or contact support.
link_expired =
    .title = This link no longer works
    .text = It expired or was already used, possibly by a scanner that checks links in emails. Request a new one.
mail_link_spent =
    .title = This link no longer works
    .text = It expired, was already used, or its sign-in was canceled. Request a new one.
# with own-mail
mail_link_in_use =
    .title = You’re already signing in with this link
    .text = The sign-in started a few seconds ago. If you aren’t signed in, try again in ten seconds.
# end own-mail
# with own-mail or cross-device
too_late_to_end =
    .title = It’s too late to cancel this sign-in
    .text = It was already completed or stopped. If someone else may have signed in to your account, sign in, open “Your sessions” and select “Sign out everywhere”. Then make sure no one else can read your email.
# end own-mail or cross-device
going_through =
    .title = Signing you in…
    .text = This page updates automatically.
another_link =
    .title = You opened a newer link in this browser
    .text = Nothing was changed. Continue with the newer link.
sign_in_cancelled =
    .title = Sign-in canceled
    .text = You weren’t signed in. You can start again at any time.
sso_failed =
    .title = We couldn’t sign you in
    .text = The sign-in service returned an error. Try again. If it keeps happening, contact support.
sso_denied =
    .title = Your organization denied the sign-in
    .text = Try again. If it keeps happening, contact the person who manages your organization’s accounts.
sso_not_set_up =
    .title = This sign-in isn’t set up correctly
    .text = Trying again won’t help. Contact support and tell them that signing in through your organization doesn’t work.
sso_switched_off =
    .title = Your organization’s sign-in is turned off
    .text = To find out when it will be back, contact the person who manages your organization’s accounts.
sso_wrong_account =
    .title = That account doesn’t belong to your organization
    .text = You’re signed in to your organization with a different account. Sign out there, then try again with your work email.
# with sso
sso_too_late =
    .title = This sign-in took too long
    .text = The response from your organization’s sign-in page expired or was already used. Sign in again.
sso_nothing_pending =
    .title = We couldn’t find your sign-in
    .text = It was started in another browser, already completed, or canceled. Sign in again here.
sso_mismatch =
    .title = That account can’t sign in here
    .text = Your organization’s sign-in page returned an account from outside your organization, so we didn’t sign you in. Try again with your work email. If it keeps happening, contact support.
# end sso
started_elsewhere =
    .title = Start your sign-in here
    .text = To protect your account, a sign-in must start on this site. Enter your work email, and we’ll take you to your organization’s sign-in page.
nothing_pending =
    .title = We couldn’t find your sign-in
    .text = Open the link in the browser where you requested it. If this is that browser, the link expired or was already used. Request a new one.
# with sso
cookies_blocked =
    .title = This browser is blocking cookies
    .text = Signing in requires cookies. Allow them for this site, or use another browser, then start again.
# end sso
email_cookies_blocked =
    .title = This browser is blocking cookies
    .text = If we’ve sent you an email, its link or code won’t work in this browser. Allow cookies for this site, or use another browser, then start again.
# with cross-device
no_cookies =
    .title = This browser has no cookie from this site
    .text = If you just opened a sign-in link, this browser is blocking cookies, so the link can’t work here. Request a new link in a browser that allows cookies for this site, and open it there.
# end cross-device
# with own-mail or cross-device
requested_without_cookies =
    .title = This link can’t sign you in
    .text = The browser that requested it is blocking cookies, so the link we emailed can’t work in any browser. Request a new link in a browser that allows cookies for this site.
# end own-mail or cross-device
state_mismatch =
    .title = This link isn’t valid
    .text = It’s damaged or wasn’t created by this site. Request a new one.
code_expired =
    .title = This sign-in took too long
    .text = The link was valid, but the sign-in expired or was already completed. Request a new link.
# with cross-device
wrong_digits =
    .title = Those digits don’t match
    .text = Enter the two digits shown in the other browser.
too_many_wrong_digits =
    .title = Too many incorrect attempts
    .text = For your security, we canceled this sign-in. You can start a new one here.
# end cross-device
wrong_code =
    .title = That code isn’t correct
    .text = Enter the six digits from the most recent email.
too_many_wrong_codes =
    .title = Too many incorrect attempts
    .text = For your security, we canceled this sign-in. Request a new code.
too_many_tries =
    .title = Too many attempts
    .text = The code in your email still works.
one_time_code_spent =
    .title = This code no longer works
    .text = It expired, was already used, or was entered incorrectly too many times. Request a new one.
no_code_pending =
    .title = We couldn’t find your sign-in
    .text = Enter the code in the browser where you requested it. If this is that browser, the code expired or was already used. Request a new one.
code_of_another =
    .title = That code belongs to a different account
    .text = It doesn’t match the email address you entered, so we didn’t sign you in. Request a new code.
further_steps =
    .title = Your account needs more than a code
    .text = It requires a step that this site doesn’t support, such as two-factor authentication, a passkey, or another way of signing in, so we didn’t sign you in. Contact support.
profile_mismatch =
    .title = That link belongs to a different account
    .text = It doesn’t match the email address you entered, so we didn’t sign you in. Request a new link.
not_signed_in =
    .title = You’re not signed in
    .text = Sign in and try again.
cross_site =
    .title = This request came from another site
    .text = To protect your account, we blocked it. If it was you, open this site and try again.
prefetch =
    .title = Continue signing in
    .text = Your browser loaded this page before you opened it, so nothing has happened yet.
not_found =
    .title = Page not found
    .text = If you typed the address, check that it’s correct. The page may have been moved or deleted.
method_not_allowed =
    .title = Method not allowed
    .text = The page exists but doesn’t accept this type of request. Go back and try again.
too_large =
    .title = Request too large
    .text = Your browser sent more data than this site accepts. If it keeps happening, delete this site’s cookies in your browser.
wrong_host =
    .title = This site isn’t available at this address
    .text = Check the address in your browser.
workos_unavailable =
    .title = Sign-in is temporarily unavailable
    .text = Our sign-in service isn’t responding.
# with own-mail
mail_unavailable =
    .title = We can’t send email right now
    .text = Our mail server isn’t accepting messages.
# end own-mail
store_unavailable =
    .title = We can’t check your session right now
    .text = If you’re signed in, you’ll stay signed in.
internal =
    .title = Something went wrong
    .text = The problem is on our side. Please try again later. If it keeps happening, contact support.

# with own-mail
# The email with our own link. No markup, because it is also sent as plain text.

mail =
    .subject = Your sign-in link for { $site }
    .title = Sign in to { $site }
    .lead = Open this link, preferably in the browser where you requested it, then select “Sign in”.
    .button = Open sign-in page
    .once = The link works once and expires in { $lifetime }. It was requested on { $at } ({ $device }).
    .not_me = Didn’t request this? You can ignore this email: no one can sign in without it. To disable the link:
    .end = Cancel sign-in
# end own-mail

# Dates, durations and browsers.

date = { $day } { $month ->
        [January] January
        [February] February
        [March] March
        [April] April
        [May] May
        [June] June
        [July] July
        [August] August
        [September] September
        [October] October
        [November] November
       *[December] December
    } { $year }, { $time } UTC
seconds = { $count ->
        [one] { $count } second
       *[other] { $count } seconds
    }
minutes = { $count ->
        [one] { $count } minute
       *[other] { $count } minutes
    }
hours = { $count ->
        [one] { $count } hour
       *[other] { $count } hours
    }
device = { $browser } on { $system }
device_unknown = Unknown browser
