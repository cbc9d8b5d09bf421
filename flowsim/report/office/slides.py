"""Six slides for PowerPoint: title, answer, two figures, what else was asked, and how far to trust it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.lang import MSO_LANGUAGE_ID
from pptx.enum.text import MSO_ANCHOR
from pptx.util import Emu, Inches, Pt

from flowsim.report.figures.drawing import BLUE, INK, MUTED
from flowsim.report.office.brief import Brief
from flowsim.report.office.drawn_pictures import DrawnPicture
from flowsim.report.office.same_bytes import without_time
from flowsim.report.office.text_room import as_many_as_fit, points_high
from flowsim.report.office.write_workbook import NO_DATE, clean

_WIDTH, _HEIGHT = 13.333, 7.5  # inches: 16:9
_SIDE, _TOP, _FOOT = 0.7, 1.65, 0.55
_ACROSS, _DOWN = _WIDTH - 2 * _SIDE, _HEIGHT - _TOP - _FOOT
_SIZES = (24, 22, 20, 18, 16, 14, 12)
_TITLE_ONLY = 5  # of the layouts that come with python-pptx
_BETWEEN = 8.0  # points between paragraphs
_POINTS = 72
_ROWS = 9


def slides_pptx(brief: Brief, pictures: Sequence[DrawnPicture]) -> bytes:
    """Return six slides (``.pptx``), 16:9. What does not fit in 12 points is left out from the end, by sentences."""
    show = Presentation()
    scale = Inches(_WIDTH) / show.slide_width
    show.slide_width, show.slide_height = Inches(_WIDTH), Inches(_HEIGHT)
    for layout in (show.slide_master, *show.slide_layouts):
        for shape in layout.placeholders:
            shape.left, shape.width = int(shape.left * scale), int(shape.width * scale)
    slides = _Slides(show, brief, pictures)
    slides.title()
    slides.texts("The answer", [*brief.sentences], lead=brief.headline)
    for i in range(2):
        slides.figure(i)
    slides.texts("What else was asked", [f"{question} {text}" for question, text in brief.asked])
    run_on = f"Run on {brief.date}." if brief.date else ""
    more = "All figures, tables and assumptions: report.html and results.xlsx in the same folder."
    slides.texts("How far to trust it", [*brief.caveats, " ".join(filter(None, (f"{brief.setting}.", run_on))), more])
    about = show.core_properties
    about.title, about.author, about.last_modified_by = clean(brief.title)[:255], "flowsim", "flowsim"
    about.language, about.subject, about.revision = "en-GB", clean(brief.question)[:255], 1
    about.created = about.modified = brief.made or NO_DATE
    content = io.BytesIO()
    show.save(content)
    return without_time(content.getvalue())


class _Slides:
    """The slides of a presentation, one after the other."""

    def __init__(self, show: Any, brief: Brief, pictures: Sequence[DrawnPicture]) -> None:
        self._show, self._brief, self._pictures = show, brief, pictures

    def title(self) -> None:
        """Add the first slide: name, question, city, time and date."""
        slide = self._slide(self._brief.title, 36, top=1.9, height=1.6)
        texts = [self._brief.question, f"{self._brief.setting}.", self._brief.date]
        self._box(slide, [text for text in texts if text], 3.7, 2.6, sizes=(22, 20, 18, 16, 14))

    def texts(self, title: str, texts: Sequence[str], lead: str = "") -> None:
        """Add a slide of sentences; the first stands out if it leads."""
        slide = self._slide(title, 30)
        top, room = _TOP, _DOWN
        if lead:
            high = points_high(lead, 26, _ACROSS * _POINTS) / _POINTS + 0.3
            self._box(slide, [lead], top, high, sizes=(26, 24, 22, 20, 18), bold=True)
            top, room = top + high, room - high
        self._box(slide, list(texts), top, room)

    def figure(self, number: int) -> None:
        """Add a slide with a figure of the report; if there are too few, with the table or the setting instead."""
        if number >= len(self._pictures):
            self._table()
            return
        picture = self._pictures[number]
        slide = self._slide(picture.text, 22)
        width = min(_ACROSS, _DOWN * picture.aspect)
        left = (_WIDTH - width) / 2
        shape = slide.shapes.add_picture(
            io.BytesIO(picture.content), Inches(left), Inches(_TOP), Inches(width), Inches(width / picture.aspect)
        )
        shape._element.nvPicPr.cNvPr.set("descr", clean(picture.text))

    def _table(self) -> None:
        header, rows = self._brief.header, self._brief.rows[:_ROWS]
        slide = self._slide("In numbers", 30)
        if not rows:
            self._box(slide, ["Nothing is compared here, so there is no figure."], _TOP, _DOWN)
            return
        frame = slide.shapes.add_table(
            len(rows) + 1, len(header), Inches(_SIDE), Inches(_TOP), Inches(_ACROSS), Inches(0.45 * (len(rows) + 1))
        )
        frame._element.nvGraphicFramePr.cNvPr.set("descr", f"{clean(self._brief.title)}: in numbers")
        for i, row in enumerate([header, *rows]):
            for j, text in enumerate(row):
                paragraph = frame.table.cell(i, j).text_frame.paragraphs[0]
                _run(paragraph, text, 14, "#ffffff" if not i else INK, not i)

    def _slide(self, title: str, size: int, top: float = 0.45, height: float = 1.05) -> Any:
        slide = self._show.slides.add_slide(self._show.slide_layouts[_TITLE_ONLY])
        shape = slide.shapes.title
        shape.left, shape.top, shape.width, shape.height = map(Inches, (_SIDE, top, _ACROSS, height))
        frame = shape.text_frame
        frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.MIDDLE
        frame.paragraphs[0].alignment = 1  # left
        while size > 16 and points_high(title, size, _ACROSS * _POINTS) > height * _POINTS:
            size -= 2
        _run(frame.paragraphs[0], title, size, INK, True)
        bar = slide.shapes.add_shape(1, Inches(_SIDE), Inches(top + height), Inches(1.2), Emu(38100))
        bar.fill.solid()
        bar.fill.fore_color.rgb = RGBColor.from_string(BLUE[1:].upper())
        bar.line.fill.background()
        bar.shadow.inherit = False
        return slide

    def _box(
        self, slide: Any, texts: list[str], top: float, height: float, sizes: Sequence[int] = _SIZES, bold: bool = False
    ) -> None:
        """Write paragraphs as large as they fit; what does not fit in the smallest size is left out from the end."""
        width, room = _ACROSS * _POINTS, height * _POINTS

        def high(size: int) -> float:
            return sum(points_high(text, size, width) + _BETWEEN for text in texts)

        size = next((size for size in sizes if high(size) <= room), sizes[-1])
        box = slide.shapes.add_textbox(Inches(_SIDE), Inches(top), Inches(_ACROSS), Inches(height))
        box.text_frame.word_wrap = True
        for i, text in enumerate(as_many_as_fit(texts, room, size, width, _BETWEEN)):
            paragraph = box.text_frame.paragraphs[0] if not i else box.text_frame.add_paragraph()
            paragraph.space_after = Pt(_BETWEEN)
            _run(paragraph, text, size, INK, bold)


def _run(paragraph: Any, text: str, size: int, colour: str = MUTED, bold: bool = False) -> None:
    run = paragraph.add_run()
    run.text = clean(text)
    run.font.size, run.font.bold, run.font.name = Pt(size), bold, "Calibri"
    run.font.color.rgb = RGBColor.from_string(colour[1:].upper())
    run.font.language_id = MSO_LANGUAGE_ID.ENGLISH_UK
