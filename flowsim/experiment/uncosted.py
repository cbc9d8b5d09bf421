"""Changes that carry no cost: what helps in a scenario and is not in what must be paid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from flowsim.config.city_schema import CityConfig
from flowsim.config.pools import CityPool
from flowsim.config.setting_labels import path_label
from flowsim.experiment.changed_settings import changed_settings
from flowsim.experiment.experiment import Experiment
from flowsim.experiment.scenario import Scenario
from flowsim.run.fingerprint import configuration

NO_PRICE = "there is no price for it"
NO_COST = "no cost is given"
ONLY_IN_USE = "paid for only when used: what stands idle costs nothing"
AS_GIVEN = "taken as given, without a cost"

# What says how a city is simulated, counted or priced, and nothing that somebody does.
_NO_ACTION = (
    *("name", "description", "population", "run", "bank_holidays", "delay_reasons", "outcomes", "costs", "targets"),
    "initial_state",
)
_CIRCUMSTANCES = ("streams", "patients")
_PARTS = ("mean", "sd", "median", "scale", "shape", "value", "distribution")  # of a distribution
_OTHER_FORMS = ("caseload", "visits")  # a service has one of them
_FACTORS = ("by_month", "by_weekday", "on_bank_holidays")  # what a size is multiplied by on some days
_CHANGES, _HISTORY = "changes", "history"


def uncosted_changes(experiment: Experiment, scenarios: Sequence[Scenario] | None = None) -> dict[str, list[str]]:
    """Return what carries no cost in the scenarios of an experiment.

    Parameters
    ----------
    experiment : Experiment
        The question; its base is what the scenarios are held against.
    scenarios : sequence of Scenario, optional
        Those to look at; by default those that are known before anything is run.

    Returns
    -------
    dict of str to list of str
        By name of the scenario, in words: what changes, and in brackets why it carries no cost. Scenarios in which
        everything has a cost are left out.
    """
    if scenarios is None:
        nothing_yet = pd.DataFrame(columns=["scenario", "replication", "measure", "value"])
        scenarios = experiment.wanted(nothing_yet)
    found = {scenario.name: uncosted(experiment.base, scenario.config) for scenario in scenarios}
    return {name: changes for name, changes in found.items() if changes}


def uncosted(base: CityConfig, city: CityConfig) -> list[str]:
    """Return what is different in a city and carries no cost, in words."""
    labels = {pool.name: pool.label for pool in city.pools}
    before, after = configuration(base), configuration(city)
    found: dict[str, None] = {}
    for path in _paths_changed(before, after):
        for what, why in _without_cost(path, city):
            found[f"{path_label(what, labels)} ({why})"] = None
    for name, deployed in city.interventions.items():
        if deployed == base.interventions.get(name):
            continue
        intervention = deployed.intervention
        if intervention.cost is None:
            found[f"{intervention.title} ({NO_COST})"] = None
        for change in intervention.changes:  # its cost is on top of the capacity and the hours that it adds
            if change.path.startswith("calendars.") or _sized_by(change.path, city.pools):
                for what, why in _without_cost(change.path, city):
                    found[f"{path_label(what, labels)} ({why})"] = None
    return list(found)


def _paths_changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Yield the path of each setting that is otherwise, dated changes among them."""
    for path, value in changed_settings(before, after):
        if path == _CHANGES:
            yield from (change["path"] for change in value if change not in before[path])
        elif path == _HISTORY:
            known = before[path].values()
            yield from (change["path"] for past in value.values() if past not in known for change in past["changes"])
        else:
            yield path


def _without_cost(path: str, city: CityConfig) -> Iterator[tuple[str, str]]:
    """Yield what of a changed setting carries no cost (a path or the name of a pool), and why."""
    first, _, rest = path.partition(".")
    if first in _NO_ACTION:
        return
    if first in _CIRCUMSTANCES:
        yield _whole(path), AS_GIVEN
    elif first == "calendars":
        names = [rest.partition(".")[0]] if rest else list(city.calendars)
        yield from ((f"calendars.{name}", NO_PRICE) for name in names if not _hours_have_a_price(name, city))
    elif first == "admission_avoidance" and rest.partition(".")[0] in city.admission_avoidance:
        if not city.admission_avoidance[rest.partition(".")[0]].gbp_each:
            yield path, NO_PRICE
    elif pools := _sized_by(path, city.pools):
        for pool in pools:
            if why_not := _no_provision(pool):
                yield pool.name, why_not
    elif (pool_of_surge := _surge_of(path, city.pools)) is not None:
        if pool_of_surge.price is None:
            yield path, NO_PRICE
    elif not _moves_priced_staff(path, city.pools):
        yield _whole(path), NO_PRICE


def _sized_by(path: str, pools: Sequence[CityPool]) -> list[CityPool]:
    """Return the pools whose size is at this path or below it, or in another form, or is multiplied by what is here."""
    return [
        pool
        for pool in pools
        if f"{pool.path}.".startswith(f"{path}.")
        or path in {f"{pool.group}.{form}" for form in _OTHER_FORMS}
        or any(f"{path}.".startswith(f"{pool.group}.{factor}.") for factor in _FACTORS)
    ]


def _no_provision(pool: CityPool) -> str:
    """Return why more of a pool costs nothing; nothing if it has a price."""
    if pool.price is None or pool.price.gbp == 0:
        return NO_PRICE
    return "" if pool.price.pays_for_provision else ONLY_IN_USE


def _surge_of(path: str, pools: Sequence[CityPool]) -> CityPool | None:
    """Return the pool whose surge is at this path or around it."""
    return next((pool for pool in pools if f"{path}.".startswith(f"{pool.group}.surge.")), None)


def _moves_priced_staff(path: str, pools: Sequence[CityPool]) -> bool:
    """Return whether a path says in which hours staff work who are paid by the hour."""
    by_hour = [pool for pool in pools if pool.price is not None and pool.price.per == "open_hour"]
    return any(path == f"{pool.group}.calendar" for pool in by_hour)


def _hours_have_a_price(calendar: str, city: CityConfig) -> bool:
    by_hour = [pool.calendar for pool in city.pools if pool.price is not None and pool.price.per == "open_hour"]
    return calendar in city.costs.calendars or calendar in by_hour


def _whole(path: str) -> str:
    """Return the path of the distribution of which a path is a part; otherwise the path itself."""
    above, _, last = path.rpartition(".")
    return above if last in _PARTS else path
