"""What holds in a busy city (`test_conservation.py`) holds there too when people leave every queue another way."""

import pytest
import test_conservation as without
from conftest import BUSY, ENGINES, SHEFFIELD, City
from from_config import cohort_of, network_of
from valves import WAYS

from flowsim.config.city_schema import CityConfig
from flowsim.config.load import load

SOON = {"distribution": "exponential", "mean": 4}
CARE = ("homecare.homecare", "residential.residential_homes", "nursing.nursing_homes")
WAYS_OUT = {
    "services.interim_placement": {"beds": 4},
    "services.intermediate_care.intermediate_care_beds.gives_up": {
        "after_days": SOON,
        "instead": {"active_recovery": 0.4, "assessed_in_hospital": 0.3, "home": 0.3},
    },
    "services.active_recovery.stit.instead": {"step_down": 0.7, "home": 0.3},
    **{f"services.{kind}.gives_up": {"after_days": SOON, "instead": WAYS} for kind in CARE},
    **{f"services.{kind}.starts_per_week": starts for kind, starts in zip(CARE, (20, 5, 5), strict=True)},
    **{f"services.{kind}.surge": {"starts_per_week": 5, "opens_above": 4, "closes_at": 1} for kind in CARE},
}
OF_ANOTHER_CITY = "test_the_city_is_busy_enough_to_test_anything"

rows = without.rows
globals().update({name: claim for name, claim in vars(without).items() if name.startswith("test_")})
del globals()[OF_ANOTHER_CITY]


@pytest.fixture(scope="module")
def busy_city(pytestconfig):
    """The city with too little of everything, in which people wait some days for the community and no longer."""
    changes = [{"path": path, "set": value} for path, value in (BUSY | WAYS_OUT).items()]
    config = load(pytestconfig.rootpath / SHEFFIELD, CityConfig, changes)
    network, cohort = network_of(config), cohort_of(config, seed=1)
    return City(config, network, cohort, ENGINES["compiled"](network, cohort, float(config.run.days)))


def test_every_way_out_is_taken(busy_city):
    _, network, _, log = busy_city
    happens = {network.activities[index].name for index in set(log.activity.tolist())}
    for origin in ("ward_homecare", "waiting_at_home_residential_homes", "intermediate_care_beds_nursing_homes"):
        assert {f"{origin}_{way}" for way in (*WAYS, "given_up", "vacancy_again")} <= happens
    assert {
        "interim_placement_nursing_homes_moved_to_nursing",
        "ward_homecare_waits_in_interim_bed",
        "intermediate_care_beds_given_up",
        "transport_without_intermediate_care_beds",
        "stit_slot_instead",
        "transport_without_stit",
    } <= happens
