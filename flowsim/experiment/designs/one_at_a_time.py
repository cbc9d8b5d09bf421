"""What does each change bring alone? Each factor by itself, and, if wanted, all together and all but each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal

from flowsim.experiment.design_contract import FixedDesign
from flowsim.experiment.design_registry import register
from flowsim.experiment.factors import Factors, factor_recipes
from flowsim.experiment.recipes import Recipe, combined
from flowsim.experiment.scenario_builder import ScenarioBuilder

ALL_TOGETHER, ALL_BUT = "all_together", "all_but_"


@register
class OneAtATime(FixedDesign):
    """Each factor alone."""

    kind: Literal["one_at_a_time"]
    """Kind of the design."""
    of: Factors
    """The factors: names of interventions, or factors of your own."""
    all_together: bool = False
    """Whether to add all of them together."""
    all_but_one: bool = False
    """Whether to add all but one, leaving out each in turn."""

    def count(self) -> int:
        """Return how many scenarios there are."""
        return len(self._sets(range(len(self.of))))

    def recipes(self, builder: ScenarioBuilder) -> Iterable[Recipe]:
        """Return each factor alone, then ``all_together``, then ``all_but_`` each, as far as they are wanted."""
        factors = factor_recipes(self.of, builder)
        recipes = []
        for chosen in self._sets(range(len(factors))):
            recipe = combined(factors, [factors[i].name for i in chosen])
            left_out = [factors[i].name for i in range(len(factors)) if i not in chosen]
            if len(chosen) > 1:
                recipe = replace(recipe, name=f"{ALL_BUT}{left_out[0]}" if left_out else ALL_TOGETHER)
            recipes.append(recipe)
        return recipes

    def _sets(self, factors: Sequence[int]) -> list[tuple[int, ...]]:
        """Return the factors of each scenario."""
        sets: list[tuple[int, ...]] = [(factor,) for factor in factors]
        if self.all_together:
            sets.append(tuple(factors))
        if self.all_but_one:
            sets += [tuple(other for other in factors if other != factor) for factor in factors]
        # Of two factors, all but one is the other alone; of one, it is the baseline.
        return [chosen for chosen in dict.fromkeys(sets) if chosen]
