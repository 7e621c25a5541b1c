//! The one door through which files reach the language.

/// The bytes of the longest text that a value can be; no file is read that is longer.
pub const TEXT_BYTES_MAX: usize = 16 << 20;

/// The files of a project and of the standard library. Paths use `/` and are relative to the project's root.
pub trait World {
    /// The text of a project file, or `None` when there is none (or it is not UTF-8 text). Of a file with more than
    /// [`TEXT_BYTES_MAX`] bytes, any part with more than those is enough: it is refused.
    fn read(&self, path: &str) -> Option<String>;

    /// The names of the `*.infra` files directly inside a project directory, sorted; `None` when there is no
    /// such directory. The root is `""`.
    fn list(&self, dir: &str) -> Option<Vec<String>>;

    /// The text of a standard library file, by its path (`std/server.infra`).
    fn std(&self, path: &str) -> Option<&str>;

    /// The paths of all standard library files, sorted.
    fn std_paths(&self) -> Vec<String>;

    /// The program's name: that of its directory.
    fn program_name(&self) -> &str;
}
