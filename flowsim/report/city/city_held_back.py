"""What holds the city back, in short: what 10% more of the services that most people wait for would save."""

from __future__ import annotations

from dataclasses import replace

from flowsim.experiment.analysis.worth import CLEAR
from flowsim.report.city.city_answer import CityAnswer
from flowsim.report.page_table import PageTable
from flowsim.report.worth_words import HEADER, main_rows, sentence, table_rows
from flowsim.run.city_results import HeldBack

_QUESTION = "What holds you back"
_POINTER = "flowsim marginal asks this of every service, team and calendar"
_NOTE = f"10% more of each, one at a time, on the same simulated patients. {_POINTER}."


def holds_back_lines(held_back: HeldBack | None) -> list[str]:
    """Return the sentence and a line for each service, with a pointer to the command that asks it of all."""
    if held_back is None:
        return []
    if held_back.why_not:
        return [f"{_QUESTION}: {held_back.why_not}; {_POINTER}."]
    rows = main_rows(held_back.table)
    others = rows[1:] if rows[0].verdict in CLEAR else rows  # the first sentence has the first, if that is clear
    return [f"{_QUESTION}: {_first(held_back)} ({_POINTER})", *(f"  {sentence(row)}" for row in others)]


def with_what_holds_back(answer: CityAnswer, held_back: HeldBack | None) -> CityAnswer:
    """Return the answer of a run with the sentence of what holds the city back, after that of why."""
    if held_back is None:
        return answer
    text = _first(held_back) if not held_back.why_not else f"{held_back.why_not[:1].upper()}{held_back.why_not[1:]}."
    return replace(answer, points=[*answer.points[:1], (_QUESTION, text), *answer.points[1:]])


def holds_back_table(held_back: HeldBack | None) -> PageTable | None:
    """Return a row for each service that most people wait for; None if it was not asked."""
    if held_back is None or held_back.why_not:
        return None
    rows = [cells[: len(HEADER)] for cells in table_rows(main_rows(held_back.table))]
    return PageTable(HEADER, rows, _NOTE, "What 10% more of what people wait for would save")


def _first(held_back: HeldBack) -> str:
    rows = main_rows(held_back.table)
    if rows[0].verdict not in CLEAR:
        return "10% more of none of the services that most people wait for clearly saves delayed days."
    return f"Of 10% more of each, this saves most: {sentence(rows[0])}."
