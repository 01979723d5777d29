//! Errors of catalogs and messages.

/// Why catalogs can't be loaded.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// There is no catalog of the default language.
    #[error("there is no catalog for {language}, the default language")]
    NoDefault {
        /// The default language.
        language: String,
    },
    /// A catalog's name isn't a language tag (BCP 47).
    #[error("{language} is not a language tag")]
    NoLanguage {
        /// The name.
        language: String,
    },
    /// A catalog is not valid Fluent syntax, or defines a message twice.
    #[error("could not read the catalog for {language}: {problems}")]
    Unreadable {
        /// The language of the catalog.
        language: String,
        /// All problems, as Fluent describes them.
        problems: String,
    },
    /// A catalog lacks a message of the default language.
    #[error("the catalog for {language} does not translate {message}")]
    Lacks {
        /// The language of the catalog.
        language: String,
        /// The name of the message.
        message: String,
    },
    /// The arguments of a message differ from those in the default language.
    #[error("the arguments of {message} for {language} differ from those in the default language")]
    OtherArguments {
        /// The language of the catalog.
        language: String,
        /// The name of the message.
        message: String,
    },
}

/// Why a message can't be formatted.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// No message has this name.
    #[error("the catalog for {language} has no {message}")]
    NoMessage {
        /// The language of the catalog.
        language: String,
        /// The requested name.
        message: String,
    },
    /// An argument is missing, or a reference has no target.
    #[error("could not format {message} for {language}: {problems}")]
    Incomplete {
        /// The language of the catalog.
        language: String,
        /// The name of the message.
        message: String,
        /// All problems, as Fluent describes them.
        problems: String,
    },
}
