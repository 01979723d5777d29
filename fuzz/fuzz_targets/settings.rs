//! Settings, as lines of `NAME=value`. Errors name invalid settings but never show values.
#![no_main]

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use libfuzzer_sys::fuzz_target;
use workos_magic_link::config::Config;

/// A string that no error message contains.
const MARK: &str = "\u{2764}";

fuzz_target!(|text: &str| {
    let set: HashMap<_, _> = text.lines().filter_map(|line| line.split_once('=')).collect();
    let requested = RefCell::new(BTreeSet::new());
    let read = |mark: &str| {
        Config::read(|name| {
            requested.borrow_mut().insert(name.to_owned());
            set.get(name).map(|value| format!("{mark}{value}"))
        })
    };
    let _ = read("");
    if let Err(problems) = read(MARK) {
        assert!(!problems.to_string().contains(MARK));
        assert!(!problems.0.is_empty());
        for problem in &problems.0 {
            assert!(requested.borrow().contains(problem.variable), "{}", problem.variable);
        }
    }
});
