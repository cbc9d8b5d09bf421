"""Which members of an ensemble an experiment uses."""

from __future__ import annotations

from pathlib import Path

from flowsim.config.city_schema import CityConfig
from flowsim.experiment.ensemble_file import EnsembleFile, load_ensemble
from flowsim.experiment.experiment_schema import ExperimentFile
from flowsim.experiment.precision import Precision
from flowsim.experiment.problems import Problems


def members_used(
    spec: ExperimentFile, folder: Path, city: CityConfig, replications: int, problems: Problems
) -> EnsembleFile | None:
    """Return the ensemble of an experiment with the members that it uses, or None; report what is wrong.

    By default they are as many as leave each two replications; or one, where there are so few. A single replication is
    of the city itself.

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
        return None
    path = folder / spec.ensemble
    if not path.is_file():
        problems.report(("ensemble",), f"there is no file {path}", spec.ensemble)
        return None
    ensemble = load_ensemble(path, city)
    known = ensemble.members
    if isinstance(spec.replications, Precision):
        message = "with an ensemble, give a number of replications, so that each member has as many as the others"
        problems.report(("replications",), message)
        return None
    runs = spec.replications or replications
    if runs == 1 and spec.members is None:
        return None
    wanted = spec.members or _as_many_as_divide(runs, len(known), 2) or _as_many_as_divide(runs, len(known), 1)
    if wanted == 0 or runs % wanted:
        message = f"must be a multiple of {wanted or 2}, so that each member has as many replications as the others"
        problems.report(("replications",), message, runs)
    if wanted > len(known):
        problems.report(("members",), f"the ensemble has only {len(known)} members", wanted)
    return ensemble.model_copy(update={"members": known[:wanted]})


def _as_many_as_divide(runs: int, known: int, each: int) -> int:
    """Return the largest number of members, of those that are known, that leaves each as many runs; 0 without any."""
    return max((m for m in range(2, min(known, runs // each) + 1) if runs % m == 0), default=0)
