"""Whether the goals of an experiment can be met, and can be known to be met with the replications that there are."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import permutations

from flowsim.config.city_schema import CityConfig
from flowsim.config.seasons import split_season
from flowsim.experiment.experiment_schema import ExperimentFile
from flowsim.experiment.goals import Goal
from flowsim.experiment.precision import Precision
from flowsim.experiment.problems import Problems
from flowsim.measures.catalogue import find
from flowsim.measures.measure import LimitMeasure, NumberMeasure


def check_goals(spec: ExperimentFile, problems: Problems) -> None:
    """Report limits that a measure can never have, and goals that contradict each other."""
    for measure, goal in spec.goals.items():
        message = _impossible(measure, goal)
        if message:
            key = "at_least" if goal.at_most is None else "at_most"
            problems.report(("targets", measure, key), message, goal.limit)
    for measure, other in _contradictions(spec):
        problems.report(
            ("targets", measure),
            f"this and the goal {spec.goals[other].in_words} of {other} contradict each other: no day counts for both",
        )


def _impossible(measure: str, goal: Goal) -> str:
    """Say what is wrong with the limit of a goal; nothing if it is possible, or the measure is not known."""
    try:
        row, _ = find(measure)
    except KeyError:
        return ""
    if (row.lowest is None or row.lowest <= goal.limit) and (row.highest is None or goal.limit <= row.highest):
        return ""
    if row.unit == "share" and row.highest == 1:
        return "must be between 0 and 1, since this is a share"
    return f"must be {row.lowest:g} or more, as this measure always is"


def _contradictions(spec: ExperimentFile) -> Iterator[tuple[str, str]]:
    """Yield two goals on the mean of which one limits from above what the other raises above that limit.

    More people are delayed on 95% of days than on 90% at most, and there are fewer days with more than 70 than with
    more than 60.
    """
    families = []
    for measure, goal in spec.goals.items():
        try:
            row, which = find(measure)
        except KeyError:
            continue
        if isinstance(row, NumberMeasure) and goal.in_share_of_years is None:
            rank = -int(which) if isinstance(row, LimitMeasure) else int(which)
            families.append((measure, goal, (row.name, split_season(measure)[1]), rank))
    for (upper, cap, family, high), (lower, floor, other, low) in permutations(families, 2):
        if family == other and low < high and cap.at_most is not None and floor.at_least is not None:
            yield from [(upper, lower)] * (floor.at_least > cap.at_most)


def goal_notices(spec: ExperimentFile, base: CityConfig) -> Iterator[str]:
    """Yield what a reader should know of goals: which can never be sure with the replications that there are."""
    replications = spec.replications or base.run.replications
    most = replications.at_most if isinstance(replications, Precision) else replications
    for measure, goal in spec.goals.items():
        if goal.in_share_of_years is not None:
            needed = math.ceil(math.log(1 - goal.certainty) / math.log(goal.in_share_of_years))
            if most < needed:
                yield (
                    f"targets.{measure}: that it is met in {100 * goal.in_share_of_years:g}% of years cannot be "
                    f"{100 * goal.certainty:g}% certain with {most} replications, even if it is met in all of them; "
                    f"that takes {needed}."
                )
