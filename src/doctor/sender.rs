//! What the domain of `MAIL_FROM` says of who may send mails in its name. Which of its DKIM keys the
//! mail server signs with can't be known without a mail.

use super::Verdict::{self, Fails, Passes, Unknown};
use super::dns::Dns;

/// RFC 7208: one record, at the domain itself.
pub(super) async fn spf(dns: &Dns, domain: &str) -> Verdict {
    match records(dns, domain, "v=spf1").await {
        Err(why) => Unknown(format!("{domain} can't be asked for it: {why}")),
        Ok(0) => Fails(format!(
            "{domain} has none, so mails land among spam: publish a TXT record that names the mail \
             server, such as \"v=spf1 mx -all\""
        )),
        Ok(1) => Passes(format!("{domain} has it")),
        // RFC 7208, 4.5
        Ok(many) => Fails(format!("{domain} has {many}, so none counts: join them to one record")),
    }
}

/// RFC 7489, 6.6.3: at the domain, or else at one above it, whose policy covers it.
pub(super) async fn dmarc(dns: &Dns, domain: &str) -> Verdict {
    let mut at = domain;
    loop {
        match records(dns, &format!("_dmarc.{at}"), "v=DMARC1").await {
            Err(why) => return Unknown(format!("_dmarc.{at} can't be asked for it: {why}")),
            Ok(1) => return Passes(format!("{at} has it")),
            Ok(0) => {}
            Ok(many) => {
                return Fails(format!("_dmarc.{at} has {many}, so none counts: keep one record"));
            }
        }
        match at.split_once('.') {
            Some((_, above)) if above.contains('.') => at = above,
            _ => break,
        }
    }
    Fails(format!(
        "{domain} has none, so anybody may send mails in its name: publish a TXT record at \
         _dmarc.{domain}, such as \"v=DMARC1; p=none\" to begin with"
    ))
}

/// How many records of this kind there are.
async fn records(dns: &Dns, name: &str, version: &str) -> Result<usize, String> {
    let is_of_kind = |text: &String| {
        let rest = text.get(version.len()..).unwrap_or("?");
        text.get(..version.len()).is_some_and(|start| start.eq_ignore_ascii_case(version))
            && rest.chars().next().is_none_or(|next| next == ' ' || next == ';')
    };
    Ok(dns.texts(name).await?.iter().filter(|text| is_of_kind(text)).count())
}
