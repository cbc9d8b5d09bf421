"""Results of experiments that were never run: effects are set by hand, chance is drawn from a fixed seed."""

from __future__ import annotations

import itertools
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
from paths import CONFIGS, SHEFFIELD_V01

from flowsim.config.city_schema import CityConfig
from flowsim.config.intervention_schema import DeployedIntervention, load_interventions
from flowsim.config.load import load
from flowsim.experiment.axes import GridAxis, Range
from flowsim.experiment.designs.best_next import BestNext, StepwisePlan
from flowsim.experiment.designs.factorial import Factorial
from flowsim.experiment.designs.grid import Grid
from flowsim.experiment.designs.latin_hypercube import LatinHypercube
from flowsim.experiment.designs.one_at_a_time import OneAtATime
from flowsim.experiment.ensemble_file import EnsembleFile, EnsembleMade, Member
from flowsim.experiment.experiment import Experiment
from flowsim.experiment.failed_runs import Failure
from flowsim.experiment.goals import Goal
from flowsim.experiment.results import ExperimentResults, experiment_results
from flowsim.experiment.scenario import Scenario
from flowsim.experiment.scenario_plans import FixedPlan
from flowsim.measures.dtoc import GROUPS

EIGHT = {  # what each multiplies the delayed with
    "home_first": 0.55,
    "trusted_assessors": 0.9,
    "early_discharge_planning": 0.85,
    "discharge_teams": 0.88,
    "seven_day_services": 0.93,
    "monitoring_patient_flow": 0.97,
    "focus_on_choice": 0.99,
    "health_in_care_homes": 1.03,
}
MEASURES = ("dtoc_patients_mean", "dtoc_delayed_days", "at_home_91_days_share", "cost_total")
FIFTY = Goal(at_most=50, source="Better Care Fund plan 2017/18, section 3.10")
POOLS = {  # units in use, capacity, share of it that is used, and wait (days)
    "mau_beds": (15, 24, 0.62, 0.03), "amu_beds": (59, 75, 0.79, 0.01), "ward_beds": (625, 665, 0.94, 0.01),
    "discharge_team": (5, 25, 0.82, 0.1), "transport": (5, 16, 0.67, 0.01), "stit": (87, 94, 0.93, 0.6),
    "cics": (66, 68, 0.97, 0.9), "intermediate_care_beds": (131, 136, 0.96, 0.6), "homecare": (None, 69, 0.76, 0.02),
    "residential_homes": (None, 15, 0.94, 1.1), "nursing_homes": (None, 13, 0.87, 1.3),
}  # fmt: skip
SIZES = ("services.intermediate_care.intermediate_care_beds.beds", "services.active_recovery.stit.caseload")
MANIFEST = {
    "command": ["/somewhere/bin/flowsim", "experiment", "experiments/high_impact_changes.yaml"],
    "configuration": {"a very": "long tree"},
    "engine": "compiled",
    "seed": 7,
    "versions": {"python": "3.11", "numpy": "2.0"},
    "timings": {"total_seconds": 123.4},
}


@cache
def city() -> CityConfig:
    return load(SHEFFIELD_V01, CityConfig)


@cache
def interventions():
    return load_interventions(CONFIGS / "interventions")


def scenario(*names: str, name: str = "", title: str = "", coverage: float = 1.0, levels=None) -> Scenario:
    """The base with some interventions in place."""
    known = interventions()
    in_place = {n: DeployedIntervention(intervention=known[n], coverage=coverage) for n in names}
    return Scenario(
        name=name or "+".join(sorted(names)) or "baseline",
        title=title or " + ".join(known[n].title for n in names) or "Baseline",
        config=city().model_copy(update={"interventions": in_place}),
        levels=levels or {},
        intervention_names=tuple(names),
    )


def ensemble(*names: str, **of_file) -> EnsembleFile:
    """Cities of these names, which differ in nothing that matters here."""
    how = EnsembleMade(city="c.yaml", targets="t.yaml", seed=1, replications=2, flowsim="1")
    members = [Member(name=name, title=f"City {name}: it differs") for name in names]
    return EnsembleFile(made=how, members=members, **of_file)


def factor_of(names) -> float:
    return float(np.prod([EIGHT[name] for name in names]))


