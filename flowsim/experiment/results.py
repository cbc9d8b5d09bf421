"""The results of an experiment: what its replications say, in tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import shorten
from typing import Any

import pandas as pd

from flowsim.experiment.analysis.across_cities import across_cities
from flowsim.experiment.analysis.compare import compare
from flowsim.experiment.analysis.goals_met import all_goals_met, goals_met
from flowsim.experiment.analysis.paired import distinct
from flowsim.experiment.analysis.parameter_uncertainty import by_member, uncertainty_components
from flowsim.experiment.design_contract import GENERAL_TABLES, DesignRuns
from flowsim.experiment.design_registry import designs
from flowsim.experiment.experiment import Experiment
from flowsim.experiment.failed_runs import Failure, with_failures
from flowsim.experiment.precision import Precision, PrecisionFound, precision_found
from flowsim.experiment.scenario import Scenario
from flowsim.measures.statistics import summarise
from flowsim.run.city_results import SUMMARY_COLUMNS

_BAND = (0.05, 0.95)


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
        ``scenario``, ``replication``, ``measure``, ``value``: all of them. The tables below report scenarios that were
        chosen by their results from replications that did not choose them (`flowsim.experiment.wanted_runs`).
    summary : pandas.DataFrame
        From `flowsim.measures.statistics.summarise`; its targets are the published figures of the base.
    comparison, ranking : pandas.DataFrame
        From `flowsim.experiment.analysis.compare.compare`: one row a scenario (but the baseline) and measure.
    goals : pandas.DataFrame
        From `flowsim.experiment.analysis.goals_met.goals_met`: one row a scenario and goal of the experiment.
    all_goals : pandas.DataFrame
        From `flowsim.experiment.analysis.goals_met.all_goals_met`: one row a scenario, if there are several goals.
    uncertainty : pandas.DataFrame or None
        From `flowsim.experiment.analysis.parameter_uncertainty.uncertainty_components`, with an ensemble. All intervals
        carry the parameter uncertainty as well then.
    across_cities : pandas.DataFrame or None
        From `flowsim.experiment.analysis.across_cities.across_cities`, of the headline measures, with an ensemble.
    design_tables : mapping of str to pandas.DataFrame
        What the design makes of the results, by name; see `flowsim.experiment.design_contract.Design.tables`.
    answer : mapping of str to object, or None
        The answer of the design in short, see `flowsim.experiment.design_contract.Design.answer`; None if it has none.
    daily : pandas.DataFrame
        ``scenario``, ``date``, ``measure``, ``mean``, ``low``, ``high``: over the replications; see `daily_bands`.
    sitrep : pandas.DataFrame
        ``scenario``, ``month``, ``reason``, ``organisation``, ``delayed_days``, ``snapshot_patients``: means over the
        replications.
    failures : list of Failure
        What is missing.
    manifest : dict
        How it was run.
    precision : PrecisionFound or None
        Whether the precision that was asked for was reached; None if a number of replications was.
    """

    experiment: Experiment
    scenarios: list[Scenario]
    replications: pd.DataFrame
    summary: pd.DataFrame
    comparison: pd.DataFrame
    ranking: pd.DataFrame
    goals: pd.DataFrame
    all_goals: pd.DataFrame
    uncertainty: pd.DataFrame | None
    across_cities: pd.DataFrame | None
    design_tables: Mapping[str, pd.DataFrame]
    answer: Mapping[str, Any] | None
    daily: pd.DataFrame
    sitrep: pd.DataFrame
    failures: list[Failure]
    manifest: dict[str, Any]
    precision: PrecisionFound | None = None

    def __repr__(self) -> str:
        failed = f", {len(self.failures)} failed runs" if self.failures else ""
        return (
            f"ExperimentResults({shorten(self.experiment.name, 60)!r}: {len(self.scenarios)} scenarios, "
            f"{self.replications['replication'].nunique()} replications{failed})"
        )

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables that the results folder holds as ``<name>.csv``, by name."""
        general = {
            "summary": self.summary[SUMMARY_COLUMNS],
            "comparison": self.comparison,
            "ranking": self.ranking,
            "goals": self.goals,
            "all_goals": self.all_goals if len(self.all_goals) else None,
            "uncertainty": self.uncertainty,
            "across_cities": self.across_cities,
            "dtoc_sitrep": self.sitrep,
        }
        return {**{name: table for name, table in general.items() if table is not None}, **self.design_tables}


def table_names() -> set[str]:
    """Return the names of all tables that the results of any experiment may have."""
    return {*GENERAL_TABLES, *(name for design in designs().values() for name in design.table_names)}


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
    cities = [member.name for member in experiment.members]
    members = len(cities)
    known = with_failures(values, failures, experiment.measures[0])
    wanted = experiment.wanted_runs(known)
    reported = wanted.reported(values)
    independent = by_member(reported, members)
    comparison, ranking = compare(
        by_member(reported, members, wanted.replications), experiment.baseline, experiment.measures
    )
    held_out = by_member(wanted.held_out(values), members)
    runs = DesignRuns(scenarios, independent, known, wanted.replications, held_out, experiment.plan)
    return ExperimentResults(
        experiment=experiment,
        scenarios=[scenario for scenario in scenarios if scenario.name in counted],
        replications=values,
        summary=summarise(independent, experiment.base.targets),
        comparison=comparison,
        ranking=ranking,
        goals=goals_met(reported, experiment.goals, members),
        all_goals=all_goals_met(reported, experiment.goals, members),
        uncertainty=uncertainty_components(reported, experiment.baseline, members) if members else None,
        across_cities=across_cities(reported, experiment.baseline, cities, experiment.measures) if members else None,
        design_tables=_design_tables(experiment, runs),
        answer=experiment.design.answer(runs) if experiment.design is not None else None,
        daily=daily,
        sitrep=sitrep,
        failures=list(failures),
        manifest=dict(manifest),
        precision=precision_found(experiment.replications, values, experiment.baseline, wanted.replications)
        if isinstance(experiment.replications, Precision)
        else None,
    )


def _design_tables(experiment: Experiment, runs: DesignRuns) -> Mapping[str, pd.DataFrame]:
    if experiment.design is None:
        return {}
    tables = experiment.design.tables(runs)
    unknown = [name for name in tables if name not in experiment.design.table_names]
    if unknown:
        raise ValueError(f"the design {experiment.design.kind} does not name the table {unknown[0]} in table_names")
    return tables


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
