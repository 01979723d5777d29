# with second-language
# The same messages in German; see en.ftl. In sentences, “E‑Mail” has a non-breaking
# hyphen (U+2011).

language = Deutsch
direction = ltr

layout =
    .description = Melden Sie sich mit einem Link an, den wir Ihnen per E‑Mail senden. Ganz ohne Passwort.
    .description_code = Melden Sie sich mit einem Code an, den wir Ihnen per E‑Mail senden. Ganz ohne Passwort.
    .footer = Anmeldung per E‑Mail mit WorkOS Magic Link und actix-web.
    .footer_code = Anmeldung per E‑Mail mit WorkOS Magic Auth und actix-web.
    .languages = Sprache
    .account = Konto
    .sign_out = Abmelden
    .busy = Bitte warten …

# with demo
demo =
    .banner = Demo-Modus: E‑Mails bleiben auf diesem Rechner. Sie finden sie im <a href="{ $inbox }" target="_blank" rel="noopener">Demo-Postfach</a>.
    .inbox = Demo-Postfach öffnen
# end demo

home =
    .title = Anmelden mit Link statt Passwort
    .title_code = Anmelden mit Code statt Passwort
    .lead = Kein Passwort, das Sie sich ausdenken oder merken müssen.
    .type = E‑Mail-Adresse eingeben
    .open = E‑Mail öffnen
    .click = Auf den Link klicken
    .copy = Code hier eingeben
    .sign_in = Anmelden
    .welcome = Willkommen zurück
    .signed_in_as = Sie sind als <strong class="address" translate="no">{ $email }</strong> angemeldet.
    .account = Zu Ihrem Konto

login =
    .title = Anmelden
    .error = Fehler: { $title }
    .lead = Wir senden Ihnen einen Anmeldelink per E‑Mail.
    .lead_code = Wir senden Ihnen einen Anmeldecode per E‑Mail.
    .email = E-Mail-Adresse
    .example = name@example.com
    .suggestion = Meinten Sie { $address }?
    .shared = Dies ist ein gemeinsam genutzter Computer
    .shared_hint = Sie werden abgemeldet, wenn der Browser geschlossen wird oder nach 30 Minuten ohne Aktivität.
    .submit = Link anfordern
    .submit_code = Code anfordern

ended =
    .idle = Sie wurden wegen längerer Inaktivität abgemeldet.
    .time_limit = Ihre Sitzung ist abgelaufen. Bitte melden Sie sich erneut an.
    .ended_elsewhere = Sie wurden von einem anderen Gerät oder Browser aus abgemeldet.
    .too_many_sessions = Sie wurden abgemeldet, weil Sie sich auf zu vielen anderen Geräten angemeldet haben.
    .ended_by_operator = Sie wurden vom Betreiber dieser Website abgemeldet.

sent =
    .title = Schauen Sie in Ihr Postfach
    .on_its_way = Wenn <strong class="address" translate="no">{ $email }</strong> E‑Mails empfangen kann, haben wir einen Anmeldelink dorthin gesendet. Öffnen Sie den Link <strong>in diesem Browser</strong>. Er ist { $lifetime } gültig.
    .handed_over = Gesendet: { $at }.
    .delayed = Die E‑Mail braucht vielleicht etwas länger als sonst.
    .updates = Diese Seite aktualisiert sich automatisch.
    .held_back = Wir haben zu viele E‑Mails an <strong class="address" translate="no">{ $email }</strong> gesendet und deshalb keine weitere verschickt. Ab dem { $at } können Sie wieder eine anfordern. Bereits gesendete Links funktionieren weiterhin in dem Browser, in dem Sie sie angefordert haben.
    .webmail = { $name } öffnen
    .new_tab = (öffnet einen neuen Tab)
    .nothing = Keine E‑Mail erhalten?
    .spam = Schauen Sie in Ihren Spam-Ordner. Die Zustellung kann ein bis zwei Minuten dauern.
    .address = Prüfen Sie, ob die E‑Mail-Adresse oben stimmt.
    .again = E‑Mail erneut senden
    .wait = Sie können die E‑Mail in { $wait } erneut senden.
    .may_again = Sie können die E‑Mail jetzt erneut senden.
    .other_address = E‑Mail-Adresse ändern

