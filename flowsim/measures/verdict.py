"""How a simulated figure stands to its target: how far off, and in which words, the same on terminal and page."""

from __future__ import annotations

from typing import Literal

import numpy as np

CLOSE, FAIR = 0.05, 0.20
AMBITION = "ambition"

Grade = Literal["met", "near", "far", "unknown"]


def off_target(mean: float, low: float, high: float) -> float:
    """Return how far a mean is from its target, relative to it; 0 inside a range, NaN without a target.

    A mean outside a range is compared with the nearer end.
    """
    target = float(np.clip(mean, low, high))
    if np.isnan(target):
        return np.nan
    if target == 0:
        return 0.0 if mean == 0 else float(np.copysign(np.inf, mean))
    return (mean - target) / abs(target)


def is_ambition(source: str) -> bool:
    """Whether a target is what the city aims at and not what it had: its source says so."""
    return AMBITION in source.lower()


def grade(mean: float, low: float, high: float, source: str = "") -> Grade:
    """Return how good a mean is.

    Parameters
    ----------
    mean : float
        What was simulated.
    low, high : float
        The target: a range, or a value if both are the same.
    source : str
        Where the target comes from; an ambition is reached at or below its value.

    Returns
    -------
    {"met", "near", "far", "unknown"}
        ``met`` (within 5%, or in the range), ``near`` (within 20% of a value), ``far``, or ``unknown`` if there is no
        mean or no target.
    """
    if not np.isfinite([mean, low, high]).all():
        return "unknown"
    if is_ambition(source):
        return "met" if mean <= high else "far"
    off = abs(off_target(mean, low, high))
    close, fair = (0.0, 0.0) if low != high else (CLOSE, FAIR)
    if off <= close:
        return "met"
    return "near" if off <= fair else "far"


def verdict(mean: float, low: float, high: float, source: str = "") -> str:
    """Return the `grade` of a mean in words; nothing without a target."""
    found = grade(mean, low, high, source)
    if np.isnan(low) or np.isnan(high):
        return ""
    if found == "unknown":
        return "not measured"
    if is_ambition(source):
        return "ambition met" if found == "met" else "above the ambition"
    if low != high:
        return "in range" if found == "met" else "out of range"
    return {"met": "within 5%", "near": "within 20%", "far": "outside 20%"}[found]
