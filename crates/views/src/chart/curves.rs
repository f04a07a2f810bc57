//! Curves of shares side by side, each from its own first day on.

use plotters::{drawing::IntoDrawingArea, element::Circle, style::Color};

use super::{
    DrawingError, Form, at, draw_path,
    labels::{Labels, Side},
};
use crate::svg::{self, Ink, STEPS, Svg, Tone, fit, text_width};

/// How tall the drawing is, in CSS pixels.
const HEIGHT: u32 = 280;

/// Radius of the mark of a share that stands alone, in steps.
const MARK: i32 = 5 * STEPS / 2;

/// In percent: the heights of the upper edge to choose from, each four times a round number.
const TOPS: [u32; 4] = [4, 20, 40, 100];

/// The shares of one thing.
pub(crate) struct Curve<'a> {
    /// Fit to be shown.
    pub(crate) name: &'a str,
    /// From 0 to 1, one for each step. `None` interrupts the curve.
    pub(crate) shares: &'a [Option<f64>],
    /// How many of the last shares may still change.
    pub(crate) provisional: usize,
}

/// The curves as an `<svg>` element, at most as many as there are inks. Their shares are `step` days apart, and the
/// axis goes on to `last` days.
pub(crate) fn draw(
    curves: &[Curve<'_>],
    (step, last): (usize, usize),
    (title, finding): (&str, &str),
    form: Form,
) -> Result<String, DrawingError> {
    let size = (form.size().0, HEIGHT);
    let mut body = String::with_capacity(4 << 10);
    draw_marks(curves, (step, last), form, Svg::new(&mut body, size, None))?;
    let class = if form == Form::Narrow { "narrow" } else { "wide" };
    Ok(svg::document(&format!("class=\"chart curves {class}\""), size, title, finding, &body))
}

fn draw_marks(
    curves: &[Curve<'_>],
    (step, last): (usize, usize),
    form: Form,
    svg: Svg<'_>,
) -> Result<(), DrawingError> {
    let (width, font) = (f64::from(form.size().0), form.font());
    let highest = curves.iter().flat_map(|it| it.shares).flatten().copied().fold(0.0, f64::max);
    let top = TOPS.into_iter().find(|&top| highest * 100.0 <= f64::from(top)).unwrap_or(100);

    let names: Vec<String> = curves.iter().map(|it| fit(it.name, font, form.names())).collect();
    let widest = names.iter().map(|name| text_width(name, font)).fold(0.0, f64::max);
    let left = text_width("100\u{a0}%", font) + 8.0;
    let right = width - widest - 10.0;
    let upper = font + 4.0;
    let base = f64::from(HEIGHT) - font - 12.0;
    let x = |days: usize| left + (right - left) * days as f64 / last as f64;
    let y = |share: f64| base - (base - upper) * share * 100.0 / f64::from(top);

    let root = svg.into_drawing_area();
    let mut labels = Labels::new((form.size().0, HEIGHT), 0.0, font);
    let line = |from, to, ink: Ink| draw_path(&root, vec![at(from), at(to)], ink.solid());
    for percent in (0..=4).map(|it| it * top / 4) {
        let height = y(f64::from(percent) / 100.0);
        // Half is what the table tells of: it is drawn like the zero line.
        let ink = if matches!(percent, 0 | 50) { Ink::Axis } else { Ink::Grid };
        line((left, height), (right, height), ink)?;
        let label = format!("{percent}\u{a0}%");
        labels.place(&label, Ink::Axis, Side::Left, (left - 6.0, height + font * 0.35));
    }
    let apart = if form == Form::Narrow { 60 } else { 30 };
    for days in (0..=last).step_by(apart) {
        line((x(days), base), (x(days), base + 4.0), Ink::Axis)?;
        let unit = if days + apart > last { " days" } else { "" };
        let label = format!("{days}{unit}");
        let middle = labels.inside(&label, x(days));
        labels.place(&label, Ink::Axis, Side::Middle, (middle, base + font + 6.0));
    }

    for (place, curve) in curves.iter().enumerate().rev() {
        let ink = ink(place);
        let point = |week: usize| {
            let share = curve.shares.get(week).copied().flatten()?;
            Some(at((x(step * (week + 1)), y(share))))
        };
        let weeks = curve.shares.len();
        let mut from = 0;
        while from < weeks {
            let length = (from..weeks).take_while(|&week| point(week).is_some()).count();
            let stretch = from..from + length;
            // The step to a share that may change is dashed too.
            let changing = weeks - curve.provisional.min(weeks);
            let solid = from..changing.min(stretch.end);
            let dashed = changing.saturating_sub(1).max(from)..stretch.end;
            for (part, tone) in [(solid, Tone::Solid), (dashed, Tone::Dashed)] {
                if part.len() > 1 {
                    draw_path(&root, part.filter_map(point).collect(), ink.with(tone))?;
                }
            }
            if length == 1
                && let Some(alone) = point(from)
            {
                root.draw(&Circle::new(alone, MARK, ink.solid().filled()))?;
            }
            from = stretch.end + 1;
        }
    }
    for (place, curve) in curves.iter().enumerate() {
        let Some(week) = curve.shares.iter().rposition(Option::is_some) else { continue };
        let height = y(curve.shares[week].unwrap_or(0.0)) + font * 0.35;
        let right = x(step * (week + 1)) + 6.0;
        // Where another name is in the way, a little above or below.
        let _ = [0, -1, 1, -2, 2, -3, 3, -4].into_iter().any(|lines| {
            let point = (right, (height + f64::from(lines) * (font + 2.0)).min(base));
            labels.place(&names[place], ink(place), Side::Right, point)
        });
    }
    if top == 100 {
        let words = if form == Form::Narrow { "half" } else { "half of all downloads" };
        let point = (right, y(0.5) - 5.0);
        labels.place(words, Ink::Axis, Side::Left, point);
    }
    labels.draw(&root)
}

/// The ink of a curve by its place.
fn ink(place: usize) -> Ink {
    u8::try_from(place).map_or(Ink::Other, Ink::Series)
}

#[cfg(test)]
mod tests;
