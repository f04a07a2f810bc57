//! The words for ecosystems in addresses.

use std::collections::BTreeSet;

use crate::Ecosystem;

/// The longest word, in bytes: short enough for a file name with an ending.
const LONGEST: usize = 100;

/// Gives each ecosystem its address, by its name. Where two would have the same, the later ones get a number.
pub(crate) fn give(ecosystems: &mut [Ecosystem]) {
    let mut taken = BTreeSet::new();
    for ecosystem in ecosystems {
        let word = word(&ecosystem.name);
        let mut address = word.clone();
        let mut number = 1;
        while !taken.insert(address.clone()) {
            number += 1;
            address = format!("{word}-{number}");
        }
        ecosystem.address = address;
    }
}

/// The letters and digits of ASCII, lower case, with hyphens for what stands between them.
fn word(name: &str) -> String {
    let mut word = String::new();
    for part in name.split(|it: char| !it.is_ascii_alphanumeric()).filter(|it| !it.is_empty()) {
        if !word.is_empty() {
            word.push('-');
        }
        word.push_str(&part.to_ascii_lowercase());
    }
    word.truncate(LONGEST);
    match word.trim_end_matches('-') {
        "" => "ecosystem".into(),
        word => word.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_a_word() {
        assert_eq!(word("MOSTLY AI"), "mostly-ai");
        assert_eq!(word("Foo & Sons <eco>"), "foo-sons-eco");
        assert_eq!(word("../../etc"), "etc");
        assert_eq!(word("合成"), "ecosystem");
        assert_eq!(word(&format!("{}-b", "a".repeat(99))), "a".repeat(99));
    }
}
