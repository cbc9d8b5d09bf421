"""Scenarios compared with their baseline: paired differences, and how certain they are.

Every scenario is tried on the same simulated patients in the same replication (common random numbers), so replications
are compared one by one, and what chance does to both sides of a difference cancels.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from flowsim.experiment.analysis.paired import cube, estimate, holm_by_column, moments, paired_difference
from flowsim.measures.catalogue import direction, limits, units


def compare(
    replications: pd.DataFrame, baseline: str, headlines: Sequence[str] = ()
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compare every scenario with the baseline, replication by replication.

    A replication counts where the measure is defined in both. A baseline without any replication compares with
    nothing: all numbers are NaN then.

    Parameters
    ----------
    replications : pandas.DataFrame
        ``scenario``, ``replication``, ``measure``, ``value``; no row twice.
    baseline : str
        The scenario with which the others are compared.
    headlines : sequence of str, optional
        The measures that come first in the ranking.

    Returns
    -------
    comparison : pandas.DataFrame
        One row a scenario and measure: ``scenario``, ``baseline``, ``measure``, ``unit``, ``difference`` (mean of
        scenario minus baseline), ``ci_low`` and ``ci_high`` (95% by Student's t over the differences, within what is
        possible), ``relative`` (to the baseline's mean over the same replications).
    ranking : pandas.DataFrame
        The same rows by measure, within one from the best scenario to the worst: ``scenario``, ``measure``, ``rank``
        (1 is best; missing where more is neither better nor worse), ``p_value`` (of no difference), ``p_holm``
        (adjusted over the scenarios within the measure), ``pairing_gain`` (how many times wider the interval would be
        if each scenario had patients of its own; NaN if the difference does not vary) and ``replications``.
    """
    values = cube(replications)
    ours = [i for i, name in enumerate(values.scenarios) if name != baseline]
    theirs = values.of([baseline])[0]
    paired = paired_difference(values.values[ours], theirs, *limits(values.measures))
    both = ~np.isnan(values.values[ours] - theirs)
    base, base_variance, _ = moments(np.where(both, theirs, np.nan))
    _, own_variance, _ = moments(np.where(both, values.values[ours], np.nan))
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.where(base == 0, np.nan, paired.mean / base)
        gain = np.where(paired.sd > 0, np.sqrt(own_variance + base_variance) / paired.sd, np.nan)
    columns = {
        "difference": paired.mean,
        "ci_low": paired.low,
        "ci_high": paired.high,
        "relative": relative,
        "p_value": paired.p_value,
        "p_holm": holm_by_column(paired.p_value),
        "pairing_gain": gain,
        "replications": paired.n,
    }
    scenario, measure = np.nonzero(values.counted[ours])
    unit = units(values.measures)
    table = pd.DataFrame(
        {
            "scenario": [values.scenarios[ours[i]] for i in scenario],
            "baseline": baseline,
            "measure": [values.measures[j] for j in measure],
            "unit": [unit[values.measures[j]] for j in measure],
            **{name: column[scenario, measure] for name, column in columns.items()},
        }
    )
    comparison = table[["scenario", "baseline", "measure", "unit", "difference", "ci_low", "ci_high", "relative"]]
    return comparison, _ranking(table, headlines)


def widest_half_width(replications: pd.DataFrame, baseline: str, measure: str) -> float:
    """Return the half-width of the least precise answer, to be compared with the precision that is wanted.

    Parameters
    ----------
    replications : pandas.DataFrame
        ``scenario``, ``replication``, ``measure``, ``value``; no row twice.
    baseline, measure : str
        Names.

    Returns
    -------
    float
        The largest half-width of a 95% interval, over the paired differences of all other scenarios from the baseline;
        with no other scenario, that of the baseline's mean. Infinite while any of them has no interval.
    """
    values = cube(replications[replications["measure"] == measure])
    if values.values.size == 0:
        return np.inf
    others = [i for i, name in enumerate(values.scenarios) if name != baseline]
    theirs = values.of([baseline])[0]
    if others:
        found = paired_difference(values.values[others], theirs, *limits(values.measures))
    else:
        found = estimate(theirs, moments(np.abs(theirs))[0])
    half = found.half_width  # of all of it: what is cut off at a bound makes nothing more precise
    return float(np.where(np.isnan(half), np.inf, half).max())


def _ranking(table: pd.DataFrame, headlines: Sequence[str]) -> pd.DataFrame:
    measures = [*dict.fromkeys([*headlines, *table["measure"]])]
    sign = table["measure"].map({name: direction(name) for name in measures})
    worse = (-sign * table["difference"]).where(sign != 0)
    place = pd.Categorical(table["measure"], categories=measures, ordered=True)
    rank = worse.groupby(table["measure"]).rank(method="min").astype("Int64")
    table = table.assign(rank=rank, place=place).sort_values(["place", "rank"], kind="stable", ignore_index=True)
    return table[["scenario", "measure", "rank", "p_value", "p_holm", "pairing_gain", "replications"]]
