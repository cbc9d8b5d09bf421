"""What many replications say together: mean, spread, and how sure the mean is; with the target of each measure."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from flowsim.config.city_schema import Target
from flowsim.measures.catalogue import units

CONFIDENCE = 0.95


def summarise(replications: pd.DataFrame, targets: Mapping[str, Target]) -> pd.DataFrame:
    """Summarise measures over replications.

    Parameters
    ----------
    replications : pandas.DataFrame
        Columns ``scenario``, ``replication``, ``measure``, ``value``. A value that is undefined (NaN) is left out.
    targets : mapping of str to Target
        Published figures, by measure.

    Returns
    -------
    pandas.DataFrame
        One row a scenario and measure, in the order in which they come: ``scenario``, ``measure``, ``unit``, ``mean``,
        ``ci_low`` and ``ci_high`` (95% interval of the mean by Student's t; NaN with fewer than two values), ``sd`` (of
        the replications), ``replications`` (with a value), ``target_low``, ``target_high`` (equal if the target is one
        value; NaN if there is none) and ``target_source``.
    """
    values = replications.groupby(["scenario", "measure"], sort=False)["value"]
    table = values.agg(mean="mean", sd="std", replications="count").reset_index()
    n = table["replications"].to_numpy(dtype=float)
    half = half_width(table["sd"].to_numpy(), n)
    unit = units(table["measure"].unique())
    low = {name: t.low if t.value is None else t.value for name, t in targets.items()}
    high = {name: t.high if t.value is None else t.value for name, t in targets.items()}
    source = {name: t.source for name, t in targets.items()}
    return pd.DataFrame(
        {
            "scenario": table["scenario"],
            "measure": table["measure"],
            "unit": table["measure"].map(unit),
            "mean": table["mean"],
            "ci_low": table["mean"] - half,
            "ci_high": table["mean"] + half,
            "sd": table["sd"],
            "replications": table["replications"],
            "target_low": table["measure"].map(low).astype(float),
            "target_high": table["measure"].map(high).astype(float),
            "target_source": [source.get(name, "") for name in table["measure"]],
        }
    )


def half_width(sd: ArrayLike, n: ArrayLike) -> NDArray[np.float64]:
    """Return half of the width of a mean's 95% interval, by Student's t; NaN with fewer than two values.

    Parameters
    ----------
    sd : array_like
        Standard deviation of the values, with n - 1 in the denominator.
    n : array_like
        How many values there are.
    """
    n = np.asarray(n, dtype=float)
    degrees = np.where(n > 1, n - 1, np.nan)
    half: NDArray[np.float64] = (
        stdtrit(degrees, 0.5 + CONFIDENCE / 2) * np.asarray(sd, dtype=float) / np.sqrt(np.maximum(n, 1))
    )
    return half
