//! The page is embedded from `dist`; the Kafka client gets a wait that a changed clock does not harm, and the allocator few arenas.

use std::env;

fn main() {
    // A new build of the page must reach the binary. The folder is made when it is missing, since cargo would otherwise rebuild the
    // crate every time; failing is fine: then there is simply no page to embed.
    let _ = std::fs::create_dir_all("../dist");
    println!("cargo:rerun-if-changed=../dist");

    println!("cargo:rerun-if-changed=native");
    // Elsewhere librdkafka does not call libc's function.
    if env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux") && env::var("CARGO_CFG_TARGET_ENV").is_ok_and(|libc| libc == "gnu") {
        // All of it, whether or not something has asked for it yet: librdkafka comes after us on the linker's command line.
        cc::Build::new()
            .file("native/timed_wait.c")
            .file("native/arenas.c")
            .std("gnu11")
            .warnings_into_errors(true)
            .link_lib_modifier("+whole-archive")
            .compile("native");
    }
}
