"""The columns of a cohort: what each is called, its type, its unit, what it means, and for which spells it is drawn.

A column is 0 for the spells that do not have it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from flowsim.config.community_schema import LONG_TERM_CARE

DType = Literal["float64", "int32", "bool"]

_DAYS, _OPEN_DAYS, _UNIFORM, _SHARE, _NUMBER, _FLAG = (
    "days",
    "days of open time",
    "uniform",
    "share",
    "number",
    "0 or 1",
)
_ALL = "everybody"
_HOSPITAL = "those who can come to a hospital bed"
_WARD = "those who can come to a ward"
_SIMPLE = "those who go home from a ward by route 1"
_COMPLEX = "those who leave a ward by another route"
_HINDERED = "the same, in cities with hindrances of complex discharges"
_IN_HOSPITAL = "those assessed in hospital for long-term care"
_RECOVERY = "those on the route to Active Recovery, and those for step-down who may go there instead"
_BED = "those on a route through intermediate care, also by plan B, and step-ups"
_STEP_UP = "step-ups"
_LOUNGE = "cities with a discharge lounge"
_LOOKS = "those on the routes to Active Recovery and step-down, in cities whose team looks first"
_HARM = "everybody, in cities where delay brings death forward"
_EQUIPPED = "those who may come to Active Recovery, and those who are, or may be, assessed in hospital"
_RESIDENT = "residents of a care home, and those who may have become one"
_CARE = "those who can come to need long-term care"
_OF_KIND = "those who can come to need this kind of care"
_LEAVES_QUEUE = "those who can come to need long-term care, in cities where people leave the queue for this kind"
_LEAVES_BED_QUEUE = "those on a route to a bed, also by plan B, in cities where people leave the queue for one"
_LEAVES_SLOT_QUEUE = "those on a route to Active Recovery or a bed, in cities where plan B is not a bed for everybody"
_INTERIM = "cities with interim placement"
_FIRST = "cities in which people in hospital, or at home, come first"


@dataclass(frozen=True)
class Declared:
    """A column of a table.

    Attributes
    ----------
    name : str
        A ``*`` stands for each of `each`.
    dtype : {"float64", "int32", "bool"}
        Its numpy type.
    unit : str
        A ``number`` counts a list of the configuration from 0, unless its meaning says otherwise; a ``uniform`` is a
        draw from [0, 1) that decides something.
    meaning : str
        What it says of a row.
    who : str
        Which rows have it.
    each : tuple of str
        What the ``*`` of its name stands for.
    """

    name: str
    dtype: DType
    unit: str
    meaning: str
    who: str = _ALL
    each: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each column that this one stands for."""
        return tuple(self.name.replace("*", one) for one in self.each) or (self.name,)


