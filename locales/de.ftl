# with second-language
# Was Seiten und Mails sagen; siehe en.ftl.

language = Deutsch
direction = ltr

layout =
    .description = Anmelden mit einem Link in einer Mail, ohne Passwort.
    .description_code = Anmelden mit einem Code aus einer Mail, ohne Passwort.
    .footer = Anmeldung per Mail, mit WorkOS Magic Link und actix-web.
    .footer_code = Anmeldung per Mail, mit WorkOS Magic Auth und actix-web.
    .languages = Sprache
    .account = Konto
    .sign_out = Abmelden
    .busy = Einen Moment …

# with stand-in
demo =
    .banner = Demo: Keine Mail verlässt diesen Rechner. Jede kommt in <a href="{ $inbox }" target="_blank" rel="noopener">diesem Postfach</a> an.
    .inbox = Postfach der Demo öffnen
# end stand-in

home =
    .title = Anmelden mit einem Link statt mit einem Passwort
    .title_code = Anmelden mit einem Code statt mit einem Passwort
    .lead = Kein Passwort, das man sich ausdenken muss, vergisst oder verliert.
    .type = Adresse eingeben
    .open = Mail öffnen
    .click = Einmal klicken, und Sie sind angemeldet
    .copy = Code hier eingeben, und Sie sind angemeldet
    .sign_in = Anmelden
    .welcome = Willkommen zurück
    .signed_in_as = Sie sind angemeldet als <strong class="address" translate="no">{ $email }</strong>.
    .account = Ihr Konto

login =
    .title = Anmelden
    .error = Fehler: { $title }
    .lead = Wir schicken Ihnen einen Link. Sie öffnen ihn und sind angemeldet.
    .lead_code = Wir schicken Ihnen einen Code. Sie geben ihn hier ein und sind angemeldet.
    .email = E-Mail-Adresse
    .example = sie@example.com
    .suggestion = Meinten Sie { $address }?
    .submit = Link zusenden
    .submit_code = Code zusenden

ended =
    .idle = Sie wurden abgemeldet, weil Sie eine Weile nicht hier waren.
    .time_limit = Sie wurden abgemeldet, weil die Zeit dieser Sitzung um war.
    .ended_elsewhere = Sie wurden von einer anderen Ihrer Sitzungen aus abgemeldet.
    .too_many_sessions = Sie wurden abgemeldet, weil Sie sich auf zu vielen anderen Geräten angemeldet haben.
    .ended_by_operator = Sie wurden vom Betreiber dieser Website abgemeldet.

sent =
    .title = Sehen Sie in Ihr Postfach
    .on_its_way = Wenn <strong class="address" translate="no">{ $email }</strong> Mails empfangen kann, ist ein Link unterwegs. Öffnen Sie ihn <strong>in diesem Browser</strong> innerhalb von { $lifetime }, und Sie sind angemeldet.
    .handed_over = Dem Mailsystem übergeben: { $at }. Hier geht es von selbst weiter.
    .delayed = Das kann etwas länger dauern als sonst. Diese Seite aktualisiert sich automatisch.
    .held_back = An <strong class="address" translate="no">{ $email }</strong> gingen so viele Mails, dass diesmal keine gesendet wurde. Die nächste kann am { $at } gesendet werden. Ein Link, der schon früher kam, gilt weiter in dem Browser, in dem Sie ihn angefordert haben.
    .webmail = { $name } öffnen
    .new_tab = (öffnet sich in einem neuen Tab)
    .nothing = Nichts angekommen?
    .spam = Sehen Sie im Spam-Ordner nach; es kann ein, zwei Minuten dauern.
    .address = Prüfen Sie, ob die Adresse oben stimmt.
    .again = Noch einen Link zusenden
    .wait = Der nächste Link kann in { $wait } gesendet werden.
    .may_again = Der nächste Link kann jetzt gesendet werden.
    .other_address = Andere Adresse verwenden

# with cross-device
sent_elsewhere =
    .on_its_way = Wenn <strong class="address" translate="no">{ $email }</strong> Mails empfangen kann, ist ein Link unterwegs. Öffnen Sie ihn innerhalb von { $lifetime }, und Sie sind angemeldet.
    .elsewhere = Sie öffnen die Mail auf einem anderen Gerät? Geben Sie dort diese Zahl ein:
