"""Changes that hold from a date, until a date, or grow: what they do, and that nothing moves before their time."""

import datetime as dt
import itertools

import numpy as np
import pytest
from from_config import cohort_of, network_of

from flowsim.config.changes import changed, with_changes
from flowsim.config.errors import ConfigError
from flowsim.config.intervention_schema import Intervention
from flowsim.config.validation import validate
from flowsim.experiment.scenario_schema import NamedScenario
from flowsim.model.dated_changes import dated_changes
from flowsim.model.effective_city import effective_city
from flowsim.model.network import Surge
from flowsim.run.load_city import load_config
from flowsim.run.simulate import simulate

START = dt.date(2016, 10, 1)
ED = "streams.emergency_department"
HOMECARE = "services.homecare.homecare"

# One change of each kind, large enough to be seen in a tiny city.
KINDS = {
    "fewer beds": {"path": "ward.beds", "set": 3},
    "no team": {"path": "discharge_planning.team.staff", "set": 0},
    "fewer visits": {"path": "services.active_recovery.cics.visits.per_day", "set": 4},
    "no homecare": {"path": f"{HOMECARE}.starts_per_week", "scale": 0},
    "surge of beds": {"path": "services.active_recovery.stit.surge", "set": None},
    "steps of a surge": {
        "path": f"{HOMECARE}.surge",
        "set": [{"starts_per_week": 5, "opens_above": n, "closes_at": 0} for n in (1, 3, 5)],
    },
    "size of a surge": {"path": "services.active_recovery.stit.surge.units", "set": 9},
    "spot purchase": {"path": f"{HOMECARE}.surge.starts_per_week", "scale": 9},
    "hours": {"path": "calendars.transport.to_hour", "set": 10},
    "stays": {"path": "ward.need_factor.none", "scale": 3},
    "shares": {"path": "services.nursing_share", "set": 1},
    "avoided": {"path": "admission_avoidance.rapid_response.share", "set": 0.9},
    "more people": {"path": f"{ED}.spells_per_day", "scale": 1.5},
    "fewer people": {"path": f"{ED}.demand_factor", "scale": 0.3},
    "many more people": {"path": "streams.step_up.spells_per_day", "scale": 40},
    "a new stream": {"path": "streams.elective.enabled", "set": True},
    "when people come": {"path": "streams.direct.hours", "set": [1] * 12 + [0] * 12},
    "which months": {"path": "streams.direct.months", "set": [1] * 9 + [9, 9, 9]},
}
TIGHT = {  # so that all of them can be seen
    "services.active_recovery.stit.caseload": 2,
    "services.active_recovery.stit.surge": {"units": 2, "opens_above": 1, "closes_at": 0},
    "services.active_recovery.cics.caseload": None,
    "services.active_recovery.cics.visits": {"per_day": 12, "first": 4, "last": 1},
    f"{HOMECARE}.starts_per_week": 1.5,
    f"{HOMECARE}.surge": {"starts_per_week": 1, "opens_above": 1, "closes_at": 0},
}
WINDOW = {"from_date": "2016-10-26", "to_date": "2016-11-14"}
FIRST_DAY = 25


@pytest.fixture
def city(tiny_city):
    return load_config(tiny_city)


@pytest.fixture
def tight(city):
    return changed(city, TIGHT)


def before(run, day):
    """The log as it was known at the beginning of a day."""
    log = run.log
    known = log.requested < day
    times = (np.where(at < day, at, np.nan)[known] for at in (log.started, log.ended))
    return [log.spell[known], log.activity[known], log.requested[known], *times]


def same(one, other):
    return all(np.array_equal(a, b, equal_nan=True) for a, b in zip(one, other, strict=True))


def capacity(city, pool="ward_beds"):
    return next(p.capacity for p in network_of(city).pools if p.name == pool)


def moments(city, stream="emergency_department"):
    """When the people of a stream come."""
    cohort = cohort_of(city)
    of = (cohort.columns["stream"] == list(city.streams).index(stream)) & ~np.isnan(cohort.arrival)
    return cohort.arrival[of]


