"""What comes next, in the SimPy engine: a function of the spell for each activity that can end."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import simpy

from flowsim.engine.rules import delayed_days, goes_then, pieces
from flowsim.engine.simpy_state import ActivityState, Column, PoolState, Request, Spell
from flowsim.model.network import AnyOf, Branch, Look, Next, Switch

Decision = Callable[[Spell], Request]


class Decisions:
    """Turns what comes next into functions of the spell, given the activities, pools and columns at work."""

    def __init__(
        self,
        env: simpy.Environment,
        activities: Mapping[str, ActivityState],
        pools: Mapping[str, PoolState],
        column: Callable[[str], Column],
    ):
        self.env, self.activities, self.pools, self.column = env, activities, pools, column

    def of(self, following: Next) -> Decision:
        """Return what decides on the activity, or any of several, that comes next."""
        if isinstance(following, str | AnyOf):
            names = (following,) if isinstance(following, str) else following.activities
            request = tuple(self.activities[name] for name in names)
            return lambda spell: request
        if isinstance(following, Switch):
            column = self.column(following.column)
            ways = [self.of(target) for target in following.targets]
            return lambda spell: ways[column[spell.number]](spell)
        return self._look(following) if isinstance(following, Look) else self._branch(following)

    def _branch(self, branch: Branch) -> Decision:
        uniform, probability = self.column(branch.uniform), self.column(branch.probability)
        then, otherwise = self.of(branch.then), self.of(branch.otherwise)
        from_day, per_day = pieces(branch.harm)

        def decide(spell: Spell) -> Request:
            days = delayed_days(spell.ready, spell.discharged, self.env.now)
            i = spell.number
            goes = goes_then(uniform[i], probability[i], days, from_day, per_day)
            return (then if goes else otherwise)(spell)

        return decide

    def _look(self, look: Look) -> Decision:
        pool, above = self.pools[look.pool], look.waiting_above
        then, otherwise = self.of(look.then), self.of(look.otherwise)

        def decide(spell: Spell) -> Request:
            goes = pool.seen_free if above is None else pool.seen_waiting > above
            return (then if goes else otherwise)(spell)

        return decide
