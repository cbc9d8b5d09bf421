"""A city in which people leave every queue of the community another way."""

from typing import Any

from flowsim.config.city_schema import CityConfig

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
