"""A team in hours: its decimals, its week, and a skeleton on bank holidays."""

import datetime as dt
import itertools

import numpy as np
import pytest
from from_config import calendars_of, network_of

import flowsim
from flowsim.config.changes import changed, with_changes
from flowsim.config.errors import ConfigError
from flowsim.measures.window import Window
from flowsim.run.offered_load import offered_load

TEAM = "discharge_planning.team"
START = dt.date(2016, 10, 1)  # a Saturday
CHRISTMAS = [dt.date(2016, 12, 26), dt.date(2016, 12, 27), dt.date(2017, 1, 2)]


@pytest.fixture
def city(tiny_city):
    return changed(flowsim.load_config(tiny_city), {"run.horizon_days": 120})


def at_work(city, **settings):
    """Who is at work on each day of a run, with these settings of the team."""
    network = network_of(changed(city, {f"{TEAM}.{name}": value for name, value in settings.items()}))
    since, units = zip(*network.pools[network.pool_index("discharge_team")].capacity, strict=True)
    days = np.arange(city.run.days)
    return np.array(units)[np.searchsorted(since, days, side="right") - 1]


def day(date):
    return (date - START).days


def test_of_20_and_four_tenths_there_are_21_on_four_days_of_ten(city):
    staff = at_work(city, staff=20.4)
    assert set(staff) == {20, 21}
    assert staff.mean() == pytest.approx(20.4, abs=0.01)
    mondays = staff[2::7]
    assert mondays.mean() == pytest.approx(20.4, abs=0.08)


def test_a_larger_number_takes_nobody_away(city):
    sizes = [at_work(city, staff=staff) for staff in (20, 20.1, 20.4, 20.9, 21, 21.3)]
    assert all(np.all(more >= less) for less, more in itertools.pairwise(sizes))
    assert set(sizes[0]) == {20} and set(sizes[4]) == {21}


def test_a_part_of_a_change_is_a_part_of_the_days(city):
    grows = with_changes(city, [{"path": f"{TEAM}.staff", "set": 20.5, "from_date": "2016-12-01"}])
    staff = at_work(grows, staff=18)
    assert set(staff[: day(dt.date(2016, 12, 1))]) == {18}
    assert staff[day(dt.date(2016, 12, 1)) :].mean() == pytest.approx(20.5, abs=0.02)


def test_fewer_are_there_at_weekends(city):
    staff = at_work(city, staff=20, by_weekday={"sat": 0.5, "sun": 0.25})
    assert staff[:9].tolist() == [10, 5, 20, 20, 20, 20, 20, 10, 5]


def test_a_skeleton_works_on_bank_holidays_whatever_the_weekday(city):
    staff = at_work(city, staff=20, on_bank_holidays=0.4, by_weekday={"mon": 0.9})
    assert [staff[day(date)] for date in CHRISTMAS] == [8, 8, 8]
    assert [staff[day(date) + 7] for date in CHRISTMAS[1:]] == [20, 18]


def test_the_season_multiplies_the_skeleton_too(city):
    staff = at_work(city, staff=20, on_bank_holidays=0.4, by_month={"dec": 0.5})
    assert [staff[day(date)] for date in CHRISTMAS] == [4, 4, 8]


def test_their_hours_go_on_over_bank_holidays_and_those_of_others_do_not(city):
    shared = changed(city, {f"{TEAM}.calendar": "mdt_meetings", f"{TEAM}.on_bank_holidays": 0.3})
    network = network_of(shared)
    uses = {a.name: a.calendar for a in network.activities if a.pool == "discharge_team"}
    assert set(uses.values()) == {"mdt_meetings with bank holidays"}
    noon = day(CHRISTMAS[0]) + 0.5
    assert network.calendars["mdt_meetings with bank holidays"].is_open(noon)
    assert not network.calendars["mdt_meetings"].is_open(noon)
    assert not network.calendars["mdt_meetings with bank holidays"].is_open(noon - 1)  # Christmas Day, a Sunday