def simulated(factors: dict[str, float], replications: int = 10, noise: float = 0.03, seed: int = 1) -> pd.DataFrame:
    """Replications of every measure, from what each scenario multiplies the delayed with."""
    rng = np.random.default_rng(seed)
    common = 1 + noise * rng.standard_normal(replications)
    rows = []
    for name, factor in factors.items():
        delayed = 130 * factor * common * (1 + 0.25 * noise * rng.standard_normal(replications))
        at_home = 0.76 + 0.05 * (1 - factor) + 0.004 * rng.standard_normal(replications)
        saved = 1 - factor
        values = {
            "non_elective_admissions": 53_700 * common,
            "dtoc_delayed_days": 365 * delayed,
            "dtoc_patients_mean": delayed,
            "at_home_91_days_share": at_home,
            "cost_total": 120e6 * common - 6e6 * saved + 2.5e6 * np.sqrt(abs(saved)),
            "cost_paid": 110e6 * common - 6e6 * saved + 2.5e6 * np.sqrt(abs(saved)),
            "cost_acute_delay": 365 * 346 * delayed,
            "cost_interventions": np.full(replications, 1e6 * abs(saved)),
            "care_home_admissions_65plus": 750 - 60 * saved + 9 * rng.standard_normal(replications),
            "readmission_30_day_share": 0.14 + 0.002 * rng.standard_normal(replications),
            "boarding_hours_mean": 3 * factor * common,
            **{f"{pool}_occupancy_mean": use * (1 - 0.1 * saved) * common for pool, (use, *_) in POOLS.items() if use},
            **{f"{pool}_capacity_mean": np.full(replications, there) for pool, (_, there, _, _) in POOLS.items()},
            **{f"{pool}_utilisation": share * (1 - 0.1 * saved) * common for pool, (_, _, share, _) in POOLS.items()},
            **{f"{pool}_wait_days_mean": wait * factor * common for pool, (*_, wait) in POOLS.items()},
            "day_91_home_share": at_home,
            "day_91_hospital_share": np.full(replications, 0.01),
            "day_91_intermediate_care_share": np.full(replications, 0.01),
            "day_91_care_home_share": 0.22 - at_home + 0.62,
            "day_91_dead_share": np.full(replications, 0.14),
        }
        rows += [(name, r, measure, v) for measure, by_run in values.items() for r, v in enumerate(by_run)]
    return pd.DataFrame(rows, columns=["scenario", "replication", "measure", "value"])


def daily_of(factors: dict[str, float], days: int = 365) -> pd.DataFrame:
    dates = pd.date_range("2016-04-01", periods=days)
    day = np.arange(days)
    shape = 1 + 0.12 * np.cos(2 * np.pi * (day - 300) / 365) + 0.05 * np.sin(2 * np.pi * day / 7)
    shares = dict(zip(GROUPS, (0.32, 0.3, 0.31, 0.07), strict=True))
    frames = []
    for name, factor in factors.items():
        series = {f"delayed_{group}": 130 * factor * share * shape for group, share in shares.items()}
        series["delayed"] = 130 * factor * shape
        for measure, mean in series.items():
            band = {"mean": mean, "low": 0.88 * mean, "high": 1.12 * mean}
            frames.append(pd.DataFrame({"scenario": name, "date": dates, "measure": measure, **band}))
    return pd.concat(frames, ignore_index=True)


def sitrep_of(factors: dict[str, float]) -> pd.DataFrame:
    months = pd.period_range("2016-04", "2017-03", freq="M").astype(str)
    reasons = {"A": 0.3, "B": 0.02, "C": 0.13, "D(i)": 0.09, "D(ii)": 0.08, "E": 0.31, "F": 0.04, "G": 0.02, "I": 0.01}
    return pd.DataFrame(
        [
            (name, month, "acute", reason, organisation, 130 * 365 / 36 * factor * share, 45 * factor * share)
            for name, factor in factors.items()
            for month, (reason, share), organisation in itertools.product(
                months, reasons.items(), ("nhs", "social_care", "both")
            )
        ],
        columns=["scenario", "month", "bed_type", "reason", "organisation", "delayed_days", "snapshot_patients"],
    )


