//! A state that was made without environments becomes the state of one.

use super::{Event, Files, State, StateError, Store, history};

impl State {
    /// Refuses the state of another environment than `wanted`. One that nothing was ever written to is nobody's.
    pub fn must_be_of(&self, file: &str, wanted: Option<&str>) -> Result<(), StateError> {
        if self.environment() == wanted || self.serial() == 0 {
            return Ok(());
        }
        Err(StateError::AnotherEnvironment {
            file: file.to_owned(),
            found: self.environment.clone(),
            expected: wanted.map(str::to_owned),
        })
    }
}

impl Store {
    /// Writes into the state that it belongs to `environment`. From then on it is refused without that environment,
    /// so that a crash before [`Store::relocate`] leaves no state that two names lead to.
    pub fn assign(&mut self, environment: &str) -> Result<(), StateError> {
        if self.state().environment() != Some(environment) {
            self.append(&[Event::Assigned {
                environment: environment.to_owned(),
            }])?;
        }
        self.compact()
    }

    /// Gives the files of the state other names. The snapshot comes last and by one renaming, so a crash leaves it
    /// under one name or the other; doing it again ends it.
    ///
    /// # Errors
    /// [`StateError::NameTaken`] when there is a state of that name already.
    pub fn relocate(&mut self, to: &Files) -> Result<(), StateError> {
        self.compact()?;
        for taken in [&to.snapshot, &to.journal] {
            if self.disk.read(taken)?.is_some() {
                return Err(StateError::NameTaken {
                    file: taken.clone(),
                });
            }
        }
        self.alone(|store| {
            let disk = store.disk.as_ref();
            history::relocate(disk, &store.files, to)?;
            if disk.read(&store.files.backup)?.is_some() {
                disk.rename(&store.files.backup, &to.backup)?;
            }
            disk.rename(&store.files.snapshot, &to.snapshot)?;
            disk.sync_folder()?;
            store.files = to.clone();
            Ok(())
        })
    }
}
