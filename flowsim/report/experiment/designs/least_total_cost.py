"""The economic optimum: where it lies, what it costs in its parts, and what delay is left there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowsim.experiment.designs.least_total_cost import OPTIMUM
from flowsim.experiment.search.best_points import AS_GOOD, BEST, UNDECIDED
from flowsim.experiment.search.least_simulated import LeastSimulated
from flowsim.report import labels
from flowsim.report.differences import amount, interval_in_words, more_or_less
from flowsim.report.experiment.design_report import DesignReport
from flowsim.report.experiment.design_reports import register
from flowsim.report.experiment.headline import Headline
from flowsim.report.experiment.mixes import in_words, ranges, rows_of
from flowsim.report.experiment.results_view import View
from flowsim.report.page_table import PageTable

_ROWS = 7
_ALL_ROWS = 40
_HEADER = ("Size", "Total a year", "Of it delayed days", "The rest", "Delay left", "How it compares")


@register
class LeastTotalCostReport(DesignReport):
    """Where what must be paid and what delayed days cost are least together."""

    kind = "least_total_cost"

    def headline(self, view: View) -> Headline | None:
        """Say where the optimum lies, what it saves, and what delay is left there."""
        plan, answer = view.experiment.plan, _answer(view)
        if not isinstance(plan, LeastSimulated) or not answer.get("best"):
            return None
        best, parts = answer["best"], answer["optimum"]
        text = f"Total cost is least with {in_words(view, plan.lattice, plan.point(best['scenario']))}."
        more = [_saves(answer)]
        if parts["delayed_left"] is not None and parts["cost_of_delay"] is not None:
            left = labels.number(parts["delayed_left"], "share")
            delay = amount(parts["cost_of_delay"], "gbp")
            more.append(f"There {left} of today's delay is left, at {delay} a year: less delay would cost more.")
        found = [row.scenario for row in rows_of(view.results.design_tables[OPTIMUM], BEST, AS_GOOD, UNDECIDED)]
        if len(found) > 1:
            shared = labels.listed(ranges(view, plan.lattice, [plan.point(name) for name in found]))
            more.append(f"{len(found) - 1} more sizes cannot be told from it; together they have {shared}.")
        return Headline(text, best["scenario"], [sentence for sentence in more if sentence])

    def first_table(self, view: View) -> PageTable | None:
        """Return the optimum and those next to it, with total cost in its parts."""
        return _table(view, _ROWS, "The least total cost, in its parts") if _answer(view).get("best") else None

    def heading(self, view: View) -> str:
        """Return what stands above the tables of the design."""
        return "The economic optimum"

    def tables(self, view: View) -> list[PageTable]:
        """Return all sizes that were tried."""
        return [_table(view, _ALL_ROWS, "All sizes that were tried")] if _answer(view).get("best") else []


def _answer(view: View) -> Mapping[str, Any]:
    return view.results.answer or {}


def _saves(answer: Mapping[str, Any]) -> str:
    found = answer["difference"]
    if found["value"] is None:
        return ""
    change = more_or_less(found["value"], "gbp")
    if found["ci_low"] is None:
        return f"That is {change} a year than the baseline."
    return f"That is {change} a year than the baseline ({interval_in_words(found['ci_low'], found['ci_high'], 'gbp')})."


def _table(view: View, rows: int, caption: str) -> PageTable:
    plan = view.experiment.plan
    assert isinstance(plan, LeastSimulated), "there is an answer"
    table = view.results.design_tables[OPTIMUM].head(rows)
    cells = []
    for row in table.itertuples():
        words = in_words(view, plan.lattice, plan.point(str(row.scenario)))
        money = (amount(v, "gbp") for v in (row.value, row.cost_of_delay, row.cost_without_delay))
        cells.append([f"{words[:1].upper()}{words[1:]}", *money, labels.number(row.delayed_left, "share"), row.verdict])
    return PageTable(_HEADER, cells, "", caption)