# -- Before the window, and outside the run ------------------------------------------------------------------------


@pytest.mark.parametrize("ramp_days", [0, 8])
@pytest.mark.parametrize("kind", KINDS)
def test_before_its_window_a_run_is_the_one_without_it_to_the_last_bit(tight, kind, ramp_days):
    changing = tight.with_changes([{**KINDS[kind], **WINDOW, "ramp_days": ramp_days}])
    ran, without = simulate(changing), simulate(tight)
    assert same(before(ran, FIRST_DAY), before(without, FIRST_DAY))
    assert not ran.log.equals(without.log)
    series = [run.daily[run.daily["date"] < WINDOW["from_date"]] for run in (ran, without)]
    assert series[0]["date"].nunique() == FIRST_DAY - 14
    assert series[0].equals(series[1])


@pytest.mark.parametrize("kind", KINDS)
def test_both_engines_make_the_same_of_it(tight, kind):
    changing = tight.with_changes([{**KINDS[kind], **WINDOW, "ramp_days": 5}])
    assert simulate(changing, engine="simpy").log.equals(simulate(changing).log)


@pytest.mark.parametrize("dates", [{"from_date": "2017-06-01"}, {"to_date": "2016-09-30"}])
@pytest.mark.parametrize("kind", KINDS)
def test_a_window_outside_the_run_changes_nothing(tight, kind, dates):
    never = tight.with_changes([{**KINDS[kind], **dates}])
    assert simulate(never).log.equals(simulate(tight).log)


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"more people", "many more people", "no team", "no homecare"}))
def test_a_window_around_the_whole_run_is_the_change_without_dates(tight, kind):
    """A rate that is written otherwise draws other people; one that changes on a date keeps them."""
    around = {"from_date": "2016-01-01", "to_date": "2018-01-01", "ramp_days": 9}
    always = simulate(tight.with_changes([KINDS[kind]]))
    assert simulate(tight.with_changes([{**KINDS[kind], **around}])).log.equals(always.log)


# -- When it holds -------------------------------------------------------------------------------------------------


def test_the_last_day_is_inside(city):
    closed = city.with_changes([{"path": "ward.beds", "set": 0, "from_date": "2016-10-03", "to_date": "2016-10-03"}])
    assert capacity(closed) == ((0.0, 665), (2.0, 0), (3.0, 665))


def test_it_grows_evenly_from_its_first_day_and_ends_at_once(city):
    change = {"path": "ward.beds", "add": 4, "from_date": "2016-10-11", "ramp_days": 4, "to_date": "2016-10-20"}
    assert capacity(city.with_changes([change])) == (
        (0.0, 665), (11.0, 666), (12.0, 667), (13.0, 668), (14.0, 669), (20.0, 665),
    )  # fmt: skip


def test_without_a_first_day_it_has_held_since_before_the_run(city):
    assert capacity(city.with_changes([{"path": "ward.beds", "set": 9, "to_date": "2016-10-10"}])) == (
        (0, 9),
        (10, 665),
    )


def test_a_pilot_that_ends_reaches_those_who_first_ask_while_it_lasts(city):
    change = {"path": "discharge_planning.early_planning.coverage", "set": 1, **WINDOW}
    drawn = cohort_of(city.with_changes([change]))
    parents = drawn.child[drawn.child >= 0]
    first = np.setdiff1d(np.arange(len(drawn)), parents)
    asked = drawn.arrival[first]
    early = drawn.columns["early_planning"][first] == 1
    on_ward = drawn.columns["stay_until_optimised"][first] > 0
    inside = (asked >= FIRST_DAY + 1) & (asked < FIRST_DAY + 20)  # a journey can begin on the day before
    assert early[inside & on_ward].all() and (inside & on_ward).sum() > 30
    assert not early[(asked < FIRST_DAY) | (asked >= FIRST_DAY + 21)].any()


