"""How much room a text takes, and how much of it fits."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

_LINE = 1.25  # height of a line, in sizes of its font
_LETTER = 0.5  # width of an average letter, in sizes of its font


def points_high(text: str, size: float, width: float) -> float:
    """Return how high a text is (points) in a font of some size, broken into lines of some width (points)."""
    return max(1, math.ceil(len(text) * _LETTER * size / width)) * _LINE * size


def sentences_of(text: str) -> list[str]:
    """Return the sentences of a text; one ends where a capital letter or a quotation follows its stop."""
    return re.split(r"(?<=[.!?])\s+(?=[A-Z“0-9])", text)


def as_many_as_fit(texts: Sequence[str], room: float, size: float, width: float, between: float) -> list[str]:
    """Return the first of some texts, whole sentences of the last of them, as far as there is room (points)."""
    found = []
    for text in texts:
        kept: list[str] = []
        for sentence in sentences_of(text):
            if points_high(" ".join([*kept, sentence]), size, width) + between > room:
                break
            kept.append(sentence)
        if not kept:
            break
        found.append(" ".join(kept))
        room -= points_high(found[-1], size, width) + between
        if len(found[-1]) < len(text):
            break
    return found
