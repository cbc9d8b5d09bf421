"""What many replications say together: mean, spread, and how sure the mean is; with the target of each measure.

**Intervals stay within what is possible.** An interval of a mean is Student's t, cut off at the lowest and the highest
value that the measure can have (`flowsim.measures.measure.Row.bounds`). The true mean lies between these, so the part
that is cut off never holds it: the interval covers the truth exactly as often as before, and is never wider. (A
logarithmic or logistic scale would stay within the bounds too, but has no value for a replication at a bound, and its
interval is that of another mean.) With few and skewed values Student's t covers somewhat less than 95%: a test has the
numbers.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from flowsim.config.city_schema import Target
from flowsim.measures.catalogue import limits, units, why_empty

CONFIDENCE = 0.95

Floats = NDArray[np.float64]


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
        ``ci_low`` and ``ci_high`` (95% interval of the mean by Student's t, within what is possible; NaN with fewer
        than two values), ``sd`` (of the replications), ``replications`` (with a value), ``why_empty`` (why there is no
        value in any replication, as the end of a sentence; empty if there is one), ``target_low``, ``target_high``
        (equal if the target is one value; NaN if there is none) and ``target_source``.
    """
    values = replications.groupby(["scenario", "measure"], sort=False)["value"]
    table = values.agg(mean="mean", sd="std", replications="count").reset_index()
    n = table["replications"].to_numpy(dtype=float)
    measures = table["measure"].unique()
    unit, reason = units(measures), {name: why_empty(name) for name in measures}
    lowest, highest = (dict(zip(measures, ends, strict=True)) for ends in limits(measures))
    ends = interval(
        table["mean"].to_numpy(),
        half_width(table["sd"].to_numpy(), n),
        table["measure"].map(lowest).to_numpy(dtype=float),
        table["measure"].map(highest).to_numpy(dtype=float),
    )
    low = {name: t.low if t.value is None else t.value for name, t in targets.items()}
    high = {name: t.high if t.value is None else t.value for name, t in targets.items()}
    source = {name: t.source for name, t in targets.items()}
    return pd.DataFrame(
        {
            "scenario": table["scenario"],
            "measure": table["measure"],
            "unit": table["measure"].map(unit),
            "mean": table["mean"],
            "ci_low": ends[0],
            "ci_high": ends[1],
            "sd": table["sd"],
            "replications": table["replications"],
            "why_empty": table["measure"].map(reason).where(table["replications"] == 0, ""),
            "target_low": table["measure"].map(low).astype(float),
            "target_high": table["measure"].map(high).astype(float),
            "target_source": [source.get(name, "") for name in table["measure"]],
        }
    )


def half_width(sd: ArrayLike, n: ArrayLike) -> Floats:
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
    half: Floats = stdtrit(degrees, 0.5 + CONFIDENCE / 2) * np.asarray(sd, dtype=float) / np.sqrt(np.maximum(n, 1))
    return half


def interval(mean: ArrayLike, half: ArrayLike, lowest: ArrayLike, highest: ArrayLike) -> tuple[Floats, Floats]:
    """Return the ends of intervals, cut off at what is possible; NaN where there is no half-width.

    Parameters
    ----------
    mean, half : array_like
        The means, and half of the widths of their intervals.
    lowest, highest : array_like
        The lowest and the highest possible value; infinite, or NaN, if there is none. A mean is taken to be possible,
        so that rounding cannot put it outside of its interval.
    """
    mean, half = np.asarray(mean, dtype=float), np.asarray(half, dtype=float)
    low = np.minimum(np.fmax(mean - half, lowest), mean)
    high = np.maximum(np.fmin(mean + half, highest), mean)
    return np.where(np.isnan(half), np.nan, low), np.where(np.isnan(half), np.nan, high)
