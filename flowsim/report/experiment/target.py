"""The goals of an experiment: whether a scenario meets them, how sure that is, by how much, and in how many years."""

from __future__ import annotations

import math
from typing import Any

from flowsim.config.seasons import split_season
from flowsim.report import labels
from flowsim.report.differences import amount, amount_interval
from flowsim.report.experiment.results_view import View
from flowsim.report.figures.marks import VERDICTS

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
    met = [labels.lower_first(_short(view, m)) for m in others if view.share_met(scenario, m)[1]]
    which = f" ({labels.listed(met)})" if met else ""
    together = _together(view, scenario)
    if len(others) == 1:
        return f"{text} It {'meets' if met else 'misses'} the other goal.{together}"
    return f"{text} Of the {len(others)} other goals it meets {len(met) or 'none'}{which}.{together}"


def how_often(view: View, scenario: str, measure: str) -> str:
    """Return in how many simulated years a goal is met, with the exact 95% interval of that share."""
    runs = view.runs_with_goal(scenario, measure)  # with an ensemble more than the members that a mean is taken over
    share, _ = view.share_met(scenario, measure)
    return _years(view, share, runs, *view.share_met_interval(scenario, measure))


def how_sure(view: View, scenario: str, measure: str) -> str:
    """Say how certain it is that a goal is met; an empty text if it was not measured."""
    found, goal = view.judged(scenario, measure), view.experiment.goals[measure]
    if found is None:
        return ""
    sure = f"{100 * goal.certainty:.15g}% certain"
    return {
        "enough": f"It is {sure} that the goal is met.",
        "not enough": f"It is {sure} that the goal is missed.",
        "undecided": f"It is not {sure} whether the goal is met.",
    }[found.verdict]


def goal_rows(view: View) -> list[dict[str, Any]]:
    """Return a row for the baseline and each shown scenario: of each goal how sure it is, and of all goals at once."""
    rows = []
    for name in [view.baseline, *view.shown]:
        cells = [_cell(view, name, measure) for measure in view.experiment.goals]
        all_at_once = view.all_goals_met(name)
        rows.append({"title": view.short(name), "cells": cells, "all": all_at_once and _all_years(view, all_at_once)})
    return rows


def certainties(view: View) -> str:
    """Return with what certainty the goals are to be met, in words: "95%", or "90% and 95%"."""
    asked = sorted({goal.certainty for goal in view.experiment.goals.values()})
    return labels.listed([f"{100 * certainty:.15g}%" for certainty in asked]) if asked else ""


def _cell(view: View, scenario: str, measure: str) -> dict[str, str] | None:
    """Return the verdict on a goal with its estimate and bounds; None if it was not measured."""
    found, goal = view.judged(scenario, measure), view.experiment.goals[measure]
    if found is None:
        return None
    unit = view.unit_of(measure) if goal.in_share_of_years is None else "share"
    mark, (low, high) = VERDICTS[found.verdict], (found.low, found.high)
    return {
        "mark": mark.glyph,
        "in_words": mark.meaning,
        "grade": "far" if found.verdict == "not enough" else "met",
        "estimate": f"{amount(found.estimate, unit)}{' of years' if goal.in_share_of_years is not None else ''}",
        "bounds": amount_interval(low, high, unit) if math.isfinite(low) and math.isfinite(high) else "",
    }


def _together(view: View, scenario: str) -> str:
    """Say in how many years all goals are met at once; nothing if some are not measured."""
    found = view.all_goals_met(scenario)
    return f" All {found['goals']} goals at once: {_all_years(view, found)}." if found else ""


def _all_years(view: View, found: dict[str, Any]) -> str:
    return _years(view, *(found[key] for key in ("share_met", "replications", "ci_low", "ci_high")))


def _years(view: View, share: float, runs: int, low: float, high: float) -> str:
    if not runs or not math.isfinite(share):
        return ""
    met = round(share * runs)
    text = f"met in {met} of {runs} simulated {view.run_word}{'' if runs == 1 else 's'}"
    if runs == 1 or not (math.isfinite(low) and math.isfinite(high)):
        return text
    return f"{text} (95% interval {100 * low:.0f}% to {100 * high:.0f}%)"


def _short(view: View, measure: str) -> str:
    """Return a measure in words without what follows a comma, unless that is its season."""
    label = view.label(measure)
    return label if split_season(measure)[1] else label.split(",")[0]


def _one(view: View, scenario: str, measure: str) -> str:
    row, goal = view.mean(scenario, measure), view.experiment.goals[measure]
    if not math.isfinite(row["mean"]):
        why = view.why_empty(measure)
        return f"“{view.label(measure)}” was not measured{why and f': {why}'}, so whether its goal is met is not known."
    source = f" ({goal.source.split(',')[0]})" if goal.source else ""  # the second layer has the whole of it
    often_asked = f" {goal.often_in_words}" if goal.often_in_words else ""
    asked = f"{view.limit_in_words(measure).capitalize()} {_unit(view, measure)}{often_asked}{source}"
    meeting = [name for name in view.ranked if view.share_met(name, measure)[1]]
    often = how_often(view, scenario, measure)
    if goal.in_share_of_years is not None:
        return f"{asked}: {often}. {how_sure(view, scenario, measure)}"
    if view.share_met(scenario, measure)[1]:
        within = goal.met_by([row["ci_low"], row["ci_high"]]).all()
        beyond = (
            "" if within or not math.isfinite(row["ci_low"]) else "; the 95% interval of the average reaches beyond it"
        )
        text = f"{asked}: met on average{beyond}; {often}. {how_sure(view, scenario, measure)}"
        if len(meeting) > 1:
            text += f" {counted(len(meeting), len(view.ranked))} scenarios meet it on average."
        return text
    gap = abs(row["mean"] - goal.limit)
    far = f"{gap * 100:.1f} points" if row["unit"] == "share" else amount(gap, row["unit"])
    missed = f"{asked}: missed by {far} on average; {often}. {how_sure(view, scenario, measure)}"
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
