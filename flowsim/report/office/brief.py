"""What the first sheet, the Word summary and the slides say: the answer, its figures and how far to trust it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flowsim.report.figures.picture import Picture
from flowsim.report.labels import long_date


@dataclass(frozen=True)
class Brief:
    """The answer of an experiment or of a run, as it goes into files for the office.

    Attributes
    ----------
    title, question : str
        The name of the experiment or city, and what was asked.
    setting : str
        Which city, which days, and how many simulated years.
    made : datetime or None
        When the run began, by its manifest; so the same results give the same files.
    headline : str
        The answer in one sentence.
    sentences : sequence of str
        How clear it is.
    points : sequence of (str, str)
        A question each, and its answer.
    header, rows : sequences
        A table of at most six columns, in print.
    figures : sequence of Picture
        Of the report, the most important one first.
    caveats : sequence of str
        What the model does not know.
    """

    title: str
    question: str
    setting: str
    made: dt.datetime | None
    headline: str
    sentences: Sequence[str]
    points: Sequence[tuple[str, str]]
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    figures: Sequence[Picture[Any]] = field(default_factory=list)
    caveats: Sequence[str] = field(default_factory=list)

    @property
    def date(self) -> str:
        """The date of the run in words; empty if it is not known."""
        return "" if self.made is None else long_date(self.made.date())

    @property
    def asked(self) -> list[tuple[str, str]]:
        """The points as they stand in a line of text: what is no question ends in a colon."""
        return [(question if question.endswith("?") else f"{question}:", text) for question, text in self.points]


def made_when(manifest: Mapping[str, Any]) -> dt.datetime | None:
    """Return when a run began, by its manifest, in universal time; None if it does not say."""
    started = manifest.get("started")
    return None if started is None else dt.datetime.fromisoformat(started).astimezone(dt.UTC).replace(tzinfo=None)
