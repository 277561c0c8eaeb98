//! How are figures drawn? As bars with their spread, and as lines; always as SVG text.

use plotters::coord::Shift;
use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::server::{OURS, is_rival};

const FONT: &str = "sans-serif";
const OUR_COLOUR: RGBColor = RGBColor(201, 52, 20);
const RIVAL_COLOUR: RGBColor = RGBColor(66, 105, 153);
const APART_COLOUR: RGBColor = RGBColor(140, 145, 152);
const INK: RGBColor = RGBColor(45, 50, 56);
const GRID: RGBColor = RGBColor(226, 229, 233);

/// Colours of lines that are not ours, in order; neighbours differ in hue and in lightness.
const PALETTE: [RGBColor; 10] = [
    RGBColor(120, 124, 130),
    RGBColor(31, 99, 173),
    RGBColor(29, 145, 96),
    RGBColor(137, 80, 178),
    RGBColor(196, 138, 0),
    RGBColor(0, 150, 180),
    RGBColor(90, 90, 30),
    RGBColor(211, 90, 140),
    RGBColor(90, 60, 40),
    RGBColor(130, 170, 60),
];

/// One server's bar, with whiskers from the least to the most that was seen.
#[derive(Clone, Debug)]
pub struct Bar {
    pub name: String,
    pub value: f64,
    /// The part of the value that is drawn darker, if it has two.
    pub part: Option<f64>,
    pub least: f64,
    pub most: f64,
}

/// One server's line.
#[derive(Clone, Debug)]
pub struct Line {
    pub name: String,
    pub points: Vec<(f64, f64)>,
}

/// How far apart numbers are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// From nought, by their difference.
    Linear,
    /// By their ratio.
    Log,
}

/// What lines are drawn over.
#[derive(Clone, Copy, Debug)]
pub struct Axes<'a> {
    pub title: &'a str,
    pub x: &'a str,
    pub y: &'a str,
    pub x_scale: Scale,
    pub y_scale: Scale,
    /// Names of the places 0, 1, 2, … where `x` has no numbers.
    pub places: &'a [&'a str],
}

/// Horizontal bars, the shortest on top; `None` when there is nothing to draw.
pub fn bars(title: &str, bars: &[Bar]) -> Option<String> {
    let mut sorted: Vec<&Bar> = bars.iter().collect();
    sorted.sort_by(|a, b| a.value.total_cmp(&b.value));
    let longest = sorted.iter().map(|bar| bar.most).fold(0.0, f64::max);
    let height = 62 + 22 * u32::try_from(sorted.len()).ok()?;
    (longest > 0.0).then(|| svg(470, height, |area| draw_bars(area, title, &sorted, longest)))
}

/// Lines over common axes; `None` when there is nothing to draw, as there is not where each line
/// would be a point.
pub fn lines(axes: &Axes<'_>, lines: &[Line]) -> Option<String> {
    if lines.iter().all(|line| line.points.len() < 2) {
        return None;
    }
    let points = || lines.iter().flat_map(|line| &line.points);
    let range = |scale, values: Vec<f64>| {
        let most = values.iter().copied().fold(0.0, f64::max);
        let least = values.iter().copied().fold(f64::MAX, f64::min);
        (most > 0.0).then_some(match scale {
            Scale::Linear => 0.0..most * 1.04,
            Scale::Log => least.max(1e-3) * 0.8..most * 1.25,
        })
    };
    let x = range(axes.x_scale, points().map(|(x, _)| *x).collect())?;
    let y = range(axes.y_scale, points().map(|(_, y)| *y).collect())?;
    Some(svg(960, 400, |area| match (axes.x_scale, axes.y_scale) {
        (Scale::Linear, Scale::Linear) => draw_lines(area, axes, lines, x, y),
        (Scale::Linear, Scale::Log) => draw_lines(area, axes, lines, x, y.log_scale()),
        (Scale::Log, Scale::Linear) => draw_lines(area, axes, lines, x.log_scale(), y),
        (Scale::Log, Scale::Log) => draw_lines(area, axes, lines, x.log_scale(), y.log_scale()),
    }))
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), Box<dyn std::error::Error>>;

