"""The validation pages: what is drawn, cut, turned and judged, on inputs so small that a person can check them."""

import datetime as dt

import as_of_march_2017
import capacity
import forecast
import must_show
import numpy as np
import published
import pytest
import validate
from paths import ROOT

import flowsim
from flowsim.config.change_schema import PastChange

HOMECARE = as_of_march_2017.HOMECARE


@pytest.fixture(scope="module")
def city():
    return flowsim.load_config(published.CITY)


@pytest.fixture(scope="module")
def in_2016(city):
    return published.Published.between(city, "2016-04", "2017-03")


def with_history(city, *changes, **dates):
    past = PastChange.model_validate({"source": "a test", "changes": list(changes), **dates})
    return city.model_copy(update={"history": {"only": past}})


def test_a_user_in_march_2017_does_not_know_what_had_not_grown_in_full(city):
    done = with_history(city, {"path": HOMECARE, "set": 40}, from_date="2017-03-01", ramp_days=30)
    growing = with_history(city, {"path": HOMECARE, "set": 40}, from_date="2017-03-01", ramp_days=31)
    assert "only" in as_of_march_2017.known_history(done)
    assert not as_of_march_2017.known_history(growing)
    assert as_of_march_2017.left_out(growing) == ["only"]


def test_a_user_in_march_2017_does_not_know_when_a_change_will_end(city):
    ends = with_history(city, {"path": HOMECARE, "set": 40, "to_date": "2017-06-30"}, from_date="2016-01-01")
    (known,) = as_of_march_2017.known_history(ends)["only"].changes
    assert known.to_date is None
    over = with_history(city, {"path": HOMECARE, "set": 40, "to_date": "2016-06-30"}, from_date="2016-01-01")
    (known,) = as_of_march_2017.known_history(over)["only"].changes
    assert known.to_date == dt.date(2016, 6, 30)


def test_what_was_lost_is_what_the_known_history_took_away(city):
    whole = city.services.homecare["homecare"].starts_per_week
    cut = {"path": HOMECARE, "scale": 0.6, "from_date": "2016-07-01", "to_date": "2017-04-30"}
    later = {"path": HOMECARE, "scale": 0.5, "from_date": "2017-05-01"}
    over = {"path": HOMECARE, "scale": 0.5, "to_date": "2016-06-30"}
    left = with_history(city, cut, later, over, from_date="2016-01-01")
    assert as_of_march_2017.lost(left, HOMECARE) == pytest.approx(0.4 * whole)


def test_draws_lie_in_their_ranges_and_are_always_the_same():
    found = as_of_march_2017.draws(20)
    assert found == as_of_march_2017.draws(20)
    for one in (*as_of_march_2017.SETTINGS, *as_of_march_2017.DECIDED):
        values = [draw[one.name] for draw in found]
        assert one.low <= min(values) < max(values) <= one.high


def test_what_is_decided_begins_after_march_2017_and_settings_hold_throughout(city):
    draw = as_of_march_2017.draws(1)[0]
    whole = as_of_march_2017.member(city, draw, published.INTERVENTIONS)
    cut = as_of_march_2017.member(city, draw, published.INTERVENTIONS, decided=False)
    assert list(whole.interventions) == list(as_of_march_2017.EIGHT)
    assert not cut.interventions
    added = [change for change in whole.changes if change.add is not None]
    assert {HOMECARE, as_of_march_2017.STIT, as_of_march_2017.NURSING} <= {change.path for change in added}
    assert all(change.from_date >= dt.date(2017, 4, 1) for change in added)
    assert whole.discharge_planning.team.staff == pytest.approx(city.discharge_planning.team.staff * draw["team"])


def test_the_cities_that_fit_the_past_best_are_kept(in_2016):
    runs = [{name: series + off for name, series in in_2016.series.items()} for off in (5.0, 0.0, -1.0)]
    assert forecast.best(in_2016, runs, 2) == [1, 2]


def test_the_seasonal_naive_forecast_of_the_year_is_the_year_before(city):
    total = forecast.simple_totals(city)["seasonal naive: each month like that of 2016/17"]
    assert np.median(total) == pytest.approx(48_969)
    by_month = forecast.simple_by_month(city)["naive: each month like March 2017"]
    assert np.median(by_month, axis=0) == pytest.approx(np.full(12, 4_907 / 31), rel=0.2)


def test_a_year_off_by_six_per_cent_is_missed_and_named(in_2016):
    base = {name: np.array([series * 1.06, series * 1.0601]) for name, series in in_2016.series.items()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(must_show, "YEARS", ("2016/17",))
        rows = {row.what: row for row in must_show.rows_of_fit(in_2016, base)}
    days = rows["delayed days of each year within 5%"]
    assert not days.met
    assert "**2016/17: +6.0%**" in days.seen
    assert rows["months: correlation of the total at least 0.90"].met
    assert rows["A+B, C, D, E of each year within 15% or 2.5 people a day"].met


def test_the_spring_of_2017_has_the_shares_of_its_return(city):
    spring = published.Published.between(city, "2017-04", "2017-06")
    shares = must_show.spring(spring, {name: np.array([series]) for name, series in spring.series.items()})
    assert [round(100 * real) for _, _, real, _ in shares] == [31, 30, 32, 7]
    months = [month for month in city.observed.monthly_return if "2017-04" <= month.month <= "2017-06"]
    assert shares[0][2] == pytest.approx(sum(m.days_of(("A", "B")) for m in months) / sum(m.total for m in months))
    assert [real for _, _, real, _ in shares] == [seen for _, _, _, seen in shares]
    assert must_show.row_of_spring(shares).met


def test_endless_capacity_is_that_of_one_service_at_a_time(city):
    year = capacity.baseline_year(city)
    homes = capacity.sized(year, ["care homes"], 2).changes
    assert {change.path.split(".")[1] for change in homes} <= {"residential", "nursing"}
    start = year.run.start_date + dt.timedelta(days=year.run.warm_up_days)
    assert (start, year.run.horizon_days) == (dt.date(2016, 4, 1), 365)


def test_a_knee_is_the_last_tenth_that_saves_enough():
    curve = np.repeat([[160.0], [145.0], [130.0], [120.0], [118.0], [117.0]], 3, axis=1)
    (line,) = capacity.knees({"beds": curve})
    assert "up to +10%" in line
    assert "a fifth less costs 30, a fifth more saves 12" in line
    flat_from_here = np.repeat([[160.0], [145.0], [130.0], [129.0], [128.0], [127.0]], 3, axis=1)
    assert "only up to what there is" in capacity.knees({"beds": flat_from_here})[0]


def test_the_page_has_all_its_sections_and_says_what_is_missed():
    page = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
    for section in ("1. Verification", "2. What the city must show", "4. Lag or capacity", "7. A scored forecast"):
        assert f"## {section}" in page
    assert "nan" not in page
    for name in ("months", "capacity", "weekdays", "ages", "stays", "forecast"):
        assert f"images/validation_{name}.svg" in page
        assert (ROOT / "docs" / "images" / f"validation_{name}.svg").exists()


def test_a_page_without_one_of_its_numbers_is_refused():
    with pytest.raises(Exception, match="is undefined"):
        validate.rendered(rows=[])
