//! Writing XML into memory.

use std::io;

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};

/// An XML document that is being written.
pub(crate) type Xml = Writer<Vec<u8>>;

/// The document that `content` writes, indented so that people can read it and differences are small.
///
/// What `content` writes must hold no control character: XML cannot say them.
pub(crate) fn document(content: impl FnOnce(&mut Xml) -> io::Result<()>) -> Vec<u8> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 1);
    let written = xml
        .write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))
        .and_then(|()| content(&mut xml));
    written.expect("memory takes all that is written");
    let mut bytes = xml.into_inner();
    bytes.push(b'\n');
    bytes
}

/// An element with nothing but text in it.
pub(crate) fn text(xml: &mut Xml, name: &str, text: &str) -> io::Result<()> {
    xml.create_element(name).write_text_content(BytesText::new(text))?;
    Ok(())
}