# end cross-device

code =
    .mailed = Wenn <strong class="address" translate="no">{ $email }</strong> Mails empfangen kann, ist ein Code aus sechs Ziffern unterwegs. Geben Sie ihn innerhalb von { $lifetime } hier ein, und Sie sind angemeldet.
    .held_back = An <strong class="address" translate="no">{ $email }</strong> gingen so viele Codes, dass diesmal keiner gesendet wurde. Der nächste kann am { $at } gesendet werden. Ein Code, der schon früher kam, gilt weiter auf der Seite, auf der Sie ihn angefordert haben.
    .signed_in_as = Sie sind angemeldet als <strong class="address" translate="no">{ $email }</strong>. Mit diesem Code melden Sie sich als jemand anderes an.
    .code = Der Code aus der Mail
    .submit = Anmelden
    .submit_instead = Als <span translate="no">{ $email }</span> anmelden
    .tries_left = { $count ->
        [one] Noch { $count } Versuch, dann brauchen Sie einen neuen Code.
       *[other] Noch { $count } Versuche, dann brauchen Sie einen neuen Code.
    }
    .warning = Geben Sie ihn nur hier ein, und sagen Sie ihn niemandem: Wer ihn hat, kann sich als Sie anmelden.
    .handed_over = Dem Mailsystem übergeben: { $at }.
    .delayed = Das kann etwas länger dauern als sonst.
    .again = Noch einen Code zusenden
    .newest = Es gilt der neueste Code.
    .wait = Der nächste Code kann in { $wait } gesendet werden.
    .may_again = Der nächste Code kann jetzt gesendet werden.

# with own-mail
open =
    .title = Anmelden
    .lead = Sie haben am { $at } darum gebeten. Drücken Sie den Knopf, und Sie sind angemeldet als <strong class="address" translate="no">{ $email }</strong>.
    .submit = Anmelden
    .not_me = Sie haben nicht darum gebeten? <a href="{ $cancel_url }">Diese Anmeldung beenden</a>
    .press = Der Link führt zu einer Seite mit einem Knopf, der Sie anmeldet.
    .denied_copy = Dort gilt er noch: Kopieren Sie ihn aus der Mail, oder öffnen Sie die Mail in jenem Browser.
    .safe_link = Einen Link zusenden, den nur ich verbrauchen kann
    .same_link = Einen neuen Link derselben Art zusenden

cancel =
    .title = Diese Anmeldung beenden?
    .lead = Jemand hat am { $at } (<strong>{ $device }</strong>) darum gebeten, sich mit Ihrer Adresse anzumelden. Wenn Sie das nicht waren, beenden Sie es hier: Der Link in der Mail öffnet dann nichts mehr.
    .submit = Ich habe nicht darum gebeten
# end own-mail

# with own-mail or cross-device
cancelled =
    .title = Anmeldung beendet
    .lead = Der Link in der Mail öffnet nichts mehr: Niemand wurde angemeldet, und Sie können die Mail löschen. Jemand hat Ihre Adresse eingegeben, vielleicht aus Versehen; mehr ist nicht zu tun.
    .start = Zur Startseite
# end own-mail or cross-device

# with cross-device
approve =
    .title = Melden Sie sich gerade an?
    .lead = Jemand hat diesen Link in einem anderen Browser angefordert: <strong>{ $device }</strong>, am { $at }. Waren Sie das? Dann geben Sie die zwei Ziffern ein, die dort stehen, und jener Browser meldet Sie an.
    .digits = Die zwei Ziffern
    .tries_left = { $count ->
        [one] Noch { $count } Versuch, dann ist diese Anmeldung beendet.
       *[other] Noch { $count } Versuche, dann ist diese Anmeldung beendet.
    }
    .submit = Dort anmelden
    .warning = Geben Sie nie Ziffern ein, die Ihnen jemand nennt: Wer sie anzeigt, wird angemeldet.
    .denied = Dieser Link gilt nur dort, wo er angefordert wurde
    .denied_lead = Er wurde in einem anderen Browser angefordert: <strong>{ $device }</strong>, am { $at }.
    .denied_again = Fordern Sie in dem Browser einen neuen an, in dem Sie angemeldet sein möchten, und öffnen Sie ihn dort.
    .forgotten = Ist es dieser Browser, oder zeigt keine Seite Ziffern? Dann ist die Anfrage dort verloren gegangen, oder jener Browser speichert keine Cookies; erlauben Sie sie dann für diese Website. Fordern Sie hier einen neuen Link an.
    .here = Stattdessen hier anmelden
    .not_me = Ich war das nicht