# with cross-device
sent_elsewhere =
    .on_its_way = Wenn <strong class="address" translate="no">{ $email }</strong> E‑Mails empfangen kann, haben wir einen Anmeldelink dorthin gesendet. Der Link ist { $lifetime } gültig.
    .elsewhere = Öffnen Sie die E‑Mail auf einem anderen Gerät? Geben Sie dort diese Ziffern ein:
# end cross-device

code =
    .sent = Wenn <strong class="address" translate="no">{ $email }</strong> E‑Mails empfangen kann, haben wir einen sechsstelligen Code dorthin gesendet. Der Code ist { $lifetime } gültig.
    .held_back = Wir haben zu viele Codes an <strong class="address" translate="no">{ $email }</strong> gesendet und deshalb keinen weiteren verschickt. Ab dem { $at } können Sie wieder einen anfordern. Ein bereits gesendeter Code funktioniert weiterhin auf der Seite, auf der Sie ihn angefordert haben.
    .signed_in_as = Sie sind als <strong class="address" translate="no">{ $email }</strong> angemeldet. Mit diesem Code melden Sie sich bei einem anderen Konto an.
    .code = Sechsstelliger Code
    .submit = Anmelden
    .submit_instead = Als <span translate="no">{ $email }</span> anmelden
    .tries_left = { $count ->
        [one] Sie haben noch { $count } Versuch, danach brauchen Sie einen neuen Code.
       *[other] Sie haben noch { $count } Versuche, danach brauchen Sie einen neuen Code.
    }
    .warning = Geben Sie den Code nur auf dieser Seite ein und geben Sie ihn nicht weiter. Wer ihn hat, kann sich mit Ihrem Konto anmelden.
    .newest = Nur der neueste Code funktioniert.

# with own-mail
open =
    .title = Anmelden
    .lead = Sie melden sich als <strong class="address" translate="no">{ $email }</strong> an. Sie haben diesen Link am { $at } angefordert.
    .submit = Anmelden
    .not_me = Sie haben das nicht angefordert? <a href="{ $cancel_url }">Anmeldung abbrechen</a>
    .press = Klicken Sie auf der Seite, die der Link öffnet, auf „Anmelden“.
    .denied_copy = Kopieren Sie den Link aus der E‑Mail und öffnen Sie ihn im anderen Browser, um sich dort anzumelden.
    .safe_link = Link mit Scanner-Schutz anfordern
    .same_link = Normalen Link anfordern

cancel =
    .title = Diese Anmeldung abbrechen?
    .lead = Am { $at } wollte sich jemand mit Ihrer E‑Mail-Adresse anmelden (<strong>{ $device }</strong>). Wenn Sie das nicht waren, brechen Sie die Anmeldung ab. Der Link in der E‑Mail funktioniert dann nicht mehr.
    .submit = Anmeldung abbrechen
# end own-mail

# with own-mail or cross-device
cancelled =
    .title = Anmeldung abgebrochen
    .lead = Der Link in der E‑Mail funktioniert nicht mehr, und niemand wurde angemeldet. Wenn Sie ihn nicht angefordert haben, hat vielleicht jemand versehentlich Ihre Adresse eingegeben. Sie müssen nichts weiter tun.
    .start = Zur Startseite
# end own-mail or cross-device

