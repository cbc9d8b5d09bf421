"""Which way is better: whether people want more of a measure or less of it."""

from __future__ import annotations

from typing import Literal

_MORE = {
    "mau_same_day_discharge_share",
    "amu_same_day_discharge_share",
    "at_home_91_days_share",
    "day_91_home_share",
    "admissions_avoided",
}
_NEITHER = ("dtoc_share_",)  # how delays are divided among reasons
_NEITHER_SUFFIX = ("_occupancy_mean",)  # a full service and an empty one both have a price


def direction(measure: str) -> Literal[-1, 0, 1]:
    """Return 1 if more of a measure is better, -1 if less is, 0 if it depends.

    Parameters
    ----------
    measure : str
        As in the results folder, such as ``dtoc_delayed_days``.
    """
    if measure in _MORE:
        return 1
    if measure.startswith(_NEITHER) or measure.endswith(_NEITHER_SUFFIX):
        return 0
    return -1