approved =
    .title = Weiter im anderen Browser
    .lead = Wenn die Seite dort noch offen ist, meldet sie Sie jetzt von selbst an, und Sie können diese schließen. Sonst öffnen Sie sie dort innerhalb von zehn Minuten noch einmal.
# end cross-device

switch =
    .title = Konto wechseln?
    .signed_in_as = Sie sind angemeldet als <strong class="address" translate="no">{ $email }</strong>.
    .link_for = Der Link ist für <strong class="address" translate="no">{ $email }</strong>.
    .submit = Als <span translate="no">{ $email }</span> anmelden
    .stay = Als <span translate="no">{ $email }</span> angemeldet bleiben
    .dont = Nicht anmelden

# with sso
sso =
    .signed_in_as = Über Ihre Organisation haben Sie sich als <strong class="address" translate="no">{ $email }</strong> angemeldet.
    .again = Neu anmelden
# end sso

# with own-mail or sso
leaving =
    .title = Einen Moment
    .lead = Sie werden angemeldet. <a href="{ $url }">Weiter</a>, falls nichts geschieht.
# end own-mail or sso

account =
    .title = Ihr Konto
    .signed_in_as = Sie sind angemeldet als <strong class="address" translate="no">{ $email }</strong>.
    .profile = Profil
    .email = Adresse
    .name = Name
    .no_name = nicht bekannt
    .connection_type = Angemeldet über
    .connection = Verbindung
    .organization = Organisation
    .role = Rolle
    .groups = Gruppen
    .none = keine
    .profile_id = Profil-ID
    .session = Diese Sitzung
    .signed_in = Angemeldet
    .from = Von
    .ends = Endet
    .ends_at = { $at }, wenn Sie vorher nicht wiederkommen
    .all_sessions = Alle Ihre Sitzungen
    .attributes = Attribute
    .normalized = Vereinheitlicht: das ganze Profil
    .raw = Roh: wie der Identitätsanbieter sie gesendet hat

account_sessions =
    .title = Ihre Sitzungen
    .lead = Wo Sie angemeldet sind. Beenden Sie, was Sie nicht kennen; es endet sofort.
    .this = diese hier
    .from = Von { $address }.
    .dates = Angemeldet: { $created_at }. Zuletzt gesehen: { $last_seen_at }. Endet: { $expires_at }.
    .end = Beenden
    .which = { $device }, angemeldet { $created_at }
    .sign_out = Abmelden
    .end_others = Alle anderen beenden
    .end_all = Überall abmelden
    .back = Zurück zu Ihrem Konto

error =
    .wait = Versuchen Sie es in { $wait } noch einmal.
    .link_works = Der Link in Ihrer Mail gilt weiter.
    .again = Noch einmal versuchen
    .look_again = Weiter
    .go_on = <a href="{ $url }">Weiter</a>, falls nichts geschieht.
    .email = E-Mail-Adresse
    .new_link = Neuen Link zusenden
    .new_code = Neuen Code zusenden
    .start = Zur Startseite
    .request_id = Wenn Sie um Hilfe bitten, nennen Sie diese Nummer: <code>{ $id }</code>

bad_request =
    .title = Diese Anfrage ist nicht lesbar
    .text = Etwas in der Adresse oder im Formular fehlt oder ist beschädigt. Gehen Sie zurück, und versuchen Sie es noch einmal.
invalid_email =
    .title = Das sieht nicht wie eine E-Mail-Adresse aus
    .text = Prüfen Sie die Adresse auf Tippfehler. Sie sieht aus wie name@example.com.
