"""The page of the four years: what is published, what is turned, and that the page is of the city as it is."""

import four_years
import numpy as np
import published as published_returns
import pytest
from paths import ROOT

import flowsim
from flowsim.measures.observed import GROUPS


@pytest.fixture(scope="module")
def city():
    return flowsim.load_config(published_returns.CITY)


@pytest.fixture(scope="module")
def published(city):
    return published_returns.Published.of(city)


def test_a_year_is_the_mean_over_its_unflagged_days(city, published):
    assert published.usable.sum() == 44
    assert published.of_year(published.series["total"], "2016/17") * 365 == pytest.approx(48969)
    assert published.of_year(published.series["total"], "2015/16") * 243 == pytest.approx(18309)


def test_every_series_of_a_simulated_return_is_in_people_a_day(city, published):
    first = flowsim.simulate(
        city.with_changes([{"path": "run.horizon_days", "set": 61}, {"path": "run.warm_up_days", "set": 396}])
    ).sitrep
    found = published_returns.monthly(first, published.months[:2])
    parts = np.sum([found[name] for name in GROUPS], axis=0)
    assert found["total"] == pytest.approx(parts)
    assert found["total"][0] * 30 == pytest.approx(first[first["month"] == "2014-04"]["delayed_days"].sum())
    assert (found["non-acute"] < found["total"]).all()


def test_a_valve_is_turned_by_a_fifth_and_the_rest_stays(city, published):
    less = four_years.turned(city, ["homecare: patience"], 0.8).services.homecare["homecare"]
    before = city.services.homecare["homecare"]
    assert less.gives_up.after_days.mean == pytest.approx(0.8 * before.gives_up.after_days.mean)
    assert (less.gives_up.instead, less.surge, less.lag) == (before.gives_up.instead, before.surge, before.lag)
    more = four_years.turned(city, ["homecare: surge, numbers waiting"], 1.2).services.homecare["homecare"]
    assert [step.opens_above for step in more.surge] == [round(1.2 * step.opens_above) for step in before.surge]
    assert [step.starts_per_week for step in more.surge] == [step.starts_per_week for step in before.surge]


def test_the_page_names_the_changes_of_the_city_as_it_is(city, published):
    page = (ROOT / "docs" / "four_years.md").read_text(encoding="utf-8")
    assert four_years.history(city) in page
    table = four_years.every_month(published, {n: np.zeros((1, 48)) for n in ("total", *GROUPS)})
    assert all(row.split(" | ")[0] in page for row in table.splitlines()[2:])
