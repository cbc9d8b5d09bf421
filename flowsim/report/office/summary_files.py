"""The Word summary and the slides of a brief, which share their pictures."""

from __future__ import annotations

from flowsim.report.office.brief import Brief
from flowsim.report.office.drawn_pictures import drawn
from flowsim.report.office.slides import slides_pptx
from flowsim.report.office.word import summary_docx

_PICTURES = 2


def summary_files(brief: Brief) -> tuple[bytes, bytes]:
    """Return the Word summary and the slides."""
    pictures = [drawn(picture) for picture in brief.figures[:_PICTURES]]
    return summary_docx(brief, pictures), slides_pptx(brief, pictures)
