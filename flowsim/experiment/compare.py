"""What scenarios do beside their baseline: paired differences, how sure they are, and which goals are met.

Every scenario meets the same patients in the same replication (common random numbers), so replications are compared
one by one, and what chance does to both sides of a difference cancels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from flowsim.experiment.scenario import Goal


def compare(
    replications: pd.DataFrame, baseline: str, headlines: Sequence[str] = ()
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compare every scenario with the baseline, replication by replication.

    Returns
    -------
    comparison, ranking : pandas.DataFrame
        As in `flowsim.experiment.results.ExperimentResults`.
    """
    raise NotImplementedError


def goals(replications: pd.DataFrame, targets: Mapping[str, Goal]) -> pd.DataFrame:
    """Say which scenarios meet which goals."""
    raise NotImplementedError


def widest_half_width(replications: pd.DataFrame, baseline: str, measure: str) -> float:
    """Return the half-width of the least sure answer: to be held against the precision that is wanted.

    Parameters
    ----------
    replications : pandas.DataFrame
        ``scenario``, ``replication``, ``measure``, ``value``.
    baseline, measure : str
        Names.

    Returns
    -------
    float
        The largest half-width of a 95% interval, over the paired differences of all other scenarios from the baseline;
        with no other scenario, that of the baseline's mean. Infinite while any of them has no interval.
    """
    raise NotImplementedError
