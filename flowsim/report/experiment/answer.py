"""The answer of an experiment in sentences, made by rules from its results: first what helps, then how sure that is."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from flowsim.report import labels
from flowsim.report.differences import Difference, amount, interval, interval_in_words, more_or_less
from flowsim.report.experiment.design_reports import report_of
from flowsim.report.experiment.results_view import View

AT_HOME, CARE_HOME, COST = "at_home_91_days_share", "care_home_admissions_65plus", "cost_total"
_FEW = 3
_LONG = 140


@dataclass(frozen=True)
class Answer:
    """What stands at the head of the report.

    Attributes
    ----------
    headline : str
        One sentence.
    sentences : list of str
        How sure it is, and what else is close.
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
        sentences.append("There is one scenario only, so that nothing is compared.")
    points = [("The target", _target(view, view.baseline))]
    return Answer(headline, sentences, [(question, text) for question, text in points if text])


def _interval_of_mean(view: View, scenario: str) -> str:
    row = view.mean(scenario, view.headline)
    if not math.isfinite(row["ci_low"]):
        return f"There is no interval, because it takes several simulated {view.run_word}s to make one."
    return f"The 95% interval is {interval(row['ci_low'], row['ci_high'], view.unit)}."


def _best_of_all(view: View, best: str) -> list[str]:
    """Say which scenario does best, and whether that is sure."""
    found = view.difference(best, view.headline)
    base, mean = (view.mean(name, view.headline)["mean"] for name in (view.baseline, best))
    what, title = view.label(view.headline), f"“{_name(view, best)}”"
    from_to = f"from {amount(base, view.unit)} to {amount(mean, view.unit)}"
    change = more_or_less(found.value, view.unit)
    sure = f"95% interval {interval_in_words(found.low, found.high, view.unit)}"
    lowest = "highest" if view.better > 0 else "lowest"
    helps = found.value * (view.better or -1) > 0
    if not found.has_interval:
        return [
            f"{title} has the {lowest} figure: {_lower_first(what)} {from_to} ({change}).",
            f"Nothing is certain about it: it takes several simulated {view.run_word}s to tell a change from chance.",
        ]
    if not helps:
        also = "" if found.sure else " Nor is it certain that there is any difference: its interval includes no change."
        if len(view.ranked) == 1:
            return [f"{title} does not help: {_lower_first(what)} {_goes(found)} {from_to} ({sure}).{also}"]
        return [
            f"No scenario helps: {_lower_first(what)} stands best in the baseline, at {amount(base, view.unit)}.",
            f"The nearest is {title}, at {amount(mean, view.unit)}: {change} ({sure}).{also}",
        ]
    if not found.sure:
        chance = (
            "its interval includes no change"
            if found.low <= 0 <= found.high
            else f"among {len(view.ranked)} scenarios, one such difference may come by chance"
        )
        return [
            f"No change is certain. {title} has the {lowest} figure, {_lower_first(what)} {from_to}, but {chance}.",
            f"The difference is {change} ({sure}).",
        ]
    sentences = [
        f"{title} does most: {_lower_first(what)} {_goes(found)} {from_to}, that is {change} ({sure}).",
    ]
    close = _as_good(view, best)
    if close:
        shown = labels.listed([f"“{view.short(name)}”" for name in close[:_FEW]])
        more = f" and {len(close) - _FEW} more" if len(close) > _FEW else ""
        pronoun = "it" if len(close) == 1 else "them"
        sentences.append(f"It cannot be told apart from {shown}{more}: chance may have put it before {pronoun}.")
    elif len(view.ranked) > 1:
        sentences.append("It does better than every other scenario, by more than chance.")
    return sentences


def _as_good(view: View, best: str) -> list[str]:
    """Return the scenarios that may be as good as the best one: the interval of what divides them includes 0."""
    others = (name for name in view.ranked if name != best)
    found = {name: view.between(best, name, view.headline) for name in others}
    return [name for name, d in found.items() if d.has_interval and d.low <= 0 <= d.high]


def _singles(view: View) -> str:
    """Say which single change does most, and how many of them do anything for sure."""
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
            sure = interval_in_words(first.low, first.high, view.unit)
            change = more_or_less(first.value, view.unit)
            sentences.append(f"Alone, “{view.short(singles[0])}” does most: {change} (95% interval {sure}).")
        sentences.append(f"{_counted(len(better), len(singles))} single changes help for certain.")
    else:
        sentences.append(f"None of the {len(singles)} single changes helps for certain.")
    if worse:
        titles = labels.listed([f"“{view.short(name)}”" for name in worse])
        sentences.append(f"For certain worse than the baseline: {titles}.")
    unsure = [name for name, grade in grades.items() if grade == "unsure"]
    if unsure:
        titles = labels.listed([f"“{view.short(name)}”" for name in unsure])
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
        return f"“{view.label(measure)}” was not measured, so that nothing can be said about its target."
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
        sure = "" if within else ", though its 95% interval reaches beyond it"
        sentence = f"The target of {asked} is met by {subject}{', ' + often if often else ''}{sure}."
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
        f"day 91, against {before} in the baseline{_how_sure(found, 'share')}."
    )
    homes = view.difference(best, CARE_HOME)
    if math.isfinite(homes.value):
        change = more_or_less(homes.value, "people")
        sentence += f" Permanent care-home admissions in a year: {change}{_how_sure(homes, 'people')}."
    return sentence


def _cost(view: View, best: str) -> str:
    """Say what the best scenario costs beside the baseline, all priced services counted."""
    found = view.difference(best, COST)
    if not math.isfinite(found.value):
        return ""
    own = view.mean(best, "cost_interventions")["mean"]
    within = f", {amount(own, 'gbp')} for the changes themselves included" if math.isfinite(own) and own else ""
    size = more_or_less(found.value, "gbp")
    return (
        f"This scenario costs {size} a year than the baseline, over all priced services"
        f"{within}{_how_sure(found, 'gbp')}."
    ).replace("costs no difference a year than", "costs as much a year as")


def _how_sure(found: Difference, unit: str) -> str:
    """Return the interval of a difference, and whether it is one; nothing if there is none."""
    if not found.has_interval:
        return ""
    ends = interval_in_words(found.low, found.high, unit)
    unsure = ""
    if not found.sure:
        leaves_out_none = found.low > 0 or found.high < 0
        many = ", not certain when so many scenarios are compared"
        unsure = many if leaves_out_none else ", so that no change is certain"
    return f" (95% interval of the difference {ends}{unsure})"


def _goes(found: Difference) -> str:
    return "falls" if found.value < 0 else "rises"


def _counted(some: int, all_of_them: int) -> str:
    return f"All {some}" if some == all_of_them else f"{some} of {all_of_them}"


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