fn svg(width: u32, height: u32, draw: impl FnOnce(&Area<'_>) -> Drawn) -> String {
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, (width, height)).into_drawing_area();
        let drawn = draw(&area).and_then(|()| area.present().map_err(Into::into));
        drawn.expect("drawing into a string has nothing that could fail");
    }
    text
}

fn text(size: u32) -> TextStyle<'static> {
    (FONT, size).into_font().color(&INK)
}

fn draw_bars(area: &Area<'_>, title: &str, bars: &[&Bar], longest: f64) -> Drawn {
    let mut chart = ChartBuilder::on(area)
        .caption(title, text(14))
        .margin(6)
        .x_label_area_size(22)
        .y_label_area_size(84)
        .build_cartesian_2d(0.0..longest * 1.16, (0..bars.len()).into_segmented())?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID)
        .axis_style(GRID)
        .x_labels(6)
        .label_style(text(11))
        .x_label_formatter(&|value| number(*value))
        .y_labels(bars.len())
        .y_label_formatter(&|at| match at {
            // The first bar belongs on top, but axes count upwards.
            SegmentValue::CenterOf(at) => {
                bars.iter().rev().nth(*at).map_or(String::new(), |bar| bar.name.clone())
            }
            _ => String::new(),
        })
        .draw()?;

    for (at, bar) in bars.iter().rev().enumerate() {
        let colour = match &*bar.name {
            OURS => OUR_COLOUR,
            name if is_rival(name) => RIVAL_COLOUR,
            _ => APART_COLOUR,
        };
        let body = |from: f64, to: f64, strength: f64| {
            let corners = [(from, SegmentValue::Exact(at)), (to, SegmentValue::Exact(at + 1))];
            let mut body = Rectangle::new(corners, colour.mix(strength).filled());
            body.set_margin(3, 3, 0, 0);
            body
        };
        let part = bar.part.unwrap_or(bar.value);
        chart.draw_series([body(0.0, part, 0.95), body(part, bar.value, 0.45)])?;
        let middle = || SegmentValue::CenterOf(at);
        let whisker = vec![(bar.least, middle()), (bar.most, middle())];
        chart.draw_series([PathElement::new(whisker, INK)])?;
        let label_at = (bar.most + longest * 0.012, middle());
        let beside = text(11).pos(Pos::new(HPos::Left, VPos::Center));
        chart.draw_series([Text::new(exact(bar.value), label_at, beside)])?;
    }
    Ok(())
}

fn draw_lines<X, Y>(area: &Area<'_>, axes: &Axes<'_>, lines: &[Line], x: X, y: Y) -> Drawn
where
    X: AsRangedCoord<Value = f64>,
    Y: AsRangedCoord<Value = f64>,
    X::CoordDescType: ValueFormatter<f64>,
    Y::CoordDescType: ValueFormatter<f64>,
{
    let (plot, legend) = area.split_horizontally(820);
    let mut chart = ChartBuilder::on(&plot)
        .caption(axes.title, text(14))
        .margin(6)
        .margin_right(24)
        .x_label_area_size(40)
        .y_label_area_size(64)
        .build_cartesian_2d(x, y)?;
    let x_label = |value: &f64| match axes.places {
        [] => number(*value),
        places if value.fract().abs() < 1e-6 => {
            places.get(*value as usize).map_or(String::new(), |place| (*place).to_owned())
        }
        _ => String::new(),
    };
    let n_labels = if axes.places.is_empty() { 10 } else { axes.places.len() };
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID)
        .axis_style(GRID)
        .label_style(text(11))
        .axis_desc_style(text(12))
        .x_labels(n_labels)
        .x_label_formatter(&x_label)
        .y_label_formatter(&|value| number(*value))
        .x_desc(axes.x)
        .y_desc(axes.y)
        .draw()?;

    // Coloured by its place among all, a server has the same colour in every plot.
    let mut drawn: Vec<(&Line, RGBColor)> = lines
        .iter()
        .zip(0..)
        .map(|(line, at)| (line, colour(&line.name, at)))
        .filter(|(line, _)| !line.points.is_empty())
        .collect();
    // Ours is drawn last, so that nothing lies over it.
    drawn.sort_by_key(|(line, _)| is_ours(&line.name));
    for (line, colour) in &drawn {
        let width = if is_ours(&line.name) { 3 } else { 2 };
        let style = colour.stroke_width(width);
        chart.draw_series(LineSeries::new(line.points.iter().copied(), style))?;
        let dot = |point: &(f64, f64)| Circle::new(*point, width + 1, colour.filled());
        chart.draw_series(line.points.iter().map(dot))?;
    }

    // From top to bottom as the lines end.
    let end = |line: &Line| line.points.last().map_or(0.0, |point| point.1);
    drawn.sort_by(|(a, _), (b, _)| end(b).total_cmp(&end(a)));
    for ((line, colour), y) in drawn.iter().zip((40..).step_by(20)) {
        let style = colour.stroke_width(if is_ours(&line.name) { 4 } else { 3 });
        legend.draw(&PathElement::new(vec![(0, y), (18, y)], style))?;
        let beside = text(12).pos(Pos::new(HPos::Left, VPos::Center));
        legend.draw(&Text::new(line.name.clone(), (24, y), beside))?;
    }
    Ok(())
}