def test_dates_of_a_single_change_narrow_those_of_its_group(city):
    more = {"path": "ward.beds", "add": 10, "to_date": "2016-10-05"}
    then = {"path": "ward.beds", "add": 1, "from_date": "2016-10-06"}
    past = {"source": "s", "from_date": "2016-10-03", "changes": [more, then]}
    assert capacity(changed(city, {"history": {"x": past}})) == ((0, 665), (2, 675), (5, 666))


SET, SCALE, ADD = {"set": 600}, {"scale": 0.9}, {"add": 5}
EARLY, LATE, MEANWHILE = {"to_date": "2016-10-20"}, {"from_date": "2016-10-21"}, {"from_date": "2016-10-20"}


def entry(*changes):
    beds = [{"path": "ward.beds", **change} for change in changes]
    return {"history": {"x": {"source": "s", "from_date": "2016-10-03", "changes": beds}}}


@pytest.mark.parametrize("pair", [(SET, SET), (SCALE, SCALE), (ADD, ADD), (SCALE, ADD), (ADD, SET)])
def test_an_entry_of_a_history_must_not_overlap_itself(city, pair):
    first, second = pair
    assert changed(city, entry(first | EARLY, second | LATE)).history["x"].changes[1].from_date
    with pytest.raises(ConfigError, match=r"^history\.x\.changes\.1: ward\.beds is changed already to 2016-10-20 by"):
        changed(city, entry(first | EARLY, second | MEANWHILE))


def test_what_is_scaled_or_added_on_top_of_a_set_may_overlap_it(city):
    config = changed(city, entry(SET, ADD | {"to_date": "2016-10-05"}))
    assert capacity(config) == ((0, 665), (2, 605), (5, 600))


def test_changes_of_an_intervention_and_dated_ones_of_a_scenario_must_not_overlap():
    twice = [{"path": "ward.beds", **SCALE, **MEANWHILE}, {"path": "ward.beds", **SCALE, **MEANWHILE}]
    for model, its in ((Intervention, {}), (NamedScenario, {"name": "x"})):
        with pytest.raises(ConfigError, match=r"^changes\.1: ward\.beds is changed already"):
            validate(model, {"changes": twice, **its})
    undated = [{"path": "ward.beds", **SET}, {"path": "ward.beds", **SET, **LATE}]
    assert validate(NamedScenario, {"changes": undated, "name": "x"}).changes


def test_a_surge_opens_and_ends_on_its_dates(tight):
    steps = tight.with_changes([{"path": "services.active_recovery.stit.surge.units", "set": 5, **WINDOW}])
    pool = next(p for p in network_of(steps).pools if p.name == "stit")
    assert [[step.units for step in surge] for surge in pool.surges] == [[2], [5], [2]]
    assert [at for at, _ in pool.surge_changes] == [25.0, 45.0]
    off = tight.with_changes([{"path": "services.active_recovery.stit.surge", "set": None, **WINDOW}])
    pool = next(p for p in network_of(off).pools if p.name == "stit")
    assert [(at, [step.units for step in surge]) for at, surge in pool.surge_changes] == [(25.0, []), (45.0, [2])]
    ward = {"path": "ward.surge", "set": {"units": 10, "opens_above": 4, "closes_at": 2}, **WINDOW, "ramp_days": 2}
    opened = network_of(changed(tight, {"ward.surge": None}).with_changes([ward]))
    pool = next(p for p in opened.pools if p.name == "ward_beds")
    assert pool.surge == ()
    assert pool.surge_changes == ((26.0, (Surge(4, 2, 5),)), (27.0, (Surge(4, 2, 10),)), (45.0, ()))