def results(
    scenarios: list[Scenario],
    factors: dict[str, float],
    design=None,
    values: pd.DataFrame | None = None,
    failures=(),
    replications: int = 10,
    plan=None,
    goals=None,
    measures=MEASURES,
    baseline="baseline",
    ensemble=None,
) -> ExperimentResults:
    experiment = Experiment(
        name="High Impact Changes",
        question="Which of the eight changes brings delayed days down, and by how much?",
        path=None,
        base=city(),
        baseline=baseline,
        measures=measures,
        goals={"dtoc_patients_mean": FIFTY} if goals is None else goals,
        replications=replications,
        plan=plan or FixedPlan(tuple(scenarios)),
        design=design,
        ensemble=ensemble,
    )
    values = simulated(factors, replications) if values is None else values
    return experiment_results(
        experiment, scenarios, values, daily_of(factors), sitrep_of(factors), list(failures), MANIFEST
    )


@cache
def one_at_a_time(**more) -> ExperimentResults:
    """Each of the eight alone, all together, all but each: 17 scenarios and the baseline."""
    chosen = {"baseline": (), **{name: (name,) for name in EIGHT}, "all_together": tuple(EIGHT)}
    chosen |= {f"all_but_{name}": tuple(n for n in EIGHT if n != name) for name in EIGHT}
    titles = {"all_together": "All together"}
    titles |= {f"all_but_{name}": f"All but {interventions()[name].title}" for name in EIGHT}
    scenarios = [
        scenario(*names, name=name, title=titles.get(name, ""), levels=name != "baseline" and dict.fromkeys(EIGHT))
        for name, names in chosen.items()
    ]
    levels = [{n: n in s.intervention_names for n in EIGHT} if s.levels else {} for s in scenarios]
    scenarios = [replace(s, levels=level) for s, level in zip(scenarios, levels, strict=True)]
    factors = {name: 0.6 * factor_of(names) + 0.4 if names else 1.0 for name, names in chosen.items()}
    factors |= {"all_together": 0.31, "all_but_health_in_care_homes": 0.305}
    return results(scenarios, factors, OneAtATime(kind="one_at_a_time", of=list(EIGHT)), **more)


@cache
def factorial(of=("home_first", "trusted_assessors", "seven_day_services"), **more) -> ExperimentResults:
    """Every combination of some changes: the first two overlap, the first and the last need each other."""
    scenarios, factors = [scenario()], {"baseline": 1.0}
    for chosen in itertools.product((False, True), repeat=len(of)):
        names = [name for name, on in zip(of, chosen, strict=True) if on]
        if names:
            scenarios.append(scenario(*names, levels=dict(zip(of, chosen, strict=True))))
            factor = 1 - sum(1 - EIGHT[name] for name in names) * (0.35 if len(of) > 4 else 1)
            factor += 0.08 * {of[0], of[1]}.issubset(names) - 0.1 * {of[0], of[-1]}.issubset(names)
            factors[scenarios[-1].name] = factor
    return results(scenarios, factors, Factorial(kind="factorial", of=list(of)), **more)


@cache
def grid(beds=(136, 150, 164, 178), caseloads=(94, 110, 126), **more) -> ExperimentResults:
    """Intermediate care beds by caseload of the council's reablement team."""
    scenarios, factors = [scenario()], {"baseline": 1.0}
    for bed, caseload in itertools.product(beds, caseloads):
        point = sized(f"beds={bed}+caseload={caseload}", bed, caseload)
        scenarios.append(point)
        factors[point.name] = float(np.exp(-(bed - 136) / 60 - (caseload - 94) / 60))
    axes = [GridAxis(path=path, set=list(at)) for path, at in zip(SIZES, (beds, caseloads), strict=True)]
    return results(scenarios, factors, Grid(kind="grid", axes=axes), **more)


def sized(name: str, beds: int, caseload: int) -> Scenario:
    """The base with another number of intermediate care beds and another caseload of reablement."""
    services = city().services
    step_down = services.intermediate_care["intermediate_care_beds"].model_copy(update={"beds": beds})
    stit = services.active_recovery["stit"].model_copy(update={"caseload": caseload})
    services = services.model_copy(
        update={
            "intermediate_care": {"intermediate_care_beds": step_down},
            "active_recovery": {**services.active_recovery, "stit": stit},
        }
    )
    return Scenario(
        name=name,
        title=f"beds {beds}, caseload {caseload}",
        config=city().model_copy(update={"services": services}),
        levels=dict(zip(SIZES, (beds, caseload), strict=True)),
    )