fn is_ours(name: &str) -> bool {
    name.starts_with(OURS)
}

fn colour(name: &str, at: usize) -> RGBColor {
    if is_ours(name) { OUR_COLOUR } else { PALETTE[at % PALETTE.len()] }
}

/// A number on an axis: as few digits as tell it.
fn number(value: f64) -> String {
    match value {
        value if value.abs() >= 1e6 => format!("{}M", round(value / 1e6)),
        value if value.abs() >= 1e4 => format!("{}k", round(value / 1e3)),
        value => round(value),
    }
}

fn round(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A number beside its bar.
fn exact(value: f64) -> String {
    if value < 100.0 { format!("{value:.2}") } else { format!("{value:.0}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AXES: Axes<'_> = Axes {
        title: "Lines",
        x: "routes",
        y: "ns",
        x_scale: Scale::Linear,
        y_scale: Scale::Linear,
        places: &[],
    };

    #[test]
    fn nothing_to_draw_is_not_drawn() {
        assert!(bars("empty", &[]).is_none());
        for points in [vec![], vec![(1.0, 2.0)]] {
            assert!(lines(&AXES, &[Line { name: "a".into(), points }]).is_none());
        }
    }

    #[test]
    fn every_bar_and_line_has_its_name() {
        let bar = |name: &str, value| Bar {
            name: name.into(),
            value,
            part: Some(value / 2.0),
            least: value,
            most: value,
        };
        let drawn = bars("Bars", &[bar("first", 1.0), bar("second", 2.0)]).unwrap();
        assert!(drawn.contains("first") && drawn.contains("second") && drawn.contains("Bars"));

        let line = Line { name: "third".into(), points: vec![(1.0, 1.0), (5.0, 2.0)] };
        for (x_scale, y_scale) in [
            (Scale::Linear, Scale::Linear),
            (Scale::Linear, Scale::Log),
            (Scale::Log, Scale::Linear),
            (Scale::Log, Scale::Log),
        ] {
            let drawn =
                lines(&Axes { x_scale, y_scale, ..AXES }, std::slice::from_ref(&line)).unwrap();
            assert!(drawn.starts_with("<svg") && drawn.contains("third"), "{drawn}");
        }
    }

    #[test]
    fn places_have_names() {
        let line = Line { name: "a".into(), points: vec![(0.0, 1.0), (1.0, 2.0)] };
        let drawn = lines(&Axes { places: &["rest", "busy"], ..AXES }, &[line]).unwrap();
        assert!(drawn.contains("rest") && drawn.contains("busy"), "{drawn}");
    }

    #[test]
    fn numbers_have_as_few_digits_as_tell_them() {
        for (value, expected) in
            [(0.0, "0"), (0.5, "0.5"), (12.0, "12"), (20_000.0, "20k"), (2_500_000.0, "2.5M")]
        {
            assert_eq!(number(value), expected);
        }
    }
}
