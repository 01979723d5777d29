//! Functions and constants of templates.

#![cfg(feature = "tera")]
#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use std::error::Error;
use std::sync::Arc;

use fluent_locales::templates::{Localization, add_templates};
use tera::{Context, Tera, TeraResult, context};

const ENGLISH: &str = "
title = Tom & Jerry
mail =
    .markup = <em>Mail</em>
    .text = From { $name } & others
    .rich = From <b>{ $name }</b>
    .count = { $count ->
        [one] one email
       *[other] { $count } emails
    }
    .email = To { $email }
date = { $day } { $month ->
    [11] November
   *[other] { $month }
} { $year } at { $time }
seconds = { $count } s
minutes = { $count } min
hours = { $count } h
";

fn tera() -> Tera {
    let catalog = fluent_locales::load("en", "", [("en", ENGLISH)]).unwrap().remove(0);
    let mut tera = Tera::new();
    let localization = Localization::new(Arc::new(catalog));
    localization.with_display("email", str::to_uppercase).register(&mut tera);
    tera
}

fn render(name: &str, template: &str, context: &Context) -> TeraResult<String> {
    let mut tera = tera();
    add_templates(&mut tera, [(name.to_owned(), template.to_owned())])?;
    tera.render(name, context)
}

fn html(template: &str) -> String {
    render("page.html", template, &Context::new()).unwrap()
}

#[test]
fn constants_are_escaped_in_html_unless_they_have_markup() {
    let template = "[[ language ]] [[ messages.title ]] [[ messages.mail.markup ]]";
    assert_eq!(html(template), "en Tom &amp; Jerry <em>Mail</em>");
    let text = render("email.txt", template, &Context::new()).unwrap();
    assert_eq!(text, "en Tom & Jerry <em>Mail</em>");
    assert_eq!(html("{{ messages.title }}"), "Tom &amp; Jerry", "in the global context, too");
}

#[test]
fn a_constant_that_does_not_exist_is_an_error_that_names_the_template() {
    for template in ["[[ messages.absent ]]", "[[ messages.mail.text ]]", "[[ unclosed"] {
        let error = render("page.html", template, &Context::new()).unwrap_err();
        assert_eq!(error.to_string(), "could not parse the template page.html");
        assert!(error.source().is_some(), "{template}");
    }
    let error = render("page.html", "{{ unclosed", &Context::new()).unwrap_err();
    assert!(error.to_string().contains("page.html"), "{error}");
}

#[test]
fn arguments_never_become_markup() {
    let context = context! { name => "<i>&" };
    for (key, expected) in [
        ("mail.text", "From &lt;i&gt;&amp; &amp; others"),
        ("mail.rich", "From <b>&lt;i&gt;&amp;</b>"),
    ] {
        let template = format!("{{{{ message(key=\"{key}\", name=name) }}}}");
        assert_eq!(render("page.html", &template, &context).unwrap(), expected);
    }
    let text = "{{ message(key=\"mail.text\", name=name) }}";
    assert_eq!(render("email.txt", text, &context).unwrap(), "From <i>& & others");
    let safe = "{{ message(key=\"mail.text\", name=time(at=0)) }}";
    assert!(html(safe).starts_with("From <time "), "markup of functions stays: {}", html(safe));
}

#[test]
fn numbers_select_plurals_and_arguments_use_their_display() {
    assert_eq!(html("{{ message(key=\"mail.count\", count=1) }}"), "one email");
    assert_eq!(html("{{ message(key=\"mail.count\", count=2) }}"), "2 emails");
    assert_eq!(html("{{ message(key=\"mail.email\", email=\"ana@<x>\") }}"), "To ANA@&lt;X&gt;");
}

#[test]
fn a_missing_message_or_argument_is_an_error() {
    for call in [
        "message(key=\"absent\")",
        "message()",
        "message(key=\"mail.text\")",
        "date()",
        "duration()",
    ] {
        assert!(
            render("page.html", &format!("{{{{ {call} }}}}"), &Context::new()).is_err(),
            "{call}"
        );
    }
}

#[test]
fn moments_are_shown_in_utc() {
    assert_eq!(html("{{ date(at=1763913605) }}"), "23 November 2025 at 16:00");
    assert_eq!(
        html("{{ time(at=1763913605) }}"),
        "<time datetime=\"2025-11-23T16:00:05Z\">23 November 2025 at 16:00</time>"
    );
    let relative = html("{{ time(at=1763913605, relative=true) }}");
    assert!(relative.starts_with("<time datetime=\"2025-11-23T16:00:05Z\" data-relative>"));
}

#[test]
fn durations_are_rounded_up_to_whole_units() {
    for (seconds, expected) in [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (61, "2 min"),
        (3540, "59 min"),
        (3541, "1 h"),
        (3600, "1 h"),
        (5400, "90 min"),
    ] {
        assert_eq!(html(&format!("{{{{ duration(seconds={seconds}) }}}}")), expected);
        let countdown = format!("<span data-countdown=\"{seconds}\">{expected}</span>");
        assert_eq!(html(&format!("{{{{ countdown(seconds={seconds}) }}}}")), countdown);
    }
}
