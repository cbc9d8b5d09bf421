"""What tests of the shipped interventions share: putting them in place, and a city in which nobody waits."""

import numpy as np
from from_config import cohort_of
from paths import CONFIGS, SHEFFIELD

import flowsim
from flowsim.config.changes import changed
from flowsim.config.city_schema import change_scope
from flowsim.config.intervention_schema import DeployedIntervention, load_interventions
from flowsim.config.types import DEMAND

FOLDER = CONFIGS / "interventions"
INTERVENTIONS = load_interventions(FOLDER)
EIGHT = sorted(
    (name for name, made in INTERVENTIONS.items() if made.high_impact_change),
    key=lambda name: INTERVENTIONS[name].high_impact_change,
)
PLENTY = {
    "front_door.mau.beds": 1000,
    "front_door.amu.beds": 2000,
    "ward": {"beds": 5000, "surge": None},
    "discharge_planning.team.staff": 1000,
    "services.transport.vehicles": 1000,
    "services.active_recovery.stit": {"caseload": 3000, "surge": None},
    "services.active_recovery.cics": {"caseload": 3000, "surge": None},
    "services.intermediate_care.intermediate_care_beds": {"beds": 3000, "surge": None},
    "services.intermediate_care.care_home_beds": {"beds": 3000, "surge": None},
    "services.interim_placement.beds": 1000,
    "services.homecare.homecare": {"starts_per_week": 3000, "unused_limit": 1000, "surge": None},
    "services.residential.residential_homes": {"starts_per_week": 3000, "unused_limit": 1000, "surge": None},
    "services.nursing.nursing_homes": {"starts_per_week": 3000, "unused_limit": 1000, "surge": None},
}


def put_in_place(city, *names, coverage=1.0):
    """Return the city with these interventions, in this order."""
    made = {name: DeployedIntervention(intervention=INTERVENTIONS[name], coverage=coverage) for name in names}
    return city.model_copy(update={"interventions": made})


def among_the_same_people(city, name, coverage=1.0):
    """Return the city with what an intervention changes but for how many people come."""
    made = INTERVENTIONS[name]
    changes = [change for change in made.changes if change_scope(change.path) is not DEMAND]
    place = DeployedIntervention(intervention=made.model_copy(update={"changes": changes}), coverage=coverage)
    return city.model_copy(update={"interventions": {name: place}})


def sheffield():
    """Return two months of the city without its history, from the first spells on."""
    days = {"run.start_date": "2016-10-01", "run.warm_up_days": 0, "run.horizon_days": 60}
    return changed(flowsim.load_config(SHEFFIELD), {"history": {}, **days})


def plentiful():
    """Return the same city where nobody waits for a person, a bed or a vacancy, but only for office hours."""
    settings = {}
    for path, value in PLENTY.items():
        settings |= {f"{path}.{key}": v for key, v in value.items()} if isinstance(value, dict) else {path: value}
    return changed(sheffield(), settings)


def drawn(city):
    """Return the cohort of the city's own seed."""
    return cohort_of(city)


def first_spells(run):
    """Return the rows of the log that are about first spells: readmissions come when the stay before them allows."""
    return run.cohort.parent[run.log.spell] < 0


def differ(before, after):
    """Return for each spell whether any of its columns, or its arrival, differs between two cohorts."""
    moved = ~((before.arrival == after.arrival) | (np.isnan(before.arrival) & np.isnan(after.arrival)))
    for name, column in before.columns.items():
        moved |= column != after.columns[name]
    return moved


def same_rows(before, after, spells):
    """Whether the log tells the same of these spells (a flag for each) in both runs, to the last bit."""
    ours, theirs = (spells[run.log.spell] & first_spells(run) for run in (before, after))
    return all(
        np.array_equal(getattr(before.log, name)[ours], getattr(after.log, name)[theirs], equal_nan=True)
        for name in ("spell", "activity", "requested", "started", "ended")
    )
