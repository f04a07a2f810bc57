//! Puts the module of the browser into the program if it is built with the feature `embedded`.

#[cfg(feature = "embedded")]
#[path = "build/embed.rs"]
mod embed;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    #[cfg(feature = "embedded")]
    match embed::module() {
        Ok(inputs) => {
            println!("cargo::rerun-if-changed=build/embed.rs");
            for input in inputs {
                println!("cargo::rerun-if-changed={}", input.display());
            }
        }
        Err(error) => {
            println!("cargo::error={error}");
            std::process::exit(1);
        }
    }
}
