"""The best mix for a sum: what it is, what it brings, and what does as well."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from flowsim.experiment.designs.budget import MIXES
from flowsim.experiment.lattice import Lattice, Point
from flowsim.experiment.search.best_points import AS_GOOD, BEST, UNDECIDED, WORSE, money_by_part
from flowsim.experiment.search.least_simulated import LeastSimulated
from flowsim.report import labels
from flowsim.report.differences import amount, amount_interval, interval_in_words, more_or_less
from flowsim.report.experiment.design_report import DesignReport, PageFigure
from flowsim.report.experiment.design_reports import register
from flowsim.report.experiment.headline import Headline, compared
from flowsim.report.experiment.mixes import in_words, name_of, ranges, rows_of
from flowsim.report.experiment.results_view import View
from flowsim.report.experiment.workbook_sheets import with_unit
from flowsim.report.figures.money_figures import MoneyInParts, draw_money
from flowsim.report.figures.picture import Picture
from flowsim.report.office.sheets import HIGH, LOW, PLAIN, Number, Sheet, numbers
from flowsim.report.page_table import PageTable

_FEW_ROWS = 5  # mixes that do as well, in the table and the figure
_PARTS_AT_MOST = 7
_ALL_ROWS = 40
_VERDICTS = {BEST: "best", AS_GOOD: "does as well", UNDECIDED: "not decided", WORSE: "worse"}


@register
class BudgetReport(DesignReport):
    """What is the best mix for a sum."""

    kind = "budget"

    def headline(self, view: View) -> Headline | None:
        """Say what the best mix is, what it brings, what is left over, and what does as well."""
        plan, best = _plan(view), _best(view)
        if plan is None or best is None:
            return None
        answer, mix = view.results.answer or {}, in_words(view, plan.lattice, _point(plan, best.scenario))
        budget = number_of(answer["budget_gbp"])
        text = f"For {budget} the best mix found is {mix}: {_brings(view, plan, best)}."
        return Headline(
            text, best.scenario, [_how_much(view, plan), _cost(answer), *_as_good(view, plan, best.scenario)]
        )

    def first_figure(self, view: View) -> PageFigure | None:
        """Return the figure of where the money goes."""
        return next(iter(self.figures(view)), None)

    def first_table(self, view: View) -> PageTable | None:
        """Return a row for the best mix, those that do as well, and the best that was tried without each part."""
        plan = _plan(view)
        if plan is None or _best(view) is None:
            return None
        rows = [_cells(view, plan, row, lead) for lead, row in _shown(view, plan)]
        note = (
            "“Without” is the best of the mixes that were tried without it. What a mix provides, used or not, counts "
            "against the budget."
        )
        return PageTable(_header(view, plan), rows, note, "The best mixes for the sum")

    def first_scenarios(self, view: View) -> list[str] | None:
        """Return the mixes of the first table."""
        plan = _plan(view)
        return None if plan is None else list(dict.fromkeys(row.scenario for _, row in _shown(view, plan)))

    def answers(self, view: View) -> list[tuple[str, str]]:
        """Say how the mix was found, and how sure that is."""
        answer = view.results.answer
        if not answer or answer["best"] is None:
            return []
        open_ones = answer["not_tried_that_may_be_as_good"]
        spent = answer["ended_because"] == "runs spent"
        text = (
            f"The sum can buy {answer['points_allowed']:,} mixes; {answer['points_tried']:,} were tried, in "
            f"{answer['runs']:,} runs. With {answer['certainty']:.0%} certainty the best of these is among those that "
            "are named, on patients that did not choose them."
        )
        if open_ones:
            text += f" {_mixes(open_ones)} that {'was' if open_ones == 1 else 'were'} not tried may do as well."
        if spent:
            text += " The search ended because its runs were spent: more runs may tell these mixes apart."
        return [("How it was found", text)]

    def heading(self, view: View) -> str:
        """Return what stands above the figures and tables of the design."""
        return "The mixes that were tried"

    def figures(self, view: View) -> list[PageFigure]:
        """Draw where the money goes in the best mixes."""
        plan = _plan(view)
        if plan is None or _best(view) is None:
            return []
        names = [name_of(view, plan.lattice, i) for i in range(len(plan.lattice.shape))]
        rows: dict[str, Any] = {}
        for lead, row in _shown(view, plan):
            rows[lead or ("The best mix" if not rows else f"Does as well ({len(rows)})")] = row
        money = {name: money_by_part(plan, _point(plan, row.scenario)) for name, row in rows.items()}
        kept = [i for i in range(len(names)) if any(parts[i] for parts in money.values())]
        first, rest = kept[: _PARTS_AT_MOST - 1], kept[_PARTS_AT_MOST - 1 :]
        bars = {
            name: (
                [*(money[name][i] for i in first), *([sum(money[name][i] for i in rest)] if rest else [])],
                amount(row.value, view.unit_of(plan.measure)),
            )
            for name, row in rows.items()
        }
        parts = [*(names[i] for i in first), *(["the rest"] if rest else [])]
        budget = (view.results.answer or {}).get("budget_gbp", math.nan)
        data = MoneyInParts(bars, parts, _short_label(view, plan), (budget, "budget"))
        title = "Where the money goes in the best mixes"
        what = labels.lower_first(view.label(plan.measure))
        caption = f"What each mix of the table below provides, in its parts. Right: {what}. Dashed: the budget."
        return [PageFigure(Picture("budget", title, data, draw_money), caption)]

    def tables(self, view: View) -> list[PageTable]:
        """Return all mixes that were tried."""
        plan = _plan(view)
        if plan is None:
            return []
        table = view.results.design_tables[MIXES]
        rows = [_cells(view, plan, row) for row in table.head(_ALL_ROWS).itertuples()]
        left = len(table) - len(rows)
        note = f"{left} more are in {MIXES}.csv." if left > 0 else ""
        return [PageTable(_header(view, plan), rows, note, "All mixes that were tried")]

    def sheet(self, view: View, name: str, table: pd.DataFrame) -> Sheet:
        """Return the mixes with the names of what they are made of, and numbers that have units."""
        plan = _plan(view)
        if plan is None:
            return super().sheet(view, name, table)
        unit, label = view.unit_of(plan.measure), with_unit(view, plan.measure)
        parts = [name_of(view, plan.lattice, i) for i in range(len(plan.lattice.shape))]
        header = [
            *("Mix", *parts, label, LOW, HIGH, "Provided, £ a year", "How it compares"),
            *("Ahead of the best other", f"Ahead: {LOW}", f"Ahead: {HIGH}", "Runs", "Name"),
        ]

        def cells(row: Any) -> list[Any]:
            point = _point(plan, row.scenario)
            values = [Number(float(v), PLAIN if float(v).is_integer() else "0.00") for v in plan.lattice.values(point)]
            return [
                *(in_words(view, plan.lattice, point), *values, *numbers(unit, row.value, row.ci_low, row.ci_high)),
                *(*numbers("gbp", row.cost), _VERDICTS[row.verdict]),
                *(*numbers(unit, row.lead, row.lead_low, row.lead_high), Number(row.replications, PLAIN), row.scenario),
            ]

        about = "The mixes that were tried for the sum: the best first, then those that do as well."
        return Sheet.of("Budget", about, header, table, cells)


def number_of(gbp: float) -> str:
    """Return a sum of money in print, as a question states it."""
    millions = gbp / 1e6
    return f"£{millions:,.4g} million" if gbp >= 1e6 else f"£{gbp:,.0f}"


def _plan(view: View) -> LeastSimulated | None:
    plan = view.experiment.plan
    return plan if isinstance(plan, LeastSimulated) and MIXES in view.results.design_tables else None


def _best(view: View) -> Any | None:
    return next(iter(rows_of(view.results.design_tables[MIXES], BEST)), None)


def _point(plan: LeastSimulated, scenario: str) -> Point:
    return plan.point(scenario)


def _brings(view: View, plan: LeastSimulated, best: Any) -> str:
    if plan.measure == view.headline:
        return compared(view, best.scenario)
    unit = view.unit_of(plan.measure)
    before = amount(view.mean(view.baseline, plan.measure)["mean"], unit)
    return f"{labels.lower_first(view.label(plan.measure))}: {amount(best.value, unit)} instead of {before}"


def _how_much(view: View, plan: LeastSimulated) -> str:
    found = (view.results.answer or {})["difference"]
    if found["value"] is None:
        return ""
    unit = view.unit_of(plan.measure)
    change = more_or_less(found["value"], unit)
    if found["ci_low"] is None:
        return f"That is {change}, on patients that did not choose it."
    ends = interval_in_words(found["ci_low"], found["ci_high"], unit)
    return f"That is {change} (95% interval {ends}), on patients that did not choose it."


def _cost(answer: Any) -> str:
    best, paid = answer["best"], answer["cost_paid_difference"]["value"]
    text = f"It provides for {amount(best['cost'], 'gbp')} and leaves {amount(answer['left_over'], 'gbp')} over"
    if paid is None:
        return f"{text}."
    change = more_or_less(paid, "gbp")
    return f"{text}. What must be paid in the end, with surge, spot purchase and services paid by use, is {change}."


def _as_good(view: View, plan: LeastSimulated, best: str) -> list[str]:
    """Say how many mixes do as well, and what all of them share."""
    table = view.results.design_tables[MIXES]
    found = [row.scenario for row in rows_of(table, AS_GOOD, UNDECIDED)]
    if not found:
        return ["It is clearly better than every other mix that was tried."]
    points = [_point(plan, name) for name in (best, *found)]
    shared = labels.listed(ranges(view, plan.lattice, points))
    do = "does" if len(found) == 1 else "do"
    return [f"{_mixes(len(found))} {do} as well, as far as the simulation can tell. Together they have {shared}."]


def _mixes(count: int) -> str:
    return f"{count:,} other mix{'' if count == 1 else 'es'}"


def _shown(view: View, plan: LeastSimulated) -> list[tuple[str, Any]]:
    """Return the mixes of the first layer: the best, some that do as well, and the best without each part."""
    table = view.results.design_tables[MIXES]
    best = _best(view)
    if best is None:
        return []
    shown = [("", best), *(("", row) for row in list(rows_of(table, AS_GOOD, UNDECIDED))[: _FEW_ROWS - 1])]
    sign = -1.0 if plan.higher else 1.0
    for i in range(len(plan.lattice.shape)):
        if _point(plan, best.scenario)[i] == 0:
            continue
        others = [row for row in table.itertuples() if _point(plan, row.scenario)[i] == 0 and math.isfinite(row.value)]
        if others:
            least = min(others, key=lambda row: sign * row.value)
            shown.append(
                (f"Without {_more(plan.lattice, i)}{labels.lower_first(name_of(view, plan.lattice, i))}", least)
            )
    return shown


def _more(lattice: Lattice, number: int) -> str:
    return "more " if number < len(lattice.axes) else ""


def _short_label(view: View, plan: LeastSimulated) -> str:
    return "Delayed" if plan.measure == "dtoc_patients_mean" else "Result"


def _header(view: View, plan: LeastSimulated) -> list[str]:
    return ["Mix", view.label(plan.measure), "95% interval", "Provided a year", "How it compares", "Runs"]


def _cells(view: View, plan: LeastSimulated, row: Any, lead: str = "") -> list[str]:
    unit = view.unit_of(plan.measure)
    mix = in_words(view, plan.lattice, _point(plan, row.scenario))
    words = f"{lead}: {mix}" if lead else f"{mix[:1].upper()}{mix[1:]}"
    return [
        *(words, amount(row.value, unit), amount_interval(row.ci_low, row.ci_high, unit)),
        *(amount(row.cost, "gbp"), _VERDICTS[row.verdict], f"{row.replications:,}"),
    ]
