"""The results of an experiment: what its replications say, in tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import shorten
from typing import Any

import numpy as np
import pandas as pd

from flowsim.experiment.analysis.compare import compare, goals
from flowsim.experiment.analysis.factorial_effects import factorial_effects
from flowsim.experiment.analysis.greedy_forward_selection import best_next_steps
from flowsim.experiment.analysis.paired import distinct
from flowsim.experiment.analysis.parameter_uncertainty import by_member, ignorance
from flowsim.experiment.designs.best_next import Stepwise
from flowsim.experiment.scenario import Experiment, Scenario
from flowsim.measures.statistics import summarise

_BAND = (0.05, 0.95)
_FACTORIAL = "factorial"


@dataclass(frozen=True)
class Failure:
    """A replication of a scenario that did not come to an end, and why."""

    scenario: str
    replication: int
    why: str


@dataclass(frozen=True, repr=False)
class ExperimentResults:
    """All that an experiment found out.

    Attributes
    ----------
    experiment : Experiment
        The question.
    scenarios : list of Scenario
        Those with results, in the order of the experiment.
    replications : pandas.DataFrame
        ``scenario``, ``replication``, ``measure``, ``value``.
    summary : pandas.DataFrame
        From `flowsim.measures.statistics.summarise`; its targets are the published figures of the base.
    comparison, ranking : pandas.DataFrame
        From `flowsim.experiment.analysis.compare.compare`: one row a scenario (but the baseline) and measure.
    goals : pandas.DataFrame
        From `flowsim.experiment.analysis.compare.goals`: one row a scenario and target of the experiment.
    ignorance : pandas.DataFrame or None
        From `flowsim.experiment.analysis.parameter_uncertainty.ignorance`, with an ensemble. All intervals carry
        ignorance as well then.
    effects : pandas.DataFrame or None
        From `flowsim.experiment.analysis.factorial_effects.factorial_effects`, for a factorial design.
    steps : pandas.DataFrame or None
        From `flowsim.experiment.analysis.greedy_forward_selection.best_next_steps`, for a `best_next` design.
    daily : pandas.DataFrame
        ``scenario``, ``date``, ``measure``, ``mean``, ``low``, ``high``: over the replications; see `daily_bands`.
    sitrep : pandas.DataFrame
        ``scenario``, ``month``, ``reason``, ``organisation``, ``delayed_days``, ``snapshot_patients``: means over the
        replications.
    failures : list of Failure
        What is missing.
    manifest : dict
        How it was run.
    """

    experiment: Experiment
    scenarios: list[Scenario]
    replications: pd.DataFrame
    summary: pd.DataFrame
    comparison: pd.DataFrame
    ranking: pd.DataFrame
    goals: pd.DataFrame
    ignorance: pd.DataFrame | None
    effects: pd.DataFrame | None
    steps: pd.DataFrame | None
    daily: pd.DataFrame
    sitrep: pd.DataFrame
    failures: list[Failure]
    manifest: dict[str, Any]

    def __repr__(self) -> str:
        failed = f", {len(self.failures)} failed runs" if self.failures else ""
        return (
            f"ExperimentResults({shorten(self.experiment.name, 60)!r}: {len(self.scenarios)} scenarios, "
            f"{self.replications['replication'].nunique()} replications{failed})"
        )


def experiment_results(
    experiment: Experiment,
    scenarios: Sequence[Scenario],
    replications: pd.DataFrame,
    daily: pd.DataFrame,
    sitrep: pd.DataFrame,
    failures: Sequence[Failure],
    manifest: Mapping[str, Any],
) -> ExperimentResults:
    """Analyse the replications of an experiment.

    Parameters
    ----------
    experiment : Experiment
        The question.
    scenarios : sequence of Scenario
        All that were wanted, in order.
    replications, daily, sitrep, failures, manifest
        As in `ExperimentResults`.

    Returns
    -------
    ExperimentResults
        The answer. Scenarios of which no replication came to an end are left out; `failures` names them.
    """
    order = {scenario.name: place for place, scenario in enumerate(scenarios)}
    values = distinct(replications[replications["scenario"].isin(order)])
    values = values.sort_values("scenario", key=lambda names: names.map(order), kind="stable", ignore_index=True)
    counted = set(values["scenario"])
    members = len(experiment.members)
    independent = by_member(values, members)
    comparison, ranking = compare(independent, experiment.baseline, experiment.measures)
    return ExperimentResults(
        experiment=experiment,
        scenarios=[scenario for scenario in scenarios if scenario.name in counted],
        replications=values,
        summary=summarise(independent, experiment.base.targets),
        comparison=comparison,
        ranking=ranking,
        goals=goals(values, experiment.targets),
        ignorance=ignorance(values, experiment.baseline, members) if members else None,
        effects=factorial_effects(independent, scenarios) if experiment.design_kind == _FACTORIAL else None,
        steps=_steps(experiment, scenarios, values, failures) if isinstance(experiment.design, Stepwise) else None,
        daily=daily,
        sitrep=sitrep,
        failures=list(failures),
        manifest=dict(manifest),
    )


def _steps(
    experiment: Experiment, scenarios: Sequence[Scenario], values: pd.DataFrame, failures: Sequence[Failure]
) -> pd.DataFrame:
    design = experiment.design
    failed = [(failure.scenario, failure.replication, design.measure, np.nan) for failure in failures]
    known = pd.concat([values, pd.DataFrame(failed, columns=values.columns)]) if failed else values
    path = design.path(known, experiment.replications_wanted(known))
    return best_next_steps(by_member(values, len(experiment.members)), scenarios, path, design.measure, design.higher)


def daily_bands(daily: pd.DataFrame) -> pd.DataFrame:
    """Return the mean and the band of the daily series of one scenario over its replications.

    Parameters
    ----------
    daily : pandas.DataFrame
        ``replication``, ``date``, ``measure``, ``value``.

    Returns
    -------
    pandas.DataFrame
        ``date``, ``measure``, ``mean``, ``low`` and ``high`` (5% and 95% quantile), in the order in which they come.
    """
    days = daily.groupby(["date", "measure"], sort=False)["value"]
    mean = days.mean()
    low, high = (days.quantile(share) for share in _BAND)
    return pd.DataFrame({"mean": mean, "low": low, "high": high}, index=mean.index).reset_index()