def test_a_surge_of_one_step_grows_into_one_of_several_and_back(tight):
    steps = [{"units": 4, "opens_above": 3, "closes_at": 2}, {"units": 6, "opens_above": 9, "closes_at": 5}]
    change = {"path": "services.active_recovery.stit.surge", "set": steps, **WINDOW, "ramp_days": 2}
    pool = next(p for p in network_of(tight.with_changes([change])).pools if p.name == "stit")
    # From 2 units above 1 waiting, halfway to the first step; and of the second, which is new, half the units.
    assert pool.surge == (Surge(1, 0, 2),)
    assert pool.surge_changes == (
        (26.0, (Surge(2, 1, 3), Surge(9, 5, 3))),
        (27.0, (Surge(3, 2, 4), Surge(9, 5, 6))),
        (45.0, (Surge(1, 0, 2),)),
    )


def test_a_step_of_a_surge_is_changed_alone_by_its_place(tight):
    steps = [{"units": 4, "opens_above": 3, "closes_at": 2}, {"units": 6, "opens_above": 9, "closes_at": 5}]
    path = "services.active_recovery.stit.surge"
    stepped = changed(tight, {path: steps})
    more = stepped.with_changes([{"path": f"{path}.1.units", "scale": 2, **WINDOW}])
    pool = next(p for p in network_of(more).pools if p.name == "stit")
    assert [[step.units for step in surge] for surge in pool.surges] == [[4, 6], [4, 12], [4, 6]]
    for outside in (f"{path}.units", f"{path}.2.units"):
        with pytest.raises(ConfigError, match=r"stit\.surge has 2 entries, .*surge\.0 to .*surge\.1"):
            stepped.with_changes([{"path": outside, "set": 9, **WINDOW}])
    with pytest.raises(ConfigError, match=r"surge\.0\.units: -1 is not allowed: must be 1 or more|0 or more"):
        stepped.with_changes([{"path": f"{path}.0.units", "set": -1}])


# -- Order: the city, its history, a scenario, interventions -------------------------------------------------------


@pytest.fixture
def with_history(city):
    """One hundred beds, forty fewer from 11 October."""
    past = {"source": "board paper", "changes": [{"path": "ward.beds", "add": -40, "from_date": "2016-10-11"}]}
    return changed(city, {"ward.beds": 100, "history": {"beds_closed": past}})


def test_a_scenario_that_sets_what_the_history_changes_holds_throughout(with_history):
    assert capacity(with_history) == ((0, 100), (10, 60))
    assert capacity(with_history.with_changes([{"path": "ward.beds", "set": 80}])) == ((0, 80),)


def test_a_scenario_that_adds_acts_on_top_of_the_history(with_history):
    assert capacity(with_history.with_changes([{"path": "ward.beds", "add": 10}])) == ((0, 110), (10, 70))
    assert capacity(with_history.with_changes([{"path": "ward.beds", "scale": 1.5}])) == ((0, 150), (10, 90))


def test_two_changes_of_one_setting_both_act_in_order(with_history):
    both = [{"path": "ward.beds", "add": 10, "from_date": "2016-10-21"}, {"path": "ward.beds", "scale": 2}]
    assert capacity(with_history.with_changes(both)) == ((0, 200), (10, 120), (20, 140))
    assert capacity(with_history.with_changes(both[:1]).with_changes(both[1:])) == ((0, 200), (10, 120), (20, 140))


def test_a_city_written_otherwise_keeps_its_history(with_history):
    assert capacity(changed(with_history, {"ward.beds": 90})) == ((0, 90), (10, 50))


def test_a_scenario_that_sets_a_whole_group_sets_what_the_history_changes_in_it(with_history):
    ward = with_history.model_dump(mode="json")["ward"] | {"beds": 77}
    assert capacity(with_history.with_changes([{"path": "ward", "set": ward}])) == ((0, 77),)


def test_a_scenario_can_be_without_the_history(with_history):
    assert capacity(with_history.with_changes([{"path": "history", "set": {}}])) == ((0, 100),)


