//! Is this file a shared library that the dynamic linker can map here? Only headers are read, never the whole file.
//!
//! On systems whose libraries are not ELF only "a regular file" is tested, and the linker has the last word.

use crate::error::AttachError;
use std::{fs::File, path::Path};

/// Checks the file at `path`.
pub(crate) fn check(path: &Path) -> Result<(), AttachError> {
    let unreadable = |e: std::io::Error| AttachError::Unreadable(path.to_path_buf(), e.to_string());
    // Asked of the path, before it is opened: opening a pipe would wait for a writer.
    let metadata = path.metadata().map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(AttachError::NotAFile(path.to_path_buf()));
    }
    let file = File::open(path).map_err(unreadable)?;
    if cfg!(any(target_vendor = "apple", windows)) {
        return Ok(());
    }
    check_elf(file, metadata.len()).map_err(|why| AttachError::NotALibrary(path.to_path_buf(), why))
}

fn check_elf(file: File, length: u64) -> Result<(), String> {
    use object::{
        Endianness, elf,
        read::{
            ReadCache,
            elf::{FileHeader, ProgramHeader},
        },
    };
    let data = ReadCache::new(file);
    let bad = |what: &'static str| move |_| what.to_string();
    let magic = object::ReadRef::read_bytes_at(&data, 0, 6).map_err(|()| "the file is too short".to_string())?;
    if magic[..4] != elf::ELFMAG {
        return Err("no ELF file".to_string());
    }
    if magic[4] != elf::ELFCLASS64.0 {
        return Err("not 64-bit".to_string());
    }
    let header = elf::FileHeader64::<Endianness>::parse(&data).map_err(bad("its ELF header is damaged"))?;
    let endian = header.endian().map_err(bad("its ELF header is damaged"))?;
    let native = if cfg!(target_endian = "big") { Endianness::Big } else { Endianness::Little };
    let machine = header.e_machine(endian);
    if endian != native || Some(machine) != native_machine() {
        return Err(format!("built for {}", machine_name(machine)));
    }
    if header.e_type(endian) != elf::ET_DYN {
        return Err("an ELF file, but no shared object".to_string());
    }
    let segments = header.program_headers(endian, &data).map_err(bad("truncated"))?;
    if segments.is_empty() {
        return Err("it has no segments".to_string());
    }
    for segment in segments {
        let end = segment.p_offset(endian).checked_add(segment.p_filesz(endian));
        if end.is_none_or(|end| end > length) {
            return Err("truncated: a segment lies beyond the end of the file".to_string());
        }
    }
    Ok(())
}

fn native_machine() -> Option<object::elf::Machine> {
    match std::env::consts::ARCH {
        "x86_64" => Some(object::elf::EM_X86_64),
        "aarch64" => Some(object::elf::EM_AARCH64),
        "riscv64" => Some(object::elf::EM_RISCV),
        "powerpc64" => Some(object::elf::EM_PPC64),
        "s390x" => Some(object::elf::EM_S390),
        "loongarch64" => Some(object::elf::EM_LOONGARCH),
        _ => None,
    }
}

fn machine_name(machine: object::elf::Machine) -> String {
    match machine {
        object::elf::EM_X86_64 => "x86-64".to_string(),
        object::elf::EM_AARCH64 => "AArch64".to_string(),
        object::elf::EM_386 => "x86".to_string(),
        object::elf::EM_ARM => "ARM".to_string(),
        object::elf::EM_RISCV => "RISC-V".to_string(),
        other => format!("ELF machine {}", other.0),
    }
}
