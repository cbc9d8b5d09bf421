"""Two sources of uncertainty: stochastic (the patients that happen to come) and parameter (settings nobody knows).

With an ensemble of M members and R replications, replication r is one of member r modulo M, so that each member has
n = R / M replications with patients of their own. The values of one scenario, or its paired differences from the
baseline, follow a one-way random-effects model,

    value = mean + (member, variance of the parameter uncertainty) + (patients, variance of the stochastic uncertainty),

whose variances are estimated from the mean squares between and within members (S. Searle, G. Casella and C. McCulloch,
Variance Components, 1992, section 3.6). The means of members are independent; so intervals are Student's t over them,
and carry both.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flowsim.experiment.analysis.paired import Floats, cube

UNCERTAINTY_COLUMNS = [
    "scenario", "measure", "of", "mean", "sd_parameter", "sd_stochastic", "share_parameter", "members",
]  # fmt: skip


def by_member(replications: pd.DataFrame, members: int, at_a_time: int | None = None) -> pd.DataFrame:
    """Return the mean of each member's replications, as the replications that are independent of one another.

    Parameters
    ----------
    replications : pandas.DataFrame
        ``scenario``, ``replication``, ``measure``, ``value``.
    members : int
        How many; with 0 there is no ensemble, and the replications are returned as they are.
    at_a_time : int, optional
        A multiple of `members`: each member has one mean for each block of this many replications, so that scenarios
        that have only some of them are compared on the same patients.

    Returns
    -------
    pandas.DataFrame
        The same columns; ``replication`` is the number of the member (plus `members` for the next ones at a time). A
        member has a mean if all its replications have a value.
    """
    if not members:
        return replications
    number = replications["replication"]
    part = 0 if at_a_time is None else members * (number // at_a_time)
    member = replications.assign(replication=number % members + part)
    groups = member.groupby(["scenario", "replication", "measure"], sort=False)["value"]
    return groups.agg(lambda values: values.mean(skipna=False)).reset_index()


def uncertainty_components(replications: pd.DataFrame, baseline: str, members: int) -> pd.DataFrame:
    """Separate parameter from stochastic uncertainty, for each scenario and for its difference from the baseline.

    Parameters
    ----------
    replications : pandas.DataFrame
        ``scenario``, ``replication``, ``measure``, ``value``; no row twice.
    baseline : str
        The scenario with which the others are compared.
    members : int
        How many members of the ensemble there are.

    Returns
    -------
    pandas.DataFrame
        ``scenario``, ``measure``, ``of`` (``value`` or ``difference``), ``mean``, ``sd_parameter`` (standard deviation
        between members, had each endless replications), ``sd_stochastic`` (between replications of one member),
        ``share_parameter`` (of the variance of the mean, from which its interval comes) and ``members``. With one
        replication a member, or missing ones, they cannot be separated: NaN.
    """
    values = cube(replications)
    numbers = replications["replication"].unique()  # in the order of the cube's last axis
    order = np.lexsort((numbers, numbers % members))
    grouped, member = values.values[..., order], (numbers % members)[order]
    theirs = grouped[values.scenarios.index(baseline)] if baseline in values.scenarios else np.nan
    rows = []
    for i, scenario in enumerate(values.scenarios):
        kinds = {"value": grouped[i]}
        if scenario != baseline:
            kinds["difference"] = grouped[i] - theirs
        for kind, of_kind in kinds.items():
            found = _components(_balanced(of_kind, member), members)
            for j in np.flatnonzero(values.counted[i]):
                rows.append((scenario, values.measures[j], kind, *(column[j] for column in found), members))
    return pd.DataFrame(rows, columns=UNCERTAINTY_COLUMNS)


def _balanced(values: Floats, member: NDArray[np.int_]) -> Floats:
    """Return the replications that there are, if each member has as many of them; or else all, with those missing.

    A scenario that was chosen by its results is reported from other replications than the rest.

    Parameters
    ----------
    values : numpy.ndarray of float, shape (measures, replications)
        NaN is missing.
    member : numpy.ndarray of int, shape (replications,)
        Whose each is.
    """
    there = ~np.isnan(values).all(axis=0)
    each = np.unique(member[there], return_counts=True)[1]
    is_balanced = each.size == np.unique(member).size and (each == each[0]).all()
    return values[:, there] if is_balanced else values


def _components(values: Floats, members: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Return mean, parameter sd, stochastic sd, and the share of the parameter variance in the variance of the mean.

    Parameters
    ----------
    values : numpy.ndarray of float, shape (measures, replications)
        Those of one member next to each other.
    members : int
        How many members.
    """
    mean = values.mean(axis=-1)
    each = values.shape[-1] // members
    if each < 2 or values.shape[-1] % members:
        unknown = np.full(mean.shape, np.nan)
        return mean, unknown, unknown, unknown
    grouped = values.reshape(len(values), members, each)
    within = grouped.var(axis=-1, ddof=1).mean(axis=-1)
    between = grouped.mean(axis=-1).var(axis=-1, ddof=1)
    own = np.maximum(between - within / each, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(own + within > 0, own / (own + within / each), np.nan)
    return mean, np.sqrt(own), np.sqrt(within), share