# with cross-device
approve =
    .title = Versuchen Sie gerade, sich anzumelden?
    .lead = Dieser Link wurde am { $at } in einem anderen Browser angefordert (<strong>{ $device }</strong>). Wenn Sie das waren, geben Sie die zwei Ziffern ein, die dort angezeigt werden, um sich auf dem anderen Gerät anzumelden. Falls nicht, brechen Sie die Anmeldung ab.
    .digits = Zwei Ziffern
    .tries_left = { $count ->
        [one] Sie haben noch { $count } Versuch, danach wird diese Anmeldung abgebrochen.
       *[other] Sie haben noch { $count } Versuche, danach wird diese Anmeldung abgebrochen.
    }
    .submit = Anmeldung erlauben
    .warning = Geben Sie keine Ziffern ein, die Sie von jemand anderem bekommen. Diese Person wäre dann in Ihrem Konto angemeldet.
    .denied = Dieser Link funktioniert nur in dem Browser, in dem er angefordert wurde
    .denied_lead = Er wurde am { $at } in einem anderen Browser angefordert (<strong>{ $device }</strong>).
    .denied_again = Fordern Sie in dem Browser, in dem Sie sich anmelden möchten, einen neuen Link an und öffnen Sie ihn dort.
    .no_digits = Zeigt der andere Browser keine Ziffern an? Dann melden Sie sich hier an.
    .forgotten = Haben Sie den Link in diesem Browser angefordert? Dann besteht die Anmeldung nicht mehr, oder Cookies sind blockiert. Erlauben Sie Cookies für diese Website und fordern Sie hier einen neuen Link an.
    .here = Hier anmelden
    .not_me = Anmeldung abbrechen

approved =
    .title = Weiter im anderen Browser
    .lead = Wenn die Anmeldeseite dort noch geöffnet ist, werden Sie automatisch angemeldet. Falls nicht, öffnen Sie sie innerhalb von zehn Minuten erneut. Diese Seite können Sie schließen.
# end cross-device

confirm =
    .title = Bitte bestätigen Sie Ihre Identität
    .lead = Ihre Anmeldung liegt eine Weile zurück. Öffnen Sie zum Fortfahren den Link, den wir an <strong class="address" translate="no">{ $email }</strong> senden.
    .lead_code = Ihre Anmeldung liegt eine Weile zurück. Geben Sie zum Fortfahren den Code ein, den wir an <strong class="address" translate="no">{ $email }</strong> senden.
    .cancel = Abbrechen

# with sso
confirm_sso =
    .lead = Ihre Anmeldung liegt eine Weile zurück. Melden Sie sich zum Fortfahren erneut über Ihre Organisation als <strong class="address" translate="no">{ $email }</strong> an.
    .submit = Weiter zur Anmeldung
# end sso

# What a form does that waited until the user had confirmed, and its button.
confirmed =
    .lead = Ihre Identität ist bestätigt, <strong class="address" translate="no">{ $email }</strong>. Es wurde noch nichts geändert.
    .end_one = Sitzung beenden
    .end_one_submit = Sitzung beenden
    .end_others = Andere Sitzungen beenden
    .end_others_submit = Andere Sitzungen beenden
    .end_all = Überall abmelden
    .end_all_submit = Überall abmelden
    .other = Formular absenden
    .other_submit = Absenden

switch =
    .title = Konto wechseln?
    .signed_in_as = Sie sind als <strong class="address" translate="no">{ $email }</strong> angemeldet.
    .link_for = Dieser Link ist für <strong class="address" translate="no">{ $email }</strong>.
    .submit = Als <span translate="no">{ $email }</span> anmelden
    .stay = Als <span translate="no">{ $email }</span> angemeldet bleiben
    .dont = Abbrechen

organization =
    .title = Organisation auswählen
    .several = <strong class="address" translate="no">{ $email }</strong> gehört zu mehreren Organisationen. Bei welcher möchten Sie sich anmelden?
    .signed_in_as = Sie sind als <strong class="address" translate="no">{ $email }</strong> angemeldet. Mit der Auswahl einer Organisation melden Sie sich bei einem anderen Konto an.

# with sso
sso =
    .title = Über Ihre Organisation anmelden
    .required = Ihre Organisation verlangt die Anmeldung über ihren Identitätsanbieter. Wählen Sie den für <strong class="address" translate="no">{ $email }</strong> aus.
    .signed_in_as = Ihre Organisation hat Sie als <strong class="address" translate="no">{ $email }</strong> identifiziert.
    .again = Erneut anmelden
# end sso

# with own-mail or sso
leaving =
    .title = Sie werden angemeldet …
    .lead = Wenn nichts passiert, klicken Sie auf <a href="{ $url }">Weiter</a>.
