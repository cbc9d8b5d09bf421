"""The manifest of an experiment: all that is needed to repeat it and get the same bits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from math import isfinite
from typing import Any

from flowsim.experiment.changed_settings import INTERVENTIONS, changed_settings
from flowsim.experiment.experiment import Experiment
from flowsim.experiment.precision import Precision, precision_found
from flowsim.experiment.runner import FinishedRuns
from flowsim.experiment.uncosted import uncosted_changes
from flowsim.run.city_results import how_run, window
from flowsim.run.fingerprint import configuration, configuration_hash


def experiment_manifest(
    experiment: Experiment,
    finished: FinishedRuns,
    engine: str,
    workers: int,
    scheduler: str | None,
    command: Sequence[str],
    started: datetime,
    ended: datetime,
) -> dict[str, Any]:
    """Return what was asked, of which cities, and how it was run.

    The configuration of the baseline is there in full, and of each scenario what is set otherwise, by dotted path, and
    the interventions that are in place and what carries no cost; each intervention is described once. What is set in a
    sampled city is in the tables of its design.
    """
    scenarios = [scenario for scenario in finished.scenarios if scenario.replication is None]
    resolved = {scenario.name: configuration(scenario.config) for scenario in scenarios}
    baseline = resolved[experiment.baseline]
    known = {name: place["intervention"] for c in resolved.values() for name, place in c[INTERVENTIONS].items()}
    goals = {measure: goal.model_dump(exclude_none=True) for measure, goal in experiment.goals.items()}
    asked = experiment.replications
    without_cost = uncosted_changes(experiment, scenarios)
    return {
        **how_run(engine, workers, command, started, ended),
        "scheduler": scheduler,
        "experiment": {
            "name": experiment.name,
            "question": experiment.question,
            "file": None if experiment.path is None else experiment.path.as_posix(),
            "design": experiment.design.kind if experiment.design else "",
            "baseline": experiment.baseline,
            "measures": list(experiment.measures),
            "targets": goals,
            "replications": asked if isinstance(asked, int) else asked.model_dump(),
            "members": [
                {"name": member.name, "title": member.title, "settings": member.settings}
                for member in experiment.members
            ],
        },
        "seed": experiment.base.run.seed,
        "replications": finished.replications,
        "window": window(experiment.base),
        **_beyond(experiment, finished),
        "timings": {
            "total_seconds": round((ended - started).total_seconds(), 3),
            "run_seconds_mean": round(finished.run_seconds, 3),
            "runs_made": finished.made,
            "runs_found_on_disk": finished.found,
        },
        "scenarios": {
            scenario.name: {
                "title": scenario.title,
                "levels": dict(scenario.levels),
                INTERVENTIONS: {
                    name: {key: value for key, value in place.items() if key != "intervention"}
                    for name, place in resolved[scenario.name][INTERVENTIONS].items()
                },
                "changes": dict(changed_settings(baseline, resolved[scenario.name])),
                "uncosted": without_cost.get(scenario.name, []),
                "configuration_hash": configuration_hash(resolved[scenario.name]),
            }
            for scenario in scenarios
        },
        INTERVENTIONS: known,
        "failures": [asdict(failure) for failure in finished.failures],
        "tracebacks": finished.tracebacks,
        "configuration_hash": configuration_hash(baseline),
        "configuration": baseline,
    }


def _beyond(experiment: Experiment, finished: FinishedRuns) -> dict[str, Any]:
    """Return what the number of replications does not say: the precision found, and who has replications apart."""
    found: dict[str, Any] = {}
    if isinstance(experiment.replications, Precision):
        precision = precision_found(
            experiment.replications, finished.values, experiment.baseline, finished.replications
        )
        found["precision"] = {
            "measure": precision.measure,
            "half_width_wanted": precision.wanted,
            "half_width": precision.half_width if isfinite(precision.half_width) else None,
            "reached": precision.reached,
        }
    if finished.wanted.chosen:
        n = finished.replications
        found["replications_apart"] = {
            "of": sorted(finished.wanted.chosen | finished.wanted.also_apart),
            "from": n,
            "to": n + (n if finished.wanted.apart is None else finished.wanted.apart) - 1,
        }
    return found