rate_limited =
    .title = Das war zu oft
    .text = Sie haben öfter um eine Anmeldung gebeten, als irgendjemand braucht. Was schon gesendet wurde, gilt weiter.
busy =
    .title = Gerade melden sich zu viele an
    .text = Es liegt nicht an Ihnen. Wer schon eine Mail hat, kann sie verwenden.
not_allowed =
    .title = Diese Adresse kann sich hier nicht anmelden
    .text = Auf dieser Website können sich nur bestimmte Adressen anmelden. Wenn Sie eine andere haben, verwenden Sie diese; sonst fragen Sie den Betreiber der Website.
link_expired =
    .title = Dieser Link gilt nicht mehr
    .text = Er ist abgelaufen, oder etwas hat ihn vor Ihnen geöffnet: Ein Link gilt einmal, und manche Mailsysteme öffnen Links, um sie zu prüfen. Fordern Sie einen neuen an.
mail_link_spent =
    .title = Dieser Link gilt nicht mehr
    .text = Er wurde schon verwendet, ist abgelaufen, oder seine Anmeldung wurde beendet. Fordern Sie einen neuen an.
# with own-mail
mail_link_in_use =
    .title = Einen Moment
    .text = Der Knopf hinter diesem Link wurde vor wenigen Sekunden gedrückt. Wenn Sie nicht angemeldet sind, versuchen Sie es in zehn Sekunden noch einmal.
# end own-mail
# with own-mail or cross-device
too_late_to_end =
    .title = Diese Anmeldung lässt sich nicht mehr beenden
    .text = Sie ist schon vorbei. Wenn jemand damit angemeldet wurde und Sie das nicht waren: Melden Sie sich an, beenden Sie alle Sitzungen Ihres Kontos, und sorgen Sie dafür, dass niemand sonst Ihre Mails liest.
# end own-mail or cross-device
going_through =
    .title = Einen Moment
    .text = Sie werden angemeldet.
another_link =
    .title = Inzwischen wurde hier ein anderer Link geöffnet
    .text = Deshalb wurde nichts getan. Sehen Sie nach, wonach jetzt gefragt wird.
sign_in_cancelled =
    .title = Die Anmeldung wurde abgebrochen
    .text = Niemand wurde angemeldet. Sie können jederzeit neu beginnen.
sso_failed =
    .title = Die Anmeldung kam nicht zustande
    .text = Der Anmeldedienst hat Sie zurückgeschickt, ohne Sie anzumelden. Versuchen Sie es noch einmal; geschieht es wieder, sagen Sie es dem Betreiber dieser Website.
sso_denied =
    .title = Ihre Organisation hat Sie nicht eingelassen
    .text = Die Anmeldeseite Ihrer Organisation hat Sie zurückgeschickt, ohne Sie anzumelden. Versuchen Sie es noch einmal; hilft das nicht, fragen Sie, wer sich in Ihrer Organisation um Konten kümmert.
sso_not_set_up =
    .title = Diese Anmeldung ist nicht richtig eingerichtet
    .text = Es liegt nicht an Ihnen, und ein neuer Versuch hilft nicht: Sagen Sie dem Betreiber dieser Website, dass die Anmeldung über Ihre Organisation nicht funktioniert.
sso_switched_off =
    .title = Die Anmeldung Ihrer Organisation ist abgeschaltet
    .text = Fragen Sie, wer sich in Ihrer Organisation um Konten kümmert, wann sie wieder da ist.
sso_wrong_account =
    .title = Dieses Konto gehört nicht zu Ihrer Organisation
    .text = Sie sind auf der Anmeldeseite Ihrer Organisation mit einem anderen Konto angemeldet. Melden Sie sich dort ab, und versuchen Sie es mit Ihrer Arbeitsadresse noch einmal.
# with sso
sso_too_late =
    .title = Diese Anmeldung hat zu lange gedauert
    .text = Was die Anmeldeseite Ihrer Organisation zurückbrachte, war abgelaufen oder schon verwendet. Melden Sie sich neu an.
sso_nothing_pending =
    .title = In diesem Browser wartet keine solche Anmeldung
    .text = Sie wurde in einem anderen Browser begonnen, oder sie wurde schon verwendet oder beendet. Melden Sie sich hier neu an.
