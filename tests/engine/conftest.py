"""What the engine tests share: the engines, and a busy city that both conservation and Little's law look at."""

from typing import NamedTuple

import pytest

from flowsim.config.city_schema import CityConfig
from flowsim.config.load import load
from flowsim.config.types import ROUTES
from flowsim.engine import compiled_engine, simpy_engine
from flowsim.engine.log import JourneyLog
from flowsim.model.city_network import build_calendars, build_network
from flowsim.model.cohort import Cohort
from flowsim.model.draw import draw_cohort
from flowsim.model.effective_city import effective_city
from flowsim.model.network import Network

ENGINES = {"simpy": simpy_engine.run, "compiled": compiled_engine.run}
SHEFFIELD = "tests/support/cities/sheffield_v01.yaml"

# Too little of everything, so that within 92 days every queue forms, every bed blocks and every surge opens; and some
# of all that the baseline leaves out, so that every activity of the network happens.
BUSY = {
    "run.warm_up_days": 0,
    "run.horizon_days": 1,
    "streams.elective.enabled": True,
    "front_door.mau.beds": 12,
    "front_door.amu.beds": 50,
    "ward.beds": 460,
    "discharge_planning.team.staff": 18,
    "discharge_planning.early_planning.coverage": 0.3,
    "services.transport.vehicles": 8,
    "services.active_recovery.stit.caseload": 24,
    "services.active_recovery.stit.surge": {"units": 6, "opens_above": 4, "closes_at": 1},
    "services.active_recovery.stit.plan_b_after_days.mean": 4,
    "services.active_recovery.cics.caseload": 20,
    "services.active_recovery.cics.surge": {"units": 6, "opens_above": 4, "closes_at": 1},
    "services.intermediate_care.intermediate_care_beds.beds": 60,
    "services.active_recovery.stit.stay_days.mean": 7,
    "services.active_recovery.stit.stay_days.median": 6,
    "services.active_recovery.cics.stay_days.mean": 7,
    "services.active_recovery.cics.stay_days.median": 6,
    "services.homecare.homecare.starts_per_week": 35,
    "services.homecare.homecare.choice_share": 0.4,
    "services.homecare.homecare.choice_days": {"distribution": "exponential", "mean": 3},
    "services.homecare.homecare.choice_reason": "package_at_home",
    "services.residential.residential_homes.starts_per_week": 11,
    "services.residential.residential_homes.surge": {"starts_per_week": 5, "opens_above": 6, "closes_at": 2},
    "services.residential.residential_homes.choice_share": 0.7,
    "services.nursing.nursing_homes.starts_per_week": 13,
    "services.nursing.nursing_homes.surge": {"starts_per_week": 5, "opens_above": 6, "closes_at": 2},
    "services.nursing.nursing_homes.choice_share": 0.7,
    "services.intermediate_care.intermediate_care_beds.step_down_stay_days.mean": 10,
    "services.intermediate_care.intermediate_care_beds.step_down_stay_days.median": 8,
    "services.nursing_share": 0.55,
    "discharge_planning.hindrances.housing.share": 0.02,
    "discharge_planning.hindrances.family_choice.share": 0.02,
    "admission_avoidance.rapid_response.share": 0.2,
    "routes.outcomes.discharge_to_assess_home": {"care_home": 0.35, "homecare": 0.5},
    "routes.outcomes.discharge_to_assess_step_down": {"care_home": 0.4, "homecare": 0.5},
    "routes.outcomes.assessed_in_hospital": {"care_home": 0.4, "homecare": 0.6},
    "routes.shares.some": {"home": 0.2, **dict.fromkeys(ROUTES[1:3], 0.3), "assessed_in_hospital": 0.2},
    "routes.shares.high": {"home": 0.1, **dict.fromkeys(ROUTES[1:], 0.3)},
    "patients.support_need.18-64": {"none": 0.7, "some": 0.2, "high": 0.1},
    "patients.support_need.65-74": {"none": 0.7, "some": 0.2, "high": 0.1},
}


class City(NamedTuple):
    """A run of the busy city, and what went into it."""

    config: CityConfig
    network: Network
    cohort: Cohort
    log: JourneyLog


@pytest.fixture(scope="session", params=ENGINES)
def engine(request):
    """Every test of an engine runs on each: `run(network, cohort, until) -> JourneyLog`."""
    return ENGINES[request.param]


@pytest.fixture(scope="session")
def busy_city(engine, pytestconfig) -> City:
    config = load(
        pytestconfig.rootpath / SHEFFIELD, CityConfig, [{"path": path, "set": value} for path, value in BUSY.items()]
    )
    city = effective_city(config)
    calendars = build_calendars(city)
    network = build_network(city, calendars)
    cohort = draw_cohort(city, calendars, seed=1, replication=0)
    return City(config, network, cohort, engine(network, cohort, float(config.run.days)))