# end own-mail or sso

account =
    .title = Ihr Konto
    .signed_in_as = Sie sind als <strong class="address" translate="no">{ $email }</strong> angemeldet.
    .profile = Profil
    .email = E‑Mail
    .name = Name
    .no_name = Nicht angegeben
    .connection_type = Verbindungstyp
    .connection = Verbindung
    .organization = Organisation
    .role = Rolle
    .permissions = Berechtigungen
    .groups = Gruppen
    .none = Keine
    .profile_id = Profil-ID
    .session = Diese Sitzung
    .signed_in = Angemeldet
    .from = Gerät
    .ends = Läuft ab
    .ends_at = { $at }. Aktivität verlängert die Sitzung bis zu einer Höchstdauer.
    .all_sessions = Ihre Sitzungen verwalten
    .attributes = Attribute
    .normalized = Normalisiertes Profil
    .raw = Rohdaten des Identitätsanbieters

account_sessions =
    .title = Ihre Sitzungen
    .lead = Geräte, auf denen Sie angemeldet sind. Wenn Sie eines nicht kennen, melden Sie es ab.
    .this = Diese Sitzung
    .from = IP-Adresse: { $address }.
    .by_link = Per E-Mail-Link.
    .by_code = Per E-Mail-Code.
    .by_sso = Über Ihre Organisation.
    .ended = { $count ->
        [0] Es gab keine anderen Sitzungen.
        [one] 1 andere Sitzung wurde beendet.
       *[other] { $count } andere Sitzungen wurden beendet.
    }
    .dates = Angemeldet: { $created_at }. Zuletzt aktiv: { $last_seen_at }. Läuft ab: { $expires_at }.
    .end = Abmelden
    .which = { $device }, angemeldet { $created_at }
    .sign_out = Abmelden
    .end_others = Andere Sitzungen beenden
    .end_all = Überall abmelden
    .back = Zurück zu Ihrem Konto

error =
    .wait = Versuchen Sie es in { $wait } erneut.
    .link_works = Der Link in Ihrer E‑Mail funktioniert weiterhin.
    .again = Erneut versuchen
    .look_again = Weiter
    .go_on = Wenn nichts passiert, klicken Sie auf <a href="{ $url }">Weiter</a>.
    .email = E-Mail-Adresse
    .new_link = Neuen Link anfordern
    .new_code = Neuen Code anfordern
    .start = Zur Startseite
    .request_id = Wenn Sie sich an den Support wenden, geben Sie diese ID an: <code>{ $id }</code>

bad_request =
    .title = Diese Anfrage ist ungültig
    .text = Ein Teil des Links oder Formulars fehlt oder ist beschädigt. Gehen Sie zurück und versuchen Sie es erneut.
invalid_email =
    .title = Geben Sie eine gültige E‑Mail-Adresse ein
    .text = Prüfen Sie die Adresse auf Tippfehler. Sie sollte so aussehen: name@example.com.
rate_limited =
    .title = Zu viele Anfragen
    .text = Bereits gesendete Links und Codes funktionieren weiterhin.
busy =
    .title = Im Moment melden sich zu viele Personen an
    .text = Bereits gesendete Links und Codes funktionieren weiterhin.
recent_sign_in_required =
    .title = Bitte bestätigen Sie Ihre Identität
    .text = Melden Sie sich dafür erneut an. Ihre Eingaben wurden nicht gespeichert.
form_expired =
    .title = Ihr Formular ist nicht mehr verfügbar
    .text = Es wurde nichts geändert. Gehen Sie zurück und senden Sie es erneut ab.
not_allowed =
    .title = Mit dieser E‑Mail-Adresse können Sie sich hier nicht anmelden
    .text = Auf dieser Website können Sie sich nur mit bestimmten E‑Mail-Adressen anmelden. Verwenden Sie eine andere Adresse oder wenden Sie sich an den Support.
link_expired =
    .title = Dieser Link funktioniert nicht mehr
    .text = Er ist abgelaufen oder wurde bereits verwendet, möglicherweise von einem Scanner, der Links in E‑Mails prüft. Fordern Sie einen neuen an.
