"""What holds a city back, in short: 10% more of the services that most people wait for, on the runs that there are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from flowsim.config.city_schema import CityConfig
from flowsim.experiment.analysis.worth import worth_table
from flowsim.experiment.designs.marginal import step_recipe, tries
from flowsim.experiment.one_more import Enlargeable, enlargeable
from flowsim.experiment.recipes import Recipe, build
from flowsim.experiment.scenario import BASELINE, Scenario
from flowsim.measures.catalogue import WAITING
from flowsim.run.city_results import CityResults, HeldBack, gather
from flowsim.run.packing import Replication
from flowsim.run.progress import Progress
from flowsim.run.replicate import replicate_each

SERVICES = 3
REPLICATIONS_AT_LEAST = 5
"""With fewer, the intervals of differences are too wide to say anything."""
SECONDS_AT_MOST = 30.0
_PEOPLE_AT_LEAST = 0.5  # where fewer wait, on average, nobody is held back
_START_SECONDS = 2.0  # until worker processes have started


def what_holds_back(
    results: CityResults, done: Sequence[Replication], engine: str, workers: int, progress: Progress
) -> HeldBack | None:
    """Return what 10% more of the services that most people wait for would save.

    Parameters
    ----------
    results : CityResults
        What was found of the city.
    done : sequence of Replication
        Its replications.
    engine : str
        One of `flowsim.run.simulate.ENGINES`.
    workers : int
        How many processes share the work.
    progress : callable
        Called with how many replications are done, and how many there are, those of the city among them.

    Returns
    -------
    HeldBack or None
        None with too few replications to say, or where nobody waits. Without a table, and with the reason, if it would
        take too long.
    """
    city, n = results.config, len(done)
    services = _waited_for(city, results.summary) if n >= REPLICATIONS_AT_LEAST else []
    if not services:
        return None
    fastest = min(replication.seconds for replication in done)  # the others may have shared a core with something else
    seconds = fastest * len(services) * n / workers + (_START_SECONDS if workers > 1 else 0.0)
    if seconds > SECONDS_AT_MOST:
        why = f"not asked here, because it would take about {seconds:.0f} seconds more"
        return HeldBack(pd.DataFrame(), why)
    start = Scenario(BASELINE, "Baseline", city)
    short = [replace(its, steps=(its.main,), without={}) for its in services if its.main is not None]
    scenarios = {its.name: build(city, its) for its in (step_recipe(s, s.steps[0], Recipe(BASELINE)) for s in short)}
    runs = replicate_each(
        [its.config for its in scenarios.values()], engine, workers, lambda now, of: progress(now + n, of + n)
    )
    values = [results.replications]
    values += [
        gather(its.config, own).replications.assign(scenario=its.name)
        for its, own in zip(scenarios.values(), runs, strict=True)
    ]
    return HeldBack(worth_table(pd.concat(values, ignore_index=True), BASELINE, tries(start, short, scenarios)), "")


def _waited_for(city: CityConfig, summary: pd.DataFrame) -> list[Enlargeable]:
    """Return the services that most people wait for, those of which there can be more."""
    waiting = summary.set_index("measure")["mean"]
    pools = [its for its in enlargeable(city, knee=False) if its.pool is not None and its.steps]
    found = {its.name: float(waiting.get(WAITING.of(its.name), math.nan)) for its in pools}
    waited = [its for its in pools if found[its.name] >= _PEOPLE_AT_LEAST]
    return sorted(waited, key=lambda its: -found[its.name])[:SERVICES]
