"""Services that share a queue: a person gets the first place on any site, and is counted once."""

import numpy as np
import pytest
from from_config import network_of
from paths import SHEFFIELD_V01
from replay import count_at, holdings, waits
from small_networks import journey
from valves import by_hand

import flowsim
from flowsim.config.changes import changed
from flowsim.config.entries import entry_number
from flowsim.config.errors import ConfigError
from flowsim.config.types import ROUTES
from flowsim.engine import simpy_engine
from flowsim.measures.waits import Waits
from flowsim.measures.window import Window
from flowsim.model.journey import every_activity
from flowsim.model.network import AnyOf, requests_for_any
from flowsim.run.offered_load import offered_load

SHARES = {"north": 0.8, "south": 0.2}
BEDS = 5


def two_of(service, **settings):
    """Return two services like one, of which the first is chosen for most people."""
    plain = service.model_dump(mode="json")
    return {name: {**plain, "share": share, "surge": None, **settings} for name, share in SHARES.items()}


@pytest.fixture
def city(tiny_city):
    """Most people are for the beds in the north, where there are no more than in the south."""
    one = flowsim.load_config(tiny_city)
    beds = two_of(one.services.intermediate_care["intermediate_care_beds"], beds=BEDS)
    homecare = two_of(one.services.homecare["homecare"], starts_per_week=1.5)
    homecare = {f"homecare_{name}": its for name, its in homecare.items()}
    priced = {name: price for name, price in one.costs.model_dump(mode="json")["pools"].items() if "_beds" in name}
    priced.pop("intermediate_care_beds")
    without = {"services.intermediate_care": beds, "services.homecare": homecare, "costs.pools": priced}
    more = {"streams.step_up.spells_per_day": 0.4, "streams.emergency_department.spells_per_day": 8}
    return changed(one, {**without, **more})


@pytest.fixture
def shared(city):
    return changed(city, {"services.shared_queues": ["intermediate_care", "homecare"]})


def of_beds(network, log, name):
    """Return the spells that asked for a bed after hospital and were given one, or not yet, on a site."""
    return log.spell[log.activity == network.activity_index(f"{name}_bed")]


def test_nobody_waits_for_one_site_while_a_bed_on_another_is_free(shared):
    run = flowsim.simulate(shared)
    days = np.arange(shared.run.days) + 0.53  # at this time the services take people on, if they do that day at all
    calendar = run.network.calendars[run.network.activities[run.network.activity_index("north_bed")].calendar]
    opened = np.searchsorted(calendar.opens, days) > np.searchsorted(calendar.closes, days)
    waiting, is_free = np.zeros(days.size), np.zeros(days.size, dtype=bool)
    for name in SHARES:
        _, joined, left = waits(run.network, run.log, name)
        waiting += count_at(days, joined, left)
        is_free |= count_at(days, *holdings(run.network, run.log)[name]) < BEDS
    somebody = opened & (waiting > 0)
    assert somebody.sum() > 10 and (opened & is_free).sum() > 10
    assert not np.any(somebody & is_free)


def test_the_wait_is_alike_for_all_and_not_that_of_the_site_that_they_were_meant_for(city, shared):
    apart, together = flowsim.simulate(city).measures, flowsim.simulate(shared).measures
    assert apart["north_wait_days_mean"] > 5 * apart["south_wait_days_mean"]
    assert together["north_wait_days_mean"] < 2 * together["south_wait_days_mean"] + 1
    assert together["north_wait_days_mean"] < apart["north_wait_days_mean"] / 2


def test_a_person_asks_once_and_is_counted_once_on_the_site_that_took_them(city, shared):
    apart, together = flowsim.simulate(city), flowsim.simulate(shared)
    for run in (apart, together):
        asked = np.concatenate([of_beds(run.network, run.log, name) for name in SHARES])
        assert asked.size > 20 and np.unique(asked).size == asked.size
    window = Window(shared.run.start_date, 0, shared.run.days)
    counted = Waits.from_log(together.network, together.log, window).requests
    pools = [together.network.pool_index(name) for name in SHARES]
    places = [f"{name}_{what}" for name in SHARES for what in ("bed", "step_up")]
    rows = np.isin(together.log.activity, [together.network.activity_index(name) for name in places])
    assert counted[pools].sum() == rows.sum()
    own = together.cohort.columns["intermediate_care"][of_beds(together.network, together.log, "south")]
    assert np.count_nonzero(own == 0) > 0  # people whose share was the north's


