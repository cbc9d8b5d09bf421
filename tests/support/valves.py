"""A city in which people leave every queue of the community another way."""

from typing import Any

import numpy as np
from from_config import cohort_of, network_of

from flowsim.config.city_schema import CityConfig
from flowsim.model.clock import to_grid
from flowsim.model.cohort import Cohort
from flowsim.model.network import Network

Changes = list[dict[str, Any]]
WAYS = {"family_copes": 0.25, "recovers": 0.25, "self_funded": 0.25, "interim_placement": 0.25}


def after(days: float) -> dict[str, Any]:
    """Return a patience that is the same for everybody."""
    return {"distribution": "fixed", "value": days}


def gives_up(days: float, instead: dict[str, float]) -> dict[str, Any]:
    return {"after_days": after(days), "instead": instead}


def ways_out_of_every_queue(city: CityConfig, days: float = 10.0, interim_beds: int = 5) -> Changes:
    """Return changes that give every queue of the community ways out, interim beds, and people who come first."""
    services = city.services
    changes: Changes = [{"path": "services.interim_placement", "set": {"beds": interim_beds}}]
    for name in services.active_recovery:
        changes.append(
            {"path": f"services.active_recovery.{name}.instead", "set": {"step_down": 0.5, "home": 0.5}},
        )
    for name in services.intermediate_care:
        beds = {"active_recovery": 0.5, "assessed_in_hospital": 0.25, "home": 0.25}
        changes += [
            {"path": f"services.intermediate_care.{name}.gives_up", "set": gives_up(days, beds)},
            {"path": f"services.intermediate_care.{name}.first", "set": "home"},
        ]
    for kind in ("homecare", "residential", "nursing"):
        for name in getattr(services, kind):
            changes += [
                {"path": f"services.{kind}.{name}.gives_up", "set": gives_up(days, WAYS)},
                {"path": f"services.{kind}.{name}.first", "set": "hospital"},
            ]
    return changes


def by_hand(city: CityConfig, vacancies: dict[str, list[float]], *patients: dict[str, float]) -> tuple[Network, Cohort]:
    """Return the network of a city and a few patients: nobody dies, comes back or needs anything unless it is said.

    Of each patient the `arrival` (days) and columns of the cohort; in `vacancies` those of each service, none unless
    it is said.
    """
    network, drawn = network_of(city), cohort_of(city)
    n = len(patients)
    columns = {name: np.zeros(n, dtype=column.dtype) for name, column in drawn.columns.items()}
    for name in ("served_second", "served_third"):
        if name in columns:
            columns[name][:] = drawn.columns[name][0]
    for name in ("death_after", "readmission_uniform", "care_home_uniform", "homecare_uniform"):
        columns[name][:] = np.inf
    for row, patient in enumerate(patients):
        for name, value in patient.items():
            if name != "arrival":
                columns[name][row] = value if columns[name].dtype == np.int32 else to_grid(value)
    cohort = Cohort(
        to_grid([patient["arrival"] for patient in patients]),
        np.full(n, -1, dtype=np.int32),
        columns,
        {name: to_grid(vacancies.get(name, [])) for name in drawn.vacancies},
    )
    return network, cohort
