//! Email addresses: what the emulator accepts.
//!
//! Addresses are returned as given. Comparisons ignore case and surrounding spaces.

/// Returns whether this could be an email address: one `@`, a domain with a dot, and no character
/// that would break a header.
pub(crate) fn is_valid(address: &str) -> bool {
    let address = address.trim_matches(' ');
    let Some((local, domain)) = address.rsplit_once('@') else {
        return false;
    };
    let forbidden = |c: char| c.is_control() || c.is_whitespace() || "\"(),:;<>@[\\]".contains(c);
    let is_label = |label: &str| {
        (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
    };
    address.len() <= 254
        && (1..=64).contains(&local.len())
        && !local.contains(forbidden)
        && !domain.contains(forbidden)
        && domain.contains('.')
        && domain.split('.').all(is_label)
}

/// Returns the form in which addresses are compared.
pub(crate) fn normalized(address: &str) -> String {
    address.trim_matches(' ').to_lowercase()
}

/// Returns the domain, which selects the connection, in lower case.
pub(crate) fn domain(address: &str) -> String {
    let address = normalized(address);
    match address.rsplit_once('@') {
        Some((_, domain)) => domain.to_owned(),
        None => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_tagged_and_international_addresses_are_valid() {
        for address in
            ["ana@acme.test", "ana+list@mail.acme.test", "zoë@bücher.example", " Ana@Acme.test "]
        {
            assert!(is_valid(address), "{address}");
        }
    }

    #[test]
    fn addresses_that_would_break_a_header_are_invalid() {
        for address in [
            "",
            "ana",
            "@acme.test",
            "ana@",
            "ana@localhost",
            "ana@acme..test",
            "ana@-acme.test",
            "ana@acme.test\r\nBcc: eve@acme.test",
            "ana\u{0}@acme.test",
            "a@b@acme.test",
            "ana@acme.test,eve@acme.test",
            "\"ana\"@acme.test",
            "ana @acme.test",
        ] {
            assert!(!is_valid(address), "{address:?}");
        }
    }

    #[test]
    fn a_domain_is_compared_in_lower_case() {
        assert_eq!(domain(" Ana@ACME.test"), "acme.test");
    }
}
