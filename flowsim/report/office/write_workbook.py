"""Writing a workbook (``.xlsx``): the answer first, then charts, then a sheet for each table.

XlsxWriter writes it: it takes less than half as long as openpyxl for the same sheets, and knows alternative texts.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from flowsim.report.figures.drawing import INK
from flowsim.report.office.brief import Brief
from flowsim.report.office.charts import Chart
from flowsim.report.office.draw_charts import CHART_WIDTH, chart_height, drawn_chart
from flowsim.report.office.paper import A4, columns_in_print, rows_in_print, text_height
from flowsim.report.office.sheets import Date, Number, Sheet, Value

ANSWER, CHARTS = "Answer", "Charts"
NO_DATE = dt.datetime(2000, 1, 1)  # of a file whose run says nothing of its date: the same bytes each time
_NARROWEST, _WIDEST, _WIDEST_NAME = 10, 46, 36
_LONGEST = 32_767  # characters of a cell, in Excel
_TAB = 31  # characters of the name of a sheet
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_PIXELS_A_ROW = 20
_LABELS, _TEXTS = 30, 104  # widths of the two columns of the first sheet
_Look = tuple[tuple[str, Any], ...]
_WRAPPED: _Look = (("text_wrap", True), ("valign", "top"))
_HEAD: _Look = (("bold", True), ("font_color", "#ffffff"), ("bg_color", INK), *_WRAPPED)
_LOOKED_AT = 1000  # rows whose texts decide how wide a column is


def workbook_bytes(brief: Brief, sheets: Sequence[Sheet], charts: Sequence[Chart], notes: Sequence[str]) -> bytes:
    """Return a workbook.

    Parameters
    ----------
    brief : Brief
        What the first sheet says.
    sheets : sequence of Sheet
        One after the other. A name that Excel does not take is changed.
    charts : sequence of Chart
        Each of one of the sheets. Those of a sheet without rows are left out.
    notes : sequence of str
        How to read the sheets.
    """
    content = io.BytesIO()
    workbook = Workbook(content, {"in_memory": True, "strings_to_urls": False, "default_date_format": "d mmm yyyy"})
    workbook.set_properties(
        {"title": clean(brief.title), "subject": clean(brief.question), "author": "flowsim",
         "created": brief.made or NO_DATE}
    )  # fmt: skip
    names = dict(zip((sheet.title for sheet in sheets), tab_names(sheet.title for sheet in sheets), strict=True))
    there = {sheet.title: sheet for sheet in sheets if sheet.rows}
    charts = [chart for chart in charts if chart.sheet in there and chart.rows]
    contents = [(names[sheet.title], _about(sheet)) for sheet in sheets]
    if charts:
        contents.insert(0, (CHARTS, "The most important tables as charts, which follow the numbers on the sheets."))
    pages = _Pages(workbook)
    pages.front(brief, contents, notes)
    if charts:
        pages.charts([(chart, there[chart.sheet], names[chart.sheet]) for chart in charts])
    for sheet in sheets:
        pages.table(sheet, names[sheet.title])
    workbook.close()
    return content.getvalue()


def clean(text: str) -> str:
    """Return a text without characters that a file for the office cannot hold, and no longer than a cell can be."""
    return _UNSEEN.sub("", text)[:_LONGEST]


def tab_names(titles: Iterable[str]) -> list[str]:
    """Return names of sheets as Excel takes them: of at most 31 characters, without []:*?/ and backslash, each once."""
    taken = {ANSWER.lower(), CHARTS.lower(), "history"}
    found = []
    for title in titles:
        plain = re.sub(r"[\[\]:*?/\\]", " ", clean(title)).strip().strip("'") or "Sheet"
        name, number = plain[:_TAB].strip(), 1
        while name.lower() in taken:
            number += 1
            name = f"{plain[: _TAB - len(str(number)) - 1].strip()} {number}"
        taken.add(name.lower())
        found.append(name)
    return found


def _about(sheet: Sheet) -> str:
    return sheet.about + (f" The last {sheet.left_out:,} rows are left out here." if sheet.left_out else "")


def _distinct(header: Sequence[str]) -> list[str]:
    """Return the names of columns as a table of Excel takes them: on one line, none empty, each once."""
    found: list[str] = []
    for i, text in enumerate(header, 1):
        plain = " ".join(clean(text).split())[:250] or f"Column {i}"
        name, number = plain, 1
        while name.lower() in {other.lower() for other in found}:
            number += 1
            name = f"{plain} ({number})"
        found.append(name)
    return found


class _Pages:
    """The sheets of one workbook, and the formats that they share."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._formats: dict[tuple[_Look, str], Format] = {}

    def _format(self, look: _Look, number: str = "General") -> Format:
        """Return the format of cells that look alike."""
        found = self._formats.get((look, number))
        if found is None:
            found = self._workbook.add_format({**dict(look), "num_format": number})
            self._formats[look, number] = found
        return found

    def front(self, brief: Brief, contents: Sequence[tuple[str, str]], notes: Sequence[str]) -> None:
        """Write the first sheet: the answer in sentences, the contents, and how to read it."""
        page = self._workbook.add_worksheet(ANSWER)
        page.set_column(0, 0, _LABELS)
        page.set_column(1, 1, _TEXTS)
        page.hide_gridlines(2)
        label = (("bold", True), *_WRAPPED)
        rows: list[tuple[str, str, bool]] = [
            ("Question", brief.question, False),
            ("City and time", brief.setting, False),
            ("Run on", brief.date, False),
            ("Answer", brief.headline, True),
            ("", " ".join(brief.sentences), False),
            *((question, text, False) for question, text in brief.points),
            *(("How far to trust it" if i == 0 else "", text, False) for i, text in enumerate(brief.caveats)),
        ]
        self._write(page, 0, 0, brief.title, (("bold", True), ("font_size", 16), ("font_color", INK)))
        page.set_row(0, 24)
        at = 1
        for name, text, is_headline in rows:
            if not text:
                continue
            size = 13 if is_headline else 11
            self._write(page, at, 0, name, label)
            self._write(page, at, 1, text, (*_WRAPPED, ("bold", is_headline), ("font_size", size)))
            page.set_row(at, max(text_height(text, _TEXTS, size), text_height(name, _LABELS, 11)))
            at += 1
        at += 1
        self._write(page, at, 0, "Sheets", label)
        for name, about in contents:
            at += 1
            target = "'" + name.replace("'", "''") + "'"
            page.write_url(at, 0, f"internal:{target}!A1", string=name, tip=f"Go to {name}")
            self._write(page, at, 1, about, _WRAPPED)
            page.set_row(at, text_height(about, _TEXTS, 11))
        at += 1
        for i, text in enumerate(notes):
            at += 1
            self._write(page, at, 0, "" if i else "How to read the sheets", label)
            self._write(page, at, 1, text, _WRAPPED)
            page.set_row(at, text_height(text, _TEXTS, 11))
        page.print_area(0, 0, at, 1)
        self._paper(page, brief.title, 1)

    def charts(self, charts: Sequence[tuple[Chart, Sheet, str]]) -> None:
        """Write the sheet of charts: each below its title and what it shows in words."""
        page = self._workbook.add_worksheet(CHARTS)
        page.hide_gridlines(2)
        page.set_column(0, 0, 110)
        at = 0
        for chart, sheet, tab in charts:
            self._write(page, at, 0, chart.title, (("bold", True), ("font_size", 13), ("font_color", INK)))
            page.set_row(at, 20)
            self._write(page, at + 1, 0, chart.finding, _WRAPPED)
            page.set_row(at + 1, text_height(chart.finding, 110, 11))
            height = chart_height(chart)
            options = {"description": clean(chart.finding)[:2000], "object_position": 2}
            page.insert_chart(at + 2, 0, drawn_chart(self._workbook, chart, sheet.header, tab), options)
            at += 4 + height // _PIXELS_A_ROW
        page.print_area(0, 0, at, 0)
        self._paper(page, CHARTS, 1, landscape=at * _PIXELS_A_ROW < CHART_WIDTH)

    def table(self, sheet: Sheet, name: str) -> None:
        """Write a sheet: its header as that of a table with a name, frozen with the columns that name a row."""
        page = self._workbook.add_worksheet(name)
        header = _distinct(sheet.header)
        widths = [_width(sheet, header, i) for i in range(len(header))]
        heights = [max(text_height(text, width - 3, 11) for text, width in zip(header, widths, strict=True))]
        of_numbers = [any(isinstance(row[i], Number) for row in sheet.rows[:_LOOKED_AT]) for i in range(len(header))]
        heads = [self._format((*_HEAD, ("align", "right" if right else "left"))) for right in of_numbers]
        for i, width in enumerate(widths):
            page.set_column(i, i, width)
        page.freeze_panes(1, sheet.names)
        if sheet.rows:
            options = {
                "name": re.sub(r"[^A-Za-z0-9_]", "_", f"_{name}" if name[0].isdigit() else name) + "_table",
                "columns": [{"header": text, "header_format": head} for text, head in zip(header, heads, strict=True)],
                "style": "Table Style Light 1",
            }
            page.add_table(0, 0, len(sheet.rows), len(header) - 1, options)
        else:
            for i, (text, head) in enumerate(zip(header, heads, strict=True)):
                page.write_string(0, i, text, head)
        page.set_row(0, heights[0])
        # A text next to a number needs room between them.
        looks: list[_Look] = [
            (("indent", 1),) if i and of_numbers[i - 1] > of_numbers[i] else () for i in range(len(header))
        ]
        if sheet.wraps:
            looks = [(*look, *_WRAPPED) for look in looks]
        for i, row in enumerate(sheet.rows, 1):
            for j, value in enumerate(row):
                self._write(page, i, j, value, looks[j])
            if sheet.wraps:
                heights.append(max(text_height(v, w, 11) for v, w in zip(map(_text, row), widths, strict=True)))
                page.set_row(i, heights[-1])
        across = columns_in_print(widths)
        down = rows_in_print(widths[:across], heights, len(sheet.rows), sheet.pages)
        page.print_area(0, 0, max(down, 1), across - 1)
        page.repeat_rows(0)
        self._paper(page, f"{name}. {sheet.about}", sheet.pages, _cut(sheet, down, across))

    def _paper(self, page: Worksheet, above: str, pages: int, below: str = "", landscape: bool = True) -> None:
        """Set how a sheet is printed: on A4, as wide as the paper, on a limited number of pages."""
        if landscape:
            page.set_landscape()
        page.set_paper(A4)
        page.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        page.fit_to_pages(1, pages)
        page.set_header(f"&L{clean(above)[:120].replace('&', '&&')}")
        page.set_footer(f"&L{below.replace('&', '&&')}&R&A, page &P of &N")

    def _write(self, page: Worksheet, row: int, column: int, value: Value, look: _Look = ()) -> None:
        if isinstance(value, Number):
            if value.is_known:
                page.write_number(row, column, float(value.value), self._format(look, value.style))
        elif isinstance(value, Date):
            midnight = dt.datetime.combine(value.value, dt.time())
            page.write_datetime(row, column, midnight, self._format((*look, ("align", "left")), value.style))
        elif value:
            text = clean(value)
            if text.startswith(_FORMULA):  # a text it is, and stays when somebody edits the cell
                look = (*look, ("quote_prefix", True))
            page.write_string(row, column, text, self._format(look) if look else None)