sso_mismatch =
    .title = Dieses Konto gehört nicht hierher
    .text = Die Anmeldeseite Ihrer Organisation nannte uns ein Konto, für das sie nicht sprechen kann; deshalb wurde niemand angemeldet. Versuchen Sie es mit Ihrer Arbeitsadresse noch einmal; geschieht es wieder, sagen Sie es dem Betreiber dieser Website.
# end sso
started_elsewhere =
    .title = Bitte beginnen Sie die Anmeldung hier
    .text = Sie kamen von einer anderen Seite, etwa der Ihrer Organisation. Zu Ihrer Sicherheit gelten nur Anmeldungen, die auf dieser Website beginnen: Geben Sie Ihre Arbeitsadresse ein; Sie werden dorthin zurückgeführt und dann angemeldet.
nothing_pending =
    .title = In diesem Browser wartet keine solche Anmeldung
    .text = Öffnen Sie den Link in dem Browser, in dem Sie ihn angefordert haben. Wenn es dieser ist, wurde der Link schon verwendet oder ist zu alt: Fordern Sie einen neuen an.
# with sso
cookies_blocked =
    .title = Dieser Browser speichert keine Cookies
    .text = Zum Anmelden werden Cookies benötigt. Erlauben Sie sie für diese Website, oder verwenden Sie einen anderen Browser, und beginnen Sie von vorn.
# end sso
email_cookies_blocked =
    .title = Dieser Browser speichert keine Cookies
    .text = Wenn die Adresse E-Mails empfangen kann, haben wir eine gesendet. Der Link oder Code darin funktioniert in diesem Browser aber nicht. Erlauben Sie Cookies für diese Website, oder verwenden Sie einen anderen Browser, und beginnen Sie von vorn.
# with cross-device
no_cookies =
    .title = Dieser Browser hat kein Cookie dieser Website
    .text = Wenn Sie gerade einen Anmeldelink geöffnet haben, speichert dieser Browser keine Cookies. Der Link funktioniert hier deshalb nicht. Fordern Sie in einem Browser, der Cookies für diese Website erlaubt, einen neuen Link an und öffnen Sie ihn dort.
# end cross-device
# with own-mail or cross-device
requested_without_cookies =
    .title = Mit diesem Link können Sie sich nicht anmelden
    .text = Der Browser, in dem er angefordert wurde, speichert keine Cookies. Der Link in der E-Mail funktioniert deshalb in keinem Browser. Fordern Sie in einem Browser, der Cookies für diese Website erlaubt, einen neuen Link an.
# end own-mail or cross-device
state_mismatch =
    .title = Dieser Link gehört zu keiner Anmeldung von hier
    .text = Er ist beschädigt oder stammt nicht von dieser Website. Fordern Sie einen neuen an.
code_expired =
    .title = Diese Anmeldung hat zu lange gedauert
    .text = Der Link war in Ordnung, doch was er zurückbrachte, war abgelaufen oder schon verwendet. Fordern Sie einen neuen an.
# with cross-device
wrong_digits =
    .title = Das ist nicht die Zahl
    .text = Sehen Sie auf die Seite im anderen Browser: Sie zeigt zwei Ziffern.
too_many_wrong_digits =
    .title = Drei falsche Zahlen
    .text = Damit ist diese Anmeldung beendet, falls jemand anderes darum gebeten hatte. Wenn Sie möchten, beginnen Sie hier eine neue.
# end cross-device
wrong_code =
    .title = Das ist nicht der Code
    .text = Sehen Sie in die neueste Mail: Darin stehen sechs Ziffern.
too_many_wrong_codes =
    .title = Drei falsche Codes
    .text = Damit ist diese Anmeldung beendet, falls jemand geraten hat. Fordern Sie einen neuen Code an.
too_many_tries =
    .title = Einen Moment
    .text = Codes für diese Adresse wurden so oft probiert, dass der nächste Versuch warten muss. Der Code in Ihrer Mail gilt weiter.
one_time_code_spent =
    .title = Dieser Code gilt nicht mehr
    .text = Er wurde schon verwendet, ist zu alt oder wurde dreimal falsch eingegeben. Fordern Sie einen neuen an.
