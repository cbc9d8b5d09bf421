"""How full the services of a city are and how long people wait for them, in a scenario and in the baseline."""

from __future__ import annotations

from dataclasses import dataclass

from flowsim.config.city_schema import CityConfig
from flowsim.measures.catalogue import CAPACITY, OCCUPANCY, UTILISATION, WAIT
from flowsim.model.effective_city import effective_city
from flowsim.report.differences import Difference
from flowsim.report.experiment.results_view import View


@dataclass(frozen=True)
class ServiceUse:
    """How a service is used; what was not measured, or does not apply, is NaN.

    Attributes
    ----------
    capacity, surge : float
        How much there is, and how much more in a surge (0 if it has none): units, visits a day, or starts a week.
    in_use : float
        Units in use on average; of a service of visits, people. Homecare and care homes have none.
    full : float
        Utilisation: the share of capacity that is used.
    wait : float
        Days, on average.
    """

    capacity: float
    surge: float
    in_use: float
    full: float
    wait: float


@dataclass(frozen=True)
class ServiceComparison:
    """A service in the baseline and in a scenario, and how its wait changes."""

    label: str
    before: ServiceUse
    after: ServiceUse
    wait: Difference


def services_of(view: View, scenario: str) -> list[ServiceComparison]:
    """Return every pool that the city has in the baseline and in a scenario, in the order of the network."""
    surges = {
        name: {pool.name: pool.surge_size for pool in effective_city(_config(view, name)).pools}
        for name in (view.baseline, scenario)
    }

    def use(name: str, pool: str) -> ServiceUse:
        capacity, in_use, full, wait = (
            view.mean(name, measure.of(pool))["mean"] for measure in (CAPACITY, OCCUPANCY, UTILISATION, WAIT)
        )
        return ServiceUse(capacity, surges[name][pool], in_use, full, wait)

    return [
        ServiceComparison(
            view.pools.get(pool, pool),
            use(view.baseline, pool),
            use(scenario, pool),
            view.difference(scenario, WAIT.of(pool)),
        )
        for pool in surges[view.baseline]
        if pool in surges[scenario]
    ]


def _config(view: View, scenario: str) -> CityConfig:
    return view.scenarios[scenario].config if scenario in view.scenarios else view.base
