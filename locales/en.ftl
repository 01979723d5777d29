# What the pages and mails say, one message a page or part of one. A phrase may hold the
# markup that stands in a sentence; what is filled in never becomes markup.

language = English
direction = ltr

layout =
    .description = Sign in by a link in a mail, without a password.
    .description_code = Sign in by a code in a mail, without a password.
    .footer = Sign-in by mail, with WorkOS Magic Link and actix-web.
    .footer_code = Sign-in by mail, with WorkOS Magic Auth and actix-web.
    .languages = Language
    .account = Account
    .sign_out = Sign out
    .busy = One moment …

# with stand-in
demo =
    .banner = Demo: no mail leaves this machine. Each arrives in <a href="{ $inbox }" target="_blank" rel="noopener">this inbox</a>.
    .inbox = Open the demo’s inbox
# end stand-in

home =
    .title = Sign in with a link, not a password
    .title_code = Sign in with a code, not a password
    .lead = There is no password to think up, to forget or to lose.
    .type = Type your address
    .open = Open the mail
    .click = Click once, and you are in
    .copy = Type its code here, and you are in
    .sign_in = Sign in
    .welcome = Welcome back
    .signed_in_as = You are signed in as <strong class="address" translate="no">{ $email }</strong>.
    .account = Your account

login =
    .title = Sign in
    .error = Error: { $title }
    .lead = We will mail you a link. Open it, and you are in.
    .lead_code = We will mail you a code. Type it here, and you are in.
    .email = E-mail address
    .example = you@example.com
    .suggestion = Did you mean { $address }?
    .submit = Mail me a link
    .submit_code = Mail me a code

ended =
    .idle = You were signed out because you were away for a while.
    .time_limit = You were signed out because the time of that session was up.
    .ended_elsewhere = You were signed out from another of your sessions.
    .too_many_sessions = You were signed out because you signed in on too many other devices.
    .ended_by_operator = You were signed out by whoever runs this site.

sent =
    .title = Check your inbox
    .on_its_way = If <strong class="address" translate="no">{ $email }</strong> can receive mail, a link is on its way. Open it <strong>in this browser</strong> within { $lifetime }, and you are signed in.
    .handed_over = Handed to the mail system: { $at }. This page moves on by itself.
    .delayed = This may take a little longer than usual. This page updates automatically.
    .held_back = So many mails went to <strong class="address" translate="no">{ $email }</strong> that none went this time. The next may go on { $at }. A link that was mailed before goes on working in the browser that asked for it.
    .webmail = Open { $name }
    .new_tab = (opens in a new tab)
    .nothing = Nothing there?
    .spam = Look into the spam folder; it can take a minute or two.
    .address = Check that the address above is right.
    .again = Mail another link
    .wait = Another link can be mailed in { $wait }.
    .may_again = Another link can be mailed now.
    .other_address = Use another address

# with cross-device
sent_elsewhere =
    .on_its_way = If <strong class="address" translate="no">{ $email }</strong> can receive mail, a link is on its way. Open it within { $lifetime }, and you are signed in.
    .elsewhere = Opening the mail on another device? Type this number there:
# end cross-device

code =
    .mailed = If <strong class="address" translate="no">{ $email }</strong> can receive mail, a code of six digits is on its way. Type it here within { $lifetime }, and you are signed in.
    .held_back = So many codes went to <strong class="address" translate="no">{ $email }</strong> that none went this time. The next may go on { $at }. A code that was mailed before goes on working on the page where it was asked for.
    .signed_in_as = You are signed in as <strong class="address" translate="no">{ $email }</strong>. With this code you sign in as somebody else.
    .code = The code from the mail
    .submit = Sign in
    .submit_instead = Sign in as <span translate="no">{ $email }</span>
    .tries_left = { $count ->
        [one] { $count } more try, then you need a new code.
       *[other] { $count } more tries, then you need a new code.
    }
    .warning = Type it nowhere but here, and tell it nobody: whoever has it can sign in as you.
    .handed_over = Handed to the mail system: { $at }.
    .delayed = This may take a little longer than usual.
    .again = Mail another code
    .newest = The newest code counts.
    .wait = Another code can be mailed in { $wait }.
    .may_again = Another code can be mailed now.

