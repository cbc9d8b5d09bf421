"""A person's frailty, and who else people are: what hangs on it, and that shares and means stay as they are written."""

import numpy as np
import pytest
from from_config import cohort_of, network_of
from paths import SHEFFIELD_V01

from flowsim.config.changes import changed
from flowsim.config.errors import ConfigError
from flowsim.config.types import AGE_BANDS
from flowsim.engine import simpy_engine
from flowsim.run.load_city import load_config
from flowsim.run.simulate import simulate

FRAILTY = {"support_need": 8, "readmission": 4, "death": 3}
LONG = {
    "share": {"18-64": 0.02, "65-74": 0.05, "75-84": 0.1, "85+": 0.2},
    "stay_days": {"distribution": "fixed", "value": 50},
}
NOBODY_ELSE = {"streams.children.enabled": False, "streams.maternity.enabled": False}


@pytest.fixture(scope="module")
def city():
    return changed(load_config(SHEFFIELD_V01), {"run.warm_up_days": 0, "run.horizon_days": 1, **NOBODY_ELSE})


@pytest.fixture(scope="module")
def independent(city):
    return cohort_of(city)


@pytest.fixture(scope="module")
def cohort(city):
    return cohort_of(changed(city, {"patients.frailty": FRAILTY}))


def first(cohort):
    return ~np.isnan(cohort.arrival)


def returns(cohort):
    return cohort.columns["readmission_uniform"] < cohort.columns["readmission_probability"]


def shares_agree(one, other):
    """Whether two shares of as many draws, half of which are shared at most, differ by chance alone."""
    error = np.sqrt((one.mean() * (1 - one.mean()) + other.mean() * (1 - other.mean())) / one.size)
    return abs(one.mean() - other.mean()) < 4 * error


def test_frailty_says_who_and_not_how_many(cohort, independent):
    """Need, death, returns and their gaps of first spells are as often as without frailty, in every age band."""
    before, after = independent.columns, cohort.columns
    assert np.array_equal(cohort.arrival[first(cohort)], independent.arrival[first(independent)])
    for band in range(len(AGE_BANDS)):
        old, new = (c.columns["age_band"][first(c)] == band for c in (independent, cohort))
        assert old.sum() == new.sum() > 500
        for need in (1, 2):
            assert shares_agree(
                *((c.columns["support_need"][first(c)][of] == need) for c, of in ((independent, old), (cohort, new)))
            )
        for days in (7, 91, 365):
            assert shares_agree(
                *((c.columns["death_after"][first(c)][of] < days) for c, of in ((independent, old), (cohort, new)))
            )
        assert shares_agree(*(returns(c)[first(c)][of] for c, of in ((independent, old), (cohort, new))))
    for days in (3, 14, 30, 90):
        soon = [(c.columns["readmission_gap"] <= days)[first(c) & returns(c)] for c in (independent, cohort)]
        assert abs(soon[0].mean() - soon[1].mean()) < 4 * np.sqrt(0.5 / soon[0].size), days
    assert before.keys() | {"frailty"} == after.keys()


def test_the_frail_need_more_die_sooner_and_come_back_more_often_and_sooner(cohort):
    c, old = cohort.columns, first(cohort) & (cohort.columns["age_band"] >= 2)
    most, least = old & (c["frailty"] > 0.8), old & (c["frailty"] < 0.2)
    assert (c["support_need"][most] > 0).mean() > 3 * (c["support_need"][least] > 0).mean()
    assert (c["death_after"][most] < 91).mean() > 1.5 * (c["death_after"][least] < 91).mean()
    assert returns(cohort)[most].mean() > 1.5 * returns(cohort)[least].mean()
    gaps = [np.median(c["readmission_gap"][returns(cohort) & some]) for some in (most, least)]
    assert gaps[0] < 0.8 * gaps[1]


def test_those_who_come_back_because_of_delay_come_as_late_as_others(city):
    """Of first spells, as many gaps of those whose return is only reserved lie below the median of the others."""
    cohort = cohort_of(changed(city, {"patients.frailty": {"readmission": 4}}))
    gap, reserved = cohort.columns["readmission_gap"], first(cohort) & (cohort.child >= 0)
    by_chance, by_delay = gap[reserved & returns(cohort)], gap[reserved & ~returns(cohort)]
    assert by_delay.size > 500
    assert shares_agree(by_delay <= np.median(by_chance), by_chance[: by_delay.size] <= np.median(by_chance))


