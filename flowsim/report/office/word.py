"""The summary for Word: the answer on two pages, with a figure or two and a table."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Emu, Pt, RGBColor
from docx.table import Table

from flowsim.report.figures.drawing import INK, MUTED
from flowsim.report.office.brief import Brief
from flowsim.report.office.drawn_pictures import DrawnPicture
from flowsim.report.office.same_bytes import without_time
from flowsim.report.office.text_room import as_many_as_fit, points_high
from flowsim.report.office.write_workbook import NO_DATE, clean

_PAGE, _MARGIN = (21.0, 29.7), 1.8  # centimetres: A4
_POINTS_A_CM = 72 / 2.54
_WIDTH = (_PAGE[0] - 2 * _MARGIN) * _POINTS_A_CM
_HEIGHT = (_PAGE[1] - 2 * _MARGIN) * _POINTS_A_CM
_TEXT, _SMALL = 10.5, 9.0
_ROOM = 0.92 * 2 * _HEIGHT  # of two pages: a figure that does not fit on the first leaves a gap
_FIGURES = (255.0, 220.0)  # how high they may be (points)
_AFTER = 5.0
_FONT = "Calibri"


def summary_docx(brief: Brief, pictures: Sequence[DrawnPicture]) -> bytes:
    """Return the summary as a Word document (``.docx``) of at most two pages of A4.

    What does not fit is left out from the end, point by point; the last line says where the rest is.
    """
    document = Document()
    _set_up(document, brief)
    pictures = pictures[: len(_FIGURES)]
    heights = [min(most, _WIDTH / p.aspect) for most, p in zip(_FIGURES, pictures, strict=False)]
    fixed = [(brief.question, _TEXT), (brief.setting, _SMALL), (brief.headline, 14), (" ".join(brief.sentences), _TEXT)]
    room = _ROOM - sum(points_high(text, size, _WIDTH) + _AFTER for text, size in fixed)
    room -= sum(
        height + points_high(p.text, _SMALL, _WIDTH) + 3 * _AFTER for height, p in zip(heights, pictures, strict=True)
    )
    room -= sum(points_high(text, _SMALL, _WIDTH) + _AFTER for text in brief.caveats)
    room -= sum(_row_height(row, len(brief.header)) for row in [brief.header, *brief.rows]) + 120  # four headings
    document.add_heading(clean(brief.title), 0)
    _paragraph(document, brief.question, italic=True)
    _paragraph(document, f"{brief.setting}.{f' Run on {brief.date}.' if brief.date else ''}", _SMALL, MUTED)
    _paragraph(document, brief.headline, 14, bold=True)
    _paragraph(document, " ".join(brief.sentences))
    _figures(document, pictures[:1], heights)
    texts = [f"{question} {text}" for question, text in brief.asked]
    shown = as_many_as_fit(texts, room, _TEXT, _WIDTH, _AFTER)
    if shown:
        document.add_heading("What else was asked", 1)
    for (question, _), text in zip(brief.asked, shown, strict=False):
        paragraph = _paragraph(document, f"{question} ", bold=True)
        _run(paragraph, text.removeprefix(f"{question} "), _TEXT)
    _figures(document, pictures[1:], heights[1:])
    if brief.rows:
        document.add_heading("In numbers", 1)
        _table(document, brief)
    document.add_heading("How far to trust it", 1)
    for text in [
        *brief.caveats,
        "All figures, tables and assumptions: report.html and results.xlsx in the same folder.",
    ]:
        _paragraph(document, text, _SMALL, style="List Bullet")
    content = io.BytesIO()
    document.save(content)
    return without_time(content.getvalue())


def _set_up(document: WordDocument, brief: Brief) -> None:
    """Set paper, fonts, language and what the file says of itself."""
    section = document.sections[0]
    section.page_width, section.page_height = (Cm(length) for length in _PAGE)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(_MARGIN)
    for name, size in (("Normal", _TEXT), ("Title", 20), ("Heading 1", 13)):
        style = document.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = _FONT, Pt(size), RGBColor.from_string(INK[1:].upper())
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(kind), None)  # a theme's font goes before a font by name
        style.paragraph_format.space_before = Pt(8 if name == "Heading 1" else 0)
        style.paragraph_format.space_after = Pt(_AFTER - 1)
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "en-GB")
    about = document.core_properties
    about.title, about.subject, about.author, about.language = clean(brief.title)[:255], "", "flowsim", "en-GB"
    about.last_modified_by, about.revision, about.comments = "flowsim", 1, ""
    about.created = about.modified = brief.made or NO_DATE


def _paragraph(
    document: WordDocument, text: str, size: float = _TEXT, colour: str = INK, style: str | None = None, **look: Any
) -> Any:
    paragraph = document.add_paragraph(style=style)
    if text:
        _run(paragraph, text, size, colour, **look)
    return paragraph


def _run(paragraph: Any, text: str, size: float, colour: str = INK, **look: Any) -> None:
    run = paragraph.add_run(clean(text))
    run.font.size, run.font.color.rgb = Pt(size), RGBColor.from_string(colour[1:].upper())
    for name, value in look.items():
        setattr(run, name, value)


def _figures(document: WordDocument, pictures: Sequence[DrawnPicture], heights: Sequence[float]) -> None:
    for picture, height in zip(pictures, heights, strict=False):
        shape = document.add_picture(io.BytesIO(picture.content), height=Emu(int(height * Pt(1))))
        shape._inline.docPr.set("descr", clean(picture.text))
        holder = document.paragraphs[-1]
        holder.alignment, holder.paragraph_format.keep_with_next = WD_ALIGN_PARAGRAPH.CENTER, True
        _paragraph(document, picture.text, _SMALL, MUTED)


def _table(document: WordDocument, brief: Brief) -> None:
    """Write the table: a header that is repeated on the next page, and names to the left of numbers."""
    table: Table = document.add_table(rows=0, cols=len(brief.header), style="Light List")
    table.autofit = False
    widths = _widths(len(brief.header))
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Emu(int(width * Pt(1)))
    for i, row in enumerate([brief.header, *brief.rows]):
        cells = table.add_row().cells
        for j, (cell, text) in enumerate(zip(cells, row, strict=True)):
            cell.width = Emu(int(widths[j] * Pt(1)))
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(0)
            paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT if not j else WD_ALIGN_PARAGRAPH.RIGHT
            _run(paragraph, text, _SMALL, "#FFFFFF" if not i else INK, bold=not i)
    properties = table.rows[0]._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:tblHeader"))
    caption = OxmlElement("w:tblCaption")
    caption.set(qn("w:val"), "The best scenarios in numbers")
    table._tbl.tblPr.append(caption)


def _widths(columns: int) -> list[float]:
    """Return the widths of columns (points), of which the first holds names."""
    first = _WIDTH * 0.36
    return [first, *([(_WIDTH - first) / max(columns - 1, 1)] * (columns - 1))]


def _row_height(row: Sequence[str], columns: int) -> float:
    return max(points_high(text, _SMALL, width - 12) for text, width in zip(row, _widths(columns), strict=True)) + 2