def test_interventions_act_last_and_can_end(with_history):
    intervention = {
        "title": "T", "what": "w", "mechanism": "m", "cost": {"source": "assumption"},
        "evidence": [{"says": "s", "source": "assumption"}],
        "changes": [{"path": "ward.beds", "scale": 1.1, "from_date": "2016-10-06"}],
    }  # fmt: skip
    pilot = {"intervention": intervention, "coverage": 0.5, "to_date": "2016-10-20"}
    city = changed(with_history, {"interventions": {"pilot": pilot}}).with_changes([{"path": "ward.beds", "add": 10}])
    assert capacity(city) == ((0, 110), (5, 116), (10, 74), (20, 70))
    (_, share), *_ = effective_city(city).coverages(np.array([0.0, 19.9, 20.0]))
    assert share.tolist() == [0.5, 0.5, 0.0]


# -- Demand --------------------------------------------------------------------------------------------------------


def test_more_demand_keeps_everybody_and_adds_its_share_within_the_window(city):
    """Of a count n the standard error is sqrt(n); the window holds 20 days of 50 people."""
    busy = changed(city, {f"{ED}.spells_per_day": 50})
    usual = moments(busy)
    more = moments(busy.with_changes([{"path": f"{ED}.spells_per_day", "scale": 1.5, **WINDOW}]))
    added = np.setdiff1d(more, usual)
    assert np.isin(usual, more).all()
    assert added.min() >= FIRST_DAY and added.max() < FIRST_DAY + 20 + 1  # the journey takes some hours
    in_window = np.count_nonzero((usual >= FIRST_DAY) & (usual < FIRST_DAY + 20))
    assert abs(added.size - 0.5 * in_window) < 4 * np.sqrt(0.5 * in_window)


def test_more_demand_still_only_adds_to_less(city):
    scaled = [{"path": f"{ED}.spells_per_day", **WINDOW, "scale": scale} for scale in (0.4, 0.8, 1.3, 1.9, 2.6)]
    came = [set(moments(city.with_changes([change])).tolist()) for change in scaled]
    assert all(fewer < more for fewer, more in itertools.pairwise(came))


def test_demand_far_above_the_usual_and_from_nothing_has_the_right_size(city):
    for path, change, expected in (
        ("streams.step_up", {"path": "streams.step_up.spells_per_day", "set": 20}, 20 * 20),
        ("streams.elective", {"path": "streams.elective.enabled", "set": True}, 20 * 30),
    ):
        name = path.partition(".")[2]
        added = moments(city.with_changes([{**change, **WINDOW}]), name)
        added = added[(added >= FIRST_DAY) & (added < FIRST_DAY + 20)]
        # Three weeks but for a Saturday: weekdays are not in equal number, which is worth 3% at most.
        assert added.size == pytest.approx(expected, abs=4 * np.sqrt(expected) + 0.03 * expected), name


def test_a_ramp_of_demand_adds_half_of_it(city):
    busy = changed(city, {f"{ED}.spells_per_day": 200})
    ramp = {"path": f"{ED}.demand_factor", "scale": 2, "from_date": "2016-10-11", "ramp_days": 40}
    usual, more = moments(busy), moments(busy.with_changes([{**ramp, "to_date": "2016-11-19"}]))
    in_window = np.count_nonzero((usual >= 10) & (usual < 50))
    assert (more.size - usual.size) / in_window == pytest.approx(0.5, abs=0.03)


def test_everybody_who_comes_in_both_is_the_same_patient(city):
    more = city.with_changes([{"path": f"{ED}.spells_per_day", "scale": 1.5, **WINDOW}])
    before, after = cohort_of(city), cohort_of(more)
    n = len(before)
    assert len(after) > n
    for name, column in before.columns.items():
        assert np.array_equal(column, after.columns[name][:n], equal_nan=True), name


def test_those_who_are_called_off_stay_away_and_so_do_their_returns(city):
    fewer = city.with_changes([{"path": f"{ED}.demand_factor", "set": 0, **WINDOW}])
    came = moments(fewer)
    assert not ((came >= FIRST_DAY + 1) & (came < FIRST_DAY + 20)).any()
    cohort, log = cohort_of(fewer), simulate(fewer).log
    never = np.isnan(cohort.arrival)
    never[cohort.child[cohort.child >= 0]] = False  # a reserved return has no moment yet
    assert never.sum() > 50
    called_off = np.flatnonzero(never)
    assert not np.isin(log.spell, np.r_[called_off, cohort.child[called_off]]).any()


