"""The steps in which the columns of a cohort are drawn, and which settings each of them reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from flowsim.config.city_schema import CityConfig
from flowsim.config.community_schema import LONG_TERM_CARE
from flowsim.model import attributes as person
from flowsim.model import care_attributes as care
from flowsim.model.spell_draws import Columns, Drawn, Spells

GIVEN = ("root", "requested", "given_age_band", "given_route")
"""What the first step finds, next to the column ``stream``: the row of each person's first spell; when they are
referred or set out (days; NaN for a reserved child spell); and the age band and the route of those for whom they are
known, -1 where chance decides."""
ON_THE_WAY = (*GIVEN, "to_ward", "goes_home")
"""What steps hand on to each other, and a cohort does not keep."""


@dataclass(frozen=True)
class Step:
    """One step: what it makes of a spell depends on its settings, and on the spell's own columns and uniforms.

    Attributes
    ----------
    draw : callable
        From the city, the spells and the columns drawn so far to new columns.
    reads : tuple of str
        Dotted paths of all settings that it reads. A change of any other setting changes nothing.
    """

    draw: Callable[[CityConfig, Spells, Drawn], Columns]
    reads: tuple[str, ...]


_ARRIVAL = ("streams", "patients.readmissions.stream", "admission_avoidance", "run.start_date")
_WHO = ("care_home_residents", "support_need", "death_after_days", "frailty", "council_supported_share")
_STAY = ("ward.need_factor", "ward.stay_until_optimised_days", "ward.long_stayers", "patients.frailty")
_SHORT_TERM = ("services.active_recovery", "services.intermediate_care")
_LONG_TERM = tuple(f"services.{kind}" for kind in LONG_TERM_CARE)

STEPS = (
    Step(person.person, ("streams", *(f"patients.{its}" for its in _WHO))),
    Step(person.arrival, _ARRIVAL),
    Step(person.front_door, ("front_door",)),
    Step(person.stay, _STAY),
    Step(person.early_planning, ("discharge_planning.early_planning",)),
    Step(care.route, ("routes.shares",)),
    Step(care.decisions, ("discharge_planning.simple_decision", "discharge_planning.complex_decision")),
    Step(care.assessments, ("discharge_planning.assessments",)),
    Step(care.decision_support_tool, ("discharge_planning.decision_support_tool",)),
    Step(care.hindrances, ("discharge_planning.hindrances",)),
    Step(care.journey, ("services.transport", "services.discharge_lounge")),
    Step(care.ways_home, ("routes.looks_first", "services.intermediate_care")),
    Step(care.equipment, ("services.equipment",)),
    Step(care.active_recovery, ("services.active_recovery",)),
    Step(care.intermediate_care, ("services.intermediate_care",)),
    Step(care.care_home_return, ("services.care_home_return", "patients.readmissions.to_care_home")),
    Step(care.nursing, ("services.nursing_share",)),
    *(Step(partial(care.long_term_care, kind), (f"services.{kind}",)) for kind in LONG_TERM_CARE),
    Step(care.ways_out, (*_SHORT_TERM, *_LONG_TERM, "services.interim_placement")),
    Step(care.outcomes, ("routes.outcomes", *_SHORT_TERM)),
    Step(care.readmission, ("patients.readmissions", "patients.frailty")),
    Step(care.harm_of_death, ("routes.harm_of_delay",)),
)
