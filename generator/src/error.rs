//! What can go wrong while generating.

use std::path::PathBuf;

use thiserror::Error;

/// Why something could not be generated or written.
#[derive(Debug, Error)]
pub enum GenerateError {
    /// A value that has no form in JSON.
    #[error("the table has no form in JSON: {0}")]
    Json(String),
    /// A template does not render.
    #[error("template `{name}`: {reason}")]
    Template {
        /// The template.
        name: String,
        /// What is wrong, with the chain of causes.
        reason: String,
    },
    /// A data file of the templates does not have its form.
    #[error("{path}: {reason}")]
    Data {
        /// The file, below `templates`.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// What the program carries with it.
    #[error(transparent)]
    Bundle(#[from] rulebook_bundle::BundleError),
    /// A name that would lead out of the output folder, or that some system cannot store.
    #[error("`{0}` is not a path below the output folder")]
    Path(String),
    /// A file that the generator did not make stands where it would write.
    #[error("`{}` has no `@generated` mark: it is left as it is; move it away and generate again", .0.display())]
    Foreign(PathBuf),
    /// The disk says no.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}
