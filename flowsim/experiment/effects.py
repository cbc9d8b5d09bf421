"""What each factor of a factorial design does on average, and what two of them do to each other."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from flowsim.experiment.paired import Floats, cube, estimate, holm, moments
from flowsim.experiment.scenario import BASELINE, Scenario
from flowsim.measures.direction import direction
from flowsim.measures.summary import units

MAIN, INTERACTION = "main", "interaction"
ADD_UP, OVERLAP, NEED_EACH_OTHER = "add up", "overlap", "need each other"
SIGNIFICANT = 0.05
NEGLIGIBLE = 0.10  # of the smaller main effect


def factorial_effects(replications: pd.DataFrame, scenarios: Sequence[Scenario]) -> pd.DataFrame:
    """Return main effects and two-way interactions of a 2^k factorial, for every measure.

    The main effect of a factor is the mean of a measure with it less the mean without it, over all combinations of the
    other factors. The interaction of two factors is what both bring together less the sum of what each brings alone,
    over all combinations of the others (twice the interaction of Box, Hunter and Hunter, Statistics for Experimenters,
    2005, who halve it). Each is a contrast of the 2^k scenarios of one replication, all of which had the same patients;
    means and intervals are over the replications that have all 2^k.

    Parameters
    ----------
    replications : pandas.DataFrame
        ``scenario``, ``replication``, ``measure``, ``value``; no row twice.
    scenarios : sequence of Scenario
        Those that have `levels` are the design; the baseline is the one with all factors off, unless they hold it.

    Returns
    -------
    pandas.DataFrame
        ``effect`` (`MAIN` or `INTERACTION`), ``factor``, ``with_factor`` (empty for a main effect), ``measure``,
        ``unit``, ``difference``, ``ci_low`` and ``ci_high`` (95% by Student's t over replications), ``p_holm``
        (adjusted within a measure, main effects and interactions each for themselves) and ``together``: an interaction
        is called `ADD_UP` if it cannot be told from chance, or is less than a tenth of the smaller main effect;
        `OVERLAP` if both together do less than the sum; `NEED_EACH_OTHER` if they do more; empty without an interval.
    """
    factors = list(next(scenario.levels for scenario in scenarios if scenario.levels))
    pairs = list(itertools.combinations(range(len(factors)), 2))
    values = cube(replications)
    corners = values.of(_corners(scenarios, factors))
    scale = moments(np.abs(corners).max(axis=0))[0]
    found = estimate(np.einsum("ec,cmr->emr", _contrasts(len(factors), pairs), corners), scale)

    main, both = slice(None, len(factors)), slice(len(factors), None)
    effects = [(MAIN, name, "") for name in factors] + [(INTERACTION, factors[a], factors[b]) for a, b in pairs]
    unit = units(values.measures)
    tables = []
    for m, measure in enumerate(values.measures):
        p_holm = np.concatenate([holm(found.p_value[part, m]) for part in (main, both)])
        table = pd.DataFrame(effects, columns=["effect", "factor", "with_factor"]).assign(
            measure=measure,
            unit=unit[measure],
            difference=found.mean[:, m],
            ci_low=found.low[:, m],
            ci_high=found.high[:, m],
            p_holm=p_holm,
        )
        alone = {row.factor: row for row in table[main].itertuples()}
        classes = [_together(alone[row.factor], alone[row.with_factor], row) for row in table[both].itertuples()]
        tables.append(table.assign(together=[""] * len(factors) + classes))
    return pd.concat(tables, ignore_index=True)


def _corners(scenarios: Sequence[Scenario], factors: Sequence[str]) -> list[str]:
    """Return the names of the 2^k scenarios, the last factor changing fastest, off before on."""
    names = {(False,) * len(factors): BASELINE}
    names |= {tuple(bool(s.levels[name]) for name in factors): s.name for s in scenarios if s.levels}
    return [names[on] for on in itertools.product((False, True), repeat=len(factors))]


def _contrasts(factors: int, pairs: Sequence[tuple[int, int]]) -> Floats:
    """Return the weight of each corner (column) in each effect (row): main effects, then interactions of pairs."""
    signs = np.array(list(itertools.product((-1, 1), repeat=factors))).T
    main = signs / 2 ** (factors - 1)
    both = [signs[a] * signs[b] / 2 ** (factors - 2) for a, b in pairs]
    return np.concatenate([main, np.reshape(both, (-1, 2**factors))])


def _together(first: Any, second: Any, both: Any) -> str:
    """Say what two factors do to each other, from the rows of their main effects and of their interaction."""
    if np.isnan(both.p_holm):
        return ""
    smaller = min(abs(first.difference), abs(second.difference))
    if both.p_holm >= SIGNIFICANT or abs(both.difference) <= NEGLIGIBLE * smaller:
        return ADD_UP
    return NEED_EACH_OTHER if both.difference * _towards(first, second) > 0 else OVERLAP


def _towards(first: Any, second: Any) -> float:
    """Return the sign of what two factors do together: for the better, unless both surely do harm or neither is better.

    So two that harm overlap if they harm less together than the sum.
    """
    better = direction(first.measure)
    both_harm = all(row.ci_high < 0 if better > 0 else row.ci_low > 0 for row in (first, second))
    return np.sign(first.difference + second.difference) if better == 0 or both_harm else better
