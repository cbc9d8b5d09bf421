"""What would change the answer: a tornado, and which assumption would turn the recommendation, in words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from flowsim.experiment.designs.sensitivity import SAMPLES, SENSITIVITY
from flowsim.experiment.scenario import BASELINE
from flowsim.report import labels
from flowsim.report.differences import amount, more_or_less, signed
from flowsim.report.experiment.design_report import DesignReport, PageFigure
from flowsim.report.experiment.design_reports import register
from flowsim.report.experiment.headline import Headline, compared
from flowsim.report.experiment.results_view import View
from flowsim.report.figures.figure_data import Tornado, TornadoRow
from flowsim.report.figures.marks import ENDS, key
from flowsim.report.figures.picture import Picture
from flowsim.report.figures.row_figures import draw_tornado
from flowsim.report.page_table import PageTable

_FEW, _DRAWN = 3, 15
_NOTHING = 1e-9


@register
class SensitivityReport(DesignReport):
    """Which assumption moves the answer, and which would turn it."""

    kind = "sensitivity"

    def headline(self, view: View) -> Headline | None:
        """Say in how many cities the recommended scenario stays best, and what could turn that."""
        found = view.results.answer
        if found is None or found["stays_best"] is None:
            return None
        best, share = found["recommended"], f"{found['stays_best']:.0%}"
        varied = len(_rows(view, *_first(view)))
        name = "Changing nothing" if best == view.baseline else f"“{view.title(best)}”"
        cities = f"all {found['cities']}" if found["stays_best"] == 1 else f"{share} of {found['cities']}"
        text = f"{name} stays best in {cities} cities in which {varied} assumptions differ."
        low, high = (labels.number(found[end], "share") for end in ("low", "high"))
        more = [f"The 95% interval of that share is {low} to {high}."]
        if best != view.baseline and _measure(view) == view.headline:
            more.append(f"With it, {compared(view, best)} in the city as it is.")
        return Headline(text, best, [*more, _what_turns(view)])

    def first_figure(self, view: View) -> PageFigure | None:
        """Return the tornado of what divides the best scenario from the next, or of the level."""
        return next(iter(self.figures(view)), None)

    def first_table(self, view: View) -> PageTable | None:
        """Return a row for each assumption: its range, how far it moves the outcome, both ends, and where it turns."""
        rows = _rows(view, *_first(view))
        unit, is_difference = view.unit_of(_measure(view)), _first(view)[1] != ""
        shown = signed if is_difference else amount
        head = "Moves it by" if _is_morris(rows) else "Share of its variance"
        header = ["Assumption", "Range", head, "At the low end", "At the high end"]
        header += ["Turns at"] * is_difference
        cells = [
            [
                view.factor_title(row.setting),
                " to ".join(_ends(row)),
                _importance(row, unit),
                *(shown(value, unit) for value in (row.at_from, row.at_to)),
                *([_turn(view, row)] if is_difference else []),
            ]
            for row in rows
        ]
        note = f"{_what(view, *_first(view))}; now {shown(rows[0].now, unit)}. " if rows else ""
        return PageTable(header, cells, note + _how_sure(view), "How far each assumption moves the answer")

    def answers(self, view: View) -> list[tuple[str, str]]:
        """Say what the recommended scenario brings where assumptions that matter are otherwise, and in other cities."""
        return [("What if", _what_if(view)), ("Other explanations", _members(view))]

    def details(self, view: View) -> list[tuple[str, str]]:
        """Say which cities were simulated, and what is best in how many of them."""
        found, rows = view.results.answer, _rows(view, *_first(view))
        number = len(view.results.design_tables[SAMPLES])
        method = "by Morris’s method" if _is_morris(rows) else "by Sobol’s method"
        text = (
            f"{number} cities were drawn from the ranges of {len(rows)} assumptions, {method}, and each was run as the "
            "baseline and with every scenario, on the same patients."
        )
        pairs = [("How it was found", text)]
        if found is not None:
            best = sorted(found["best_in"].items(), key=lambda item: -item[1])
            parts = [f"“{view.title(name)}” in {labels.number(share, 'share')}" for name, share in best if share]
            pairs.append(("Which is best in how many cities", f"{labels.listed(parts)}." if parts else ""))
        why = {view.factor_title(row.setting): row.why for row in rows if row.why}
        pairs.append(("Where the ranges come from", " ".join(f"{name}: {text}." for name, text in why.items())))
        return pairs

    def heading(self, view: View) -> str:
        """Return what stands above the figures and tables."""
        return "What would change the answer"

    def figures(self, view: View) -> list[PageFigure]:
        """Draw a tornado of what divides the two best, of what the best one brings, and of the level."""
        found = view.results.answer
        best = found["recommended"] if found else view.baseline
        pairs = dict.fromkeys([_first(view), *([(best, BASELINE)] if best != BASELINE else []), (BASELINE, "")])
        drawn = [_tornado(view, *pair, name=f"tornado_{i}" if i else "tornado") for i, pair in enumerate(pairs)]
        return [figure for figure in drawn if figure is not None]

    def tables(self, view: View) -> list[PageTable]:
        """Return how far each assumption moves the baseline and what each scenario brings."""
        table, unit = view.results.design_tables[SENSITIVITY], view.unit_of(_measure(view))
        outcomes = list(dict.fromkeys(zip(table["scenario"], table["against"], strict=True)))
        by_outcome = {pair: {row.setting: row for row in _rows(view, *pair)} for pair in outcomes}
        header = ["Assumption", *(_short(view, *pair) for pair in outcomes)]
        rows = [
            [view.factor_title(name), *(_importance(by_outcome[pair][name], unit) for pair in outcomes)]
            for name in dict.fromkeys(table["setting"])
        ]
        note = (
            "How much the outcome changes on average if the assumption goes from one end of its range to the other, "
            "whatever the others are (mu*), with its 95% interval."
            if _is_morris(_rows(view, *outcomes[0]))
            else "Share of the variance of the outcome that is left if all other assumptions are known (total index)."
        )
        return [PageTable(header, rows, note, "How far each assumption moves each scenario")]


def _measure(view: View) -> str:
    return str(view.results.design_tables[SENSITIVITY]["measure"].iloc[0])


def _first(view: View) -> tuple[str, str]:
    """Return the outcome of the first layer: what divides the recommended scenario from the next, or the level."""
    found = view.results.answer
    if found is None:
        return BASELINE, ""
    best, second = found["recommended"], found["second"]
    return (second, best) if best == BASELINE else (best, second)


def _rows(view: View, scenario: str, against: str) -> list[Any]:
    """Return the rows of an outcome, the setting that moves it furthest first; its range is `low` to `high`."""
    table = view.results.design_tables[SENSITIVITY].rename(columns={"from": "low", "to": "high"})
    rows = list(table[(table["scenario"] == scenario) & (table["against"] == against)].itertuples())
    return sorted(rows, key=lambda row: -_width(row))


def _width(row: Any) -> float:
    width = max(abs(row.at_from - row.now), abs(row.at_to - row.now))
    return float(width) if math.isfinite(width) else -1.0


def _is_morris(rows: Sequence[Any]) -> bool:
    return any(math.isfinite(row.mu_star) for row in rows)


def _size(row: Any, value: float) -> str:
    return f"× {value:.3g}" if row.is_factor else f"{value:,.4g}"


def _ends(row: Any) -> tuple[str, str]:
    return _size(row, row.low), f"{row.high:.3g}" if row.is_factor else _size(row, row.high)


def _moved(row: Any, value: float) -> str:
    """Return a value in words, next to what the city has: "20% higher", "4.2 instead of 3"."""
    if not row.is_factor:
        return f"{value:,.3g} instead of {row.base:,.3g}"
    return f"{abs(value - 1):.0%} {'higher' if value > 1 else 'lower'}"


def _importance(row: Any, unit: str) -> str:
    if math.isfinite(row.mu_star):
        ends = amount(row.mu_star_low, unit), amount(row.mu_star_high, unit)
        return f"{amount(row.mu_star, unit)} ({' to '.join(ends)})"
    if math.isfinite(row.st):
        low, high = (labels.number(max(end, 0.0), "share") for end in (row.st_low, row.st_high))
        return f"{labels.number(max(row.st, 0.0), 'share')} ({low} to {high})"
    return labels.DASH


def _what(view: View, scenario: str, against: str) -> str:
    """Return what an outcome is, in words."""
    measure = view.label(_measure(view))
    if not against:
        return f"{measure} in “{view.title(scenario)}”"
    return f"{measure}: “{view.title(scenario)}” less “{view.title(against)}”"


def _short(view: View, scenario: str, against: str) -> str:
    if not against:
        return view.title(scenario)
    return f"{view.title(scenario)} less {labels.lower_first(view.title(against))}"


def _turn(view: View, row: Any) -> str:
    return f"{_size(row, row.turns_at)}: “{view.title(row.turns_to)}”" if row.turns_to else "not within its range"


def _what_turns(view: View) -> str:
    """Say which assumptions would turn the recommendation by themselves, and where."""
    turning = [row for row in _rows(view, *_first(view)) if row.turns_to]
    if not turning:
        return "None of them would turn that by itself, within its range."
    parts = [
        f"{labels.lower_first(view.factor_title(row.setting))} ({_moved(row, row.turns_at)}: then "
        f"“{view.title(row.turns_to)}” is better)"
        for row in turning[:_FEW]
    ]
    more = [f"{len(turning) - _FEW} more"] if len(turning) > _FEW else []
    return f"What could turn it: {labels.listed([*parts, *more])}."


def _what_if(view: View) -> str:
    """Say what the recommended scenario brings where the assumptions that matter most are otherwise."""
    found = view.results.answer
    if found is None or found["recommended"] == BASELINE:
        return ""
    unit, sentences = view.unit_of(_measure(view)), []
    for row in _rows(view, found["recommended"], BASELINE)[:_FEW]:
        low, high = (row.low, row.at_from), (row.high, row.at_to)
        value, then = max((low, high), key=lambda end: abs(end[1] - row.now))
        brings, now = more_or_less(then, unit), more_or_less(row.now, unit)
        if brings != now:
            setting, scenario = view.factor_title(row.setting), view.title(row.scenario)
            sentences.append(
                f"If “{setting}” were {_moved(row, value)}, “{scenario}” would bring {brings} instead of {now}."
            )
    return " ".join(sentences)


def _members(view: View) -> str:
    """Say in how many members of the ensemble another scenario is best."""
    found: Mapping[str, Any] = view.results.answer or {}
    if "members" not in found:
        return ""
    others = {view.experiment.members[int(number)].label: name for number, name in found["otherwise"].items()}
    if not others:
        return f"It is best in all {found['members']} cities that explain the published figures by other causes."
    named = [f"“{view.title(name)}” in “{city}”" for city, name in others.items()]
    return (
        f"In {len(others)} of {found['members']} cities that explain the published figures by other causes, another is "
        f"best: {labels.listed(named)}."
    )


def _how_sure(view: View) -> str:
    """Say how well the surrogate describes the sampled cities, from which both ends and turning points come."""
    rows = _rows(view, *_first(view))
    if not rows or not math.isfinite(rows[0].surrogate_r2):
        return "The ends are not known: the sampled cities do not differ."
    explained = labels.number(rows[0].surrogate_r2, "share")
    return (
        "Both ends and the turning point are read off curves fitted to the sampled cities, one for each assumption, "
        f"the others as they are; they explain {explained} of how these cities differ."
    )


def _tornado(view: View, scenario: str, against: str, name: str) -> PageFigure | None:
    rows = [row for row in _rows(view, scenario, against) if _width(row) > _NOTHING][:_DRAWN]
    if not rows:
        return None
    what, measure = _what(view, scenario, against), _measure(view)
    drawn = [TornadoRow(view.factor_title(row.setting), _ends(row), (row.at_from, row.at_to)) for row in rows]
    caption = f"{what}{view.axis_note if measure == view.headline else ''}"
    data = Tornado(drawn, rows[0].now, view.unit_of(measure), caption, against != "")
    turn = " Beyond the line at 0 the other one of the two is better." if against else ""
    text = f"What it is if one assumption goes to either end of its range: {key(*ENDS.values())}. Dashed: now.{turn}"
    return PageFigure(Picture(name, f"{what}, at both ends of the range of each assumption", data, draw_tornado), text)
