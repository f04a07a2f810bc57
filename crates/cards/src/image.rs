//! From pixels to PNG: at most 256 colors, which is plenty for six inks and their edges.

use png::{BitDepth, ColorType, Compression, Encoder, Filter};

use crate::{
    HEIGHT, WIDTH,
    canvas::{Canvas, Ink},
};

/// The most colors that fit.
const MOST: usize = 256;

/// The canvas as a PNG file.
pub(crate) fn png(canvas: &Canvas) -> Vec<u8> {
    let mut palette = Palette::new();
    let mut last = ([0; 4], 0);
    let codes: Vec<u8> = canvas
        .pixels()
        .map(|pixel| {
            if pixel != last.0 {
                last = (pixel, palette.code(pixel));
            }
            last.1
        })
        .collect();
    let mut file = Vec::with_capacity(32 << 10);
    let mut encoder = Encoder::new(&mut file, WIDTH, HEIGHT);
    encoder.set_color(ColorType::Indexed);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_palette(palette.colors.concat());
    encoder.set_compression(Compression::Balanced);
    encoder.set_filter(Filter::NoFilter);
    encoder
        .write_header()
        .and_then(|mut writer| writer.write_image_data(&codes).and_then(|()| writer.finish()))
        .expect("there is one code for each pixel, and memory takes all bytes");
    file
}

/// Colors that differ in the lowest three bits only are one.
struct Palette {
    colors: Vec<[u8; 3]>,
    /// The code of each color without these bits; `None` if it was not met.
    codes: Vec<Option<u8>>,
}

impl Palette {
    /// One with the inks, each exactly as it is.
    fn new() -> Self {
        let mut palette = Self { colors: Vec::with_capacity(MOST), codes: vec![None; 1 << 15] };
        for ink in Ink::ALL {
            let [red, green, blue] = ink.rgb();
            palette.code([red, green, blue, 0xff]);
        }
        palette
    }

    fn code(&mut self, [red, green, blue, _]: [u8; 4]) -> u8 {
        let key = [red, green, blue].iter().fold(0, |key, part| key << 5 | usize::from(part >> 3));
        if let Some(code) = self.codes[key] {
            return code;
        }
        let color = [red, green, blue];
        let code = if self.colors.len() < MOST {
            self.colors.push(color);
            self.colors.len() - 1
        } else {
            let nearest =
                self.colors.iter().enumerate().min_by_key(|(_, it)| distance(**it, color));
            nearest.map_or(0, |(code, _)| code)
        };
        let code = code as u8;
        self.codes[key] = Some(code);
        code
    }
}

fn distance(one: [u8; 3], other: [u8; 3]) -> u32 {
    one.iter().zip(other).map(|(&a, b)| u32::from(a.abs_diff(b)).pow(2)).sum()
}
