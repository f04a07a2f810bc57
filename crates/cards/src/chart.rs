//! The chart of a card: an area from zero, hatched where nothing is known.

use tiny_skia::PathBuilder;

use crate::canvas::{Canvas, Ink};

/// How wide the line is, in pixels.
const LINE: f32 = 5.0;
/// From one line of the hatching to the next, in pixels.
const HATCH: f32 = 14.0;

/// Draws downloads over time into a box: left, top, width, height. See [`crate::Card::chart`].
pub(crate) fn draw(canvas: &mut Canvas, counts: &[Option<u64>], area: (f32, f32, f32, f32)) {
    let (left, top, width, height) = area;
    let bottom = top + height;
    let Some(most) = counts.iter().flatten().max().filter(|_| counts.len() >= 2) else { return };
    let most = (*most).max(1) as f32;
    canvas.rect((left, bottom, width, 3.0), Ink::Rule);
    let x = |at: usize| left + width * at as f32 / (counts.len() - 1) as f32;
    let y = |count: u64| bottom - height * count as f32 / most;
    // What is not known reaches from one known point to the next.
    for (first, last) in stretches(counts, Option::is_none) {
        let end = (last + 1).min(counts.len() - 1);
        hatch(canvas, (x(first.saturating_sub(1)), top, x(end), bottom));
    }
    for (first, last) in stretches(counts, Option::is_some) {
        let points: Vec<_> = counts[first..=last]
            .iter()
            .enumerate()
            .map(|(at, count)| (x(first + at), y(count.unwrap_or_default())))
            .collect();
        run(canvas, &points, bottom);
    }
}

/// The first and last place of each stretch of counts that `is` so.
fn stretches(counts: &[Option<u64>], is: fn(&Option<u64>) -> bool) -> Vec<(usize, usize)> {
    let mut at = 0;
    let mut stretches = Vec::new();
    for stretch in counts.chunk_by(|a, b| is(a) == is(b)) {
        if is(&stretch[0]) {
            stretches.push((at, at + stretch.len() - 1));
        }
        at += stretch.len();
    }
    stretches
}

/// Points that follow each other: the area below them and the line through them. One alone is a dot.
fn run(canvas: &mut Canvas, points: &[(f32, f32)], bottom: f32) {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return };
    if points.len() == 1 {
        let mut dot = PathBuilder::new();
        dot.push_circle(first.0, first.1, LINE);
        return canvas.fill(dot, Ink::Line);
    }
    let mut below = PathBuilder::new();
    let mut line = PathBuilder::new();
    below.move_to(first.0, bottom);
    line.move_to(first.0, first.1);
    for &(x, y) in points {
        below.line_to(x, y);
        line.line_to(x, y);
    }
    below.line_to(last.0, bottom);
    below.close();
    canvas.fill(below, Ink::Area);
    canvas.stroke(line, LINE, Ink::Line);
}

/// Slanted lines in a box: left, top, right, bottom.
fn hatch(canvas: &mut Canvas, (left, top, right, bottom): (f32, f32, f32, f32)) {
    let height = bottom - top;
    let mut lines = PathBuilder::new();
    // Where a line meets the bottom, were it not for the right side of the box.
    let mut foot = left - height + HATCH;
    while foot < right {
        // Each goes up to the right; the sides of the box cut it off.
        let (from, to) = (foot.max(left), (foot + height).min(right));
        lines.move_to(from, bottom - (from - foot));
        lines.line_to(to, bottom - (to - foot));
        foot += HATCH;
    }
    canvas.stroke(lines, 1.5, Ink::Rule);
}
