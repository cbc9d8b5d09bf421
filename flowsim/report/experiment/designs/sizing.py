"""How much is enough: the least that meets the goals with certainty."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from flowsim.experiment.designs.sizing import SIZES
from flowsim.experiment.goals import ENOUGH, NOT_ENOUGH, UNDECIDED
from flowsim.experiment.search.enough_found import MONEY
from flowsim.report import labels
from flowsim.report.differences import amount, amount_interval
from flowsim.report.experiment.design_report import DesignReport, PageFigure
from flowsim.report.experiment.design_reports import register
from flowsim.report.experiment.headline import Headline, kept_out
from flowsim.report.experiment.results_view import View
from flowsim.report.figures.curve_figures import draw_axis_curve
from flowsim.report.figures.figure_data import AxisCurve, Estimate, GridMap
from flowsim.report.figures.grid_figures import draw_grid
from flowsim.report.figures.marks import AVERAGE, GOALS
from flowsim.report.figures.picture import Picture
from flowsim.report.page_table import PageTable

_ROWS = 7
_MANY = 40
_FEW = 3
_PENNY = 0.005


@register
class SizingReport(DesignReport):
    """The least that is enough, how sure that is, and what does as well."""

    kind = "sizing"

    def headline(self, view: View) -> Headline | None:
        """Say what is the least that is enough, or how far the most of everything is from it."""
        answer = _answer(view)
        if not answer:
            return None
        scenario = str(answer["scenario"])
        goals = _goals(view, answer)
        if answer["verdict"] == ENOUGH:
            sure = answer["least_low"] == answer["least_high"] == answer["least"]
            what = "The least that is enough" if sure else "Enough, and less may be"
            text = f"{what}: {_sizes(view, answer['least'])}."
            more = [goals, _cost(answer), _certainty(view, answer), *kept_out(view, scenario)]
        elif answer["verdict"] == NOT_ENOUGH:
            first = answer["goals"][0]
            floor = amount(first["value"], view.unit_of(first["measure"]))
            text = f"Not with these alone: the floor is {floor} ({labels.lower_first(view.label(first['measure']))})."
            more = [f"That is with the most of everything. {goals}"]
        else:
            text = "Nothing that was tried is enough with this certainty, and it is not certain that nothing is."
            more = [f"With the most of everything: {labels.lower_first(goals)}"]
        return Headline(text, scenario, [sentence for sentence in [*more, *answer["notes"]] if sentence])

    def first_figure(self, view: View) -> PageFigure | None:
        """Return the curve or the map."""
        return next(iter(self.figures(view)), None)

    def first_table(self, view: View) -> PageTable | None:
        """Return the answer, what may be as good, and the dearest of what is not enough."""
        if not _answer(view):
            return None
        return _points_table(view, _first_rows(view), "The answer, and what stands next to it")

    def first_scenarios(self, view: View) -> list[str] | None:
        """Return the answer."""
        answer = _answer(view)
        return [str(answer["scenario"])] if answer and answer["scenario"] in view.scenarios else None

    def details(self, view: View) -> list[tuple[str, str]]:
        """Say what the answer costs in its parts, and how the search went."""
        answer = _answer(view)
        if not answer:
            return []
        text = (
            f"Of {answer['points']:,} sizes {answer['points_tried']} were tried, in {answer['runs']:,} runs; others "
            "follow from these, where more is better. Values of the answer are from years that did not choose it."
        )
        return [("What it costs with delay priced", _cost_parts(view)), ("How it was found", text)]

    def heading(self, view: View) -> str:
        """Return what stands above the figure."""
        return "How much is enough"

    def figures(self, view: View) -> list[PageFigure]:
        """Draw the first goal along one setting, or over two of them at the answer's sizes of the others."""
        picture = _picture(view)
        if picture is None:
            return []
        others = list(view.axes)[2:] + list(view.factors.values())
        at = _slice(view, others)
        where = f", with {_sizes(view, at)}" if at else ""
        if isinstance(picture.data, AxisCurve):
            look = f"{AVERAGE.glyph} average of the sizes that were tried; shaded band: interval; dashed: the goal."
        else:
            look = (
                f"A number: a size that was tried. {GOALS['met'].glyph} and the thick line: enough with certainty, "
                "tried or because less is enough already. Darker is better."
            )
        return [PageFigure(picture, f"{picture.title}{where}. {look}")]

    def tables(self, view: View) -> list[PageTable]:
        """Return all sizes that were tried."""
        tried = _table(view)
        tried = tried[tried["replications"] > 0]
        note = "" if len(tried) <= _MANY else f"{len(tried) - _MANY} more are in {SIZES}.csv."
        table = _points_table(view, tried.head(_MANY), "All sizes that were tried, the cheapest first")
        return [PageTable(table.header, table.rows, f"{table.note} {note}".strip(), table.caption)]