# with own-mail
open =
    .title = Sign in
    .lead = You asked for this on { $at }. Press the button, and you are in as <strong class="address" translate="no">{ $email }</strong>.
    .submit = Sign in
    .not_me = You didn’t ask for it? <a href="{ $cancel_url }">End this sign-in</a>
    .press = The link opens a page with a button that signs you in.
    .denied_copy = It still works there: copy it from the mail, or open the mail in that browser.
    .safe_link = Mail me a link that only I can use up
    .same_link = Mail me a new link of the same kind

cancel =
    .title = End this sign-in?
    .lead = Somebody asked on { $at }, in <strong>{ $device }</strong>, to sign in with your address. If that wasn’t you, end it here: the link in the mail then opens nothing any more.
    .submit = I didn’t ask for this
# end own-mail

# with own-mail or cross-device
cancelled =
    .title = Sign-in ended
    .lead = The link in the mail opens nothing any more: nobody got in, and you may delete the mail. Somebody typed your address, perhaps by mistake; there is nothing else to do.
    .start = Go to the start
# end own-mail or cross-device

# with cross-device
approve =
    .title = Is it you who is signing in?
    .lead = Somebody asked for this link in another browser: <strong>{ $device }</strong>, on { $at }. Was it you? Then type the two digits from the page there, and that browser signs you in.
    .digits = The two digits
    .tries_left = { $count ->
        [one] { $count } more try, then this sign-in is over.
       *[other] { $count } more tries, then this sign-in is over.
    }
    .submit = Sign in there
    .warning = Never type digits that somebody else tells you: whoever shows them gets in.
    .denied = This link works only where it was asked for
    .denied_lead = It was asked for in another browser: <strong>{ $device }</strong>, on { $at }.
    .denied_again = Ask for a new one in the browser in which you want to be signed in, and open it there.
    .forgotten = Same browser, or no page that shows digits? The sign-in request is gone there, or that browser doesn’t keep cookies; then allow them for this site. Request a new link here.
    .here = Sign in here instead
    .not_me = It wasn’t me

approved =
    .title = Go on in the other browser
    .lead = If the page there is still open, it signs in by itself now, and you may close this one. If it isn’t, open it again there within ten minutes.
# end cross-device

switch =
    .title = Switch accounts?
    .signed_in_as = You are signed in as <strong class="address" translate="no">{ $email }</strong>.
    .link_for = The link is for <strong class="address" translate="no">{ $email }</strong>.
    .submit = Sign in as <span translate="no">{ $email }</span>
    .stay = Stay signed in as <span translate="no">{ $email }</span>
    .dont = Don’t sign in

# with sso
sso =
    .signed_in_as = You signed in through your organization as <strong class="address" translate="no">{ $email }</strong>.
    .again = Sign in again
# end sso

# with own-mail or sso
leaving =
    .title = One moment
    .lead = You are being signed in. <a href="{ $url }">Go on</a>, if nothing happens.
# end own-mail or sso

account =
    .title = Your account
    .signed_in_as = You are signed in as <strong class="address" translate="no">{ $email }</strong>.
    .profile = Profile
    .email = Address
    .name = Name
    .no_name = not known
    .connection_type = Signed in through
    .connection = Connection
    .organization = Organization
    .role = Role
    .groups = Groups
    .none = none
    .profile_id = Profile id
    .session = This session
    .signed_in = Signed in
    .from = From
    .ends = Ends
    .ends_at = { $at }, if you don’t come back before
    .all_sessions = All your sessions
    .attributes = Attributes
    .normalized = Normalized: the whole Profile
    .raw = Raw: as the identity provider sent them

account_sessions =
    .title = Your sessions
    .lead = Where you are signed in. End what you don’t know, and it ends at once.
    .this = this one
    .from = From { $address }.
    .dates = Signed in { $created_at }, last seen { $last_seen_at }, ends { $expires_at }.
    .end = End
    .which = { $device }, signed in { $created_at }
    .sign_out = Sign out
    .end_others = End all others
    .end_all = Sign out everywhere
    .back = Back to your account

