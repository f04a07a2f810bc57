//! Where the programs come from: a release of exactly this commit that can be trusted, or a build.

use std::{fs, process::Command};

use workflow_tests::{file, runner::Done};

use crate::scene::{Scene, git};

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

const GH: &str = r#"
case $1-$2 in
  api-*) cat ROOT/commit-of-tag ;;
  release-download) while (( $# )); do case $1 in --dir) cp ROOT/release/* "$2" ;; esac; shift; done ;;
  attestation-verify) exit "$(< ROOT/exit-attestation)" ;;
esac
"#;

/// A machine where the action comes from `maker/tool` at `reference`, and a release of [`COMMIT`].
fn scene(reference: &str) -> Scene {
    let mut scene = Scene::new();
    let root = scene.runner.root().to_owned();
    scene.runner.stubs.add("gh", &GH.replace("ROOT", &root.display().to_string())).unwrap();
    scene.runner.contexts["github"]["action_repository"] = "maker/tool".into();
    scene.runner.contexts["github"]["action_ref"] = reference.into();
    scene.say("commit-of-tag", COMMIT);
    scene.say("exit-attestation", "0");
    let release = root.join("release");
    let content = root.join("content/download-analytics");
    fs::create_dir_all(&release).unwrap();
    fs::create_dir_all(&content).unwrap();
    for program in ["collector", "site-gen"] {
        fs::copy(root.join("programs").join(program), content.join(program)).unwrap();
    }
    let archive = format!("download-analytics-{}-x86_64-unknown-linux-gnu.tar.gz", version());
    let tar = Command::new("tar")
        .arg("-czf")
        .arg(release.join(&archive))
        .args(["-C", &root.join("content").display().to_string(), "download-analytics"])
        .status()
        .unwrap();
    assert!(tar.success());
    let sums = Command::new("sha256sum").arg(&archive).current_dir(&release).output().unwrap();
    fs::write(release.join("SHA256SUMS"), sums.stdout).unwrap();
    scene
}

fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

fn built(scene: &Scene) -> bool {
    !scene.runner.stubs.calls("cargo").unwrap().is_empty()
}

fn act(scene: &mut Scene) -> Done {
    let done = scene.act(&[]);
    scene.assert_no_secret(&done);
    done
}

#[test]
fn the_release_of_exactly_this_commit_is_taken_after_it_was_verified() {
    for reference in [COMMIT, &format!("v{}", version())] {
        let mut scene = scene(reference);
        let done = act(&mut scene);
        assert!(done.ok, "{}", done.printed());
        assert!(!built(&scene));
        let calls = scene.runner.stubs.calls("gh").unwrap();
        let archive = format!("download-analytics-{}-x86_64-unknown-linux-gnu.tar.gz", version());
        let signer = "maker/tool/.github/workflows/release.yaml";
        assert_eq!(
            calls[2],
            [
                "attestation",
                "verify",
                &archive,
                "--repo",
                "maker/tool",
                "--signer-workflow",
                signer,
                "--source-digest",
                COMMIT,
            ]
        );
    }
}

#[test]
fn another_commit_is_built() {
    for reference in ["main", "", "fedcba9876543210fedcba9876543210fedcba98"] {
        let mut scene = scene(reference);
        assert!(act(&mut scene).ok);
        assert!(built(&scene), "{reference}");
    }
}

#[test]
fn without_a_release_the_programs_are_built() {
    let mut scene = scene(COMMIT);
    scene.unsay("commit-of-tag");
    assert!(act(&mut scene).ok);
    assert!(built(&scene));
}

#[test]
fn a_part_of_the_checkout_is_built_and_nobody_is_asked() {
    let mut scene = scene(COMMIT);
    scene.runner.contexts["github"]["action_repository"] = "".into();
    assert!(act(&mut scene).ok);
    assert!(built(&scene));
    assert!(scene.runner.stubs.calls("gh").unwrap().is_empty());
}

#[test]
fn build_asks_nobody() {
    let mut scene = scene(COMMIT);
    assert!(scene.act(&[("binaries", "build")]).ok);
    assert!(built(&scene));
    assert!(scene.runner.stubs.calls("gh").unwrap().is_empty());
}

#[test]
fn a_release_that_cannot_be_trusted_ends_the_run() {
    let mut forged = scene(COMMIT);
    forged.say("exit-attestation", "1");
    let mut changed = scene(COMMIT);
    let sums = changed.runner.root().join("release/SHA256SUMS");
    let text = fs::read_to_string(&sums).unwrap();
    fs::write(&sums, format!("{}{}", "0".repeat(64), &text[64..])).unwrap();
    let mut unlisted = scene(COMMIT);
    fs::write(unlisted.runner.root().join("release/SHA256SUMS"), "").unwrap();
    for scene in [&mut forged, &mut changed, &mut unlisted] {
        let done = act(scene);
        assert_eq!(done.failed(), ["Look for released programs"]);
        assert!(!built(scene));
        assert!(scene.runner.stubs.calls("collector").unwrap().is_empty());
    }
}

#[test]
fn programs_that_were_built_before_are_not_built_again() {
    let mut scene = Scene::new();
    let hit = [("cache-hit".to_owned(), "true".to_owned())].into();
    scene.runner.actions.insert("actions/cache/restore".into(), hit);
    scene.runner.actions.remove("actions/cache/save");
    let bin = scene.runner.temp().join("download-analytics/bin");
    fs::create_dir_all(&bin).unwrap();
    for program in ["collector", "site-gen"] {
        fs::copy(scene.runner.stubs.folder().join(program), bin.join(program)).unwrap();
    }
    let done = act(&mut scene);
    assert!(done.ok, "{}", done.printed());
    assert!(!built(&scene));
    let cache = done.step("Look for programs that were built before").unwrap();
    let key = &cache.given["key"];
    let digest = key.strip_prefix("download-analytics-Linux-X64-").unwrap();
    assert!(digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_hexdigit()), "{key}");
}

#[test]
fn what_the_programs_are_built_from_is_in_the_key_of_the_cache() {
    let action = file::action().unwrap();
    let sources = action.runs.steps.iter().find(|step| step.id.as_deref() == Some("sources"));
    let script = sources.unwrap().run.as_deref().unwrap();
    let unused = ["docs", "fixtures", "tests", "xtask", ".ci"];
    let tracked = git(&file::repository(), &["ls-tree", "--name-only", "HEAD"]);
    for entry in tracked.lines() {
        let is_text = entry.ends_with(".md")
            || ["LICENSE", ".gitattributes", ".gitignore", "action.yml", "config.yaml"]
                .contains(&entry);
        let is_tool = ["clippy.toml", "deny.toml", "rustfmt.toml"].contains(&entry);
        let is_named = script.split_whitespace().any(|word| word == entry);
        let is_needless = is_text || is_tool || unused.contains(&entry);
        assert!(is_named != is_needless, "`{entry}`: is it part of what is built?");
    }
}
