"""The first sentences of a report: which scenario helps most, and whether that is clear."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from flowsim.measures.catalogue import CAPACITY
from flowsim.report import labels
from flowsim.report.differences import Difference, amount, amount_interval, interval_in_words, more_or_less
from flowsim.report.experiment import reach
from flowsim.report.experiment.across import across
from flowsim.report.experiment.results_view import View

_FEW = 3
_LONG = 140
_HOSPITAL_BEDS = ("ward_beds", "amu_beds", "mau_beds")
_A_BED = 0.5  # fewer beds than this, on average, are not a cut


@dataclass(frozen=True)
class Headline:
    """The first sentence, those that follow it, and the scenario that the rest of the answer is about."""

    text: str
    scenario: str
    more: list[str] = field(default_factory=list)


def of_baseline(view: View) -> Headline:
    """Say how the baseline does, where there is nothing to compare it with."""
    row = view.mean(view.baseline, view.headline)
    if not math.isfinite(row["mean"]):
        why = view.why_empty(view.headline)
        text = (
            f"There is no answer: “{view.label(view.headline)}” was not measured in the baseline{why and f' ({why})'}."
        )
        return Headline(text, view.baseline)
    more = [_interval_of_mean(view, view.baseline)]
    if not view.ranked:
        more.append("There is only one scenario, so nothing is compared.")
    label = view.label(view.headline)
    return Headline(f"{label}: {amount(row['mean'], view.unit)} in the baseline.", view.baseline, more)


def of_best(view: View) -> Headline:
    """Say which scenario helps most, and whether that is clear."""
    best = view.best
    assert best is not None, "there is a scenario to compare"
    found, title = view.difference(best, view.headline), f"“{name_of(view, best)}”"
    text, more = _verdict(view, best, found, title)
    if name_of(view, best) != view.title(best):
        more.insert(0, f"“{view.short(best)}” are {view.title(best)}.")
    return Headline(text, best, [*kept_out(view, best), *more])


def name_of(view: View, scenario: str) -> str:
    """Return what the headline calls a scenario: its title, unless that is a long list."""
    title = view.title(scenario)
    return title if len(title) <= _LONG else view.short(scenario)


def compared(view: View, scenario: str) -> str:
    """Return the headline measure in a scenario and in the baseline: "60 people are delayed instead of 132"."""
    now, before = (amount(view.mean(name, view.headline)["mean"], view.unit) for name in (scenario, view.baseline))
    if view.headline == "dtoc_patients_mean":
        what = f"on an average day {now} people are delayed"
        return f"{what}, as in the baseline" if now == before else f"{what} instead of {before}"
    what = labels.lower_first(view.label(view.headline))
    return f"{what}: {now}, as in the baseline" if now == before else f"{what}: {now} instead of {before}"


def _verdict(view: View, best: str, found: Difference, title: str) -> tuple[str, list[str]]:
    change = more_or_less(found.value, view.unit)
    ends = f"95% interval {interval_in_words(found.low, found.high, view.unit)}"
    one = len(view.ranked) == 1
    if not found.has_interval:
        figure = "" if one else f"has the {'highest' if view.better > 0 else 'lowest'} figure: "
        return f"{title}{':' if one else ''} {figure}{compared(view, best)}.", [
            f"That is {change}, which may be chance: it takes several simulated {view.run_word}s to tell."
        ]
    if found.is_nothing:
        same = f"Every simulated {view.run_word} is the same as in the baseline"
        if one:
            return f"{title} changes nothing: {compared(view, best)}.", [f"{same}."]
        return f"No scenario helps: the baseline is best ({_level(view, view.baseline)}).", [
            f"The nearest is {title}, which changes nothing: {labels.lower_first(same)}."
        ]
    unclear = (
        "its interval includes no change"
        if found.low <= 0 <= found.high
        else f"with {len(view.ranked)} scenarios compared, one such difference may be chance"
    )
    if not found.value * (view.better or -1) > 0:
        also = "" if found.clear else f" That is not clear: {unclear}."
        if one:
            return f"{title} does not help: {compared(view, best)}.", [f"That is {change} ({ends}).{also}"]
        return f"No scenario helps: the baseline is best ({_level(view, view.baseline)}).", [
            f"The nearest is {title}: {compared(view, best)}, that is {change} ({ends}).{also}"
        ]
    its = across(view, best)
    if its and not its.everywhere:
        unclear = f"it helps in only {its.in_short} cities that explain the published figures"
    if not found.clear or (its and not its.everywhere):
        return f"No change is clear: the best figure is that of {title}, but {unclear}.", [
            f"With it, {compared(view, best)}: {change} ({ends})."
        ]
    helps = "helps" if one else "helps most"
    where = f", and helps in all {its.cities} cities" if its else ""
    return f"{title} {helps}{reach.in_short(view, best)}{where}: {compared(view, best)}.", [
        f"That is {change} ({ends}).",
        *_others(view, best),
    ]


def _level(view: View, scenario: str) -> str:
    label = labels.lower_first(view.label(view.headline))
    return f"{label} {amount(view.mean(scenario, view.headline)['mean'], view.unit)}"


def _others(view: View, best: str) -> list[str]:
    """Say what does as well as the best scenario: the interval of what divides them includes 0."""
    if len(view.ranked) < 2:
        return []
    found = {name: view.between(best, name, view.headline) for name in view.ranked if name != best}
    close = [name for name, d in found.items() if d.has_interval and d.low <= 0 <= d.high]
    if not close:
        return ["It is clearly better than every other scenario."]
    named = [f"“{view.short(name)}”" for name in close[:_FEW]]
    more = [f"{len(close) - _FEW} more"] if len(close) > _FEW else []
    do = "does" if len(close) == 1 else "do"
    return [f"{labels.listed([*named, *more])} {do} as well, as far as the simulation can tell."]


def kept_out(view: View, scenario: str) -> list[str]:
    """Say so where fewer people are delayed because fewer get into a bed: a cut of hospital beds, or a longer wait."""
    if not view.difference(scenario, view.headline).value * (view.better or -1) > 0:
        return []
    cuts = {pool: view.difference(scenario, CAPACITY.of(pool)).value for pool in _HOSPITAL_BEDS if pool in view.pools}
    fewer = [
        f"{-change:.0f} fewer {labels.lower_first(view.pools[pool])}"
        for pool, change in cuts.items()
        if change < -_A_BED
    ]
    if not fewer:
        return []
    boarding = view.difference(scenario, "boarding_hours_mean")
    waits = ""
    if boarding.clear and boarding.value > 0:
        waits = f", and people in MAU or AMU wait {amount(boarding.value, 'hours')} hours longer for a ward bed"
    return [
        "But this keeps people out of hospital beds rather than moving them on: there are "
        f"{labels.listed(fewer)}{waits}. Fewer delays of this kind are no gain."
    ]


def _interval_of_mean(view: View, scenario: str) -> str:
    row = view.mean(scenario, view.headline)
    if not math.isfinite(row["ci_low"]):
        return f"There is no interval: it takes several simulated {view.run_word}s to estimate one."
    return f"The 95% interval is {amount_interval(row['ci_low'], row['ci_high'], view.unit)}."
