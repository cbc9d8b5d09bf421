"""In which cities of an ensemble a change helps: its paired difference from the baseline, city by city.

Each city has few replications of its own. How much chance is in its mean is estimated from the replications of all
cities together, around the mean of each: an interval is Student's t with the degrees of freedom of all of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flowsim.experiment.analysis.paired import Floats, cube
from flowsim.measures.catalogue import direction
from flowsim.measures.statistics import half_width

ACROSS_COLUMNS = ["scenario", "measure", "city", "difference", "ci_low", "ci_high", "helps", "clear"]


def across_cities(
    replications: pd.DataFrame, baseline: str, cities: Sequence[str], measures: Sequence[str]
) -> pd.DataFrame:
    """Compare every scenario with the baseline in each city of an ensemble.

    Parameters
    ----------
    replications : pandas.DataFrame
        ``scenario``, ``replication``, ``measure``, ``value``; no row twice.
    baseline : str
        The scenario with which the others are compared.
    cities : sequence of str
        The members of the ensemble: replication r is one of city r modulo their number.
    measures : sequence of str
        Those that are compared.

    Returns
    -------
    pandas.DataFrame
        One row a scenario (but the baseline), measure and city: ``scenario``, ``measure``, ``city``, ``difference``
        (mean of scenario minus baseline), ``ci_low`` and ``ci_high`` (95%; NaN with one replication a city), ``helps``
        (whether it is to the better; missing where more is neither, or without a difference) and ``clear`` (whether the
        interval leaves out 0).
    """
    wanted = replications[replications["measure"].isin(list(measures))]
    values = cube(wanted)
    member = wanted["replication"].unique() % len(cities)  # in the order of the cube's last axis
    theirs = values.of([baseline])[0]
    rows = []
    for i, scenario in enumerate(values.scenarios):
        if scenario == baseline:
            continue
        for j, measure in enumerate(values.measures):
            if values.counted[i, j]:
                means, half = _by_city(values.values[i, j] - theirs[j], member, len(cities))
                sign = direction(measure)
                for city, mean, its in zip(cities, means, half, strict=True):
                    helps = None if np.isnan(mean) or not sign else bool(sign * mean > 0)
                    rows.append((scenario, measure, city, mean, mean - its, mean + its, helps, bool(abs(mean) > its)))
    return pd.DataFrame(rows, columns=ACROSS_COLUMNS)


def _by_city(differences: Floats, member: NDArray[np.int_], cities: int) -> tuple[Floats, Floats]:
    """Return the mean difference in each city, and the half-width of its interval."""
    there = ~np.isnan(differences)
    n = np.array([(there & (member == city)).sum() for city in range(cities)], dtype=float)
    sums = np.array([differences[there & (member == city)].sum() for city in range(cities)])
    with np.errstate(divide="ignore", invalid="ignore"):
        means = np.where(n > 0, sums / n, np.nan)
        left = differences[there] - means[member[there]]
        freedom = n[n > 0].sum() - (n > 0).sum()
        sd = np.sqrt((left**2).sum() / freedom) if freedom > 0 else np.nan
        half = half_width(sd, freedom + 1) * np.sqrt((freedom + 1) / n)  # Student's t of that many degrees of freedom
    return means, np.where(n > 0, half, np.nan)