def _answer(view: View) -> Mapping[str, Any]:
    return view.results.answer or {}


def _table(view: View) -> pd.DataFrame:
    return view.results.design_tables[SIZES]


def _sizes(view: View, levels: Mapping[str, Any]) -> str:
    """Return sizes in words: what is 0 or not in place is left out, unless all is."""
    design = view.experiment.design
    operations = {axis.level: axis.operation for axis in getattr(design, "axes", [])}
    parts = []
    for name, value in levels.items():
        title = labels.lower_first(view.factor_title(name))
        if name not in operations:
            parts += [f"“{view.factor_title(name)}”"] if value else []
        elif operations[name] == "add":
            parts += [f"{title} {value:+g}".replace("-", labels.MINUS)] if value else []
        else:
            parts.append(f"{title} {'× ' if operations[name] == 'scale' else ''}{value:g}")
    return labels.listed(parts) if parts else "nothing more than there is"


def _goals(view: View, answer: Mapping[str, Any]) -> str:
    parts = []
    for goal in answer["goals"]:
        measure = goal["measure"]
        if goal["value"] is None:
            continue
        unit = view.unit_of(measure)
        low, high = (math.nan if goal[end] is None else float(goal[end]) for end in ("low", "high"))
        value = f"{amount(goal['value'], unit)} ({amount_interval(low, high, unit)})"
        parts.append(f"{view.label(measure)}: {value}, with a goal of {view.goal_in_words(measure)}")
    return f"{'; '.join(parts)}." if parts else ""


def _cost(answer: Mapping[str, Any]) -> str:
    if answer["objective"] == "least_units":
        steps = round(answer["cost"])
        return f"That is {steps} step{'' if steps == 1 else 's'} up."
    return f"It provides {amount(answer['cost'], 'gbp')} a year more than the city does."


def _certainty(view: View, answer: Mapping[str, Any]) -> str:
    sure = f"{100 * answer['certainty']:g}%"
    table = _table(view)
    cheaper = table[table["cost"] < answer["cost"] - _PENNY]
    undecided = int((cheaper["verdict"] == UNDECIDED).sum())
    equal = [levels for levels in answer["as_good"] if _row_of(table, levels)["cost"] >= answer["cost"] - _PENNY]
    text = f"With {sure} certainty nothing cheaper here is enough."
    if not len(cheaper):
        text = "Nothing here is cheaper."
    elif undecided:
        ranges = "; ".join(
            [
                f"{labels.lower_first(view.factor_title(name))} {_plain(low)} to {_plain(answer['least_high'][name])}"
                for name, low in answer["least_low"].items()
                if low != answer["least_high"][name]
            ]
        )
        many = f"{undecided} cheaper sizes are" if undecided > 1 else "One cheaper size is"
        text = f"{many} not decided with {sure} certainty, so the least lies within: {ranges or 'these'}."
    if equal:
        named = labels.listed([_sizes(view, levels) for levels in equal[:_FEW]])
        text += f" At the same cost may do as well: {named}."
    return text