@cache
def latin_hypercube(samples: int = 40) -> ExperimentResults:
    """Points spread over two settings, of which the first matters more."""
    rng = np.random.default_rng(3)
    at = np.column_stack([rng.permutation(samples) + 120, rng.permutation(samples) + 80])
    scenarios, factors = [scenario()], {"baseline": 1.0}
    for i, (beds, caseload) in enumerate(at.tolist()):
        scenarios.append(sized(f"sample_{i:02d}", beds, caseload))
        factors[scenarios[-1].name] = float(1.4 - 0.014 * (beds - 120) - 0.004 * (caseload - 80))
    axes = [Range(path=path, **{"from": low}, to=low + samples) for path, low in zip(SIZES, (120, 80), strict=True)]
    return results(scenarios, factors, LatinHypercube(kind="latin_hypercube", axes=axes, samples=samples))


@cache
def best_next(steps: int = 4) -> ExperimentResults:
    """Four steps: the later ones hardly help."""
    names = tuple(EIGHT)

    def build(chosen: tuple[str, ...]) -> Scenario:
        within = [name for name in names if name in chosen]
        return scenario(*within, levels={name: name in within for name in names})

    design = BestNext(kind="best_next", of=list(names), measure="dtoc_patients_mean", steps=steps)
    plan = StepwisePlan((scenario(),), design.search, build)
    factors, values = {"baseline": 1.0}, simulated({"baseline": 1.0}, 20)
    for _ in range(steps + 1):
        wanted = plan.wanted(values[values["replication"] < 10], 10)
        factors = {s.name: factor_of(s.intervention_names) for s in wanted}
        values = simulated(factors, 20)
    chosen = ["baseline", *plan.chosen(values[values["replication"] < 10], 10)]
    values = values[(values["replication"] < 10) | values["scenario"].isin(chosen)]
    return results(wanted, factors, design, values=values, plan=plan)


@cache
def alone() -> ExperimentResults:
    """The baseline, once: no intervals and nothing to compare."""
    return results([scenario()], {"baseline": 1.0}, replications=1)


def by_hand(measure_values: dict[str, dict[str, list[float]]], **more) -> ExperimentResults:
    """Results with just these values: by scenario, by measure, one a replication."""
    names = {"home": "home_first", "assessors": "trusted_assessors", "choice": "focus_on_choice"}
    scenarios = [scenario(*([names[name]] if name in names else []), name=name) for name in measure_values]
    rows = [
        (name, replication, measure, value)
        for name, by_measure in measure_values.items()
        for measure, by_run in by_measure.items()
        for replication, value in enumerate(by_run)
    ]
    values = pd.DataFrame(rows, columns=["scenario", "replication", "measure", "value"])
    return results(scenarios, dict.fromkeys(measure_values, 1.0), values=values, **more)


@cache
def with_gaps() -> ExperimentResults:
    """One scenario without any number in two measures, and one replication that failed."""
    whole = one_at_a_time()
    values = whole.replications.copy()
    gone = values["measure"].isin(["at_home_91_days_share", "cost_total", "cost_paid"]) & (
        values["scenario"] == "home_first"
    )
    values.loc[gone, "value"] = np.nan
    values = values[~((values["scenario"] == "focus_on_choice") & (values["replication"] == 3))]
    failure = Failure("focus_on_choice", 3, "the worker process ended twice (signal 9)")
    return experiment_results(
        whole.experiment, whole.scenarios, values, whole.daily, whole.sitrep, [failure], whole.manifest
    )


def in_days(found: ExperimentResults, days: int) -> ExperimentResults:
    """The same results of a run that counts so many days."""
    run = {"run": city().run.model_copy(update={"horizon_days": days})}
    scenarios = [replace(s, config=s.config.model_copy(update=run)) for s in found.scenarios]
    experiment = replace(found.experiment, base=found.experiment.base.model_copy(update=run))
    return replace(found, experiment=experiment, scenarios=scenarios)
