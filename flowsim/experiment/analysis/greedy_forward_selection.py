"""The path of a `best_next` design: what each step brings on top of those before."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from flowsim.experiment.analysis.paired import cube, estimate, moments
from flowsim.experiment.scenario import BASELINE, Scenario


def best_next_steps(
    replications: pd.DataFrame, scenarios: Sequence[Scenario], path: Sequence[str], measure: str, higher: bool
) -> pd.DataFrame:
    """Return what each step of a path brings.

    A step was chosen because it looked best of all that could come next, so its gain is a little flattered.

    Parameters
    ----------
    replications : pandas.DataFrame
        ``scenario``, ``replication``, ``measure``, ``value``; no row twice.
    scenarios : sequence of Scenario
        Those that have `levels` are the design; the path begins with the baseline.
    path : sequence of str
        The factors, in the order in which they are added.
    measure : str
        What is to be helped.
    higher : bool
        Whether more of it is better.

    Returns
    -------
    pandas.DataFrame
        ``step`` (0 is the baseline), ``scenario``, ``added`` (the factor; empty for the baseline), ``title`` (of the
        scenario), ``measure``, ``mean``, ``ci_low``, ``ci_high``, ``gain`` over the step before (positive is better;
        NaN for the baseline), ``gain_ci_low``, ``gain_ci_high``: 95% intervals by Student's t, of gains paired.
    """
    by_factors = {frozenset(factor for factor, on in s.levels.items() if on): s for s in scenarios if s.levels}
    baseline = next(scenario for scenario in scenarios if scenario.name == BASELINE)
    here = [baseline, *(by_factors[frozenset(path[:step])] for step in range(1, len(path) + 1))]

    values = cube(replications[replications["measure"] == measure]).of([scenario.name for scenario in here])[:, 0]
    scale = moments(np.abs(values))[0]
    level = estimate(values, scale)
    differences = np.diff(values, axis=0, prepend=np.nan) if higher else -np.diff(values, axis=0, prepend=np.nan)
    gain = estimate(differences, scale)
    return pd.DataFrame(
        {
            "step": range(len(here)),
            "scenario": [scenario.name for scenario in here],
            "added": ["", *path],
            "title": [scenario.title for scenario in here],
            "measure": measure,
            "mean": level.mean,
            "ci_low": level.low,
            "ci_high": level.high,
            "gain": gain.mean,
            "gain_ci_low": gain.low,
            "gain_ci_high": gain.high,
        }
    )
