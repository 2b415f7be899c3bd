//! What the backend embeds: `index.html`, and one folder with everything that it names, each file also compressed.

use brotli::enc::BrotliEncoderParams;
use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    path::Path,
    thread,
};

pub(super) const INDEX: &str = "index.html";
/// The folder's name in `index.html`; there is no such folder.
const FOLDER: &str = "/page/";
const COMPRESSED: &str = ".br";

/// A file of the folder.
#[derive(Hash)]
pub(super) struct File {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// The files of a folder by name, without folders inside it.
pub(super) fn read_folder(folder: &Path) -> io::Result<Vec<File>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            files.push(File { name: entry.file_name().to_string_lossy().into_owned(), bytes: fs::read(entry.path())? });
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

/// Replaces `dist`, unless it holds the same already.
pub(super) fn write(dist: &Path, index: &str, mut files: Vec<File>) -> io::Result<()> {
    files.extend(compress(&files)?);
    let mut hasher = DefaultHasher::new();
    files.hash(&mut hasher);
    let folder = format!("page-{:016x}", hasher.finish());
    let index = index.replace(FOLDER, &format!("/{folder}/"));
    if fs::read_to_string(dist.join(INDEX)).is_ok_and(|known| known == index) {
        return Ok(());
    }
    if dist.exists() {
        fs::remove_dir_all(dist)?;
    }
    let folder = dist.join(folder);
    fs::create_dir_all(&folder)?;
    files.iter().try_for_each(|file| fs::write(folder.join(&file.name), &file.bytes))?;
    // Last: without it there is no page, and the next build makes one.
    fs::write(dist.join(INDEX), index)
}

/// Each file under its name and [`COMPRESSED`], as small as Brotli makes it: once here instead of badly for every visitor.
fn compress(files: &[File]) -> io::Result<Vec<File>> {
    let compress = |file: &File| {
        let params = BrotliEncoderParams { quality: 11, lgwin: 22, size_hint: file.bytes.len(), ..BrotliEncoderParams::default() };
        let mut bytes = Vec::new();
        brotli::BrotliCompress(&mut file.bytes.as_slice(), &mut bytes, &params)?;
        Ok(File { name: format!("{}{COMPRESSED}", file.name), bytes })
    };
    // The largest takes as long as all others together.
    thread::scope(|scope| {
        let begun: Vec<_> = files.iter().map(|file| scope.spawn(move || compress(file))).collect();
        begun.into_iter().map(|thread| thread.join().expect("compressing does not panic")).collect()
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_changed_file_gets_another_address_and_the_old_one_goes() {
        let dist = std::env::temp_dir().join(format!("xtask-dist-{}", std::process::id()));
        let built = |text: &str| {
            let files = vec![File { name: "a.css".to_owned(), bytes: text.as_bytes().to_vec() }];
            write(&dist, r#"<link href="/page/a.css">"#, files).unwrap();
            let index = fs::read_to_string(dist.join(INDEX)).unwrap();
            let address = index.strip_prefix("<link href=\"/").unwrap().strip_suffix("\">").unwrap().to_owned();
            assert_eq!(fs::read_to_string(dist.join(&address)).unwrap(), text);
            let mut plain = Vec::new();
            brotli::BrotliDecompress(&mut fs::read(dist.join(address.clone() + COMPRESSED)).unwrap().as_slice(), &mut plain).unwrap();
            assert_eq!(plain, text.as_bytes());
            (address, fs::read_dir(&dist).unwrap().count())
        };
        let (first, second, again) = (built("a {}"), built("b {}"), built("a {}"));
        fs::remove_dir_all(&dist).unwrap();
        assert_ne!(first.0, second.0);
        assert_eq!(first, again);
        assert_eq!(second.1, 2, "the index and one folder");
    }
}
