//! The reader of records reads what the `csv` crate reads, and refuses what is broken.

use std::io::{self, Read};

use proptest::prelude::*;

use crate::{MAX_FIELD, MAX_RECORD, Records};

/// Hands out a few bytes at a time.
struct Slow<'a>(&'a [u8], usize);

impl Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.1.min(buffer.len());
        self.0.read(&mut buffer[..length])
    }
}

/// All records, or the first error.
fn read(bytes: &[u8], at_once: usize) -> Result<Vec<Vec<String>>, String> {
    let mut records = Records::new(Slow(bytes, at_once));
    let mut all = Vec::new();
    loop {
        match records.next() {
            Ok(None) => return Ok(all),
            Ok(Some(record)) => {
                all.push((0..record.len()).map(|at| record.field(at).to_owned()).collect());
            }
            Err(error) => return Err(error.to_string()),
        }
    }
}

fn read_by_csv(bytes: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let records = reader.records().map(|record| record.unwrap().iter().map(String::from).collect());
    records.collect()
}

proptest! {
    #[test]
    fn what_the_csv_crate_writes_is_read(
        rows in proptest::collection::vec(
            proptest::collection::vec("[a,\"\r\n\u{202e}é ]{0,6}", 2..5), 0..8
        ),
        crlf: bool,
        at_once in 1_usize..20,
    ) {
        let terminator = if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let mut writer =
            csv::WriterBuilder::new().flexible(true).terminator(terminator).from_writer(Vec::new());
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let bytes = writer.into_inner().unwrap();
        prop_assert_eq!(read(&bytes, at_once), Ok(rows));
    }

    #[test]
    fn what_is_read_at_all_is_read_as_the_csv_crate_does(
        bytes in "[ab,\"\r\n]{0,40}",
        at_once in 1_usize..20,
    ) {
        let found = read(bytes.as_bytes(), at_once);
        prop_assert_eq!(&found, &read(bytes.as_bytes(), 1000), "in whatever pieces it comes");
        if let Ok(records) = found {
            prop_assert_eq!(records, read_by_csv(bytes.as_bytes()));
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>) {
        let _ = read(&bytes, 7);
    }
}

#[test]
fn what_is_broken_is_named_with_its_line() {
    let long = "x".repeat(MAX_FIELD + 1);
    let unclosed = format!("a,b\n1,\"{}", "x\n".repeat(MAX_RECORD));
    let unquoted = format!("a,b\n1,{}", "x".repeat(3 * MAX_RECORD));
    let cases: [(&[u8], usize); 12] = [
        (b"a,b\n1,\"2", 100),
        (b"a,b\n1,2\"2\n", 100),
        (b"a,b\n1,\"2\"2\n", 100),
        (b"a,b\n\"1\n2\",3\"\n", 100),
        (b"a,b\n1\r,2\n", 100),
        (b"a,b\n\"1\"\r,2\n", 100),
        (b"a,b\n\n\n1,\0\n", 100),
        (b"a,b\n1,caf\xe9\n", 100),
        (b"a,b\n\"1,\n\",caf\xe9\n", 100),
        (&[b"a,b\n1,", long.as_bytes(), b"\n"].concat(), 1 << 20),
        (unclosed.as_bytes(), 1 << 20),
        (unquoted.as_bytes(), 1 << 20),
    ];
    let messages = cases.map(|(bytes, at_once)| read(bytes, at_once).unwrap_err());
    insta::assert_snapshot!(messages.join("\n"), @r"
        line 2: the file ends inside a quoted field; it was cut off, or a quote is not closed
        line 2: broken quotes; a field with a quote in it must be quoted as a whole, and the quote doubled
        line 2: broken quotes; a field with a quote in it must be quoted as a whole, and the quote doubled
        line 3: broken quotes; a field with a quote in it must be quoted as a whole, and the quote doubled
        line 2: a carriage return outside of quotes; lines must end in LF or CRLF
        line 2: a carriage return outside of quotes; lines must end in LF or CRLF
        line 4: found a NUL character, which is not allowed
        line 2: found `caf\xe9`, allowed is UTF-8
        line 2: found `caf\xe9`, allowed is UTF-8
        line 2: found 65537 bytes, allowed are 65536
        line 2: a record of more than 1048576 bytes; perhaps a quote is not closed
        line 2: a record of more than 1048576 bytes; perhaps a quote is not closed
        ");
}

#[test]
fn a_field_and_a_record_may_be_as_long_as_they_say() {
    let field = "x".repeat(MAX_FIELD);
    let record = vec![field; 15].join(",");
    assert_eq!(read(record.as_bytes(), 1000).unwrap()[0].len(), 15);
    let quoted = format!("\"{}\"", "x\"\"".repeat(MAX_FIELD / 2));
    assert_eq!(read(quoted.as_bytes(), 1000).unwrap()[0][0].len(), MAX_FIELD);
}

#[test]
fn a_record_knows_its_line_and_whether_the_file_ends_with_it() {
    let mut records = Records::new(b"a\n\n\"1\n2\"\nlast".as_slice());
    let mut found = Vec::new();
    while let Some(record) = records.next().unwrap() {
        found.push((record.line, record.ends_input));
    }
    assert_eq!(found, [(1, false), (3, false), (5, true)]);
}