no_code_pending =
    .title = In diesem Browser wartet keine solche Anmeldung
    .text = Geben Sie den Code in dem Browser ein, in dem Sie ihn angefordert haben. Wenn es dieser ist, wurde der Code schon verwendet oder ist zu alt: Fordern Sie einen neuen an.
code_of_another =
    .title = Das war der Code von jemand anderem
    .text = Der Code gehörte zu einer anderen Person als der, die in diesem Browser gefragt hat; deshalb wurde niemand angemeldet. Fordern Sie einen neuen an.
further_steps =
    .title = Ihr Konto verlangt mehr als einen Code
    .text = Es ist für einen weiteren Schritt eingerichtet, etwa einen zweiten Faktor oder die Wahl einer Organisation, den diese Website nicht anbietet. Deshalb wurde niemand angemeldet. Fragen Sie den Betreiber dieser Website.
profile_mismatch =
    .title = Das war der Link von jemand anderem
    .text = Der Link gehörte zu einer anderen Person als der, die in diesem Browser gefragt hat; deshalb wurde niemand angemeldet. Fordern Sie einen neuen an.
not_signed_in =
    .title = Sie sind nicht angemeldet
    .text = Melden Sie sich an, und versuchen Sie es noch einmal.
cross_site =
    .title = Das kam von einer anderen Website
    .text = Eine andere Website hat versucht, hier für Sie zu handeln; deshalb wurde nichts getan. Wenn Sie es selbst waren, öffnen Sie diese Website, und versuchen Sie es noch einmal.
prefetch =
    .title = Anmeldung fortsetzen
    .text = Ihr Browser hat diese Seite geladen, bevor Sie sie geöffnet haben. Deshalb ist noch nichts geschehen.
not_found =
    .title = Diese Seite gibt es nicht
    .text = Die Adresse ist vielleicht falsch geschrieben, oder es gibt die Seite nicht mehr.
method_not_allowed =
    .title = Das geht mit dieser Seite nicht
    .text = Es gibt die Seite, aber sie nimmt diese Art von Anfrage nicht an.
too_large =
    .title = Das war zu viel
    .text = Was Ihr Browser gesendet hat, ist größer als alles, wonach diese Website fragt. Wenn es anhält, löschen Sie in Ihrem Browser die Cookies dieser Website.
wrong_host =
    .title = Unter diesem Namen gibt es diese Website nicht
    .text = Prüfen Sie die Adresse in Ihrem Browser.
workos_unavailable =
    .title = Anmelden ist gerade nicht möglich
    .text = Der Dienst, über den diese Website anmeldet, antwortet nicht, wie er soll. Warten Sie einen Moment, und versuchen Sie es dann noch einmal.
# with own-mail
mail_unavailable =
    .title = Gerade können keine Mails gesendet werden
    .text = Der Mailserver dieser Website nimmt unsere Mails nicht an. Warten Sie einen Moment, und versuchen Sie es dann noch einmal.
# end own-mail
store_unavailable =
    .title = Gerade können wir keine Sitzungen nachschlagen
    .text = Wer angemeldet ist, bleibt es. Warten Sie einen Moment, und laden Sie dann diese Seite noch einmal.
internal =
    .title = Bei uns ist etwas nicht in Ordnung
    .text = Es liegt nicht an Ihnen. Versuchen Sie es später noch einmal; hält es an, sagen Sie es dem Betreiber dieser Website.

# with own-mail
mail =
    .subject = Ihr Link zum Anmelden bei { $site }
    .title = Anmelden bei { $site }
    .lead = Öffnen Sie diesen Link, am besten in dem Browser, in dem Sie ihn angefordert haben, und drücken Sie dort den Knopf.
    .button = Anmeldeseite öffnen
    .once = Der Link meldet Sie einmal an, innerhalb von { $lifetime }. Er wurde am { $at } angefordert: { $device }.
    .not_me = Sie haben nicht darum gebeten? Jemand hat Ihre Adresse eingegeben, vielleicht aus Versehen. Ohne diese Mail wird niemand angemeldet; Sie können sie also übergehen oder jene Anmeldung beenden:
    .end = Jene Anmeldung beenden
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
