"""The figures of a report as pictures for Word and PowerPoint."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from flowsim.report.figures.drawing import style
from flowsim.report.figures.picture import Picture

_DOTS_PER_INCH = 200


@dataclass(frozen=True)
class DrawnPicture:
    """A figure as a picture, with its text for those who cannot see it; `aspect` is its width over its height."""

    content: bytes
    text: str
    aspect: float


def drawn(picture: Picture[Any]) -> DrawnPicture:
    """Return a figure of the report as a picture (PNG)."""
    figure = picture.draw(False)
    content = io.BytesIO()
    with style():
        figure.savefig(
            content, format="png", dpi=_DOTS_PER_INCH, bbox_inches="tight", facecolor="white",
            metadata={"Software": None},
        )  # fmt: skip
    data = content.getvalue()
    width, height = (int.from_bytes(data[at : at + 4], "big") for at in (16, 20))  # as the head of a PNG says
    return DrawnPicture(data, picture.shows, width / height)