mail_link_spent =
    .title = Dieser Link funktioniert nicht mehr
    .text = Er ist abgelaufen, wurde bereits verwendet, oder die Anmeldung wurde abgebrochen. Fordern Sie einen neuen an.
# with own-mail
mail_link_in_use =
    .title = Sie melden sich bereits mit diesem Link an
    .text = Die Anmeldung hat vor wenigen Sekunden begonnen. Wenn Sie nicht angemeldet sind, versuchen Sie es in zehn Sekunden erneut.
# end own-mail
# with own-mail or cross-device
too_late_to_end =
    .title = Diese Anmeldung lässt sich nicht mehr abbrechen
    .text = Sie wurde bereits abgeschlossen oder abgebrochen. Falls sich jemand anderes bei Ihrem Konto angemeldet haben könnte, melden Sie sich an und klicken Sie unter „Ihre Sitzungen“ auf „Überall abmelden“. Stellen Sie danach sicher, dass niemand sonst Ihre E‑Mails lesen kann.
# end own-mail or cross-device
going_through =
    .title = Sie werden angemeldet …
    .text = Diese Seite aktualisiert sich automatisch.
another_link =
    .title = Sie haben in diesem Browser einen neueren Link geöffnet
    .text = Es wurde nichts geändert. Fahren Sie mit dem neueren Link fort.
sign_in_cancelled =
    .title = Anmeldung abgebrochen
    .text = Sie wurden nicht angemeldet. Sie können jederzeit neu beginnen.
sso_failed =
    .title = Wir konnten Sie nicht anmelden
    .text = Der Anmeldedienst hat einen Fehler gemeldet. Versuchen Sie es erneut. Wenn das Problem weiterhin besteht, wenden Sie sich an den Support.
sso_denied =
    .title = Ihre Organisation hat die Anmeldung abgelehnt
    .text = Versuchen Sie es erneut. Wenn das Problem weiterhin besteht, wenden Sie sich an die Person, die in Ihrer Organisation die Konten verwaltet.
sso_not_set_up =
    .title = Diese Anmeldung ist nicht richtig eingerichtet
    .text = Ein neuer Versuch hilft nicht. Teilen Sie dem Support mit, dass die Anmeldung über Ihre Organisation nicht funktioniert.
sso_switched_off =
    .title = Die Anmeldung Ihrer Organisation ist deaktiviert
    .text = Wann sie wieder verfügbar ist, erfahren Sie von der Person, die in Ihrer Organisation die Konten verwaltet.
sso_wrong_account =
    .title = Dieses Konto gehört nicht zu Ihrer Organisation
    .text = Sie sind bei Ihrer Organisation mit einem anderen Konto angemeldet. Melden Sie sich dort ab und versuchen Sie es mit Ihrer geschäftlichen E‑Mail-Adresse erneut.
# with sso
sso_too_late =
    .title = Diese Anmeldung hat zu lange gedauert
    .text = Die Antwort der Anmeldeseite Ihrer Organisation ist abgelaufen oder wurde bereits verwendet. Melden Sie sich erneut an.
sso_nothing_pending =
    .title = Wir konnten Ihre Anmeldung nicht finden
    .text = Sie wurde in einem anderen Browser begonnen, bereits abgeschlossen oder abgebrochen. Melden Sie sich hier erneut an.
sso_mismatch =
    .title = Mit diesem Konto können Sie sich hier nicht anmelden
    .text = Die Anmeldeseite Ihrer Organisation hat ein Konto übermittelt, das nicht zu Ihrer Organisation gehört. Deshalb haben wir Sie nicht angemeldet. Versuchen Sie es mit Ihrer geschäftlichen E‑Mail-Adresse erneut. Wenn das Problem weiterhin besteht, wenden Sie sich an den Support.
# end sso
started_elsewhere =
    .title = Beginnen Sie die Anmeldung hier
    .text = Zum Schutz Ihres Kontos muss jede Anmeldung auf dieser Website beginnen. Geben Sie Ihre geschäftliche E‑Mail-Adresse ein. Wir leiten Sie dann zur Anmeldeseite Ihrer Organisation weiter.
