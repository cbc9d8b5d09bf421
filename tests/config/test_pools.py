"""The pools of a city: one table, in which every capacity and every supply of the schema has its row."""

import pytest
from from_config import network_of
from paths import CONFIGS, SHEFFIELD

from flowsim.config.changes import changed, value_at
from flowsim.config.city_schema import change_scope
from flowsim.config.provenance import leaves
from flowsim.config.types import CAPACITY, SUPPLY
from flowsim.run.load_city import load_config

CITIES = [SHEFFIELD, *sorted((CONFIGS / "examples").glob("*.yaml"))]
VISITS = {"caseload": None, "visits": {"per_day": 200, "first": 3, "last": 1}}


@pytest.fixture(params=CITIES, ids=lambda path: path.stem)
def city(request):
    return load_config(request.param)


def test_every_capacity_and_every_supply_is_the_size_of_one_pool(city):
    data = leaves(city.model_dump(mode="json", by_alias=True, round_trip=True, exclude={"interventions"}))
    sizes = [p for p, v in data.items() if v is not None and change_scope(p) in (CAPACITY, SUPPLY)]
    assert sorted(pool.path for pool in city.pools) == sorted(sizes)
    assert all(pool.size == value_at(city, pool.path) for pool in city.pools)
    assert all((change_scope(p.path) is SUPPLY) == (p.kind == "vacancies") for p in city.pools)


def test_the_network_has_the_pools_of_the_table_in_its_order(city):
    pools = network_of(city).pools
    assert [(pool.name, pool.kind) for pool in pools] == [(pool.name, pool.kind) for pool in city.pools]


def test_what_belongs_to_a_pool_is_found_from_its_row(city):
    pools = {pool.name: pool for pool in city.pools}
    assert pools["ward_beds"].surge == (city.ward.surge,)
    assert {name: pool.price for name, pool in pools.items() if pool.price} == city.costs.pools
    assert pools["mau_beds"].surge == () and pools["mau_beds"].surge_size == 0


def test_a_service_of_visits_is_sized_in_visits(city):
    name, *_ = city.services.active_recovery
    values = {f"services.active_recovery.{name}.{key}": value for key, value in VISITS.items()}
    of_visits = changed(city, {"history": {}, **values})  # which says how the caseload changed
    pool = next(pool for pool in of_visits.pools if pool.name == name)
    assert (pool.kind, pool.size) == ("visits", 200)
    assert pool.path == f"services.active_recovery.{name}.visits.per_day"
    assert [pool.name for pool in of_visits.pools] == [pool.name for pool in city.pools]


def test_a_pool_says_whether_people_leave_its_queue_another_way(city):
    name, *_ = city.services.nursing
    gives_up = {"after_days": {"distribution": "fixed", "value": 9}, "instead": {"recovers": 1}}
    without, with_one = (changed(city, {f"services.nursing.{name}.gives_up": its}) for its in (None, gives_up))
    before, after = ({p.name for p in its.pools if p.has_way_out} for its in (without, with_one))
    others = {**city.services.intermediate_care, **city.services.homecare, **city.services.residential}
    given_up = {other for other, its in others.items() if its.gives_up is not None}
    assert before == set(city.services.active_recovery) | given_up  # plan B, and what is written of the others
    assert after == before | {name}


def test_a_pool_is_called_as_people_call_it():
    labels = {pool.name: pool.label for pool in load_config(SHEFFIELD).pools}
    assert labels["stit"] == "STIT (Active Recovery)"
    assert labels["homecare"] == "Homecare"
    assert labels["discharge_team"] == "Discharge team"


def test_a_setting_is_looked_up_by_its_path(city):
    assert value_at(city, "ward.need_factor.high") == city.ward.need_factor["high"]
    with pytest.raises(KeyError):
        value_at(city, "ward.bedz")
