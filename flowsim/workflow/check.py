"""What can be known of a city or an experiment before it is run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from flowsim.config.city_schema import CityConfig
from flowsim.config.file_kinds import FileKind, kind_of
from flowsim.config.load import EXTENDS, read_yaml, resolved
from flowsim.config.notices import notices
from flowsim.config.provenance import leaves
from flowsim.config.shipped import city_file
from flowsim.experiment.library import FOLDER
from flowsim.experiment.load_experiment import load_experiment
from flowsim.experiment.precision import Precision
from flowsim.experiment.scenario import Scenario
from flowsim.model.dated_changes import DatedChange, dated_changes
from flowsim.run.load_city import load_config
from flowsim.run.offered_load import PoolLoad, offered_load
from flowsim.run.warm_up import WarmUp, warm_up
from flowsim.workflow.check_intervention import CheckedIntervention, check_intervention
from flowsim.workflow.check_warnings import (
    change_warnings,
    dates_in_words,
    load_notices,
    load_warnings,
    paths_changed,
    paths_named,
    profile_warnings,
    warm_up_warnings,
)
from flowsim.workflow.estimate import Estimate, estimate

LOADS_LOOKED_AT = 24  # scenarios of which the offered load is worked out: each takes a quarter of a second or so


@dataclass(frozen=True)
class CheckedCity:
    """A sound city.

    Attributes
    ----------
    name : str
        Its name.
    loads : list of PoolLoad
        What is asked of each pool, and what there is, at the time when that is worst.
    changes : list of DatedChange
        What changes when.
    notices : list of str
        What is taken for granted, in sentences.
    warnings : list of str
        What may not be meant, in sentences.
    warm_up : WarmUp or None
        Whether the start of the run still matters when counting begins; None if the city comes to a standstill.
    """

    name: str
    loads: list[PoolLoad]
    changes: list[DatedChange]
    notices: list[str]
    warnings: list[str]
    warm_up: WarmUp | None


@dataclass(frozen=True)
class CheckedExperiment:
    """A sound experiment.

    Attributes
    ----------
    name : str
        Its name.
    scenarios : tuple of str
        Those that are known beforehand. A stepwise design chooses others by what these give.
    scenarios_at_most : int
        How many there are when all are known.
    replications_at_least, replications_at_most : int
        Of each scenario; they differ if the experiment asks for a precision.
    estimate : Estimate
        How many runs there are at most, and how long they take.
    changes : dict of DatedChange to list of str
        What changes when, and in which scenarios.
    notices : list of str
        What is taken for granted, in sentences.
    warnings : list of str
        What may not be meant, in sentences.
    """

    name: str
    scenarios: tuple[str, ...]
    scenarios_at_most: int
    replications_at_least: int
    replications_at_most: int
    estimate: Estimate
    changes: dict[DatedChange, list[str]]
    notices: list[str]
    warnings: list[str]


def check(file: str | Path) -> CheckedCity | CheckedExperiment | CheckedIntervention:
    """Check a city, an experiment or an intervention.

    Parameters
    ----------
    file : str or Path
        A YAML file.

    Returns
    -------
    CheckedCity, CheckedExperiment or CheckedIntervention
        What can be known before it is run.

    Raises
    ------
    ConfigError
        If it is not sound: every problem with its file, line and dotted path.
    """
    kind = kind_of(file)
    if kind is FileKind.INTERVENTION or (kind is None and Path(file).absolute().parent.name == FOLDER):
        return check_intervention(Path(file))
    if kind is FileKind.EXPERIMENT:
        return _checked_experiment(Path(file))
    config = load_config(file)
    loads = offered_load(config)
    warnings = [
        *load_warnings(loads),
        *warm_up_warnings(config),
        *change_warnings(config),
        *_set_anew_by_the_history(city_file(file), config),
        *profile_warnings([*_profiles_written_over(city_file(file)), *paths_changed(config)], config),
    ]
    every_notice = [*notices(config), *load_notices(loads)]
    return CheckedCity(config.name, loads, dated_changes(config), every_notice, warnings, warm_up(config))


def _checked_experiment(file: Path) -> CheckedExperiment:
    experiment = load_experiment(file)
    wanted = experiment.replications
    least, most = (wanted.at_least, wanted.at_most) if isinstance(wanted, Precision) else (wanted, wanted)
    everything = experiment.wanted(pd.DataFrame())
    known = [scenario for scenario in everything if scenario.replication is None]
    sampled = len(everything) - len(known)
    once = [f"Sampled cities: {sampled:,} more runs, each scenario once in each city."] if sampled else []
    changes: dict[DatedChange, list[str]] = {}
    for scenario in known:
        for row in dated_changes(scenario.config):
            changes.setdefault(row, []).append(scenario.name)
    paths = [*paths_named(resolved(file)), *(path for its in known for path in paths_changed(its.config))]
    turning = {date for its in known for row in dated_changes(its.config) for date in row.turning_dates}
    usual = offered_load(known[0].config, turning)
    warnings = [*_warnings(usual, known), *profile_warnings(paths, experiment.base)]
    return CheckedExperiment(
        name=experiment.name,
        scenarios=tuple(scenario.name for scenario in known),
        scenarios_at_most=experiment.plan.most - sampled,
        replications_at_least=least,
        replications_at_most=most,
        estimate=estimate(experiment, everything, most),
        changes=changes,
        notices=[*once, *experiment.notices, *notices(experiment.base), *load_notices(usual)],
        warnings=warnings,
    )


def _warnings(usual: Sequence[PoolLoad], known: Sequence[Scenario]) -> Iterator[str]:
    """Yield what may not be meant: of the city as it is, asked for its usual load, and of each scenario what is new."""
    baseline, *others = known
    of_baseline = [*load_warnings(usual), *_of_the_city(baseline.config)]
    yield from of_baseline
    found: dict[str, list[str]] = {}
    for number, scenario in enumerate(others):
        loads = offered_load(scenario.config) if number < LOADS_LOOKED_AT else []
        for text in (*load_warnings(loads, usual), *_of_the_city(scenario.config)):
            if text not in of_baseline:
                found.setdefault(text, []).append(scenario.name)
    for text, names in found.items():
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        yield f"{names[0]}{more}: {text}"
    if len(others) > LOADS_LOOKED_AT:
        yield (
            f"Whether more is asked for than there is was looked at in the first {LOADS_LOOKED_AT + 1} scenarios only, "
            f"and not in the other {len(others) - LOADS_LOOKED_AT}."
        )


def _of_the_city(config: CityConfig) -> Iterator[str]:
    yield from warm_up_warnings(config)
    yield from change_warnings(config)


def _set_anew_by_the_history(file: Path, config: CityConfig) -> Iterator[str]:
    """Yield a sentence for each setting that a city writes, and that the history it inherits sets to something else."""
    own = read_yaml(file)[0]
    written = leaves(own) if EXTENDS in own else {}
    anew = {row.path: row for row in reversed(dated_changes(config)) if row.source and row.change.startswith("=")}
    for path in (path for path in written if path in anew):
        when = f"{dates_in_words(anew[path])} ({anew[path].what})"
        yield (
            f"{path}: the history sets it anew {when}, and then what is written here no longer holds. "
            f"To have more or fewer then, write changes: [{{path: {path}, add: 10}}], for instance."
        )


def _profiles_written_over(file: Path) -> list[str]:
    """Return the profiles of streams that a city writes otherwise than the one that it extends."""
    own = read_yaml(file)[0]
    streams = own.get("streams")
    if EXTENDS not in own or not isinstance(streams, dict):
        return []
    return [
        f"streams.{name}.{profile}"
        for name, its in streams.items()
        if isinstance(its, dict) and "spells_per_day" not in its and "entry" not in its
        for profile in its
    ]
