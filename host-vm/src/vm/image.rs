//! Programs as object images: compiling to them, running them, and the cache.

use super::{Config, Error, ErrorKind, Vm, error::system_reason};
use crate::{
    expand::image::{ImageStore, notes::key_of},
    front::Front,
    object::{
        Image,
        cache::{Cache, Log},
        make::Recording,
        memory::Options,
    },
};
use std::{path::Path, rc::Rc};

/// What came of compiling a program file.
#[derive(Debug)]
pub struct Compiled {
    /// The bytes of the image.
    pub image: Vec<u8>,
    /// What is probably wrong with the program.
    pub warnings: Vec<Error>,
}

/// Where images come from.
#[derive(Debug)]
pub(super) struct Images {
    cache: Option<Rc<Cache>>,
    loader: Options,
    log: Log,
}

impl Images {
    /// As the settings say: the standard library's image and the cache are made known to the front end.
    pub(super) fn install(config: Config, front: &mut Front) -> Images {
        let Config { loader, log, .. } = config;
        if let Some(bytes) = config.library_image {
            match Image::embedded(bytes) {
                Ok(image) => {
                    log.loaded("the standard library", &image);
                    front.expander.add_archive(Rc::new(image));
                }
                Err(error) => log.say(|| format!("the standard library is compiled from its text: {error}")),
            }
        }
        let cache = config.cache.map(|directory| Rc::new(Cache::new(directory, loader, log)));
        if let Some(cache) = &cache {
            front.expander.set_store(cache.clone());
        }
        Images { cache, loader, log }
    }
}

impl Vm {
    /// Runs an object image.
    pub(super) fn run_image(&mut self, path: &Path) -> Result<(), Error> {
        let name = path.display().to_string();
        let image = Image::open(path, &self.images.loader).and_then(|image| image.verify().map(|()| image));
        let image = image.map_err(|error| Error::new(ErrorKind::File, format!("{name}: {error}")))?;
        self.images.log.loaded(&name, &image);
        let mark = self.machine.temporaries.len();
        self.with_front(|front, machine| front.load_image(machine, Rc::new(image)), mark)?;
        self.finish(mark)?;
        Ok(())
    }

    /// Makes the procedures that run a program: from the cache if it has the program as it is now, else from its text.
    pub(super) fn prepare_program(&mut self, name: &str, text: &str, mark: usize) -> Result<(), Error> {
        let Some(cache) = self.images.cache.clone() else {
            return self.with_front(|front, machine| front.compile_file(machine, name, text).map(drop), mark);
        };
        let key = key_of(&[name.as_bytes(), text.as_bytes()]);
        if let Some(image) = cache.take(key) {
            let current = self.with_front(|front, _| Ok(front.expander.program_is_current(&image)), mark)?;
            if current {
                return self.with_front(|front, machine| front.load_image(machine, image), mark);
            }
        }
        self.with_front(
            |front, machine| {
                front.recording = Some(Recording::default());
                let environment = front.compile_file(machine, name, text);
                let recording = front.recording.take().unwrap_or_default();
                if let Some(environment) = environment? {
                    recording.keep(&front.expander, &cache, key, name, environment);
                }
                Ok(())
            },
            mark,
        )
    }

    /// Compiles a program file to an object image, whose segments are aligned to `alignment` bytes. The program is not run,
    /// and the machine should not be used for anything else after that: libraries are compiled and not initialized.
    ///
    /// # Errors
    /// When the file is no program, or holds what no image can.
    pub fn compile_file(&mut self, path: &Path, alignment: u64) -> Result<Compiled, Error> {
        let name = path.display().to_string();
        let failed = |cause: &str| Error::new(ErrorKind::File, format!("{name}: {cause}"));
        let bytes = std::fs::read(path).map_err(|error| failed(&system_reason(&error)))?;
        let text = String::from_utf8(bytes).map_err(|_| failed("the file is not UTF-8 text"))?;
        let mark = self.machine.temporaries.len();
        let (tables, warnings) = self.with_front(
            |front, machine| {
                front.recording = Some(Recording::default());
                let environment = front.compile_file(machine, &name, &text);
                let recording = front.recording.take().unwrap_or_default();
                Ok(match environment? {
                    Some(environment) => (
                        recording.program(&front.expander, &name, environment),
                        recording.unbound(&front.expander, environment),
                    ),
                    None => (Err("the program is empty".into()), Vec::new()),
                })
            },
            mark,
        )?;
        self.machine.temporaries.truncate(mark);
        let bytes = tables.and_then(|tables| tables.to_elf(alignment).map_err(|error| error.to_string()));
        let image = bytes.map_err(|cause| failed(&format!("it can't be compiled to an image: {cause}")))?;
        let warnings = warnings.into_iter().map(|warning| {
            let place = self.place(warning.position);
            let mut error = Error::new(ErrorKind::Syntax, warning.message);
            error.place = place;
            error
        });
        Ok(Compiled { image, warnings: warnings.collect() })
    }

    /// The image of the standard library: what [`Config::library_image`] takes.
    ///
    /// # Errors
    /// When a library does not compile: a defect of this crate.
    pub fn standard_library() -> std::io::Result<Vec<u8>> {
        let mut vm = Vm::new(Config::default())?;
        let bytes = vm.with_front(
            |front, machine| {
                front.recording = Some(Recording::default());
                front.compile_libraries(machine)?;
                Ok(front.recording.take().unwrap_or_default().standard_library(&front.expander))
            },
            0,
        );
        bytes.map_err(std::io::Error::other)?.map_err(std::io::Error::other)
    }
}