COHORT_COLUMNS = (
    Declared("arrival", "float64", _DAYS, "When the spell first asks; NaN for a readmission: the run decides when."),
    Declared("child", "int32", _NUMBER, "Row of the spell that is reserved for a readmission; -1 if there is none."),
    Declared(
        "in_service", "bool", _FLAG, "Present at the start, in its first activity.", "cities with an initial state"
    ),
    Declared("stream", "int32", _NUMBER, "The stream that brought the person."),
    Declared(
        "frailty", "float64", _SHARE, "Of all people of the same age, those who are less frail.", "cities with frailty"
    ),
    Declared("age_band", "int32", _NUMBER, "The age band."),
    Declared("care_home_resident", "int32", _FLAG, "Lived in a care home before the first spell."),
    Declared("council_supported", "int32", _FLAG, "The council would support long-term care."),
    Declared("support_need", "int32", _NUMBER, "The support need at discharge."),
    Declared("death_after", "float64", _DAYS, "From arrival to death."),
    Declared("attribution", "float64", _UNIFORM, "Decides whose delay it is: the NHS's, social care's or both."),
    Declared("arrival_time", "float64", _DAYS, "Time of day of the arrival, from midnight."),
    Declared("entry", "int32", _NUMBER, "The entry, then the groups who are present at the start."),
    Declared("non_elective", "int32", _FLAG, "Counts as a non-elective admission."),
    Declared("avoided", "int32", _NUMBER, "The service, from 1, that meets the need at home instead; 0 if none does."),
    Declared("same_day", "int32", _FLAG, "Goes home from the MAU or AMU.", _HOSPITAL),
    Declared("assessment", "float64", _DAYS, "Assessment in the MAU or AMU.", _HOSPITAL),
    Declared("stay_until_optimised", "float64", _DAYS, "From admission to the ward to medically optimised.", _WARD),
    Declared("early_planning", "int32", _FLAG, "Discharge is planned in parallel with treatment.", _WARD),
    Declared("treatment", "float64", _DAYS, "Treatment, up to early planning if there is any.", _WARD),
    Declared("route", "int32", _NUMBER, "The route out of hospital.", _WARD),
    Declared("complex", "int32", _FLAG, "The route is not route 1.", _WARD),
    Declared("simple_decision", "float64", _OPEN_DAYS, "From medically optimised to the decision on route 1.", _WARD),
    Declared("complex_decision", "float64", _OPEN_DAYS, "From medically optimised to ready for transfer.", _COMPLEX),
    Declared("planning_referral", "float64", _OPEN_DAYS, "Before the first assessment can begin.", _COMPLEX),
    Declared("assessments", "int32", _NUMBER, "Assessments after the first.", _COMPLEX),
    Declared("assessment_*", "float64", _OPEN_DAYS, "The assessment with this number.", _COMPLEX, ("1", "2", "3")),
    Declared("decision_support_tool", "int32", _FLAG, "The tool is completed in hospital.", _IN_HOSPITAL),
    Declared("decision_support_tool_outside", "int32", _FLAG, "It is completed after leaving hospital.", _IN_HOSPITAL),
    Declared("decision_support_tool_work", "float64", _OPEN_DAYS, "Completing the tool.", _IN_HOSPITAL),
    Declared("funding", "float64", _DAYS, "From the completed tool to the decision on funding.", _IN_HOSPITAL),
    Declared("hindrance", "int32", _NUMBER, "What else delays going home, from 1; 0 if nothing does.", _SIMPLE),
    Declared("hindrance_days", "float64", _DAYS, "For how long it does.", _SIMPLE),
    Declared(
        "complex_hindrance", "int32", _NUMBER, "What delays the allocated pathway, from 1; 0 if nothing.", _HINDERED
    ),
    Declared("complex_hindrance_days", "float64", _DAYS, "For how long it does.", _HINDERED),
    Declared("journey", "float64", _DAYS, "The journey out of hospital.", _WARD),
    Declared("lounge_patience", "float64", _DAYS, "How long for a place in the lounge: not at all.", _LOUNGE),
    Declared("looks_first", "int32", _FLAG, "The team looks at what is free before it takes the route.", _LOOKS),
    Declared("equipment_needed", "int32", _FLAG, "Needs equipment at home.", _EQUIPPED),
    Declared("equipment_days", "float64", _DAYS, "Until equipment is in place.", _EQUIPPED),
    Declared("active_recovery", "int32", _NUMBER, "The Active Recovery service.", _RECOVERY),
    Declared("active_recovery_lag", "float64", _OPEN_DAYS, "Before a slot is asked for.", _RECOVERY),
    Declared("active_recovery_stay", "float64", _DAYS, "From the start of the service to its end.", _RECOVERY),
    Declared("plan_b_after", "float64", _DAYS, "How long the person waits for a slot.", _RECOVERY),
    Declared("intermediate_care", "int32", _NUMBER, "The intermediate care service.", _BED),
    Declared("intermediate_care_lag", "float64", _OPEN_DAYS, "Before a bed is asked for.", _BED),
    Declared("step_down_stay", "float64", _DAYS, "Stay after hospital.", _BED),
    Declared("step_up_stay", "float64", _DAYS, "Stay from home.", _STEP_UP),
    Declared("step_up_patience", "float64", _DAYS, "How long the person waits at home for a bed.", _STEP_UP),
    Declared("care_home_reassessed", "int32", _FLAG, "The home assesses again before the return.", _RESIDENT),
    Declared("care_home_return_lag", "float64", _OPEN_DAYS, "Until it has.", _RESIDENT),
    Declared("nursing", "int32", _FLAG, "Would need a nursing home, and not a residential one.", _CARE),
    Declared("*_service", "int32", _NUMBER, "The service of this kind.", _OF_KIND, LONG_TERM_CARE),
    Declared("*_choosing", "int32", _FLAG, "The family takes time to choose.", _OF_KIND, LONG_TERM_CARE),
    Declared("*_choice", "float64", _DAYS, "How long it takes.", _OF_KIND, LONG_TERM_CARE),
    Declared("*_lag", "float64", _OPEN_DAYS, "Before a vacancy is asked for.", _OF_KIND, LONG_TERM_CARE),
    Declared("*_patience", "float64", _DAYS, "How long the person waits for a start.", _LEAVES_QUEUE, LONG_TERM_CARE),
    Declared("*_instead", "int32", _NUMBER, "The way that is found instead.", _LEAVES_QUEUE, LONG_TERM_CARE),
    Declared("bed_patience", "float64", _DAYS, "How long the person waits on the ward for a bed.", _LEAVES_BED_QUEUE),
    Declared("instead_of_bed", "int32", _NUMBER, "The way that is found instead of a bed.", _LEAVES_BED_QUEUE),
    Declared("instead_of_slot", "int32", _NUMBER, "The way that is found instead of a slot.", _LEAVES_SLOT_QUEUE),
    Declared("interim_patience", "float64", _DAYS, "How long for an interim bed: not at all.", _INTERIM),
    Declared("served_second", "float64", "priority", "Of those in a community service, whom a wait blocks.", _FIRST),
    Declared("served_third", "float64", "priority", "Of those who come last.", _FIRST),
    Declared("care_home_uniform", "float64", _UNIFORM, "Decides on a care home at the end of the route.", _CARE),
    Declared("care_home_probability", "float64", _SHARE, "Its chance, before any harm of delay.", _CARE),
    Declared("homecare_uniform", "float64", _UNIFORM, "Decides on homecare for the others.", _CARE),
    Declared("homecare_probability", "float64", _SHARE, "Its chance, before any harm of delay.", _CARE),
    Declared("readmission_uniform", "float64", _UNIFORM, "Decides on a readmission; infinite if a service avoids it."),
    Declared("readmission_probability", "float64", _SHARE, "Its chance, before any delay."),
    Declared(
        "readmission_gap",
        "float64",
        _DAYS,
        "From leaving hospital to coming back.",
        "those with a readmission reserved",
    ),
    Declared("harm_death_uniform", "float64", _UNIFORM, "Decides whether delay brings death forward.", _HARM),
    Declared("harm_death_days", "float64", _DAYS, "From leaving hospital to a death that it brings forward.", _HARM),
    Declared("avoided_return", "int32", _NUMBER, "The service, from 1, that avoids the readmission; 0 if none does."),
)
