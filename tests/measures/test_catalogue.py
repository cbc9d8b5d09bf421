"""The catalogue: every measure of a run has one row, its value is possible, and what existed before is still there."""

import math

import hand_worked
import pytest
from hand_worked import journeys, people

import flowsim
from flowsim.measures import all_measures, catalogue
from flowsim.measures.catalogue import (
    LESS,
    NOT_NEGATIVE,
    SHARE,
    UNBOUNDED,
    WAIT,
    Measure,
    PoolMeasure,
    direction,
    find,
    measure_names,
    units,
)

BEFORE = [
    "non_elective_admissions",
    "mau_same_day_discharge_share",
    "amu_same_day_discharge_share",
    "dtoc_delayed_days",
    "dtoc_patients_mean",
    "dtoc_days_per_100k",
    "dtoc_patients_per_100k",
    "dtoc_share_pathway_allocation",
    "dtoc_share_bedded",
    "dtoc_share_home_support",
    "dtoc_share_other",
    "excess_days",
    "length_of_stay_mean",
    "length_of_stay_65plus_mean",
    "stranded_patients_mean",
    "super_stranded_patients_mean",
    "boarding_hours_mean",
    "at_home_91_days_share",
    "care_home_admissions_65plus",
    "readmission_30_day_share",
    "mau_beds_occupancy_mean",
    "amu_beds_occupancy_mean",
    "ward_beds_occupancy_mean",
    "discharge_team_occupancy_mean",
    "transport_occupancy_mean",
    "stit_occupancy_mean",
    "cics_occupancy_mean",
    "intermediate_care_beds_occupancy_mean",
    "mau_beds_wait_days_mean",
    "amu_beds_wait_days_mean",
    "ward_beds_wait_days_mean",
    "discharge_team_wait_days_mean",
    "transport_wait_days_mean",
    "stit_wait_days_mean",
    "cics_wait_days_mean",
    "intermediate_care_beds_wait_days_mean",
    "homecare_wait_days_mean",
    "residential_homes_wait_days_mean",
    "nursing_homes_wait_days_mean",
    "cost_total",
    "cost_acute_delay",
    "cost_interventions",
    "cost_paid",
    "cost_paid_nhs",
    "cost_paid_social_care",
    "hospital_bed_days",
    "hospital_bed_days_worth",
    "admissions_avoided",
    "day_91_home_share",
    "day_91_hospital_share",
    "day_91_intermediate_care_share",
    "day_91_care_home_share",
    "day_91_dead_share",
]
BETTER = {
    **dict.fromkeys(["at_home_91_days_share", "day_91_home_share", "admissions_avoided"], 1),
    **dict.fromkeys(["mau_same_day_discharge_share", "amu_same_day_discharge_share"], 1),
    **dict.fromkeys(["dtoc_share_bedded", "dtoc_share_other", "ward_beds_occupancy_mean", "stit_occupancy_mean"], 0),
    **dict.fromkeys(["stit_capacity_mean", "homecare_utilisation"], 0),
    **dict.fromkeys(["dtoc_delayed_days", "excess_days", "stranded_patients_mean", "boarding_hours_mean"], -1),
    **dict.fromkeys(["care_home_admissions_65plus", "readmission_30_day_share", "day_91_dead_share"], -1),
    **dict.fromkeys(["non_elective_admissions", "ward_beds_wait_days_mean", "cost_total", "length_of_stay_mean"], -1),
}
VISITS = "services: {active_recovery: {cics: {caseload: null, visits: {per_day: 14, first: 4, last: 1}}}}\n"


def measure(name="own_days", label="Days of our own", count=lambda facts: 1.0, **more):
    said = {"better": LESS, "label": label, "definition": "One.", "bounds": NOT_NEGATIVE, **more}
    return Measure(name, said.pop("unit", "days"), count=count, **said)


def pool_measure(name="<pool>_starts", label="<pool>: starts", **more):
    said = {"better": LESS, "label": label, "definition": "Starts.", "bounds": NOT_NEGATIVE, **more}
    return PoolMeasure(name, "units", count=lambda facts, pool: facts.starts[pool], **said)


@pytest.fixture
def nothing_added(monkeypatch):
    monkeypatch.setattr(catalogue, "_added", [])


