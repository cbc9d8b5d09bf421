"""The goals of an experiment: whether a scenario meets them, by how much it misses them, and in how many years."""

from __future__ import annotations

import math

from flowsim.report import labels
from flowsim.report.differences import amount
from flowsim.report.experiment.results_view import View

_FEW = 2


def sentences(view: View, scenario: str) -> str:
    """Say whether the goals are met: that of the headline measure (or else the first) at length, others in short."""
    goals = list(view.experiment.goals)
    if not goals:
        return ""
    first = view.headline if view.headline in goals else goals[0]
    text = _one(view, scenario, first)
    others = [m for m in goals if m != first and math.isfinite(view.mean(scenario, m)["mean"])]
    if not others:
        return text
    met = [labels.lower_first(view.label(m).split(",")[0]) for m in others if view.share_met(scenario, m)[1]]
    which = f" ({labels.listed(met)})" if met else ""
    if len(others) == 1:
        return f"{text} It {'meets' if met else 'misses'} the other goal."
    return f"{text} Of the {len(others)} other goals it meets {len(met) or 'none'}{which}."


def how_often(view: View, scenario: str, measure: str) -> str:
    """Return in how many simulated years a goal is met, with the exact 95% interval of that share."""
    runs = view.runs_with_goal(scenario, measure)  # with an ensemble more than the members that a mean is taken over
    share, _ = view.share_met(scenario, measure)
    if not runs or not math.isfinite(share):
        return ""
    met = round(share * runs)
    text = f"met in {met} of {runs} simulated {view.run_word}{'' if runs == 1 else 's'}"
    low, high = view.share_met_interval(scenario, measure)
    if runs == 1 or not (math.isfinite(low) and math.isfinite(high)):
        return text
    return f"{text} (95% interval {100 * low:.0f}% to {100 * high:.0f}%)"


def _one(view: View, scenario: str, measure: str) -> str:
    row, goal = view.mean(scenario, measure), view.experiment.goals[measure]
    if not math.isfinite(row["mean"]):
        why = view.why_empty(measure)
        return f"“{view.label(measure)}” was not measured{why and f': {why}'}, so whether its goal is met is not known."
    source = f" ({goal.source.split(',')[0]})" if goal.source else ""  # the second layer has the whole of it
    asked = f"{view.goal_in_words(measure).capitalize()} {_unit(view, measure)}{source}"
    meeting = [name for name in view.ranked if view.share_met(name, measure)[1]]
    often = how_often(view, scenario, measure)
    if view.share_met(scenario, measure)[1]:
        within = goal.met_by([row["ci_low"], row["ci_high"]]).all()
        beyond = (
            "" if within or not math.isfinite(row["ci_low"]) else "; the 95% interval of the average reaches beyond it"
        )
        text = f"{asked}: met on average{beyond}; {often}."
        if len(meeting) > 1:
            text += f" {counted(len(meeting), len(view.ranked))} scenarios meet it on average."
        return text
    gap = abs(row["mean"] - goal.limit)
    far = f"{gap * 100:.1f} points" if row["unit"] == "share" else amount(gap, row["unit"])
    missed = f"{asked}: missed by {far} on average; {often}."
    if meeting:
        others = labels.listed([f"“{view.short(name)}”" for name in meeting[:_FEW]])
        return f"{missed} {others} {'meets' if len(meeting) == 1 else 'meet'} it."
    return f"{missed} No scenario meets it." if len(view.ranked) > 1 else missed


def _unit(view: View, measure: str) -> str:
    """Return what the limit of a goal counts."""
    if measure == "dtoc_patients_mean":
        return "people delayed"
    return f"({labels.lower_first(view.label(measure))})"


def counted(some: int, all_of_them: int) -> str:
    """Return how many of some things: "All 5", or "3 of 5"."""
    return f"All {some}" if some == all_of_them else f"{some} of {all_of_them}"
