"""A discharge team that looks at what is free before it takes a route: who goes another way, and who does not."""

import numpy as np
import pytest
from valves import ways_out_of_every_queue

import flowsim
from flowsim.config.errors import ConfigError

SCARCE = [
    {"path": "streams.emergency_department.spells_per_day", "set": 15},
    {"path": "ward.beds", "set": 200},
    {"path": "services.active_recovery.stit.caseload", "set": 8},
    {"path": "services.active_recovery.cics.caseload", "set": 6},
    {"path": "services.intermediate_care.intermediate_care_beds.beds", "set": 22},
]
RECOVERY, BED = 1, 2  # the routes to Active Recovery and to a bed, as the cohort counts them


def looks(share, waiting_above=0):
    return [{"path": "routes.looks_first", "set": {"share": share, "waiting_above": waiting_above}}]


@pytest.fixture(scope="module")
def city(tmp_path_factory, tiny_text):
    path = tmp_path_factory.mktemp("looks") / "tiny.yaml"
    path.write_text(tiny_text, encoding="utf-8")
    return flowsim.load_config(path).with_changes(SCARCE)


def first_service(run):
    """Return for each spell the first referral from the ward after its pathway was allocated, by name."""
    events = run.events()
    referrals = events[events["activity"].str.fullmatch("(stit|cics|intermediate_care_beds)_referral")]
    return referrals.drop_duplicates("spell").set_index("spell")["activity"]


@pytest.fixture(scope="module")
def runs(city):
    return flowsim.simulate(city), flowsim.simulate(city.with_changes(looks(1.0)))


def test_a_team_that_looks_sends_people_the_other_way_and_both_ways(runs):
    _, run = runs
    route = run.cohort.columns["route"]
    went = first_service(run)
    to_bed = went == "intermediate_care_beds_referral"
    route = route[went.index]
    assert (route[to_bed] == RECOVERY).sum() > 3  # many waited for Active Recovery, and a bed was free
    assert (route[~to_bed] == BED).sum() > 3  # no bed was free, and a slot was
    assert (route[to_bed] == BED).sum() > 3
    assert (route[~to_bed] == RECOVERY).sum() > 3


def test_people_for_whom_nobody_looks_go_by_their_route(city, runs):
    before, _ = runs
    half = flowsim.simulate(city.with_changes(looks(0.5)))
    went = first_service(half)
    looked, route = (half.cohort.columns[name][went.index] for name in ("looks_first", "route"))
    as_drawn = np.where(route == BED, "intermediate_care_beds_referral", "recovery")
    does = np.where(went == "intermediate_care_beds_referral", went, "recovery")
    asked = np.isin(route, (RECOVERY, BED))
    assert (does == as_drawn)[asked & (looked == 0)].all()
    assert not (does == as_drawn)[asked & (looked == 1)].all()
    assert 0.4 < looked[asked].mean() < 0.6
    assert "looks_first" not in before.cohort.columns


def test_a_share_of_nobody_changes_nothing_but_a_column(city, runs):
    before, _ = runs
    nobody = flowsim.simulate(city.with_changes(looks(0.0)))
    assert nobody.log.equals(before.log)
    assert set(nobody.cohort.columns) == {*before.cohort.columns, "looks_first"}
    assert all(np.array_equal(nobody.cohort.columns[name], its) for name, its in before.cohort.columns.items())


def test_people_who_are_sent_home_for_lack_of_a_bed_have_a_lag_and_a_stay_there(runs):
    before, run = runs
    columns, others = run.cohort.columns, before.cohort.columns
    sent = columns["route"] == BED
    assert (columns["active_recovery_stay"][sent] > 0).all()
    assert (columns["active_recovery_lag"][sent] > 0).all()
    assert not others["active_recovery_stay"][sent].any()
    rest = ~sent
    for name in ("active_recovery", "active_recovery_lag", "active_recovery_stay", "plan_b_after", "equipment_needed"):
        assert np.array_equal(columns[name][rest], others[name][rest]), name


def test_the_share_can_change_on_a_date_where_the_team_looks(city):
    later = [{"path": "routes.looks_first.share", "set": 1.0, "from_date": "2016-11-01"}]
    run = flowsim.simulate(city.with_changes(looks(0.0) + later))
    looked = run.cohort.columns["looks_first"] == 1
    assert looked.any()
    assert run.cohort.arrival[looked & ~np.isnan(run.cohort.arrival)].min() > 31
    with pytest.raises(ConfigError, match="holds for a whole run"):
        city.with_changes([{**looks(1.0)[0], "from_date": "2016-11-01"}])


def test_both_engines_look_alike(city):
    changed = city.with_changes(looks(0.7, 1))
    one, other = (flowsim.simulate(changed, engine=engine) for engine in ("simpy", "compiled"))
    assert one.log.equals(other.log)


def test_a_team_looks_where_people_leave_every_queue_and_beds_surge_in_steps(city, runs):
    steps = [{"units": 2, "opens_above": 1, "closes_at": 0}, {"units": 3, "opens_above": 4, "closes_at": 2}]
    surge = [{"path": "services.intermediate_care.intermediate_care_beds.surge", "set": steps}]
    changed = city.with_changes(looks(1.0) + ways_out_of_every_queue(city, days=3.0) + surge)
    one, other = (flowsim.simulate(changed, engine=engine) for engine in ("simpy", "compiled"))
    assert one.log.equals(other.log)
    went = first_service(one)
    route = one.cohort.columns["route"][went.index]
    to_bed = went == "intermediate_care_beds_referral"
    assert (route[to_bed] == RECOVERY).any() and (route[~to_bed] == BED).any()
    assert one.events()["activity"].isin(["intermediate_care_beds_given_up"]).any()
    # What is drawn about those for whom a team looks is the same where they may go home for want of a bed as well.
    _, looking = runs
    for name in ("active_recovery", "active_recovery_lag", "active_recovery_stay", "plan_b_after", "equipment_needed"):
        assert np.array_equal(one.cohort.columns[name], looking.cohort.columns[name]), name
