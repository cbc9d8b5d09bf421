"""The marks of all figures and tables: each has one meaning, wherever it stands, and says it without its colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flowsim.report.figures.drawing import BLUE, INK, MUTED, ORANGE, VERMILION


@dataclass(frozen=True)
class Mark:
    """A mark: as a character in a text, as a marker in a figure, its colour, and what it means."""

    glyph: str
    marker: str
    colour: str
    meaning: str
    hollow: bool = False

    @property
    def look(self) -> dict[str, Any]:
        """How matplotlib draws it."""
        return {"marker": self.marker, "color": self.colour} | ({"markerfacecolor": "white"} if self.hollow else {})


# How a scenario differs from the baseline: the grades of `flowsim.report.differences.Difference`.
DIFFERENCES = {
    "better": Mark("●", "o", BLUE, "clearly better"),
    "worse": Mark("◆", "D", VERMILION, "clearly worse"),
    "other": Mark("◗", "p", INK, "clearly different"),
    "unclear": Mark("○", "o", MUTED, "not clear", hollow=True),
    "unknown": Mark("×", "x", MUTED, "no interval"),
}
# Whether a goal is met, or a target of a calibration.
GOALS = {
    "met": Mark("✓", "", BLUE, "met"),
    "partly": Mark("~", "", INK, "met in some"),
    "missed": Mark("✗", "", VERMILION, "missed"),
}
# How sure it is that a goal is met: the verdicts of `flowsim.experiment.goals`.
VERDICTS = {
    "enough": Mark("✓", "", BLUE, "met for certain"),
    "undecided": Mark("?", "", INK, "not certain"),
    "not enough": Mark("✗", "", VERMILION, "missed for certain"),
}
# A simulated figure next to the published one: the grades of `flowsim.measures.verdict`.
PUBLISHED = {
    "met": Mark("■", "s", BLUE, "within 5%, or in its range"),
    "near": Mark("□", "s", BLUE, "within 20%", hollow=True),
    "far": Mark("▲", "^", VERMILION, "further away"),
    "unknown": Mark("–", "x", MUTED, "not measured"),
}
# A calibrated setting.
SETTINGS = {
    "identified": Mark("▮", "P", BLUE, "identified by the targets"),
    "not identified": Mark("▯", "P", VERMILION, "not identified: the value rests on its bounds", hollow=True),
}
# Cost against delayed days.
FRONTIER = {
    True: Mark("★", "*", BLUE, "not beaten"),
    False: Mark("☆", "*", MUTED, "beaten", hollow=True),
}
# What two changes do together.
PAIRS = {
    "overlap": Mark("⊖", "", ORANGE, "they overlap"),
    "need each other": Mark("⊕", "", BLUE, "they need each other"),
}
# The ends of the range of a setting.
ENDS = {
    "low": Mark("◁", "<", ORANGE, "at the low end of the range", hollow=True),
    "high": Mark("▶", ">", BLUE, "at the high end"),
}
AVERAGE = Mark("┃", "|", BLUE, "average")
BASELINE = Mark("▽", "v", MUTED, "baseline", hollow=True)
SCENARIO = Mark("▼", "v", BLUE, "scenario")


def all_marks() -> list[Mark]:
    """Return every mark that a report uses."""
    groups: list[list[Mark]] = [
        list(marks.values()) for marks in (DIFFERENCES, GOALS, PUBLISHED, SETTINGS, FRONTIER, PAIRS, ENDS)
    ]
    return [mark for group in groups for mark in group] + [AVERAGE, BASELINE, SCENARIO]


def key(*marks: Mark) -> str:
    """Return what marks mean, for a caption."""
    return "; ".join(f"{mark.glyph} {mark.meaning}" for mark in marks)