@pytest.fixture
def cities(tiny_city):
    """The tiny city, and one with a service of visits."""
    visits = tiny_city.with_name("visits.yaml")
    visits.write_text(f"extends: {tiny_city.name}\n{VISITS}", encoding="utf-8")
    return [flowsim.load_config(path) for path in (tiny_city, visits)]


# -- what is there -----------------------------------------------------------------------------------------------------


def test_every_measure_of_a_run_is_in_the_catalogue_and_the_reverse(cities):
    for city in cities:
        assert list(flowsim.simulate(city).measures) == measure_names(city)


def test_every_value_of_a_run_is_possible(cities):
    for city in cities:
        for replication in (0, 1):
            for name, value in flowsim.simulate(city, replication=replication).measures.items():
                row, _ = find(name)
                assert math.isnan(value) or row.lowest is None or row.lowest <= value
                assert math.isnan(value) or row.highest is None or value <= row.highest


def test_a_share_has_the_bounds_of_one_unless_surge_can_take_it_above():
    above = {row.name for row in catalogue.rows() if row.unit == "share" and row.bounds != SHARE}
    assert above == {"<pool>_utilisation"}
    assert all(row.lowest == 0 for row in catalogue.rows())


def test_every_measure_that_can_be_empty_says_when(cities):
    """Counted where nobody ever came, and on a single day."""
    single_day = flowsim.simulate(cities[0].with_changes([{"path": "run.horizon_days", "set": 1}])).measures
    nobody = all_measures.measure(hand_worked.effective_city(1), hand_worked.CITY, people(0), journeys([])).values
    empty = [name for run in (single_day, nobody) for name, value in run.items() if math.isnan(value)]
    assert {"day_91_home_share", "dtoc_patients_per_100k", "nursing_utilisation"} <= set(empty)
    general = Measure.__dataclass_fields__["empty_if"].default
    assert [name for name in empty if catalogue.why_empty(name) == general] == []
    assert catalogue.why_empty("stit_wait_days_mean") == "nobody asked for it in the days that count"


def test_counts_of_a_year_are_marked_so_that_tables_can_say_what_was_counted():
    a_year = {row.name for row in catalogue.rows() if row.per_year}
    of_money = {row.name for row in catalogue.rows() if row.unit == "gbp"}
    in_a_year = {row.name for row in catalogue.rows() if "in a year" in row.label}
    assert a_year == in_a_year | of_money | {"dtoc_days_per_100k"}


def test_days_over_a_limit_are_measured_for_each_number_that_somebody_named(tiny_city):
    city = flowsim.load_config(tiny_city).with_changes([{"path": "outcomes.delayed_over", "set": [30, 4]}])
    over = [name for name in measure_names(city) if name.startswith("dtoc_days_over")]
    assert over == ["dtoc_days_over_4_share", "dtoc_days_over_30_share"]
    run = flowsim.simulate(city)
    delayed = run.daily[run.daily["measure"] == "delayed"]["value"]
    assert run.measures["dtoc_days_over_4_share"] == (delayed > 4).mean()
    assert find("dtoc_days_over_4_share") == (catalogue.DAYS_OVER, "4")
    assert catalogue.label("dtoc_days_over_4_share", {}) == "Days with more than 4 people delayed"


@pytest.mark.parametrize(
    ("name", "value", "source", "limit"),
    [
        ("dtoc_patients_mean", 50, "an ambition", 50),
        ("dtoc_patients_mean", 47.5, "an ambition", 47),  # more than 47.5 people are more than 47
        ("dtoc_patients_mean", 50, "published", None),
        ("dtoc_days_over_12_share", 0.05, "published", 12),
    ],
)
def test_a_target_of_the_city_names_a_limit(tiny_city, name, value, source, limit):
    city = flowsim.load_config(tiny_city).with_changes(
        [{"path": "targets", "set": {name: {"value": value, "source": source}}}]
    )
    over = [name for name in measure_names(city) if name.startswith("dtoc_days_over")]
    assert over == ([] if limit is None else [f"dtoc_days_over_{limit}_share"])


def test_labels_are_unique_and_no_measure_lacks_a_definition():
    labels = [row.label for row in catalogue.rows()]
    assert len(set(labels)) == len(labels)
    assert all(row.definition.endswith(".") for row in catalogue.rows())


def test_the_measures_that_existed_before_keep_their_names_and_order(cities):
    names = measure_names(cities[0])
    assert [name for name in names if name in BEFORE] == BEFORE


