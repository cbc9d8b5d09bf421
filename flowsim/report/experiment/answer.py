"""The answer of an experiment in sentences, made by rules from its results: what helps, why, and how clearly."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from flowsim.report.experiment import across, certainty, money, people, reach, reasons_why, target
from flowsim.report.experiment.design_reports import report_of
from flowsim.report.experiment.headline import Headline, of_baseline, of_best
from flowsim.report.experiment.results_view import View


@dataclass(frozen=True)
class Answer:
    """The head of the report.

    Attributes
    ----------
    headline : str
        One sentence.
    sentences : list of str
        How clear it is, and what else does as well.
    points : list of (str, str)
        A question each (why, the goal, people, money) and its answer.
    """

    headline: str
    sentences: list[str] = field(default_factory=list)
    points: list[tuple[str, str]] = field(default_factory=list)


def answer(view: View) -> Answer:
    """Return the answer to the question of an experiment."""
    compared = view.best is not None and math.isfinite(view.mean(view.baseline, view.headline)["mean"])
    design = report_of(view.experiment.design)
    of_design = design.headline(view) if compared else None
    first: Headline = of_design or (of_best(view) if compared else of_baseline(view))
    about = first.scenario
    sentences = [*first.more, *([across.sentence(view, about)] if of_design else [])]
    points = [
        ("At what reach", reach.sentences(view, about)),
        ("Why", reasons_why.sentences(view, about)),
        *(design.answers(view) if compared else []),
        ("The goal", target.sentences(view, about)),
        ("People", people.sentences(view, about)),
        ("Money", money.sentences(view, about)),
        ("In which cities", across.sentences(view) if compared else ""),
        ("How sure", certainty.sentences(view, about)),
    ]
    return Answer(
        first.text, [text for text in sentences if text], [(question, text) for question, text in points if text]
    )