def test_the_stay_is_the_persons_own_wherever_it_is(shared):
    stays = {"north": {"distribution": "fixed", "value": 12}, "south": {"distribution": "fixed", "value": 20}}
    of_site = {f"services.intermediate_care.{name}.step_down_stay_days": days for name, days in stays.items()}
    run = flowsim.simulate(changed(shared, of_site))
    log = run.log
    rows = np.flatnonzero(log.activity == run.network.activity_index("south_step_down"))
    rows = rows[~np.isnan(log.ended[rows])]
    broken_off = np.isin(log.activity[rows + 1], [run.network.activity_index(name) for name in ("died", "readmitted")])
    rows = rows[~broken_off]
    own = run.cohort.columns["intermediate_care"][log.spell[rows]]
    assert np.array_equal((log.ended - log.started)[rows], np.where(own == 0, 12.0, 20.0))
    assert {0, 1} == set(own.tolist())


def test_both_engines_agree_where_every_kind_shares_its_queue(shared):
    recovery = {"services.active_recovery.stit.caseload": 3, "services.active_recovery.cics.caseload": 3}
    every = ["active_recovery", "intermediate_care", "homecare", "residential", "nursing"]
    city = changed(shared, {"services.shared_queues": every, **recovery})
    asked = {its for a in network_of(city).activities for its in requests_for_any(a.next)}
    assert AnyOf(("cics_slot", "stit_slot")) in asked and AnyOf(("south_step_up", "north_step_up")) in asked
    assert AnyOf(("north_homecare_north_vacancy", "north_homecare_south_vacancy")) in asked
    assert not any("nursing" in name for its in asked for name in its.activities)  # there is one of that kind
    assert flowsim.simulate(city, engine="simpy").log.equals(flowsim.simulate(city).log)


def test_what_is_asked_of_the_sites_is_shared_out_by_their_capacity(city, shared):
    more = {"services.intermediate_care.north.beds": 6, "services.intermediate_care.south.beds": 2}
    apart, together = ({load.pool: load for load in offered_load(changed(its, more))} for its in (city, shared))
    total = together["north"].offered + together["south"].offered
    assert together["north"].offered == pytest.approx(total * 6 / 8)
    assert together["north"].share == pytest.approx(together["south"].share)
    assert total == pytest.approx(apart["north"].offered + apart["south"].offered, rel=0.05)


@pytest.mark.parametrize(
    ("kinds", "message"),
    [
        (["homecare", "homecare"], "a kind of service is named twice"),
        (["transport"], "must be 'active_recovery', 'intermediate_care', 'homecare', 'residential' or 'nursing'"),
    ],
)
def test_what_cannot_share_a_queue_is_refused(city, kinds, message):
    with pytest.raises(ConfigError, match=message):
        changed(city, {"services.shared_queues": kinds})


def test_services_that_are_sized_in_different_things_cannot_share_a_queue(city):
    cics = "services.active_recovery.cics"
    visits = {f"{cics}.caseload": None, f"{cics}.visits": {"per_day": 40, "first": 3, "last": 1}}
    mixed = changed(city, {**visits, f"{cics}.surge": None})
    with pytest.raises(ConfigError, match="need sizes of one kind, all with a caseload or all with visits"):
        changed(mixed, {"services.shared_queues": ["active_recovery"]})


def test_a_team_that_looks_sees_a_free_bed_on_any_site_of_one_queue(city, shared):
    """One bed a site, all for the north: the second person goes south, or home where each site has its own queue."""
    person = {"entry": entry_number("ready"), "route": ROUTES.index("discharge_to_assess_step_down"), "complex": 1,
              "looks_first": 1, "step_down_stay": 30, "active_recovery_stay": 30, "journey": 1 / 16}  # fmt: skip
    beds = {f"services.intermediate_care.{name}.beds": 1 for name in SHARES}
    slot = None
    for its, beds_taken in ((city, ["north_bed", slot, slot]), (shared, ["north_bed", "south_bed", slot])):
        looking = changed(its, {**beds, "routes.looks_first": {"share": 1.0, "waiting_above": 0}})
        monday = 2.5
        net, cohort = by_hand(looking, {}, *({**person, "arrival": monday + day} for day in range(3)))
        log = simpy_engine.run(net, cohort, 12.0)
        for spell, bed in enumerate(beds_taken):
            went = {activity for activity, _, start, _ in journey(net, log, spell) if start is not None}
            assert went & {"north_bed", "south_bed"} == ({bed} if bed else set())
            assert bool({"stit_slot", "cics_slot"} & went) == (bed is slot)


def test_people_who_get_no_bed_wait_for_any_site_of_active_recovery_too():
    instead = {"active_recovery": 1.0, "assessed_in_hospital": 0.0, "home": 0.0}
    given_up = {"after_days": {"distribution": "exponential", "mean": 14}, "instead": instead}
    city = flowsim.load_config(SHEFFIELD_V01).with_changes(
        [
            {"path": "services.intermediate_care.intermediate_care_beds.gives_up", "set": given_up},
            {"path": "services.shared_queues", "set": ["active_recovery"]},
        ]
    )
    referral = next(its for its in every_activity(city) if its.name == "cics_referral_instead")
    assert referral.next.targets[0] == AnyOf(("cics_slot_instead", "stit_slot_instead"))
