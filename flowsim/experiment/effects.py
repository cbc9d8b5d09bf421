"""What each change of a design does: effects and interactions of a factorial, and the steps of `best_next`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from flowsim.experiment.scenario import Scenario

ADD_UP, OVERLAP, NEED_EACH_OTHER = "add up", "overlap", "need each other"


def factorial_effects(replications: pd.DataFrame, scenarios: Sequence[Scenario]) -> pd.DataFrame:
    """Return main effects and two-way interactions of a 2^k factorial, for every measure.

    Returns
    -------
    pandas.DataFrame
        ``effect`` (``main`` or ``interaction``), ``factor``, ``with_factor`` (empty for a main effect), ``measure``,
        ``unit``, ``difference``, ``ci_low``, ``ci_high``, ``p_holm``, ``together`` (of an interaction: `ADD_UP`,
        `OVERLAP` or `NEED_EACH_OTHER`).
    """
    raise NotImplementedError


def best_next_steps(replications: pd.DataFrame, scenarios: Sequence[Scenario], measure: str) -> pd.DataFrame:
    """Return the path of a `best_next` design, one row a step.

    Returns
    -------
    pandas.DataFrame
        ``step`` (0 is the baseline), ``scenario``, ``added``, ``title``, ``measure``, ``mean``, ``ci_low``,
        ``ci_high``, ``gain`` over the step before, paired (positive is better), ``gain_ci_low``, ``gain_ci_high``.
    """
    raise NotImplementedError
