//! The documents tell the truth about the programs: their commands work, and their help is current.

use std::{fs, path::Path, thread};

use docs_tests::{
    commands, documents,
    markdown::{Plan, blocks},
    root,
    scene::Scene,
    sections::{links_to_sections, sections},
    usage::refused,
};

/// The programs under the names that the documents have for them.
const PROGRAMS: [(&str, &str); 4] = [
    ("collector", env!("CARGO_BIN_EXE_documented-collector")),
    ("local-bigquery", env!("CARGO_BIN_EXE_documented-local-bigquery")),
    ("site-gen", env!("CARGO_BIN_EXE_documented-site-gen")),
    ("xtask", env!("CARGO_BIN_EXE_documented-xtask")),
];

#[test]
fn the_page_of_the_command_lines_is_current() {
    let page = fs::read_to_string(root().join(commands::PATH)).unwrap_or_default();
    let (page, current) = (page.lines(), commands::document());
    let differs = page.zip(current.lines()).find(|(page, current)| page != current);
    let is_current = fs::read_to_string(root().join(commands::PATH)).is_ok_and(|it| it == current);
    assert!(is_current, "run `{}`; the first difference: {differs:?}", commands::REMEDY);
}

#[test]
fn the_programs_understand_every_command_in_the_documents() {
    let mut problems = Vec::new();
    for (path, text) in documents().unwrap() {
        for (line, why) in refused(&text).unwrap_or_else(|why| panic!("{path}: {why}")) {
            problems.push(format!("{path}:{line}: {why}"));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_input_of_the_action_and_of_the_manual_workflow_is_explained() {
    let read = |path: &str| fs::read_to_string(root().join(path)).unwrap();
    let page = read("docs/WORKFLOWS.md");
    let action = read("action.yml");
    let manual = read(".github/workflows/manual.yaml");
    let inputs = keys_below(&action, "inputs:").chain(keys_below(&action, "outputs:"));
    let inputs: Vec<&str> = inputs.chain(keys_below(&manual, "inputs:")).collect();
    assert!(inputs.len() > 15, "{inputs:?}");
    let missing = inputs.into_iter().filter(|input| !page.contains(&format!("\n| `{input}` |")));
    assert_eq!(missing.collect::<Vec<_>>(), [""; 0]);
}

/// The keys of a mapping in YAML that is written as ours is: two columns deeper than the key it is of.
fn keys_below<'a>(yaml: &'a str, key: &str) -> impl Iterator<Item = &'a str> {
    let indentation = |line: &str| line.len() - line.trim_start().len();
    let mut lines = yaml.lines().skip_while(move |line| line.trim_start() != key);
    let depth = lines.next().map_or(0, indentation);
    lines
        .take_while(move |line| line.is_empty() || indentation(line) > depth)
        .filter(move |line| indentation(line) == depth + 2)
        .filter_map(|line| line.trim_start().strip_suffix(':'))
}

#[test]
fn links_to_sections_lead_to_one() {
    let mut documents = documents().unwrap();
    documents.push((commands::PATH.into(), commands::document()));
    let mut dead = Vec::new();
    for (path, text) in &documents {
        for (line, target) in links_to_sections(text) {
            let (file, section) = target.split_once('#').unwrap();
            // Files of one folder have names of their own, so the last part tells which it is.
            let file = file.rsplit('/').next().filter(|name| !name.is_empty());
            let file = file.unwrap_or_else(|| path.rsplit('/').next().unwrap());
            let found = documents.iter().find(|(path, _)| path.rsplit('/').next() == Some(file));
            if !found.is_some_and(|(_, text)| sections(text).contains(&section.into())) {
                dead.push(format!("{path}:{line}: there is no `{target}`"));
            }
        }
    }
    assert!(dead.is_empty(), "{}", dead.join("\n"));
}

#[test]
fn every_command_that_is_not_marked_runs() {
    let programs = PROGRAMS.map(|(name, program)| (name, Path::new(program)));
    let documents = documents().unwrap();
    let problems: Vec<String> = thread::scope(|scope| {
        let mut running = Vec::new();
        for (path, text) in &documents {
            running.push(scope.spawn(move || run_document(path, text, &programs)));
        }
        running.into_iter().filter_map(|document| document.join().unwrap().err()).collect()
    });
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Runs the blocks of a document in one clone until the first that fails.
fn run_document(path: &str, text: &str, programs: &[(&str, &Path)]) -> Result<(), String> {
    let blocks = blocks(text).map_err(|why| format!("{path}: {why}"))?;
    if blocks.iter().all(|block| matches!(block.plan, Plan::Leave(_))) {
        return Ok(());
    }
    let mut scene = Scene::new(&root(), programs).map_err(|error| format!("{path}: {error:#}"))?;
    for block in &blocks {
        let played = scene.play(block);
        played.map_err(|error| format!("{path}:{}: the block {error:#}", block.line))?;
    }
    Ok(())
}

#[test]
fn a_block_that_fails_is_told_with_what_it_printed() {
    let programs = PROGRAMS.map(|(name, program)| (name, Path::new(program)));
    let run = |text| run_document("a.md", text, &programs);
    let wrong = run("```sh\ncollector nothing\n```\n").unwrap_err();
    assert!(wrong.contains("a.md:1: ") && wrong.contains("unrecognized subcommand"), "{wrong}");
    let middle = run("```sh\nfalse\ntrue\n```\n").unwrap_err();
    assert!(middle.contains("Some(1)"), "{middle}");
    let cargo = run("```sh\ncargo xtask bench\n```\n").unwrap_err();
    assert!(cargo.contains("do not run `cargo xtask bench`"), "{cargo}");
}

#[test]
fn a_document_is_one_session_in_a_clone_of_its_own() {
    let programs = PROGRAMS.map(|(name, program)| (name, Path::new(program)));
    let text = "```sh\nexport A=1\nmkdir -p b && cd b\n```\n```sh\ntest \"$A\" = 1\ntest -d ../b\n\
        git clone --quiet https://github.com/OWNER/NAME ../c && test -f ../c/config.yaml\n```\n\
        <!-- exit code 1 -->\n```sh\nfalse\n```\n";
    run_document("a.md", text, &programs).unwrap();
}