def _plain(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else f"{value:g}"


def _row_of(table: pd.DataFrame, levels: Mapping[str, Any]) -> pd.Series:
    here = np.all([table[name] == value for name, value in levels.items()], axis=0)
    return table[here].iloc[0]


def _first_rows(view: View) -> pd.DataFrame:
    """Return the answer, cheaper and equal sizes that are undecided, then the dearest that are not enough."""
    table, answer = _table(view), _answer(view)
    own = table[table["scenario"] == answer["scenario"]]
    rest = table[(table["scenario"] != answer["scenario"]) & (table["cost"] <= answer["cost"] + _PENNY)]
    rest = rest[rest["replications"] > 0].sort_values("cost", ascending=False, kind="stable")
    near = pd.concat([rest[rest["verdict"] != NOT_ENOUGH], rest[rest["verdict"] == NOT_ENOUGH]])
    return pd.concat([own, near]).head(_ROWS)


def _points_table(view: View, rows: pd.DataFrame, caption: str) -> PageTable:
    answer = _answer(view)
    measure = answer["goals"][0]["measure"]
    unit, names = view.unit_of(measure), _names(view)
    priced = answer["objective"] != "least_units"
    header = ["Sizes", view.label(measure), "Interval", "A year more" if priced else "Steps up", "Verdict"]
    cells = [
        [
            _sizes(view, {name: row[name] for name in names}),
            amount(row["value"], unit),
            amount_interval(row["ci_low"], row["ci_high"], unit),
            amount(row["cost"], "gbp") if priced else f"{row['cost']:.0f}",
            str(row["verdict"]),
        ]
        for _, row in rows.iterrows()
    ]
    note = f"Each end of an interval holds with {100 * answer['certainty']:g}% certainty at a single look."
    return PageTable(header, cells, note, caption)


def _names(view: View) -> list[str]:
    table = _table(view)
    return list(table.columns[: list(table.columns).index("value")])


def _cost_parts(view: View) -> str:
    """Say where provision and delayed days together cost least, of what was tried."""
    table = _table(view)
    tried = table[(table["replications"] > 0) & np.isfinite(table[list(MONEY)]).all(axis=1)]
    if not len(tried):
        return ""
    cheapest = tried.loc[tried["cost_total"].idxmin()]
    own = tried[tried["scenario"] == _answer(view)["scenario"]]
    text = (
        f"With delayed days at their price, provision and delay together cost least at "
        f"{_sizes(view, {name: cheapest[name] for name in _names(view)})}: {amount(cheapest['cost_paid'], 'gbp')} to "
        f"pay and {amount(cheapest['cost_acute_delay'], 'gbp')} for delayed days."
    )
    if len(own):
        row = own.iloc[0]
        text += f" At the answer it is {amount(row['cost_paid'], 'gbp')} and {amount(row['cost_acute_delay'], 'gbp')}."
    return text


def _slice(view: View, names: list[str]) -> dict[str, Any]:
    """Return the levels of some settings at the answer, or at the most of everything."""
    row = _table(view)
    row = row[row["scenario"] == _answer(view)["scenario"]].iloc[0]
    return {name: row[name] for name in names}


def _picture(view: View) -> Picture[Any] | None:
    answer = _answer(view)
    names = _names(view) if answer else []
    if not names:
        return None
    table, measure = _table(view), answer["goals"][0]["measure"]
    what, unit = view.label(measure), view.unit_of(measure)
    if len(names) == 1:
        tried = table[table["replications"] > 0].sort_values(names[0])
        found = [Estimate(row.value, row.ci_low, row.ci_high) for row in tried.itertuples()]
        title = f"{what} along {view.factor_title(names[0])}"
        curve = AxisCurve(view.factor_title(names[0]), what, tried[names[0]].tolist(), found, view.target_line(measure))
        return Picture("grid", title, curve, draw_axis_curve)
    across, up, *others = names
    here = table
    for name, value in _slice(view, others).items():
        here = here[here[name] == value]
    x, y = sorted(here[across].unique()), sorted(here[up].unique())
    values, meets = np.full((len(y), len(x)), np.nan), np.zeros((len(y), len(x)), dtype=bool)
    for _, row in here.iterrows():
        cell = y.index(row[up]), x.index(row[across])
        values[cell], meets[cell] = row["value"], row["verdict"] == ENOUGH
    titles = (view.factor_title(across), view.factor_title(up))
    goal = view.goal(measure)
    more_is_better = goal is not None and goal.at_most is None
    title = f"{what} by {titles[0]} and {titles[1]}"
    return Picture("grid", title, GridMap(titles, x, y, values, meets, unit, more_is_better), draw_grid)