def test_frailty_is_the_persons_and_those_who_come_back_are_frailer(cohort):
    has = np.flatnonzero(cohort.child >= 0)
    assert np.array_equal(cohort.columns["frailty"][cohort.child[has]], cohort.columns["frailty"][has])
    assert cohort.columns["frailty"][first(cohort)].mean() == pytest.approx(0.5, abs=0.02)
    came_back = cohort.child[np.flatnonzero((cohort.child >= 0) & returns(cohort))]
    assert cohort.columns["frailty"][came_back].mean() > 0.6


def test_a_child_is_reserved_wherever_a_frail_person_can_come_back(city, cohort):
    below = cohort.columns["readmission_uniform"] < city.patients.readmissions.reserved_share
    depth = np.zeros(len(cohort), dtype=int)
    for _ in range(city.patients.readmissions.generations):
        parent = cohort.parent
        depth = np.where(parent >= 0, depth[parent] + 1, 0)
    last = depth == city.patients.readmissions.generations
    assert last.any() and np.array_equal(cohort.child >= 0, below & ~last)


def test_with_an_odds_ratio_of_one_nothing_hangs_on_frailty(city, independent):
    none = cohort_of(changed(city, {"patients.frailty": {}}))
    for name, values in independent.columns.items():
        assert np.array_equal(values, none.columns[name], equal_nan=values.dtype.kind == "f"), name


def test_long_stayers_are_as_many_as_written_and_the_others_stay_as_before(city, independent):
    c = cohort_of(
        changed(city, {"ward.long_stayers": LONG, "ward.need_factor": {"none": 1, "some": 1, "high": 1}})
    ).columns
    usual = cohort_of(changed(city, {"ward.need_factor": {"none": 1, "some": 1, "high": 1}})).columns
    ward, is_long = usual["stay_until_optimised"] > 0, c["stay_until_optimised"] == 50
    for band, share in enumerate(LONG["share"].values()):
        of = ward & (c["age_band"] == band)
        assert is_long[of].mean() == pytest.approx(share, abs=4 * np.sqrt(share / of.sum()))
    assert np.array_equal(c["stay_until_optimised"][~is_long], usual["stay_until_optimised"][~is_long])


def test_long_stayers_are_frail(city):
    frail = changed(city, {"ward.long_stayers": LONG, "patients.frailty": {"long_stay": 6}})
    c = cohort_of(frail).columns
    is_long = c["stay_until_optimised"] >= 40
    assert c["frailty"][is_long].mean() > c["frailty"][c["stay_until_optimised"] > 0].mean() + 0.15
    with pytest.raises(ConfigError, match="there are no long stayers"):
        changed(city, {"patients.frailty": {"long_stay": 6}})


def test_long_stayers_fill_more_beds_at_the_start_than_they_come(tiny_city):
    """With a fifth of people who stay ten times as long, 10 / 14 of those who are there at any moment are these."""
    bands = {band: {"distribution": "fixed", "value": 5} for band in AGE_BANDS}
    long = {"share": dict.fromkeys(AGE_BANDS, 0.2), "stay_days": {"distribution": "fixed", "value": 50}}
    start = {"people_like": "emergency_department", "in_service": {"ward_beds": 400}, "waiting": {}}
    settings = {"ward.stay_until_optimised_days": bands, "ward.long_stayers": long, "initial_state": start}
    cohort = cohort_of(changed(load_config(tiny_city), settings))
    left = cohort.columns["treatment"][cohort.in_service]
    # Nine in ten of the long stayers have more than the 5 days left that no other has.
    assert (left > 5).mean() == pytest.approx(0.9 * 10 / 14, abs=4 * np.sqrt(0.25 / 400))


