"""The answer of an experiment in sentences, made by rules from its results: what helps, and how clearly."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from flowsim.report import labels
from flowsim.report.differences import Difference, amount, amount_interval, interval_in_words, more_or_less
from flowsim.report.experiment.design_reports import report_of
from flowsim.report.experiment.results_view import View

AT_HOME, CARE_HOME, COST = "at_home_91_days_share", "care_home_admissions_65plus", "cost_total"
_FEW = 3
_LONG = 140


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
        A question each (the target, the order, people, cost) and its answer.
    """

    headline: str
    sentences: list[str] = field(default_factory=list)
    points: list[tuple[str, str]] = field(default_factory=list)


def answer(view: View) -> Answer:
    """Return the answer to the question of an experiment."""
    if view.best is None or not math.isfinite(view.mean(view.baseline, view.headline)["mean"]):
        return _of_baseline(view)
    best = view.best
    headline, *sentences = _best_of_all(view, best)
    if _name(view, best) != view.title(best):
        sentences.insert(0, f"“{view.short(best)}” are {view.title(best)}.")
    points = [
        ("Single changes", _singles(view)),
        *report_of(view.experiment.design).answers(view),
        ("The target", _target(view, best)),
        ("People on day 91", _people(view, best)),
        ("What it costs", _cost(view, best)),
    ]
    return Answer(headline, sentences, [(question, text) for question, text in points if text])


def _name(view: View, scenario: str) -> str:
    """Return what the headline calls a scenario: its title, unless that is a long list."""
    title = view.title(scenario)
    return title if len(title) <= _LONG else view.short(scenario)


def _of_baseline(view: View) -> Answer:
    """Say how the baseline does, where there is nothing to compare it with."""
    row = view.mean(view.baseline, view.headline)
    if not math.isfinite(row["mean"]):
        return Answer(f"There is no answer: “{view.label(view.headline)}” was not measured in the baseline.")
    headline = f"{view.label(view.headline)}: {amount(row['mean'], view.unit)} in the baseline."
    sentences = [_interval_of_mean(view, view.baseline)]
    if not view.ranked:
        sentences.append("There is only one scenario, so nothing is compared.")
    points = [("The target", _target(view, view.baseline))]
    return Answer(headline, sentences, [(question, text) for question, text in points if text])


def _interval_of_mean(view: View, scenario: str) -> str:
    row = view.mean(scenario, view.headline)
    if not math.isfinite(row["ci_low"]):
        return f"There is no interval: it takes several simulated {view.run_word}s to estimate one."
    return f"The 95% interval is {amount_interval(row['ci_low'], row['ci_high'], view.unit)}."


def _best_of_all(view: View, best: str) -> list[str]:
    """Say which scenario helps most, and whether that is clear."""
    found = view.difference(best, view.headline)
    base, mean = (view.mean(name, view.headline)["mean"] for name in (view.baseline, best))
    what, title = view.label(view.headline), f"“{_name(view, best)}”"
    from_to = f"from {amount(base, view.unit)} to {amount(mean, view.unit)}"
    change = more_or_less(found.value, view.unit)
    ends = f"95% interval {interval_in_words(found.low, found.high, view.unit)}"
    lowest = "highest" if view.better > 0 else "lowest"
    helps = found.value * (view.better or -1) > 0
    if not found.has_interval:
        return [
            f"{title} has the {lowest} figure: {_lower_first(what)} {from_to} ({change}).",
            f"This may be chance: it takes several simulated {view.run_word}s to tell.",
        ]
    unclear = (
        "its interval includes no change"
        if found.low <= 0 <= found.high
        else f"with {len(view.ranked)} scenarios compared, one such difference may be chance"
    )
    if not helps:
        also = "" if found.clear else f" Nor is the difference clear: {unclear}."
        if len(view.ranked) == 1:
            return [f"{title} does not help: {_lower_first(what)} {_goes(found)} {from_to} ({ends}).{also}"]
        return [
            f"No scenario helps: {_lower_first(what)} is best in the baseline, at {amount(base, view.unit)}.",
            f"The nearest is {title}, at {amount(mean, view.unit)}: {change} ({ends}).{also}",
        ]
    if not found.clear:
        return [
            f"No change is clear. {title} has the {lowest} figure, {_lower_first(what)} {from_to}, but {unclear}.",
            f"The difference is {change} ({ends}).",
        ]
    helps_most = "helps most" if len(view.ranked) > 1 else "helps"
    sentences = [
        f"{title} {helps_most}: {_lower_first(what)} {_goes(found)} {from_to}, that is {change} ({ends}).",
    ]
    close = _as_good(view, best)
    if close:
        named = [f"“{view.short(name)}”" for name in close[:_FEW]]
        more = [f"{len(close) - _FEW} more"] if len(close) > _FEW else []
        do = "does" if len(close) == 1 else "do"
        sentences.append(f"{labels.listed([*named, *more])} {do} as well, as far as the simulation can tell.")
    elif len(view.ranked) > 1:
        sentences.append("It is clearly better than every other scenario.")
    return sentences


