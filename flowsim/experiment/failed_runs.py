"""Runs that failed: what is missing from an experiment, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Failure:
    """A replication of a scenario that did not come to an end, and why."""

    scenario: str
    replication: int
    why: str


def with_failures(values: pd.DataFrame, failures: Sequence[Failure], measure: str) -> pd.DataFrame:
    """Return replications with a row for each run that failed, so that nothing waits for it.

    Parameters
    ----------
    values : pandas.DataFrame
        ``scenario``, ``replication``, ``measure``, ``value``.
    failures : sequence of Failure
        The runs that failed.
    measure : str
        The measure of those rows, whose value is NaN.
    """
    failed = [(failure.scenario, failure.replication, measure, np.nan) for failure in failures]
    return pd.concat([values, pd.DataFrame(failed, columns=values.columns)]) if failed else values
