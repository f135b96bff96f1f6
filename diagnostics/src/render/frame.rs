//! Marks in a source text: from places to the annotated lines of a frame.

use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Element, Origin, Snippet};

use crate::{LineIndex, Place};

/// A place to mark in a frame, with what to say there.
pub(super) struct Mark<'a> {
    pub(super) place: &'a Place,
    pub(super) label: String,
    pub(super) primary: bool,
}

/// The frame of one file with all `marks` in it, or only the place where the text is missing or shorter.
pub(super) fn frame<'a>(path: &'a str, text: Option<&'a String>, marks: &[Mark<'a>]) -> Element<'a> {
    let drawn = text.and_then(|text| draw(path, text, marks));
    drawn.unwrap_or_else(|| {
        let place = marks.iter().find(|mark| mark.primary).or(marks.first()).map(|mark| mark.place);
        let mut origin = Origin::path(path);
        if let Some(place) = place.filter(|place| place.line > 0) {
            origin = origin.line(place.line as usize).char_column(place.column as usize);
        }
        origin.into()
    })
}

fn draw<'a>(path: &'a str, text: &'a str, marks: &[Mark<'a>]) -> Option<Element<'a>> {
    let index = LineIndex::new(text);
    let spans: Vec<(Range<usize>, &Mark<'a>)> =
        marks.iter().filter_map(|mark| Some((range(text, &index, mark.place)?, mark))).collect();
    if !spans.iter().any(|(_, mark)| mark.primary) {
        return None;
    }
    // Only the lines from the first to the last mark go into the frame: files are long, findings many.
    let first = index.line(spans.iter().map(|(span, _)| span.start).min()? as u32);
    let last = index.line(spans.iter().map(|(span, _)| span.end).max()? as u32);
    let from = index.start(first)? as usize;
    let to = index.start(last + 1).map_or(text.len(), |start| start as usize);
    let slice = text.get(from..to)?.trim_end_matches(['\r', '\n']);
    let annotations = spans.into_iter().map(|(span, mark)| annotation(span, from, slice.len(), mark));
    Some(Snippet::source(slice).path(path).line_start(first as usize).annotations(annotations).into())
}

fn annotation<'a>(span: Range<usize>, from: usize, length: usize, mark: &Mark<'_>) -> Annotation<'a> {
    let kind = if mark.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
    let start = (span.start - from).min(length);
    let annotation = kind.span(start..(span.end - from).clamp(start, length));
    if mark.label.is_empty() { annotation } else { annotation.label(mark.label.clone()) }
}

/// The bytes of a place; a place without an end, or with several lines, covers the word at its start.
fn range(text: &str, index: &LineIndex, place: &Place) -> Option<Range<usize>> {
    let start = offset(text, index, place.line, place.column)?;
    let one_line = place.end_line == place.line && place.end_column > place.column;
    let end = if one_line { offset(text, index, place.end_line, place.end_column) } else { None };
    let end = end.unwrap_or_else(|| {
        let rest = &text[start..];
        let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        start + word.max(rest.chars().next().map_or(0, char::len_utf8))
    });
    Some(start..end)
}

fn offset(text: &str, index: &LineIndex, line: u32, column: u32) -> Option<usize> {
    let start = index.start(line)? as usize;
    let end = index.start(line + 1).map_or(text.len(), |next| next as usize);
    let line = text.get(start..end)?;
    let within = line.char_indices().nth((column as usize).checked_sub(1)?).map_or(line.len(), |(at, _)| at);
    Some(start + within)
}