nothing_pending =
    .title = Wir konnten Ihre Anmeldung nicht finden
    .text = Öffnen Sie den Link in dem Browser, in dem Sie ihn angefordert haben. Wenn das dieser Browser war, ist der Link abgelaufen oder wurde bereits verwendet. Fordern Sie einen neuen an.
# with sso
cookies_blocked =
    .title = Dieser Browser blockiert Cookies
    .text = Zum Anmelden werden Cookies benötigt. Erlauben Sie Cookies für diese Website oder verwenden Sie einen anderen Browser und beginnen Sie von vorn.
# end sso
email_cookies_blocked =
    .title = Dieser Browser blockiert Cookies
    .text = Falls wir Ihnen eine E‑Mail gesendet haben, funktioniert der Link oder Code darin in diesem Browser nicht. Erlauben Sie Cookies für diese Website oder verwenden Sie einen anderen Browser und beginnen Sie von vorn.
# with cross-device
no_cookies =
    .title = Dieser Browser hat kein Cookie dieser Website
    .text = Wenn Sie gerade einen Anmeldelink geöffnet haben, blockiert dieser Browser Cookies. Der Link funktioniert hier deshalb nicht. Fordern Sie in einem Browser, der Cookies für diese Website erlaubt, einen neuen Link an und öffnen Sie ihn dort.
# end cross-device
# with own-mail or cross-device
requested_without_cookies =
    .title = Mit diesem Link können Sie sich nicht anmelden
    .text = Der Browser, in dem er angefordert wurde, blockiert Cookies. Der Link in der E‑Mail funktioniert deshalb in keinem Browser. Fordern Sie in einem Browser, der Cookies für diese Website erlaubt, einen neuen Link an.
# end own-mail or cross-device
state_mismatch =
    .title = Dieser Link ist ungültig
    .text = Er ist beschädigt oder stammt nicht von dieser Website. Fordern Sie einen neuen an.
code_expired =
    .title = Diese Anmeldung hat zu lange gedauert
    .text = Der Link war gültig, aber die Anmeldung ist abgelaufen oder wurde bereits abgeschlossen. Fordern Sie einen neuen Link an.
# with cross-device
wrong_digits =
    .title = Diese Ziffern stimmen nicht
    .text = Geben Sie die zwei Ziffern ein, die der andere Browser anzeigt.
too_many_wrong_digits =
    .title = Zu viele Fehlversuche
    .text = Zu Ihrer Sicherheit haben wir diese Anmeldung abgebrochen. Sie können hier eine neue beginnen.
# end cross-device
wrong_code =
    .title = Dieser Code stimmt nicht
    .text = Geben Sie die sechs Ziffern aus der neuesten E‑Mail ein.
too_many_wrong_codes =
    .title = Zu viele Fehlversuche
    .text = Zu Ihrer Sicherheit haben wir diese Anmeldung abgebrochen. Fordern Sie einen neuen Code an.
too_many_tries =
    .title = Zu viele Versuche
    .text = Der Code in Ihrer E‑Mail ist weiterhin gültig.
one_time_code_spent =
    .title = Dieser Code funktioniert nicht mehr
    .text = Er ist abgelaufen, wurde bereits verwendet oder zu oft falsch eingegeben. Fordern Sie einen neuen an.
no_code_pending =
    .title = Wir konnten Ihre Anmeldung nicht finden
    .text = Geben Sie den Code in dem Browser ein, in dem Sie ihn angefordert haben. Wenn das dieser Browser war, ist der Code abgelaufen oder wurde bereits verwendet. Fordern Sie einen neuen an.
code_of_another =
    .title = Dieser Code gehört zu einem anderen Konto
    .text = Er passt nicht zu der E‑Mail-Adresse, die Sie eingegeben haben. Deshalb haben wir Sie nicht angemeldet. Fordern Sie einen neuen Code an.
