"""Scenarios compared with their baseline: paired differences, how certain they are, and which goals are met.

Every scenario is tried on the same simulated patients in the same replication (common random numbers), so replications
are compared one by one, and what chance does to both sides of a difference cancels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flowsim.experiment.analysis.paired import cube, estimate, holm_by_column, moments, paired_difference
from flowsim.experiment.goals import Goal
from flowsim.measures.catalogue import direction, limits, units
from flowsim.measures.statistics import exact_interval, half_width


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


def goals_met(replications: pd.DataFrame, goals: Mapping[str, Goal], members: int = 0) -> pd.DataFrame:
    """Return which scenarios meet which goals, and in how many replications.

    Parameters
    ----------
    replications : pandas.DataFrame
        ``scenario``, ``replication``, ``measure``, ``value``; no row twice.
    goals : mapping of str to Goal
        By measure.
    members : int
        How many members the ensemble has; 0 without one.

    Returns
    -------
    pandas.DataFrame
        One row a scenario and goal: ``scenario``, ``measure``, ``goal`` (such as ``at most 50``), ``share_met`` (share
        of the replications that meet it; NaN if the measure is undefined in all), ``ci_low`` and ``ci_high`` (the exact
        95% interval of that share; with an ensemble, of its effective number of replications, see `share_interval`),
        ``replications`` (with a value) and ``mean_meets`` (whether the mean does).
    """
    values = cube(replications)
    member = replications["replication"].unique() % members if members else None
    rows = []
    for i, scenario in enumerate(values.scenarios):
        for measure, goal in goals.items():
            if measure in values.measures and values.counted[i, values.measures.index(measure)]:
                found = values.values[i, values.measures.index(measure)]
                there = ~np.isnan(found)
                met = goal.met_by(found[there])
                share = float(np.mean(met)) if met.size else np.nan
                ends = share_interval(met, None if member is None else member[there])
                mean_meets = bool(met.size and goal.met_by(found[there].mean()))
                rows.append((scenario, measure, goal.in_words, share, *ends, met.size, mean_meets))
    columns = ["scenario", "measure", "goal", "share_met", "ci_low", "ci_high", "replications", "mean_meets"]
    return pd.DataFrame(rows, columns=columns)


def share_interval(met: NDArray[np.bool_], member: NDArray[np.int_] | None) -> tuple[float, float]:
    """Return the exact 95% interval of the share of replications that are met.

    Replications of one member of an ensemble are not independent. The effective number of replications is then that of
    as precise a share of independent ones, with its degrees of freedom (E. Korn and B. Graubard, Confidence intervals
    for proportions with small expected number of positive counts estimated from survey data, Survey Methodology 24,
    1998); where all are met or none, which says nothing about it, it is the number of members.
    """
    n = float(met.size)
    if member is None or n == 0:
        return exact_interval(float(met.sum()), n)
    share = float(met.mean())
    shares = np.array([met[member == one].mean() for one in np.unique(member)])
    effective = float(shares.size)
    if 0 < share < 1 and shares.size > 1:
        variance = shares.var(ddof=1) / shares.size
        width = half_width(1.0, [n, shares.size]) * np.sqrt([n, shares.size])  # Student's t of either number
        effective = min(n, share * (1 - share) / variance * (width[0] / width[1]) ** 2) if variance > 0 else n
    return exact_interval(share * effective, effective)


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
