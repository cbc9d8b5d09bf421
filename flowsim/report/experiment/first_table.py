"""The table of the first layer: a few scenarios in at most six columns, which a phone has room for."""

from __future__ import annotations

import math
from collections.abc import Sequence

from flowsim.report.caveats import CLEAR
from flowsim.report.differences import amount, signed
from flowsim.report.experiment.across import across
from flowsim.report.experiment.design_reports import report_of
from flowsim.report.experiment.experiment_tables import verdict
from flowsim.report.experiment.money import PAID
from flowsim.report.experiment.people import AT_HOME
from flowsim.report.experiment.results_view import View
from flowsim.report.page_table import PageTable

_ROWS = 7
_COLUMNS = 6


def first_scenarios(view: View) -> list[str]:
    """Return the scenarios of the first layer, in its order: those of the design, or the main ones, the best first.

    The main ones are the best, those named by hand, all changes together, and single changes; others fill it up.
    """
    of_design = report_of(view.experiment.design).first_scenarios(view)
    if of_design is not None:
        return of_design
    by_hand = [name for name in view.ranked if not view.scenarios[name].levels]
    together = [name for name in view.ranked if _is_all(view, name)]
    picked = list(dict.fromkeys([*view.ranked[:1], *by_hand, *together, *view.singles()]))
    if len(picked) < _ROWS:
        picked = list(dict.fromkeys([*picked, *view.ranked]))
    # Where there is no room for all, the last one stays: it may be worse than the baseline.
    kept = set(picked if len(picked) <= _ROWS else [*picked[: _ROWS - 1], picked[-1]])
    return [name for name in view.ranked if name in kept]


def first_table(view: View) -> PageTable:
    """Return the table of the design, or a row for the baseline and each main scenario."""
    of_design = report_of(view.experiment.design).first_table(view)
    return of_design or _scenario_table(view, first_scenarios(view))


def _scenario_table(view: View, names: Sequence[str]) -> PageTable:
    at_home = AT_HOME if view.headline != AT_HOME and _known(view, AT_HOME) else ""
    paid = PAID if _known(view, PAID) else ""
    goal = goal_says_something(view, names)
    header = ["Scenario", view.label(view.headline), "Change"]
    cities = {name: its.in_short for name in names if (its := across(view, name)) is not None}
    header += ["Helps in"] * bool(cities)
    header += [f"Goal: {view.goal_in_words(view.headline)}"] * goal
    if len(header) + bool(at_home) + bool(paid) > _COLUMNS:
        at_home = ""
    header += ["At home on day 91"] * bool(at_home) + ["To pay a year, change"] * bool(paid)
    rows = []
    for name in [view.baseline, *names]:
        found, met = view.difference(name, view.headline), verdict(view, name, view.headline)
        own = name == view.baseline
        row = [view.short(name), amount(view.mean(name, view.headline)["mean"], view.unit)]
        row += ["" if own else signed(found.value, view.unit)]
        row += [f"{cities[name]} cities" if name in cities else ""] * bool(cities)
        row += [f"{met['mark']} {met['in_words']}" if met else ""] * goal
        row += [amount(view.mean(name, at_home)["mean"], "share")] if at_home else []
        row += ["" if own else signed(view.difference(name, paid).value, "gbp")] if paid else []
        rows.append(row)
    left = len(view.ranked) - len(names)
    more = f" {left} more are under “All scenarios”." if left > 0 else ""
    caption = "The baseline and the main scenarios" if left > 0 else "The baseline and the scenarios"
    return PageTable(
        header,
        rows,
        f"{CLEAR}{more}",
        caption,
    )


def goal_says_something(view: View, names: Sequence[str]) -> bool:
    """Whether any of some scenarios meets the goal of the headline measure, if only in some replications."""
    return any(view.share_met(name, view.headline)[0] > 0 for name in names)


def _known(view: View, measure: str) -> bool:
    return math.isfinite(view.mean(view.baseline, measure)["mean"])


def _is_all(view: View, name: str) -> bool:
    levels = view.scenarios[name].levels
    return len(levels) > 1 and all(level is True for level in levels.values())
