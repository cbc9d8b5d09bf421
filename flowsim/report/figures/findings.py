"""What a figure shows, in a sentence or two made from its data: for those who cannot see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import singledispatch
from typing import Any

import numpy as np

from flowsim.report.differences import amount, signed
from flowsim.report.figures.figure_data import (
    AgainstPublished,
    AgainstSeries,
    AxisCurve,
    CostAgainstDays,
    DelayedThroughYear,
    Floats,
    GridMap,
    Interactions,
    PoolThroughYear,
    PublishedSeries,
    ReasonsThroughYear,
    Row,
    Rows,
    Sample,
    ScenariosThroughYear,
    ServicesUse,
    StackedRows,
    Tornado,
)
from flowsim.report.figures.marks import DIFFERENCES, PUBLISHED, SETTINGS
from flowsim.report.labels import MONTHS, listed, long_date, number, people

NOTHING = "Nothing is known of this."
_FEW = 3


@singledispatch
def finding(data: Any) -> str:
    """Return what a figure of such data shows; empty if nothing is known of such data."""
    return ""


@finding.register
def _(data: Rows) -> str:
    rows = [row for row in data.rows if row.estimate and np.isfinite(row.estimate.value)]
    if not rows:
        return NOTHING
    differences = all(row.grade in DIFFERENCES for row in rows)
    shown = signed if differences else amount
    named = [f"{row.label} {shown(row.estimate.value, data.unit)}" for row in rows if row.estimate]
    text = f"{data.caption}: {named[0]}" if len(named) == 1 else f"{data.caption}: from {named[0]} to {named[-1]}"
    if not differences:
        return f"{text}."
    counts = {grade: sum(row.grade == grade for row in rows) for grade in DIFFERENCES}
    graded = [f"{n} {DIFFERENCES[grade].meaning}" for grade, n in counts.items() if n]
    return f"{text}. Of {len(rows)}: {listed(graded)}."


@finding.register
def _(data: Tornado) -> str:
    shown = signed if data.turns else amount
    widest = [
        f"{row.label} ({' to '.join(row.ends)}): {' to '.join(shown(value, data.unit) for value in row.at)}"
        for row in data.rows[:_FEW]
    ]
    if not widest:
        return NOTHING
    turning = [row.label for row in data.rows if min(row.at) <= 0 <= max(row.at)]
    turns = f" Reach 0: {_few(turning)}." if data.turns and turning else " None reaches 0." if data.turns else ""
    return f"{data.caption}: now {shown(data.now, data.unit)}. Widest: {'; '.join(widest)}.{turns}"


@finding.register
def _(data: AgainstPublished) -> str:
    graded = [f"{n} {mark.meaning}" for grade, mark in PUBLISHED.items() if (n := _count(data.rows, grade))]
    far = [row.label for row in data.rows if row.grade == "far"]
    furthest = f" Further away: {_few(far)}." if far else ""
    if not graded:
        return NOTHING
    return f"Of {len(data.rows)} published figures the simulation has {listed(graded)}.{furthest}"


@finding.register
def _(data: ServicesUse) -> str:
    def fullest(which: int) -> str:
        full = [(s.in_use[which], s.label) for s in data.services if np.isfinite(s.in_use[which])]
        named = [f"{label} {share:.0%}" for share, label in sorted(full, reverse=True)[:_FEW]]
        return listed(named) if named else "not known"

    waits = [(s.wait_days[1] - s.wait_days[0], s) for s in data.services if np.isfinite(s.wait_days).all()]
    change = max(waits, key=lambda pair: abs(pair[0]), default=None)
    text = f"Fullest in {data.names[0]}: {fullest(0)}; in {data.names[1]}: {fullest(1)}."
    if change is None:
        return text
    before, after = (number(days, "days") for days in change[1].wait_days)
    return f"{text} The wait that changes most is that for {change[1].label}: {before} to {after} days."


@finding.register
def _(data: ReasonsThroughYear) -> str:
    before, after = next(iter(data.panels.values()), (None, None))
    if before is None:
        return NOTHING
    text = f"{data.names[0]}: {_through(data.dates, before.mean)}"
    return f"{text}." if after is None else f"{text}. {data.names[1]}: {_through(data.dates, after.mean)}."


@finding.register
def _(data: AgainstSeries) -> str:
    if data.first_is_all:
        return _of_all_reasons(data.panels[0])
    said = [
        f"{its.title}: {np.nanmean(its.published):,.0f} published and {np.nanmean(its.simulated.mean):,.0f} simulated"
        for its in data.panels
        if np.isfinite(its.published).any() and np.isfinite(its.simulated.mean).any()
    ]
    return f"{'; '.join(said)}, on average." if said else NOTHING


def _of_all_reasons(total: PublishedSeries) -> str:
    simulated = total.simulated
    if not (np.isfinite(total.published) & np.isfinite(simulated.mean)).any():
        return NOTHING
    scored = ~total.flagged
    ends = [f"{curve.mean():,.0f} on average" for curve in (total.published, simulated.mean)]
    top, simulated_top = (int(curve.argmax()) for curve in (total.published, simulated.mean))
    text = (
        f"People delayed a day, by month. Published: {ends[0]}, highest in {_month(total.edges[top])} "
        f"({total.published[top]:,.0f}). Simulated: {ends[1]}, highest in {_month(total.edges[simulated_top])} "
        f"({simulated.mean[simulated_top]:,.0f})."
    )
    if np.isfinite(simulated.low).all() and scored.any():
        inside = (total.published >= simulated.low) & (total.published <= simulated.high) & scored
        text += f" The published figure lies in the range of a simulated month in {inside.sum()} of {scored.sum()}."
    left_out = int(total.flagged.sum())
    return f"{text} Not scored: {left_out} month{'' if left_out == 1 else 's'}." if left_out else text


@finding.register
def _(data: StackedRows) -> str:
    sums = [float(np.nansum([values[i] for values in data.rows.values()])) for i in range(len(data.parts))]
    if not sum(sums) > 0:
        return NOTHING
    largest = max(range(len(sums)), key=lambda i: sums[i])
    name, values = max(data.rows.items(), key=lambda row: row[1][largest])
    parts = listed([f"{part.lower()} {people(number)}" for part, number in zip(data.parts, sums, strict=True)])
    most = f"Most of “{data.parts[largest].lower()}”: {name}, {people(values[largest])}."
    return f"{people(sum(sums))} people delayed: {parts}. {most}"


@finding.register
def _(data: ScenariosThroughYear) -> str:
    curves = {name: curve for name, curve in data.scenarios.items() if np.isfinite(curve).any()}
    if not curves or not np.isfinite(data.baseline).any():
        return NOTHING
    means = sorted((float(np.nanmean(curve)), name) for name, curve in curves.items())
    (least, best), (most, worst) = means[0], means[-1]
    base = f"{np.nanmean(data.baseline):,.0f} people are delayed on average in the baseline"
    if len(means) == 1:
        return f"{base}, and {least:,.0f} in {best}."
    return f"{base}; fewest in {best} ({least:,.0f}) and most in {worst} ({most:,.0f})."


@finding.register
def _(data: DelayedThroughYear) -> str:
    text = _through(data.dates, data.total.mean(axis=0)) if data.total.size else "nobody was counted"
    levels = "".join(f" {level.label}." for level in data.levels if np.isfinite(level.value))
    shares = [(float(np.nansum(values)), name) for name, values in data.groups.items()]
    largest = f" Most wait for: {max(shares)[1].lower()}." if shares and max(shares)[0] > 0 else ""
    return f"People delayed: {text}.{largest}{levels}"


@finding.register
def _(data: PoolThroughYear) -> str:
    if not data.in_use.size:
        return NOTHING
    used = data.in_use.mean(axis=0)
    return f"In use: {_through(data.dates, used)}, of {data.capacity:,.0f}."


@finding.register
def _(data: AxisCurve) -> str:
    if not any(np.isfinite(estimate.value) for estimate in data.estimates):
        return NOTHING
    first, last = (data.estimates[i].value for i in (0, -1))
    line = f" The {data.line.label}." if data.line and np.isfinite(data.line.value) else ""
    return (
        f"{data.measure}: {number(first)} where {data.setting} is {data.x[0]:,g}, and {number(last)} where it is "
        f"{data.x[-1]:,g}.{line}"
    )


@finding.register
def _(data: GridMap) -> str:
    if not np.isfinite(data.values).any():
        return NOTHING
    value = np.nanargmax if data.more_is_better else np.nanargmin
    up, across = (int(i) for i in np.unravel_index(int(value(data.values)), data.values.shape))
    best = f"{data.settings[0]} {data.x[across]:,g} and {data.settings[1]} {data.y[up]:,g}"
    met = int(data.meets.sum())
    return (
        f"Values from {amount(float(np.nanmin(data.values)), data.unit)} to "
        f"{amount(float(np.nanmax(data.values)), data.unit)}, best at {best}. {met} of {data.meets.size} points "
        "meet the goal."
    )


@finding.register
def _(data: Interactions) -> str:
    pairs = [
        (abs(data.values[i, j]), f"{data.factors[j]} with {data.factors[i]} ({signed(data.values[i, j], data.unit)})")
        for i, j in np.argwhere(np.isfinite(data.values)).tolist()
    ]
    if not pairs:
        return NOTHING
    kinds = [kind for row in data.classes for kind in row if kind]
    counts = [f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds)]
    return f"Of {len(pairs)} pairs: {listed(counts) if counts else 'none is clear'}. Strongest: {max(pairs)[1]}."


@finding.register
def _(data: Sample) -> str:
    ranked = [s for s in data.settings if np.isfinite(s.rank_correlation)]
    named = [f"{s.label} ({number(s.rank_correlation)})" for s in ranked[:_FEW]]
    return f"{data.measure} goes most with: {listed(named)}." if named else NOTHING


@finding.register
def _(data: CostAgainstDays) -> str:
    others = [p for p in data.points[1:] if np.isfinite(p.days.value) and np.isfinite(p.cost.value)]
    if not others:
        return NOTHING
    fewest = min(others, key=lambda p: p.days.value)
    cheapest = min(others, key=lambda p: p.cost.value)
    of_fewest = f"{signed(fewest.days.value, 'days')} days at {signed(fewest.cost.value, 'gbp')}"
    return (
        f"Fewest delayed days: {fewest.title}, {of_fewest} a year. Cheapest: {cheapest.title}, "
        f"{signed(cheapest.cost.value, 'gbp')}."
    )


@finding.register(Mapping)
def _(data: Mapping[str, float]) -> str:
    known = [f"{name} {number(share, 'share')}" for name, share in data.items() if np.isfinite(share)]
    return f"{listed(known)}." if known else NOTHING


@finding.register(Sequence)
def _(data: Sequence[Row]) -> str:
    graded = [f"{n} {mark.meaning}" for grade, mark in SETTINGS.items() if (n := _count(data, grade))]
    return f"Of {len(data)} settings: {listed(graded)}." if graded else NOTHING


def _count(rows: Sequence[Row], grade: str) -> int:
    return sum(row.grade == grade for row in rows)


def _few(names: Sequence[str]) -> str:
    more = [f"{len(names) - _FEW} more"] if len(names) > _FEW else []
    return listed([*names[:_FEW], *more])


def _month(date: Any) -> str:
    first = date.item()
    return f"{MONTHS[first.month - 1]} {first.year}"


def _through(dates: Any, curve: Floats) -> str:
    """Return mean, highest and lowest of a curve, with their dates."""
    if not np.isfinite(curve).any():
        return "not known"
    high, low = int(np.nanargmax(curve)), int(np.nanargmin(curve))
    ends = [f"{curve[i]:,.0f} around {long_date(dates[i].item())}" for i in (high, low)]
    return f"{np.nanmean(curve):,.0f} on average, highest {ends[0]}, lowest {ends[1]}"
