//! What people read when something in the file is wrong.

use std::io;

use config::{Config, ConfigError};

/// No other file exists.
fn nothing(_: &str) -> io::Result<String> {
    Err(io::Error::new(io::ErrorKind::NotFound, "no such file"))
}

fn refuse(text: &str) -> ConfigError {
    Config::parse(text, "config.yaml", &mut nothing).unwrap_err()
}

fn message(text: &str) -> String {
    refuse(text).to_string()
}

#[test]
fn dump() {
    for text in [
        "site:\n  titel: x\nprojects: [a]\n",
        "project: [a]\n",
        "colour: red\nprojects: [a]\n",
        "projects:\n  - name: a\n    detials: full\n",
        "projects: [a]\ndetail: ful\n",
        "projects: [a]\nlookback: three\n",
        "projects: [a]\nlookback: -1\n",
        "projects: [a]\nlookback: 61\n",
        "projects: a\n",
        "projects: {a: b}\n",
        "projects: [[a]]\n",
        "projects: [12]\n",
        "projects: [1.10]\n",
        "projects: [true]\n",
        "projects: [~]\n",
        "projects:\n",
        "projects: []\n",
        "",
        "# nothing\n",
        "---\n---\n",
        "projects: [a]\n---\nprojects: [b]\n",
        "just text\n",
        "- a\n- b\n",
        "site: x\nprojects: [a]\n",
        "site: [x]\nprojects: [a]\n",
        "site:\n  title: [x]\nprojects: [a]\n",
        "projects: [../etc]\n",
        "projects:\n  - Foo_Bar\n  - baz\n  - foo-bar\n",
        "projects: [a, a]\n",
        "projects: [a]\nprojects: [b]\n",
        "projects: [a]\nstore: x\noutput-folder: y\n",
        "projects: [a]\nstore: s3://bucket\n",
        "projects: [a]\nsite: {base-url: example.org}\n",
        "projects: [a]\nsite: {base-url: 'https://example.org/?a=b'}\n",
        "projects: [a]\nsite: {base-url: 'https://'}\n",
        "projects: [a]\nsite: {base-url: 'javascript:alert(1)'}\n",
        "projects:\n\t- a\n",
        "site:\n\ttitle: a\n",
        "projects: [a\n",
        "projects: \"a\n",
        "projects: *a\n",
        "a: &a [*a, *a]\n",
        "projects: &a [*a]\n",
        "projects: [a]\necosystems: [{name: E}]\n",
        "projects: [a]\necosystems: [{base: a}]\n",
        "projects: [a]\necosystems: [{name: E, base: a, projects: [b]}]\n",
        "projects: [a]\necosystems: [{name: E, dependencies: [b]}]\n",
        "projects: [a]\necosystems: [{name: E, base: a, dependencies: [b, A]}]\n",
        "projects: [a]\necosystems:\n  - {name: E, base: a}\n  - {name: E, projects: [a]}\n",
        "projects: [a]\necosystems: [{name: E, base: a, breakdown: yes}]\n",
        "projects: [{name: a, base_project: b}]\n",
        "projects: [{description: b}]\n",
        "projects: [{ecosystem: b, description: c}]\n",
        "import_config: other.yaml\n",
        "import_config: config.yaml\n",
        "projects: [\"a\\e[31m\\u202e\"]\n",
        "projects: [\"é\", b]\n",
        "projects: [a\0b]\n",
        "projects: !!binary x\n",
        "? [a]\n: b\n",
    ] {
        println!("---- {text:?}");
        match Config::parse(text, "config.yaml", &mut nothing) {
            Ok(_) => println!("OK"),
            Err(e) => println!("{e}\n{}", e.excerpt().unwrap_or("-")),
        }
    }
    let _ = message;
}
