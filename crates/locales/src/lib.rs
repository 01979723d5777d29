//! Message catalogs in the syntax of Project Fluent, one for each language.
