"""Drawing the charts of a workbook with XlsxWriter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.utility import quote_sheetname, xl_col_to_name

from flowsim.report.figures.drawing import BLUE, GREY, INK, MUTED, PALE, VERMILION
from flowsim.report.office.charts import BARS, LINES, POINTS, Chart, Series

CHART_WIDTH = 780  # pixels
_ROW, _AROUND, _LOWEST = 22, 110, 340
_COLOURS = (INK, BLUE, VERMILION, GREY)
_DASHES = ("solid", "dash", "round_dot", "long_dash")  # a line is told from another one without its colour too


def chart_height(chart: Chart) -> int:
    """Return how high a chart is (pixels)."""
    return max(_LOWEST, chart.rows * _ROW + _AROUND) if chart.kind == BARS else _LOWEST + 60


def drawn_chart(workbook: Workbook, chart: Chart, header: Sequence[str], tab: str) -> Any:
    """Return a chart of XlsxWriter, ready to be put on a sheet.

    Parameters
    ----------
    workbook : Workbook
        Which will hold it.
    chart : Chart
        What it shows.
    header : sequence of str
        The names of the columns of its sheet, as the chart refers to them.
    tab : str
        The name of that sheet.
    """
    place = {name: i for i, name in enumerate(header)}

    def cells(column: str) -> list[Any]:
        at = place[column]
        return [tab, 1, at, chart.rows, at]

    def reference(column: str) -> str:
        letter = xl_col_to_name(place[column])
        return f"={quote_sheetname(tab)}!${letter}$2:${letter}${chart.rows + 1}"

    kind = {BARS: "bar", LINES: "line", POINTS: "scatter"}[chart.kind]
    drawn = workbook.add_chart({"type": kind})
    for i, series in enumerate(chart.series):
        if chart.kind == POINTS:
            for look in _points(chart, series, place, tab):
                drawn.add_series(look)
            continue
        name: Any = _text(series.name) if series.name else [tab, 0, place[series.values]]
        look = {"name": name, "categories": cells(chart.along), "values": cells(series.values)}
        if chart.kind == BARS:
            look |= {"fill": {"color": BLUE}, "gap": 60}
        else:
            look["line"] = {"color": _COLOURS[i % 4], "width": 1.75, "dash_type": _DASHES[i % 4]}
        if series.below:
            look["y_error_bars"] = {
                "type": "custom", "plus_values": reference(series.above), "minus_values": reference(series.below),
                "line": {"color": INK, "width": 1.25},
            }  # fmt: skip
        drawn.add_series(look)
    _axes(drawn, chart)
    drawn.set_size({"width": CHART_WIDTH, "height": chart_height(chart)})
    drawn.set_title({"none": True})  # it stands above, in a cell
    drawn.set_legend({"position": "bottom"} if chart.kind == LINES else {"none": True})
    return drawn


def _points(chart: Chart, series: Series, place: Mapping[str, int], tab: str) -> Iterator[dict[str, Any]]:
    """Yield a series for each point, whose name stands next to it; the first is that which others are compared with."""
    for row in range(1, chart.rows + 1):
        colour, mark = (INK, "square") if row == 1 else (BLUE, "circle")
        yield {
            "name": [tab, row, place[chart.labels]],
            "categories": [tab, row, place[chart.along], row, place[chart.along]],
            "values": [tab, row, place[series.values], row, place[series.values]],
            "marker": {"type": mark, "size": 7, "fill": {"color": colour}, "border": {"color": colour}},
            "data_labels": {"series_name": True, "value": False, "position": "above"},
        }


def _axes(drawn: Any, chart: Chart) -> None:
    grid = {"visible": True, "line": {"color": PALE}}
    line = {"color": MUTED}
    number = {"num_format": chart.style, "major_gridlines": grid, "line": line}
    along: dict[str, Any] = {"line": line, "label_position": "low"}
    if chart.kind == BARS:
        drawn.set_x_axis({**number, "name": _text(chart.across_title)})
        # From the top; the other axis crosses it at its far end, and so stays at the foot.
        drawn.set_y_axis({**along, "reverse": True, "interval_unit": 1, "crossing": "max"})
    elif chart.kind == LINES:
        dates = {"date_axis": True, "num_format": "mmm yyyy", "major_unit": 1, "major_unit_type": "months"}
        drawn.set_x_axis({**along, **dates, "num_font": {"rotation": -45}})
        drawn.set_y_axis({**number, "name": _text(chart.up_title), "min": 0})
    else:
        drawn.set_x_axis(
            {**number, "num_format": chart.along_style, "name": _text(chart.across_title), "label_position": "low"}
        )
        drawn.set_y_axis({**number, "name": _text(chart.up_title), "label_position": "low"})


def _text(text: str) -> str:
    """Return a text that XlsxWriter does not take for a formula."""
    return f" {text}" if text.startswith("=") else text