# -- What cannot be ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"path": "run.seed", "set": 1}, "holds for a whole run, so it cannot change on a date"),
        ({"path": "costs.delayed_acute_day_gbp", "scale": 2}, "holds for a whole run"),
        ({"path": "ward.beds", "set": -1}, "must be a number from 0"),
        ({"path": "ward.beds", "set": 10.5}, "must be a whole number"),
        ({"path": "ward.bedz", "set": 10}, "did you mean ward.beds"),
        ({"path": "services.nursing_share", "scale": 9}, "must be 1 or less"),
        ({"path": "services.active_recovery.stit.share", "set": 0.9}, "must sum to 1"),
        ({"path": f"{ED}.hours", "set": [1, 2]}, "must have 24 or more items"),
        ({"path": "capacity_changes.ward_beds", "set": 10}, "path: ward.beds, set: 40, from_date: 2016-12-01"),
    ],
)
def test_what_no_setting_can_be_is_refused(city, change, message):
    with pytest.raises(ConfigError, match=message):
        city.with_changes([{**change, **WINDOW}])


def test_shares_that_change_together_are_judged_together(city):
    recovery = "services.active_recovery"
    both = [{"path": f"{recovery}.{name}.share", "set": s, **WINDOW} for name, s in (("stit", 0.9), ("cics", 0.1))]
    later = {"path": f"{recovery}.stit.share", "set": 0.2, "from_date": "2016-12-01"}
    city.with_changes(both)
    with pytest.raises(ConfigError, match="must sum to 1"):
        city.with_changes([*both, later])


def test_a_service_that_is_shut_for_the_whole_run_is_refused(city):
    with pytest.raises(ConfigError, match=r"ward\.beds: .*0 on every day of the run"):
        simulate(city.with_changes([{"path": "ward.beds", "set": 0, "from_date": "2016-01-01"}]))


@pytest.mark.parametrize(
    ("dates", "message"),
    [
        ({"from_date": "2016-11-02", "to_date": "2016-11-01"}, "must not be before from_date"),
        ({"ramp_days": 4}, "needs a from_date"),
        ({"from_date": "1 November"}, "must be a date such as"),
    ],
)
def test_dates_that_make_no_sense_are_refused(city, dates, message):
    with pytest.raises(ConfigError, match=message):
        city.with_changes([{"path": "ward.beds", "set": 9, **dates}])


def test_what_always_holds_is_no_history(city):
    past = {"source": "s", "changes": [{"path": "ward.beds", "set": 9}]}
    with pytest.raises(ConfigError, match=r"history\.x\.changes\.0: a change in the history needs a from_date"):
        changed(city, {"history": {"x": past}})


# -- Told as a table -----------------------------------------------------------------------------------------------


def test_every_dated_change_is_a_row_of_one_table(with_history):
    rows = dated_changes(with_history.with_changes([{"path": "ward.need_factor.none", "scale": 1.1, **WINDOW}]))
    assert [(row.what, row.path, row.change, row.from_date, row.to_date, row.source) for row in rows] == [
        ("beds_closed", "ward.beds", "-40", dt.date(2016, 10, 11), None, "board paper"),
        ("", "ward.need_factor.none", "× 1.1", dt.date(2016, 10, 26), dt.date(2016, 11, 14), ""),
    ]


def test_a_city_with_dates_that_is_written_out_and_read_again_runs_the_same(with_history):
    city = with_history.with_changes([{**KINDS["more people"], **WINDOW}])
    again = type(city).model_validate_json(city.model_dump_json(round_trip=True, by_alias=True))
    assert again == city
    assert simulate(again).log.equals(simulate(city).log)


def test_an_undated_change_of_another_setting_is_made_at_once(with_history):
    assert with_changes(with_history, [{"path": "front_door.mau.beds", "set": 7}]).front_door.mau.beds == 7
