"""Which members of an ensemble an experiment uses."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flowsim.config.city_schema import CityConfig
from flowsim.experiment.ensemble_file import load_ensemble
from flowsim.experiment.experiment_schema import ExperimentFile
from flowsim.experiment.precision import Precision
from flowsim.experiment.problems import Problems


def members_used(
    spec: ExperimentFile, folder: Path, city: CityConfig, replications: int, problems: Problems
) -> tuple[Mapping[str, Any], ...]:
    """Return what is different in each member of the ensemble that is used; report what is wrong.

    Parameters
    ----------
    spec : ExperimentFile
        Names the ensemble, and how many members to take.
    folder : Path
        What the file of the ensemble is relative to.
    city : CityConfig
        The city that the members vary.
    replications : int
        How many there are if the experiment gives no number.
    problems : Problems
        Where to report what is wrong.

    Raises
    ------
    ConfigError
        If the file of the ensemble is not sound.
    """
    if spec.ensemble is None:
        if spec.members is not None:
            problems.report(("members",), "members need an ensemble", spec.members)
        return ()
    path = folder / spec.ensemble
    if not path.is_file():
        problems.report(("ensemble",), f"there is no file {path}", spec.ensemble)
        return ()
    known = load_ensemble(path, city)
    if isinstance(spec.replications, Precision):
        message = "with an ensemble, give a number of replications, so that each member has as many as the others"
        problems.report(("replications",), message)
        return ()
    runs = spec.replications or replications
    usual = max((m for m in range(2, min(len(known), runs // 2) + 1) if runs % m == 0), default=0)
    wanted = spec.members or usual
    if wanted == 0 or runs % wanted:
        message = f"must be a multiple of {wanted or 2}, so that each member has as many replications as the others"
        problems.report(("replications",), message, runs)
    if wanted > len(known):
        problems.report(("members",), f"the ensemble has only {len(known)} members", wanted)
    return tuple(known[:wanted])
