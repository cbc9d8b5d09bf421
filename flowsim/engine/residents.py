"""What the SimPy engine keeps of the people who live in a care home."""

from __future__ import annotations

from flowsim.engine.simpy_state import Column, Spell
from flowsim.model.cohort import Cohort
from flowsim.model.network import Network


class Residents:
    """Who lives in a care home: the engine's own copy of the column `Readmission.resident`, if there is one."""

    def __init__(self, network: Network, cohort: Cohort):
        name = None if network.readmission is None else network.readmission.resident
        self.column: dict[str, Column] = {} if name is None else {name: cohort.columns[name].copy().data}
        self._care_homes = {place.name for place in network.places if place.kind == "care_home"}

    def keep(self, spell: Spell, child: int) -> None:
        """Keep for the child of a person who comes back now that the person is in a care home, if so."""
        for column in self.column.values():
            if spell.place in self._care_homes:
                column[child] = 1
