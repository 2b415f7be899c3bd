//! The page is embedded from `dist`: a new build of it must reach the binary. The folder is made when it is missing,
//! since cargo would otherwise rebuild the crate every time.

fn main() {
    // Failing is fine: then there is simply no page to embed.
    let _ = std::fs::create_dir_all("../dist");
    println!("cargo:rerun-if-changed=../dist");
}