def test_nobody_moves_into_a_care_home_from_a_care_home(city, independent):
    streams = ["care_home_from_own_home", "homecare_from_own_home", "step_up"]
    after = cohort_of(changed(city, {f"streams.{name}.residence": "own_home" for name in streams}))
    of = np.isin(after.columns["stream"], [list(city.streams).index(name) for name in streams])
    resident = independent.columns["care_home_resident"] == 1
    assert resident[of].any() and not after.columns["care_home_resident"][of].any()
    for name, values in independent.columns.items():
        assert np.array_equal(values[~of], after.columns[name][~of], equal_nan=values.dtype.kind == "f"), name


def test_a_chance_of_a_return_above_the_reserve_is_refused(city):
    with pytest.raises(ConfigError, match=r"probability \(0\.5\) must not exceed reserved_share \(0\.35\)"):
        changed(city, {"patients.readmissions.probability.85+": 0.5})


PROGRAMME = {"full_days": 54, "homecare_without": 1.5, "care_home_without": 3}
STIT = "services.active_recovery.stit"


def chances(city, **settings):
    """The chance of homecare and of a care home at the end of stit (its mean stay is 27 days)."""
    c = cohort_of(changed(city, settings)).columns
    of = np.flatnonzero((c["route"] == 1) & (c["active_recovery"] == 0))
    return c["homecare_probability"][of][0], c["care_home_probability"][of][0]


def test_people_who_get_half_of_a_programme_need_half_as_much_more(city):
    homecare, care_home = chances(city)
    assert chances(city, **{f"{STIT}.programme": PROGRAMME}) == pytest.approx((1.25 * homecare, 2 * care_home))
    enough = PROGRAMME | {"full_days": 20}
    assert chances(city, **{f"{STIT}.programme": enough}) == (homecare, care_home)  # more than the whole is no more
    # Half of the visits besides: a quarter of the programme.
    few = PROGRAMME | {"full_visits_per_day": 4}
    visits = {
        f"{STIT}.caseload": None,
        f"{STIT}.surge": None,
        f"{STIT}.visits": {"per_day": 500, "first": 3, "last": 1},
    }
    assert chances(city, **visits, **{f"{STIT}.programme": few}) == pytest.approx((1.375 * homecare, 2.5 * care_home))
    many = PROGRAMME | {"full_visits_per_day": 1}
    assert chances(city, **visits, **{f"{STIT}.programme": many}) == pytest.approx((1.25 * homecare, 2 * care_home))
    with pytest.raises(ConfigError, match="full_visits_per_day is for a service of visits"):
        changed(city, {f"{STIT}.programme": few})


def test_a_programme_changes_nobody_elses_needs(city, independent):
    c = cohort_of(changed(city, {f"{STIT}.programme": PROGRAMME})).columns
    others = (c["route"] != 1) | (c["active_recovery"] != 0)
    for name in ("homecare_probability", "care_home_probability"):
        assert np.array_equal(c[name][others], independent.columns[name][others])


def test_residents_of_a_care_home_leave_it_for_hospital_only(tiny_city):
    """Nobody moves into a care home twice, or goes home or into reablement after having moved into one."""
    settings = {
        "patients.readmissions.to_care_home": True,
        "patients.readmissions.probability": dict.fromkeys(AGE_BANDS, 0.35),
        "routes.outcomes.assessed_in_hospital.care_home": 1.0,
        "discharge_planning.early_planning.coverage": 0.5,
        "patients.support_need": {band: {"none": 0.2, "some": 0.4, "high": 0.4} for band in AGE_BANDS},
        "services.residential.residential_homes.starts_per_week": 40,
        "services.nursing.nursing_homes.starts_per_week": 40,
    }
    city = changed(load_config(tiny_city), settings)
    run = simulate(city)
    assert simpy_engine.run(network_of(city), run.cohort, float(city.run.days)).equals(run.log)
    events = run.events()
    moved = events[events["activity"].str.contains("_to_residential|_to_nursing") & events["started_day"].notna()]
    later = events[events["person"].isin(moved["person"])]
    later = later[later["spell"] > later["person"].map(moved.groupby("person")["spell"].min())]
    left = later[later["outcome"] == "left"]["activity"].value_counts()
    assert (later["activity"] == "care_home_reassessment").sum() >= 3
    assert left["back_in_care_home"] >= 10 and left["same_day_return_to_care_home"] >= 1
    assert set(left.index) <= {"back_in_care_home", "same_day_return_to_care_home"}