error =
    .wait = Try again in { $wait }.
    .link_works = The link in your mail goes on working.
    .again = Try again
    .look_again = Continue
    .go_on = <a href="{ $url }">Go on</a>, if nothing happens.
    .email = E-mail address
    .new_link = Mail me a new link
    .new_code = Mail me a new code
    .start = Go to the start
    .request_id = If you ask for help, give this number: <code>{ $id }</code>

# The failures: what happened, then what to do now. Without markup: programs read them too.

bad_request =
    .title = That request can’t be read
    .text = Something in the address or the form is missing or damaged. Go back and try again.
invalid_email =
    .title = That doesn’t look like an e-mail address
    .text = Check the address for typing errors. It looks like name@example.com.
rate_limited =
    .title = That was too often
    .text = You have asked to sign in more often than anybody needs to. What was mailed already goes on working.
busy =
    .title = Too many people are signing in right now
    .text = It isn’t your doing. Those who have a mail already can use it.
not_allowed =
    .title = This address can’t sign in here
    .text = Only certain addresses may sign in to this site. If you have another one, use it; otherwise ask whoever runs the site.
link_expired =
    .title = This link doesn’t work any more
    .text = It has expired, or something opened it before you did: a link works once, and some mail systems open links to check them. Ask for a new one.
mail_link_spent =
    .title = This link doesn’t work any more
    .text = It was used already, has expired, or its sign-in was ended. Ask for a new one.
# with own-mail
mail_link_in_use =
    .title = One moment
    .text = The button behind this link was pressed a few seconds ago. If you aren’t signed in, try again in ten seconds.
# end own-mail
# with own-mail or cross-device
too_late_to_end =
    .title = It is too late to end this sign-in
    .text = It is over already. If somebody got in with it and that wasn’t you: sign in, end all sessions of your account, and see that nobody else reads your mail.
# end own-mail or cross-device
going_through =
    .title = One moment
    .text = You are being signed in.
another_link =
    .title = Another link was opened here meanwhile
    .text = So nothing was done. Look at what it asks now.
sign_in_cancelled =
    .title = The sign-in was cancelled
    .text = Nobody was signed in. You can start again whenever you like.
sso_failed =
    .title = The sign-in didn’t go through
    .text = The sign-in service sent you back without signing you in. Try again; if it happens again, tell whoever runs this site.
sso_denied =
    .title = Your organization didn’t let you in
    .text = Its sign-in page sent you back without signing you in. Try again; if that doesn’t help, ask whoever looks after accounts in your organization.
sso_not_set_up =
    .title = This sign-in isn’t set up as it should be
    .text = It isn’t your doing, and trying again won’t help: tell whoever runs this site that signing in through your organization doesn’t work.
sso_switched_off =
    .title = Your organization’s sign-in is switched off
    .text = Ask whoever looks after accounts in your organization when it will be back.
sso_wrong_account =
    .title = That account isn’t one of your organization
    .text = You are signed in to your organization’s sign-in page with another account. Sign out there, then try again with your work address.
# with sso
sso_too_late =
    .title = This sign-in took too long
    .text = What your organization’s sign-in page brought back had expired or was already used. Sign in again.
sso_nothing_pending =
    .title = This browser has no such sign-in waiting
    .text = It was begun in another browser, or was used or ended already. Sign in again here.
sso_mismatch =
    .title = That account doesn’t belong here
    .text = Your organization’s sign-in page told us of an account that it can’t speak for, so nobody was signed in. Try again with your work address; if it happens again, tell whoever runs this site.
# end sso
started_elsewhere =
    .title = Please start the sign-in here
    .text = You came from another page, such as your organization’s. For your safety, only sign-ins that begin on this site go through: type your work address, and you are led back there and in.
nothing_pending =
    .title = This browser has no such sign-in waiting
    .text = Open the link in the browser in which you asked for it. If this is that browser, the link was already used or is too old: ask for a new one.
# with sso
cookies_blocked =
    .title = This browser doesn’t keep cookies
    .text = You need cookies to sign in. Allow them for this site, or use another browser, and start again.
# end sso
email_cookies_blocked =
    .title = This browser doesn’t keep cookies
    .text = If the address can receive email, we’ve sent one, but its link or code can’t work in this browser. Allow cookies for this site, or use another browser, and start again.
