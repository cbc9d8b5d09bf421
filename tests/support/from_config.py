"""From a configuration to its calendars, its network and its cohort, where a test needs no whole run."""

from flowsim.config.city_schema import CityConfig
from flowsim.model.calendar import Calendar
from flowsim.model.city_network import build_calendars, build_network
from flowsim.model.cohort import Cohort
from flowsim.model.draw import draw_cohort
from flowsim.model.effective_city import effective_city
from flowsim.model.network import Network


def calendars_of(config: CityConfig) -> dict[str, Calendar]:
    return build_calendars(effective_city(config))


def network_of(config: CityConfig) -> Network:
    return build_network(effective_city(config), calendars_of(config))


def cohort_of(config: CityConfig, seed: int | None = None, replication: int = 0) -> Cohort:
    """Return a cohort; without a seed, that of the configuration's own."""
    seed = config.run.seed if seed is None else seed
    return draw_cohort(effective_city(config), calendars_of(config), seed, replication)