def _as_good(view: View, best: str) -> list[str]:
    """Return the scenarios that may be as good as the best one: the interval of what divides them includes 0."""
    others = (name for name in view.ranked if name != best)
    found = {name: view.between(best, name, view.headline) for name in others}
    return [name for name, d in found.items() if d.has_interval and d.low <= 0 <= d.high]


def _singles(view: View) -> str:
    """Say which single change helps most, and how many of them clearly help."""
    singles = view.singles()
    if len(singles) < 2 or view.best is None:
        return ""
    first = view.difference(singles[0], view.headline)
    if not first.has_interval:
        return ""
    grades = {name: view.difference(name, view.headline).grade for name in singles}
    better = [name for name, grade in grades.items() if grade == "better"]
    worse = [name for name, grade in grades.items() if grade == "worse"]
    sentences = []
    if better:
        if singles[0] != view.best:
            ends = interval_in_words(first.low, first.high, view.unit)
            change = more_or_less(first.value, view.unit)
            sentences.append(f"Alone, “{view.short(singles[0])}” helps most: {change} (95% interval {ends}).")
        clearly = "clearly helps" if len(better) == 1 else "clearly help"
        sentences.append(f"{_counted(len(better), len(singles))} single changes {clearly}.")
    else:
        sentences.append(f"None of the {len(singles)} single changes clearly helps.")
    if worse:
        titles = labels.listed([f"“{view.short(name)}”" for name in worse])
        sentences.append(f"Clearly worse than the baseline: {titles}.")
    unclear = [name for name, grade in grades.items() if grade == "unclear"]
    if unclear:
        titles = labels.listed([f"“{view.short(name)}”" for name in unclear])
        sentences.append(f"Too small to tell from chance: {titles}.")
    return " ".join(sentences)


def _target(view: View, best: str) -> str:
    """Say whether the targets are met: that of the headline measure (or else the first) at length, others in short."""
    targets = list(view.experiment.goals)
    if not targets:
        return ""
    first = view.headline if view.headline in targets else targets[0]
    sentence = _one_target(view, best, first)
    known = [m for m in targets if m != first and math.isfinite(view.mean(best, m)["mean"])]
    subject = "this scenario" if best != view.baseline else "the baseline"
    for meets, verb in ((True, "meets"), (False, "misses")):
        named = [_lower_first(view.label(m)) for m in known if view.share_met(best, m)[1] is meets]
        if named:
            sentence += f" {subject.capitalize()} {verb} on average the target{'s' * (len(named) > 1)} of "
            sentence += f"{labels.listed([f'“{name}”' for name in named])}."
    return sentence