@pytest.mark.parametrize(("name", "better"), BETTER.items())
def test_people_want_more_or_less_of_a_measure_or_neither(name, better):
    assert direction(name) == better


def test_a_measure_of_a_pool_is_found_by_the_pool_s_own_name():
    assert find("ward_beds_wait_days_mean") == (WAIT, "ward_beds")
    assert WAIT.of("ward_beds") == "ward_beds_wait_days_mean"
    assert units(["ward_beds_wait_days_mean", "cost_total"]) == {
        "ward_beds_wait_days_mean": "days",
        "cost_total": "gbp",
    }


@pytest.mark.parametrize(
    "name", ["dtoc_delayed_dais", "_wait_days_mean", "<pool>_wait_days_mean ", "dtoc_days_over_x_share", ""]
)
def test_what_is_not_there_is_not_found(name):
    for look_up in (find, direction, lambda name: units([name])):
        with pytest.raises(KeyError):
            look_up(name)


# -- adding one from outside -------------------------------------------------------------------------------------------


def test_an_added_measure_is_counted_after_all_others(nothing_added, cities):
    catalogue.add(measure(count=lambda facts: facts.delayed_by_day.max(), name="dtoc_patients_most"))
    catalogue.add(pool_measure(kinds=("vacancies",)))
    run = flowsim.simulate(cities[0])
    own = ["dtoc_patients_most", *(f"{pool}_starts" for pool in ("homecare", "residential_homes", "nursing_homes"))]
    assert list(run.measures)[-4:] == measure_names(cities[0])[-4:] == own
    delayed = run.daily[run.daily["measure"] == "delayed"]["value"]
    assert run.measures["dtoc_patients_most"] == delayed.max()
    assert all(type(value) is float for value in run.measures.values())


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (measure("cost_total"), "there is a measure called 'cost_total' already"),
        (pool_measure("<pool>_wait_days_mean"), "there is a measure called '<pool>_wait_days_mean' already"),
        (measure(label="Delayed days in a year"), "'dtoc_delayed_days' has the same label"),
        (measure("stit_utilisation"), "'stit_utilisation' could be '<pool>_utilisation' of a pool"),
        (measure("dtoc_days_over_7_share"), "could be 'dtoc_days_over_<n>_share' of a number of people"),
        (pool_measure("<pool>_total"), "'cost_total' could be '<pool>_total' of a pool"),
        (measure(count=lambda facts: OPEN_FILE.read()), "its code uses .*, of which no fingerprint can be made"),
    ],
)
def test_what_exists_already_or_cannot_be_told_apart_is_refused(nothing_added, row, message):
    with pytest.raises(ValueError, match=message):
        catalogue.add(row)
    assert catalogue.rows() == list(catalogue._SHIPPED)


OPEN_FILE = object()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: measure("Days of ours"), "lower-case letters, digits and _"),
        (lambda: measure(definition=" "), "definition is empty"),
        (lambda: measure(unit=""), "unit is empty"),
        (lambda: measure(better=2), "better is 1, -1 or 0, not 2"),
        (lambda: measure(bounds=(1.0, 0.0)), "the lowest value 1 is not below 0"),
        (lambda: measure("<pool>_own"), "is for measures of pools"),
        (lambda: pool_measure("own"), "must hold <pool> once"),
        (lambda: pool_measure(label="own"), "must hold <pool> once"),
        (lambda: pool_measure("<pool>"), "must hold <pool> once"),
    ],
)
def test_a_row_that_no_table_could_show_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_the_fingerprint_is_that_of_what_was_added(nothing_added):
    seen = [catalogue.fingerprint()]
    assert seen == [""]
    for own in (measure("a", "A"), measure("b", "B"), pool_measure()):
        catalogue.add(own)
        seen.append(catalogue.fingerprint())
    catalogue._added[-1:] = [pool_measure(kinds=("units",))]
    seen.append(catalogue.fingerprint())
    catalogue._added[:1] = [measure("a", "A", count=lambda facts: 2.0)]
    seen.append(catalogue.fingerprint())
    assert len(set(seen)) == len(seen)
    catalogue._added[:1] = [measure("a", "another label", bounds=UNBOUNDED, count=lambda facts: 2.0)]
    assert catalogue.fingerprint() == seen[-1]  # what people call it decides no result