def test_without_a_skeleton_nothing_is_as_it_was_not(city):
    assert list(calendars_of(city)) == list(city.calendars)
    none = changed(city, {f"{TEAM}.on_bank_holidays": 0, "services.transport.on_bank_holidays": 1})
    assert flowsim.simulate(none).log.equals(flowsim.simulate(city).log)


def test_assessments_begin_on_a_bank_holiday_with_a_skeleton_and_the_engines_agree(city):
    with_some = changed(city, {f"{TEAM}.on_bank_holidays": 0.3, f"{TEAM}.staff": 6.5})
    compiled, reference = (flowsim.simulate(with_some, engine=engine) for engine in ("compiled", "simpy"))
    assert compiled.log.equals(reference.log)

    def begun(run, date):
        names = [activity.name for activity in run.network.activities]
        ours = [number for number, name in enumerate(names) if name.startswith("assessment_")]
        started = run.log.started[np.isin(run.log.activity, ours)]
        return np.count_nonzero(np.floor(started) == day(date))

    closed = flowsim.simulate(city)
    assert sum(begun(closed, date) for date in CHRISTMAS) == 0
    assert sum(begun(compiled, date) for date in CHRISTMAS) > 0


def test_staff_by_the_hour_are_paid_for_who_is_there(city):
    """Price by the open hour: three bank holidays with four tenths of the team."""
    only = {"run.warm_up_days": 0, "run.horizon_days": 120, "costs.calendars": {}}
    only["costs.pools"] = {"discharge_team": {"per": "open_hour", "gbp": 100, "nhs_share": 1}}
    city = changed(city, only)
    skeleton = changed(city, {f"{TEAM}.on_bank_holidays": 0.4})
    paid = [flowsim.simulate(its).measures["cost_paid"] for its in (city, skeleton)]
    staff, hours = city.discharge_planning.team.staff, 8
    assert paid[1] - paid[0] == pytest.approx(0.4 * staff * hours * 3 * 100 * 365 / 120, rel=1e-6)


def test_the_load_of_staff_is_held_against_those_who_are_there_while_they_work(city):
    weekend = {
        "calendars.discharge_team.days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
        f"{TEAM}.staff": 20,
        f"{TEAM}.by_weekday": {"sat": 0.5, "sun": 0.5},
    }
    load = next(its for its in offered_load(changed(city, weekend)) if its.pool == "discharge_team")
    window = Window(city.run.start_date, city.run.warm_up_days, city.run.horizon_days)
    weekdays = np.isin([date.item().weekday() for date in window.dates], range(5))
    sundays = [dt.date(2016, 12, 25), dt.date(2017, 1, 1)]
    days_closed = np.isin([date.item() for date in window.dates], [*CHRISTMAS, *sundays])
    there = np.where(weekdays, 20, 10)[~days_closed].mean()
    assert load.capacity == pytest.approx(there, rel=1e-3)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"staff": 0}, r"team\.staff: 0 is not allowed: must be more than 0"),
        ({"on_bank_holidays": 1.5}, r"on_bank_holidays: 1\.5 is not allowed: must be 1 or less"),
        ({"by_weekday": {"sat": -1}}, r"by_weekday\.sat: -1 is not allowed: must be 0 or more"),
        ({"by_weekday": {"saturday": 1}}, r"by_weekday\.saturday: there is no such setting"),
    ],
)
def test_a_team_that_cannot_be_is_refused(city, settings, says):
    with pytest.raises(ConfigError, match=says):
        at_work(city, **settings)


def test_a_skeleton_holds_for_a_whole_run(city):
    with pytest.raises(ConfigError, match="holds for a whole run"):
        with_changes(city, [{"path": f"{TEAM}.on_bank_holidays", "set": 0.5, "from_date": "2016-12-01"}])
