"""The ways into the model: one row for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal


@dataclass(frozen=True)
class Entry:
    """A way into the model, by which the people of a stream come.

    Attributes
    ----------
    name : str
        As a stream names it.
    first_activity : str
        What is asked for first (`flowsim.model.journey`).
    comes_to_hospital : bool
        Whether the person can come to a hospital bed. (A step-up that waits too long goes to the AMU.)
    passes_front_door : bool
        Whether the person begins in the MAU or the AMU, and can go home from there the same day.
    asks_for_care : bool
        Whether the person can need homecare or a care home without having left hospital for it.
    can_return : bool
        Whether the person can come back as a readmission.
    in_configuration : bool
        Whether a stream can name it. Otherwise it is for people who were to come by another way.
    """

    name: str
    first_activity: str
    comes_to_hospital: bool = False
    passes_front_door: bool = False
    asks_for_care: bool = False
    can_return: bool = True
    in_configuration: bool = True


# The cohort's column `entry` counts these rows from 0.
ENTRIES = (
    Entry("mau", "mau_assessment", comes_to_hospital=True, passes_front_door=True),
    Entry("amu", "amu_assessment", comes_to_hospital=True, passes_front_door=True),
    Entry("ward", "ward_treatment", comes_to_hospital=True),
    Entry("step_up", "step_up_request", comes_to_hospital=True, asks_for_care=True),
    Entry("ready", "comes_ready_for_transfer", comes_to_hospital=True),
    Entry("care_home", "care_home_request", asks_for_care=True),
    Entry("homecare", "homecare_request", asks_for_care=True),
    Entry("elsewhere", "counted_elsewhere", can_return=False),
    Entry("avoided", "cared_for_where_they_live", in_configuration=False),
)

if TYPE_CHECKING:
    EntryName = str
else:
    EntryName = Literal[tuple(entry.name for entry in ENTRIES if entry.in_configuration)]


def entry_number(name: str) -> int:
    """Return the row of an entry, which is its number in the cohort."""
    return next(number for number, entry in enumerate(ENTRIES) if entry.name == name)