def _one_target(view: View, best: str, measure: str) -> str:
    row, goal = view.mean(best, measure), view.experiment.goals[measure]
    if not math.isfinite(row["mean"]):
        return f"“{view.label(measure)}” was not measured, so whether its target is met is not known."
    unit = row["unit"]
    source = f"; {goal.source}" if goal.source else ""
    asked = f"{view.goal_in_words(measure)} ({_lower_first(view.label(measure))}{source})"
    meeting = [name for name in view.ranked if view.share_met(name, measure)[1]]
    share, meets = view.share_met(best, measure)
    runs = int(row["replications"])
    often = f"in {round(share * runs)} of {runs} simulated {view.run_word}s" if runs > 1 else ""
    subject = "this scenario" if best != view.baseline else "the baseline"
    if meets:
        within = goal.met_by([row["ci_low"], row["ci_high"]]).all()
        beyond = "" if within else ", though its 95% interval reaches beyond it"
        sentence = f"The target of {asked} is met by {subject}{', ' + often if often else ''}{beyond}."
        if len(meeting) > 1:
            sentence += f" {_counted(len(meeting), len(view.ranked))} scenarios meet it on average."
        return sentence
    gap = abs(row["mean"] - goal.limit)
    far = f"{gap * 100:.1f} points" if unit == "share" else amount(gap, unit)
    side = "above" if goal.at_most is not None else "below"
    if meeting:
        others = labels.listed([f"“{view.short(name)}”" for name in meeting[:_FEW]])
        return f"The target of {asked} is missed by {subject}, {far} {side} it; it is met by {others}."
    nobody = f"The target of {asked} is met by no scenario" if view.ranked else f"The target of {asked} is missed"
    also = f" It is met {often}." if often else ""
    nearest = f": “{view.short(best)}” comes nearest, {far} {side} it" if view.ranked else f", by {far}"
    return f"{nobody}{nearest}.{also}"


def _people(view: View, best: str) -> str:
    """Say what becomes of people: at home on day 91, and admitted to care homes."""
    row, base = view.mean(best, AT_HOME), view.mean(view.baseline, AT_HOME)
    if not math.isfinite(row["mean"]) or not math.isfinite(base["mean"]):
        return ""
    found = view.difference(best, AT_HOME)
    now, before = (labels.number(r["mean"], "share") for r in (row, base))
    sentence = (
        f"With this scenario {now} of people aged 65 and over who left hospital for reablement are at home on "
        f"day 91, compared with {before} in the baseline{_how_clear(found, 'share')}."
    )
    homes = view.difference(best, CARE_HOME)
    if math.isfinite(homes.value):
        change = more_or_less(homes.value, "people")
        sentence += f" Permanent care-home admissions in a year: {change}{_how_clear(homes, 'people')}."
    return sentence


def _cost(view: View, best: str) -> str:
    """Say what the best scenario costs compared with the baseline, all priced services counted."""
    found = view.difference(best, COST)
    if not math.isfinite(found.value):
        return ""
    own = view.mean(best, "cost_interventions")["mean"]
    within = f", including {amount(own, 'gbp')} for the changes themselves" if math.isfinite(own) and own else ""
    size = more_or_less(found.value, "gbp")
    return (
        f"This scenario costs {size} a year than the baseline, over all priced services"
        f"{within}{_how_clear(found, 'gbp')}."
    ).replace("costs no difference a year than", "costs as much a year as")


def _how_clear(found: Difference, unit: str) -> str:
    """Return the interval of a difference, and whether it is clear; nothing if there is none."""
    if not found.has_interval:
        return ""
    ends = interval_in_words(found.low, found.high, unit)
    unclear = ""
    if not found.clear:
        excludes_none = found.low > 0 or found.high < 0
        adjusted = ", not clear after adjusting for the number of scenarios"
        unclear = adjusted if excludes_none else ", so no change is clear"
    return f" (95% interval of the difference {ends}{unclear})"


def _goes(found: Difference) -> str:
    return "falls" if found.value < 0 else "rises"


def _counted(some: int, all_of_them: int) -> str:
    return f"All {some}" if some == all_of_them else f"{some} of {all_of_them}"


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