# with cross-device
no_cookies =
    .title = This browser has no cookie from this site
    .text = If you just opened a sign-in link, this browser doesn’t keep cookies, so the link can’t work here. Request a new link in a browser that allows cookies for this site, and open it there.
# end cross-device
# with own-mail or cross-device
requested_without_cookies =
    .title = This link can’t sign you in
    .text = The browser that requested it doesn’t keep cookies, so the link we emailed can’t work in any browser. Request a new link in a browser that allows cookies for this site.
# end own-mail or cross-device
state_mismatch =
    .title = This link doesn’t belong to a sign-in from here
    .text = It is damaged, or it wasn’t made by this site. Ask for a new one.
code_expired =
    .title = This sign-in took too long
    .text = The link was fine, but what it brought back had expired or was already used. Ask for a new one.
# with cross-device
wrong_digits =
    .title = That isn’t the number
    .text = Look at the page in the other browser: it shows two digits.
too_many_wrong_digits =
    .title = Three wrong numbers
    .text = So that sign-in is over, in case somebody else had asked for it. Begin a new one here if you like.
# end cross-device
wrong_code =
    .title = That isn’t the code
    .text = Look at the newest mail: it has six digits.
too_many_wrong_codes =
    .title = Three wrong codes
    .text = So this sign-in is over, in case somebody was guessing. Ask for a new code.
too_many_tries =
    .title = One moment
    .text = Codes for this address were tried so often that the next try has to wait. The code in your mail goes on working.
one_time_code_spent =
    .title = This code doesn’t work any more
    .text = It was used already, is too old, or was tried wrong three times. Ask for a new one.
no_code_pending =
    .title = This browser has no such sign-in waiting
    .text = Type the code in the browser in which you asked for it. If this is that browser, the code was already used or is too old: ask for a new one.
code_of_another =
    .title = That was somebody else’s code
    .text = The code signed in a different person from the one who asked in this browser, so nobody was signed in. Ask for a new one.
further_steps =
    .title = Your account asks for more than a code
    .text = It is set up for a further step, such as a second factor or the choice of an organization, which this site doesn’t offer. So nobody was signed in. Ask whoever runs this site.
profile_mismatch =
    .title = That was somebody else’s link
    .text = The link signed in a different person from the one who asked in this browser, so nobody was signed in. Ask for a new one.
not_signed_in =
    .title = You aren’t signed in
    .text = Sign in and try again.
cross_site =
    .title = That came from another site
    .text = Another site tried to act for you here, so nothing was done. If it was you, open this site and try again.
prefetch =
    .title = Continue signing in
    .text = Your browser loaded this page before you opened it, so nothing was done yet.
not_found =
    .title = There is no such page
    .text = The address may be mistyped, or the page is gone.
method_not_allowed =
    .title = That can’t be done to this page
    .text = The page exists, but doesn’t take this kind of request.
too_large =
    .title = That was too much
    .text = What your browser sent is larger than anything this site asks for. If it goes on, delete this site’s cookies in your browser.
wrong_host =
    .title = This site isn’t served under that name
    .text = Check the address in your browser.
workos_unavailable =
    .title = Signing in isn’t possible right now
    .text = The service that this site signs people in with doesn’t answer as it should. Wait a moment, then try again.
# with own-mail
mail_unavailable =
    .title = No mail can be sent right now
    .text = The mail server of this site doesn’t take our mails. Wait a moment, then try again.
# end own-mail
store_unavailable =
    .title = We can’t look up sessions right now
    .text = Whoever is signed in stays so. Wait a moment, then load this page again.
internal =
    .title = Something is wrong on our side
    .text = It isn’t your doing. Try again later; if it goes on, tell whoever runs this site.

# with own-mail
# The mail with our own link. Without markup: it is text as well.

mail =
    .subject = Your link to sign in to { $site }
    .title = Sign in to { $site }
    .lead = Open this link, best in the browser in which you asked for it, and press the button there.
    .button = Open the sign-in page
    .once = The link signs you in once, within { $lifetime }. It was asked for on { $at }, in { $device }.
    .not_me = You didn’t ask for it? Somebody typed your address, perhaps by mistake. Without this mail nobody gets in, so you may ignore it, or end that sign-in:
    .end = End that sign-in
# end own-mail

# Times, and browsers.

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