further_steps =
    .title = Für Ihr Konto reicht ein Code nicht aus
    .text = Die Anmeldung erfordert einen weiteren Schritt, den diese Website nicht unterstützt, zum Beispiel eine Zwei-Faktor-Authentifizierung, einen Passkey oder eine andere Art der Anmeldung. Deshalb haben wir Sie nicht angemeldet. Wenden Sie sich an den Support.
profile_mismatch =
    .title = Dieser Link gehört zu einem anderen Konto
    .text = Er passt nicht zu der E‑Mail-Adresse, die Sie eingegeben haben. Deshalb haben wir Sie nicht angemeldet. Fordern Sie einen neuen Link an.
not_signed_in =
    .title = Sie sind nicht angemeldet
    .text = Melden Sie sich an und versuchen Sie es erneut.
cross_site =
    .title = Diese Anfrage kam von einer anderen Website
    .text = Zum Schutz Ihres Kontos haben wir sie blockiert. Wenn sie von Ihnen stammt, öffnen Sie diese Website und versuchen Sie es erneut.
prefetch =
    .title = Anmeldung fortsetzen
    .text = Ihr Browser hat diese Seite geladen, bevor Sie sie geöffnet haben. Deshalb ist noch nichts passiert.
not_found =
    .title = Seite nicht gefunden
    .text = Wenn Sie die Adresse eingegeben haben, prüfen Sie sie auf Tippfehler. Die Seite wurde vielleicht verschoben oder gelöscht.
method_not_allowed =
    .title = Diese Aktion ist hier nicht möglich
    .text = Die Seite unterstützt diese Art von Anfrage nicht. Gehen Sie zurück und versuchen Sie es erneut.
too_large =
    .title = Anfrage zu groß
    .text = Ihr Browser hat mehr Daten gesendet, als diese Website annimmt. Wenn das Problem weiterhin besteht, löschen Sie in Ihrem Browser die Cookies dieser Website.
wrong_host =
    .title = Diese Website ist unter dieser Adresse nicht erreichbar
    .text = Prüfen Sie die Adresse in Ihrem Browser.
workos_unavailable =
    .title = Die Anmeldung ist vorübergehend nicht verfügbar
    .text = Unser Anmeldedienst antwortet nicht.
# with own-mail
mail_unavailable =
    .title = Wir können gerade keine E‑Mails senden
    .text = Unser Mailserver nimmt keine Nachrichten an.
# end own-mail
store_unavailable =
    .title = Wir können Ihre Sitzung gerade nicht prüfen
    .text = Wenn Sie angemeldet sind, bleiben Sie angemeldet.
internal =
    .title = Es ist ein Fehler aufgetreten
    .text = Das Problem liegt bei uns. Bitte versuchen Sie es später noch einmal. Wenn es weiterhin besteht, wenden Sie sich an den Support.

# with own-mail
mail =
    .subject = Ihr Anmeldelink für { $site }
    .title = Anmeldung bei { $site }
    .lead = Öffnen Sie diesen Link, am besten in dem Browser, in dem Sie ihn angefordert haben, und klicken Sie dann auf „Anmelden“.
    .button = Anmeldeseite öffnen
    .once = Der Link ist { $lifetime } gültig und funktioniert nur einmal. Er wurde am { $at } angefordert ({ $device }).
    .not_me = Sie haben das nicht angefordert? Dann können Sie diese E‑Mail ignorieren: Ohne sie kann sich niemand anmelden. So machen Sie den Link ungültig:
    .end = Anmeldung abbrechen
# end own-mail

date = { $day }. { $month ->
        [January] Januar
        [February] Februar
        [March] März
        [April] April
        [May] Mai
        [June] Juni
        [July] Juli
        [August] August
        [September] September
        [October] Oktober
        [November] November
       *[December] Dezember
    } { $year }, { $time } Uhr UTC
seconds = { $count ->
        [one] { $count } Sekunde
       *[other] { $count } Sekunden
    }
minutes = { $count ->
        [one] { $count } Minute
       *[other] { $count } Minuten
    }
hours = { $count ->
        [one] { $count } Stunde
       *[other] { $count } Stunden
    }
device = { $browser } unter { $system }
device_unknown = Unbekannter Browser
