"""A discharge lounge: people wait for transport there, so that their ward bed is free."""

import numpy as np
import pytest

import flowsim

ONE_VEHICLE = {"path": "services.transport.vehicles", "set": 1}
HOURS = {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from_hour": 9, "to_hour": 17}


def lounge(places):
    return [
        {"path": "calendars.ward_rounds", "set": {**HOURS, "open_on_bank_holidays": True}},
        {"path": "services.discharge_lounge", "set": {"places": places, "calendar": "ward_rounds"}},
    ]


@pytest.fixture(scope="module")
def city(tmp_path_factory, tiny_text):
    path = tmp_path_factory.mktemp("lounge") / "tiny.yaml"
    path.write_text(tiny_text, encoding="utf-8")
    return flowsim.load_config(path).with_changes([ONE_VEHICLE, lounge(1)[0]])


def events_of(city, engine="compiled"):
    return flowsim.simulate(city, engine=engine).events()


def waits_in_the_ward(events):
    """Return how long people wait for transport in a ward bed (days)."""
    waiting = events[(events["place"] == "ward") & events["activity"].str.startswith("transport_")]
    return waiting["started_day"] - waiting["asked_day"]


def test_people_wait_in_the_lounge_and_not_in_their_bed(city):
    before, after = (events_of(c) for c in (city, city.with_changes(lounge(50))))
    in_lounge = after[(after["place"] == "discharge_lounge") & after["started"].notna()]
    assert not (before["place"] == "discharge_lounge").any()
    assert in_lounge["spell"].nunique() > 100
    assert waits_in_the_ward(after).sum() < 0.5 * waits_in_the_ward(before).sum()


def test_a_lounge_without_a_free_place_or_that_is_closed_leaves_people_in_their_bed(city):
    events = events_of(city.with_changes(lounge(1)))
    asked = events[events["activity"].str.startswith("lounge_before_")]
    admitted = asked[asked["started"].notna()]
    turned_away = asked[asked["outcome"] == "gave up"]
    assert len(admitted) and len(turned_away)
    assert (admitted["started_day"] == admitted["asked_day"]).all()  # nobody waits for the lounge
    hours = admitted["started"].dt.hour
    assert hours.between(9, 16).all()


def test_a_place_in_the_lounge_serves_one_person_at_a_time(city):
    run = flowsim.simulate(city.with_changes(lounge(2)))
    assert run.measures["discharge_lounge_capacity_mean"] == 2
    assert 0 < run.measures["discharge_lounge_occupancy_mean"] <= 2


def test_those_for_whom_a_place_is_kept_do_not_use_the_lounge(city):
    events = events_of(city.with_changes(lounge(50)))
    kept = events[
        events["activity"].isin(["transport_to_stit", "transport_to_cics", "transport_to_intermediate_care_beds"])
    ]
    in_lounge = events[events["place"] == "discharge_lounge"]
    assert len(kept)
    assert (kept["place"] == "ward").all()
    assert not in_lounge["activity"].str.contains("stit|cics|intermediate").any()


def test_the_engines_agree_on_a_lounge(city):
    with_lounge = city.with_changes(lounge(2))
    compiled, simpy = (flowsim.simulate(with_lounge, engine=engine).log for engine in ("compiled", "simpy"))
    for column in ("spell", "activity", "requested", "started", "ended"):
        np.testing.assert_array_equal(getattr(compiled, column), getattr(simpy, column))


def test_a_city_without_a_lounge_has_no_trace_of_it(city):
    run = flowsim.simulate(city)
    assert not [name for name in run.measures if "lounge" in name]
    assert "lounge_patience" not in run.cohort.columns