def _cut(sheet: Sheet, down: int, across: int) -> str:
    """Say what is printed of a sheet, if that is not all of it."""
    rows, columns = len(sheet.rows), len(sheet.header)
    parts = [
        f"{some:,} of {all_of_them:,} {what}"
        for some, all_of_them, what in ((down, rows, "rows"), (across, columns, "columns"))
        if some < all_of_them
    ]
    return f"The first {' and '.join(parts)}. To print all: Page Layout, Print Area, Clear." if parts else ""


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ""


def _width(sheet: Sheet, header: Sequence[str], column: int) -> float:
    """Return how wide a column is: as what it holds, within bounds; the header is broken into lines."""
    lengths = [_letters(row[column]) + 2 for row in sheet.rows[:_LOOKED_AT]]
    longest_word = max((len(word) for word in header[column].split()), default=0)
    widest = _WIDEST_NAME if column < sheet.names and sheet.names > 1 else _WIDEST
    return min(max([_NARROWEST, longest_word + 4, *lengths]), widest)


def _letters(value: Value) -> int:
    """Return how many letters a value takes on the sheet."""
    if isinstance(value, Number):
        if not value.is_known:
            return 0
        decimals = len(value.style.partition(".")[2]) - len(value.style.partition(".")[2].lstrip("0"))
        return len(f"{value.value:,.{decimals}f}") + 2 * ("£" in value.style)
    return len(value.style) if isinstance(value, Date) else len(value or "")
