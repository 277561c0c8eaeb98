//! How are figures drawn? As bars with their spread, and as lines; always as SVG text.

use plotters::coord::Shift;
use plotters::prelude::*;

const WIDTH: u32 = 860;
const FONT: &str = "sans-serif";

/// One server's bar, with whiskers from the least to the most that was seen.
pub struct Bar {
    pub name: String,
    pub value: f64,
    pub least: f64,
    pub most: f64,
}

/// One server's line.
pub struct Line {
    pub name: String,
    pub points: Vec<(f64, f64)>,
}

/// Horizontal bars, the shortest on top; `None` when there is nothing to draw.
pub fn bars(title: &str, bars: &[Bar]) -> Option<String> {
    let mut sorted: Vec<&Bar> = bars.iter().collect();
    sorted.sort_by(|a, b| a.value.total_cmp(&b.value));
    let longest = sorted.iter().map(|bar| bar.most).fold(0.0, f64::max);
    let height = 70 + 24 * u32::try_from(sorted.len()).ok()?;
    (longest > 0.0).then(|| svg(height, |area| draw_bars(area, title, &sorted, longest)))
}

/// Lines over a common scale; `None` when there is nothing to draw.
pub fn lines(title: &str, lines: &[Line]) -> Option<String> {
    let points = || lines.iter().flat_map(|line| &line.points);
    let right = points().map(|(x, _)| *x).fold(0.0, f64::max);
    let top = points().map(|(_, y)| *y).fold(0.0, f64::max);
    (top > 0.0 && right > 0.0)
        .then(|| svg(420, |area| draw_lines(area, title, lines, right, top * 1.05)))
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), Box<dyn std::error::Error>>;

fn svg(height: u32, draw: impl FnOnce(&Area<'_>) -> Drawn) -> String {
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, (WIDTH, height)).into_drawing_area();
        let drawn = draw(&area).and_then(|()| area.present().map_err(Into::into));
        drawn.expect("drawing into a string has nothing that could fail");
    }
    text
}

fn draw_bars(area: &Area<'_>, title: &str, bars: &[&Bar], longest: f64) -> Drawn {
    let mut chart = ChartBuilder::on(area)
        .caption(title, (FONT, 16))
        .margin(8)
        .x_label_area_size(24)
        .y_label_area_size(110)
        .build_cartesian_2d(0.0..longest * 1.12, (0..bars.len()).into_segmented())?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .light_line_style(TRANSPARENT)
        .label_style((FONT, 12))
        .x_label_formatter(&|value| format!("{value}"))
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
        let colour = if bar.name == super::server::OURS { RED.mix(0.7) } else { BLUE.mix(0.45) };
        let mut body = Rectangle::new(
            [(0.0, SegmentValue::Exact(at)), (bar.value, SegmentValue::Exact(at + 1))],
            colour.filled(),
        );
        body.set_margin(3, 3, 0, 0);
        chart.draw_series([body])?;
        let middle = || SegmentValue::CenterOf(at);
        chart.draw_series([PathElement::new(
            vec![(bar.least, middle()), (bar.most, middle())],
            BLACK,
        )])?;
        let digits = if bar.value < 100.0 { 2 } else { 0 };
        let label = format!("{:.digits$}", bar.value);
        chart.draw_series([Text::new(label, (bar.most + longest * 0.01, middle()), (FONT, 12))])?;
    }
    Ok(())
}

fn draw_lines(area: &Area<'_>, title: &str, lines: &[Line], right: f64, top: f64) -> Drawn {
    let mut chart = ChartBuilder::on(area)
        .caption(title, (FONT, 16))
        .margin(8)
        .x_label_area_size(28)
        .y_label_area_size(60)
        .margin_right(40)
        .build_cartesian_2d(0.0..right, 0.0..top)?;
    let whole = |value: &f64| format!("{value:.0}");
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .label_style((FONT, 12))
        .x_label_formatter(&whole)
        .y_label_formatter(&whole)
        .draw()?;
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| !line.points.is_empty()) {
        let colour = Palette99::pick(at).to_rgba();
        chart
            .draw_series(
                LineSeries::new(line.points.iter().copied(), colour.stroke_width(2)).point_size(3),
            )?
            .label(&line.name)
            .legend(move |(x, y)| PathElement::new(vec![(x, y), (x + 16, y)], colour));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK)
        .draw()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_to_draw_is_not_drawn() {
        assert!(bars("empty", &[]).is_none());
        assert!(lines("empty", &[Line { name: "a".into(), points: vec![] }]).is_none());
    }

    #[test]
    fn every_bar_and_line_has_its_name() {
        let bar = |name: &str, value| Bar { name: name.into(), value, least: value, most: value };
        let drawn = bars("Bars", &[bar("first", 1.0), bar("second", 2.0)]).unwrap();
        assert!(drawn.contains("first") && drawn.contains("second") && drawn.contains("Bars"));

        let line = Line { name: "third".into(), points: vec![(0.0, 1.0), (5.0, 2.0)] };
        let drawn = lines("Lines", &[line]).unwrap();
        assert!(drawn.starts_with("<svg") && drawn.contains("third"), "{drawn}");
    }
}
