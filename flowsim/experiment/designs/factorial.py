"""Do changes add up? Every combination of the factors, what each does on average, and what two do to each other."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flowsim.experiment.analysis.paired import Estimate, Floats, cube, estimate, holm_by_column, moments
from flowsim.experiment.design_contract import DesignRuns, FixedDesign
from flowsim.experiment.design_registry import register
from flowsim.experiment.factors import Factors, factor_recipes
from flowsim.experiment.recipes import Recipe, combined
from flowsim.experiment.scenario import BASELINE, Scenario
from flowsim.experiment.scenario_builder import ScenarioBuilder
from flowsim.measures.catalogue import direction, limits, units

EFFECTS = "effects"
MAIN, INTERACTION = "main", "interaction"
ADD_UP, OVERLAP, NEED_EACH_OTHER = "add up", "overlap", "need each other"
SIGNIFICANT = 0.05
NEGLIGIBLE = 0.10  # of the smaller main effect


@register
class Factorial(FixedDesign):
    """Every combination of the factors, none among them: 2^k."""

    table_names: ClassVar[tuple[str, ...]] = (EFFECTS,)

    kind: Literal["factorial"]
    """Kind of the design."""
    of: Factors
    """The factors: names of interventions, or factors of your own."""

    def count(self) -> int:
        """Return how many combinations there are."""
        return 1 << len(self.of)

    def recipes(self, builder: ScenarioBuilder) -> Iterable[Recipe]:
        """Return all combinations but the empty one, which is the baseline: single factors first."""
        factors = factor_recipes(self.of, builder)
        names = [factor.name for factor in factors]
        sizes = range(1, len(names) + 1)
        return [combined(factors, chosen) for size in sizes for chosen in itertools.combinations(names, size)]

    def tables(self, runs: DesignRuns) -> Mapping[str, pd.DataFrame]:
        """Return ``effects``; see `factorial_effects`."""
        return {EFFECTS: factorial_effects(runs.values, runs.scenarios)}


def factorial_effects(replications: pd.DataFrame, scenarios: Sequence[Scenario]) -> pd.DataFrame:
    """Return main effects and two-way interactions of a 2^k factorial, for every measure.

    The main effect of a factor is the mean of a measure with it minus the mean without it, over all combinations of the
    other factors. The interaction of two factors is what both bring together minus the sum of what each brings alone,
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
        ``unit``, ``difference``, ``ci_low`` and ``ci_high`` (95% by Student's t over replications, within what is
        possible), ``p_holm`` (adjusted within a measure, main effects and interactions each for themselves) and
        ``together``: an interaction is called `ADD_UP` if it is not clear of chance, or is less than a tenth of the
        smaller main effect; `OVERLAP` if both together do less than the sum; `NEED_EACH_OTHER` if they do more; empty
        without an interval.
    """
    factors = list(next(scenario.levels for scenario in scenarios if scenario.levels))
    pairs = list(itertools.combinations(range(len(factors)), 2))
    values = cube(replications)
    corners = values.of(_corners(scenarios, factors))
    scale = moments(np.abs(corners).max(axis=0))[0]
    weights, k = _contrasts(len(factors), pairs), len(factors)
    effects_found = np.einsum("ec,cmr->emr", weights, corners)
    without = np.einsum("ec,cmr->emr", np.maximum(-weights[:k], 0), corners)
    without = np.where(np.isnan(effects_found[:k]), np.nan, without)
    bounds = limits(values.measures)
    found = estimate(effects_found, scale).within(*_possible(weights, estimate(without, 0.0), *bounds))

    p_holm = np.concatenate([holm_by_column(part) for part in np.split(found.p_value, [k])])
    together = np.full(p_holm.shape, "", dtype=object)
    together[k:] = _together(found, pairs, p_holm[k:], np.array([direction(name) for name in values.measures]))
    effects = [(MAIN, name, "") for name in factors] + [(INTERACTION, factors[a], factors[b]) for a, b in pairs]
    unit = units(values.measures)
    table = pd.DataFrame(effects * len(values.measures), columns=["effect", "factor", "with_factor"])
    return table.assign(
        measure=np.repeat(np.array(values.measures, dtype=object), len(effects)),
        unit=np.repeat(np.array([unit[name] for name in values.measures], dtype=object), len(effects)),
        difference=found.mean.T.ravel(),
        ci_low=found.low.T.ravel(),
        ci_high=found.high.T.ravel(),
        p_holm=p_holm.T.ravel(),
        together=together.T.ravel(),
    )


def _corners(scenarios: Sequence[Scenario], factors: Sequence[str]) -> list[str]:
    """Return the names of the 2^k scenarios, the last factor changing fastest, off before on."""
    names = {(False,) * len(factors): BASELINE}
    names |= {tuple(bool(s.levels[name]) for name in factors): s.name for s in scenarios if s.levels}
    return [names[on] for on in itertools.product((False, True), repeat=len(factors))]


def _possible(weights: Floats, without: Estimate, lowest: Floats, highest: Floats) -> tuple[Floats, Floats]:
    """Return between which values each effect on each measure lies; shape (effects, measures).

    A contrast of shares lies between minus and plus the sum of its positive weights. A main effect is a difference from
    the combinations `without` the factor, and cannot take the measure out of its bounds (see `paired_difference`).
    """
    span = np.maximum(weights, 0).sum(axis=1)[:, None] * (highest - lowest)
    low, high = -span, span.copy()
    base, k = without.within(lowest, highest), len(without.mean)
    low[:k], high[:k] = np.fmax(low[:k], lowest - base.high), np.fmin(high[:k], highest - base.low)
    return low, high


def _contrasts(factors: int, pairs: Sequence[tuple[int, int]]) -> Floats:
    """Return the weight of each corner (column) in each effect (row): main effects, then interactions of pairs."""
    signs = np.array(list(itertools.product((-1, 1), repeat=factors))).T
    main = signs / 2 ** (factors - 1)
    both = [signs[a] * signs[b] / 2 ** (factors - 2) for a, b in pairs]
    return np.concatenate([main, np.reshape(both, (-1, 2**factors))])


def _together(
    found: Estimate, pairs: Sequence[tuple[int, int]], p_holm: Floats, better: NDArray[np.int_]
) -> NDArray[np.object_]:
    """Say what two factors do to each other.

    Parameters
    ----------
    found : Estimate, shape (effects, measures)
        Main effects, then interactions.
    pairs : sequence of tuple of int
        The two factors of each interaction.
    p_holm : numpy.ndarray of float, shape (pairs, measures)
        Of the interactions.
    better : numpy.ndarray of int, shape (measures,)
        From `flowsim.measures.direction.direction`.
    """
    first, second = np.array(pairs, dtype=int).reshape(-1, 2).T
    interaction = found.mean[len(found.mean) - len(pairs) :]
    smaller = np.minimum(np.abs(found.mean[first]), np.abs(found.mean[second]))
    # What the two are for: the better, unless both clearly do harm (they overlap if together they do less of it than
    # the sum) or more is not better.
    harm = np.where(better > 0, found.high < 0, found.low > 0)
    by_size = (better == 0) | (harm[first] & harm[second])
    towards = np.where(by_size, np.sign(found.mean[first] + found.mean[second]), better)
    return np.select(
        [
            np.isnan(p_holm),
            (p_holm >= SIGNIFICANT) | (np.abs(interaction) <= NEGLIGIBLE * smaller),
            interaction * towards > 0,
        ],
        ["", ADD_UP, NEED_EACH_OTHER],
        OVERLAP,
    ).astype(object)
