"""The same patients in every scenario: what a change to the configuration moves in the cohort, and what it does not."""

import math

import numpy as np
import pandas as pd
import pytest
from from_config import calendars_of, cohort_of, network_of

from flowsim.config.city_schema import CityConfig
from flowsim.config.load import load
from flowsim.engine import compiled_engine
from flowsim.model.arrivals import cumulative_rate
from flowsim.model.calendar import bank_holidays
from flowsim.model.clock import TICK
from flowsim.model.cohort import Cohort

SHEFFIELD = "tests/support/cities/sheffield_v01.yaml"
SHORT = {"run.warm_up_days": 0, "run.horizon_days": 1}  # and 91 days after it
SPELLS_OF_THE_YEAR = 53_631  # BCF plan 2017/18, section 5


@pytest.fixture(scope="module")
def sheffield(pytestconfig):
    """A function that returns the shipped configuration, shortened, with changes."""

    def configure(changes=None, **run):
        settings = SHORT | run | (changes or {})
        changes = [{"path": path, "set": value} for path, value in settings.items()]
        return load(pytestconfig.rootpath / SHEFFIELD, CityConfig, changes)

    return configure


@pytest.fixture(scope="module")
def base(sheffield):
    return sheffield()


@pytest.fixture(scope="module")
def cohort(base):
    return draw(base)


def draw(config, seed=1, replication=0) -> Cohort:
    return cohort_of(config, seed, replication)


def columns(cohort: Cohort) -> dict[str, np.ndarray]:
    """Return everything that a cohort says, by name."""
    links = {"arrival": cohort.arrival, "child": cohort.child}
    vacancies = {f"vacancies of {name}": times for name, times in cohort.vacancies.items()}
    surge = {f"surge vacancies of {name}": times for name, times in cohort.surge_vacancies.items()}
    return links | cohort.columns | vacancies | surge


def moved(before: Cohort, after: Cohort) -> set[str]:
    """Return the names of everything that differs between two cohorts.

    Whoever goes another way now (to a ward or home, into the one or the other kind of care home) needs what that way
    takes, so that beside the way itself only those count who go the same.
    """
    old, new = columns(before), columns(after)
    assert old.keys() == new.keys()
    same_stay = old["same_day"] == new["same_day"]
    same_way = same_stay & (old["nursing"] == new["nursing"])
    of_whom = {"same_day": slice(None), "nursing": same_stay}
    found = set()
    for name, values in old.items():
        of = of_whom.get(name, same_way) if values.size == same_way.size else slice(None)
        if not np.array_equal(values[of], new[name][of], equal_nan=values.dtype.kind == "f"):
            found.add(name)
    return found


def setting(config, path: str):
    """Return the value of a setting by its dotted path."""
    value = config.model_dump(mode="json", by_alias=True)
    for key in path.split("."):
        value = value[key]
    return value


def root_and_generation(cohort: Cohort) -> tuple[np.ndarray, np.ndarray]:
    """Return the row of each person's first spell, and how many readmissions lie between."""
    root, generation = np.arange(len(cohort)), np.zeros(len(cohort), dtype=int)
    parent = cohort.parent
    while np.any(parent[root] >= 0):
        earlier = parent[root] >= 0
        generation[earlier] += 1
        root = np.where(earlier, parent[root], root)
    return root, generation


def patients(config, cohort: Cohort) -> pd.DataFrame:
    """Return every spell with all its columns, by (stream, arrival of the person's first spell, generation)."""
    root, generation = root_and_generation(cohort)
    names = np.array(list(config.streams))[cohort.columns["stream"]]
    rest = {name: column for name, column in cohort.columns.items() if name != "stream"}
    frame = pd.DataFrame({"name": names, "first": cohort.arrival[root], "generation": generation, **rest})
    frame["has_child"] = cohort.child >= 0
    frame = frame.set_index(["name", "first", "generation"]).sort_index()
    assert frame.index.is_unique
    return frame


# -- What a cohort is ----------------------------------------------------------------------------------------------


def test_the_same_seed_and_replication_are_the_same_patients(base, cohort):
    assert moved(cohort, draw(base)) == set()
    for other in (draw(base, seed=2), draw(base, replication=1)):
        assert len(other) != len(cohort) or "arrival" in moved(cohort, other)


def test_every_time_is_on_the_grid(cohort):
    for name, column in columns(cohort).items():
        is_time = not any(word in name for word in ("uniform", "probability", "attribution"))
        if column.dtype == np.float64 and is_time:
            finite = column[np.isfinite(column)]
            assert np.array_equal(np.rint(finite / TICK) * TICK, finite), name
            assert np.all(finite >= 0), name


def test_every_column_has_a_value_for_every_spell(cohort):
    for name, column in cohort.columns.items():
        assert column.size == len(cohort), name
        assert not np.any(np.isnan(column)), name
        assert column.dtype in (np.float64, np.int32), name


def test_children_are_reserved_and_have_one_parent(cohort):
    has_child = cohort.child >= 0
    assert np.array_equal(np.sort(cohort.child[has_child]), np.flatnonzero(np.isnan(cohort.arrival)))
    assert np.array_equal(cohort.parent[cohort.child[has_child]], np.flatnonzero(has_child))


def test_a_child_is_reserved_wherever_a_readmission_can_be(base, cohort):
    """Below the reserved share, whatever the probability, but for those who use no modelled bed and the last one."""
    rule = base.patients.readmissions
    _, generation = root_and_generation(cohort)
    elsewhere = np.array([s.entry == "elsewhere" for s in base.streams.values()])[cohort.columns["stream"]]
    can_have = ~elsewhere & (generation < rule.generations)
    below = cohort.columns["readmission_uniform"] < rule.reserved_share
    assert np.array_equal(cohort.child >= 0, can_have & below)
    assert generation.max() == rule.generations
    assert np.all(cohort.columns["readmission_probability"] < rule.reserved_share)


def test_children_inherit_who_they_are(cohort):
    root, generation = root_and_generation(cohort)
    assert np.sum(generation > 0) > 1_000
    for name in ("stream", "age_band", "care_home_resident", "council_supported"):
        assert np.array_equal(cohort.columns[name], cohort.columns[name][root]), name


def test_children_have_draws_of_their_own(cohort):
    child = np.flatnonzero(cohort.parent >= 0)
    parent = cohort.parent[child]
    for name in ("stay_until_optimised", "assessment", "death_after", "attribution", "journey", "readmission_gap"):
        same = cohort.columns[name][child] == cohort.columns[name][parent]
        assert same.mean() < 0.2, name
    # A correlation of n independent uniforms has a standard error of 1 / sqrt(n).
    uniforms = cohort.columns["attribution"]
    assert abs(np.corrcoef(uniforms[child], uniforms[parent])[0, 1]) < 4 / math.sqrt(child.size)


def test_a_readmission_comes_by_its_stream(base, cohort):
    children = np.isnan(cohort.arrival)
    stream = base.streams[base.patients.readmissions.stream]
    entries = {int(cohort.columns["entry"][row]) for row in np.flatnonzero(children)}
    by_name = list(base.streams).index(base.patients.readmissions.stream)
    first = np.flatnonzero(~children & (cohort.columns["stream"] == by_name))
    assert entries == {int(cohort.columns["entry"][first[0]])}
    hours = np.floor(cohort.columns["arrival_time"][children] * 24).astype(int)
    share = np.array(stream.hours) / np.sum(stream.hours)
    counts = np.bincount(hours, minlength=24)
    error = np.sqrt(hours.size * share * (1 - share))
    assert np.all(np.abs(counts - hours.size * share) < 4 * error + 1e-9)


# -- The same patients ---------------------------------------------------------------------------------------------

CAPACITIES = [
    "front_door.mau.beds",
    "front_door.amu.beds",
    "ward.beds",
    "ward.surge.units",
    "ward.surge.opens_above",
    "discharge_planning.team.staff",
    "services.transport.vehicles",
    "services.active_recovery.stit.caseload",
    "services.active_recovery.cics.surge.units",
    "services.intermediate_care.intermediate_care_beds.beds",
    "services.homecare.homecare.unused_limit",
]


@pytest.mark.parametrize("path", CAPACITIES)
def test_a_capacity_changes_no_column(sheffield, base, cohort, path):
    assert moved(cohort, draw(sheffield({path: setting(base, path) + 3}))) == set()


@pytest.mark.parametrize("calendar", ["discharge_team", "ward_rounds", "transport", "active_recovery"])
def test_working_hours_of_a_team_change_no_column(sheffield, cohort, calendar):
    seven_days = {
        f"calendars.{calendar}.days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
        f"calendars.{calendar}.from_hour": 7,
    }
    assert moved(cohort, draw(sheffield(seven_days))) == set()


def test_more_vacancies_are_only_more_vacancies(sheffield, base, cohort):
    path = "services.homecare.homecare.starts_per_week"
    after = draw(sheffield({path: 2 * setting(base, path)}))
    assert moved(cohort, after) == {"vacancies of homecare"}
    before, more = cohort.vacancies["homecare"], after.vacancies["homecare"]
    # The same points of a Poisson process, twice as fast: the n-th comes after half the open time.
    assert abs(more.size - 2 * before.size) < 4 * math.sqrt(2 * before.size)
    assert np.all(more[: before.size] <= before)
    calendar = calendars_of(base)["brokerage"]
    assert np.all((calendar.work_before(more + 0.001) - calendar.work_before(more)) > 0)
    path = "services.nursing.nursing_homes.surge.starts_per_week"
    assert moved(cohort, draw(sheffield({path: 9}))) == {"surge vacancies of nursing_homes"}


def test_vacancies_come_at_their_weekly_rate(base, cohort):
    """In weeks without bank holidays; a count of n has a standard error of sqrt(n)."""
    for kind in ("homecare", "residential", "nursing"):
        for name, service in getattr(base.services, kind).items():
            calendar = calendars_of(base)[service.calendar]
            weeks = float(calendar.work_before(float(base.run.days))) / calendar.ordinary_week[0]
            expected = service.starts_per_week * weeks
            assert 11 < weeks < 13
            assert abs(cohort.vacancies[name].size - expected) < 4 * math.sqrt(expected), name


ONE_PARAMETER = {
    "services.transport.journey_hours.mean": {"journey"},
    "services.equipment.needed_share": {"equipment_needed"},
    "services.equipment.routine_days.mean": {"equipment_days"},
    "services.active_recovery.stit.stay_days.mean": {"active_recovery_stay"},
    "services.active_recovery.stit.plan_b_after_days.mean": {"plan_b_after"},
    "services.active_recovery.cics.lag.working_hours.mean": {"active_recovery_lag"},
    "services.intermediate_care.intermediate_care_beds.step_down_stay_days.mean": {"step_down_stay"},
    "services.intermediate_care.intermediate_care_beds.step_up_patience_days.mean": {"step_up_patience"},
    "services.homecare.homecare.lag.working_hours.mean": {"homecare_lag"},
    "services.nursing.nursing_homes.choice_share": {"nursing_choosing"},
    "services.nursing_share": {"nursing"},
    "services.care_home_return.share_reassessed": {"care_home_reassessed"},
    "front_door.mau.assessment_hours.mean": {"assessment"},
    "front_door.amu.same_day.early": {"same_day"},
    "ward.stay_until_optimised_days.75-84.mean": {"stay_until_optimised", "treatment"},
    "discharge_planning.simple_decision.working_hours.mean": {"simple_decision"},
    "discharge_planning.complex_decision.working_hours.mean": {"complex_decision"},
    "discharge_planning.assessments.referral_working_hours.discharge_to_assess_home.mean": {"planning_referral"},
    "discharge_planning.decision_support_tool.funding_days.mean": {"funding"},
    "discharge_planning.decision_support_tool.share": {
        "decision_support_tool",
        "decision_support_tool_outside",
    },
    "discharge_planning.hindrances.housing.days.mean": {"hindrance_days"},
    "patients.death_after_days.85+.scale": {"death_after"},
    "patients.council_supported_share": {"council_supported"},
    "patients.readmissions.probability.85+": {"readmission_probability"},
    "patients.readmissions.gap_days.mean": {"readmission_gap"},
    "routes.outcomes.discharge_to_assess_home.homecare": {"homecare_probability"},
    "routes.outcomes.assessed_in_hospital.care_home": {"care_home_probability"},
    # How people come decides when, and when decides on same-day discharge.
    "streams.gp_referral.conveyance.self_conveyed_share": {"arrival", "arrival_time", "same_day"},
}


@pytest.mark.parametrize("path", ONE_PARAMETER)
def test_one_parameter_moves_only_its_own_column(sheffield, base, cohort, path):
    after = draw(sheffield({path: 1.15 * setting(base, path)}))
    assert moved(cohort, after) == ONE_PARAMETER[path]


def test_early_planning_only_splits_the_stay(sheffield, cohort):
    after = draw(sheffield({"discharge_planning.early_planning.coverage": 0.5}))
    assert moved(cohort, after) == {"early_planning", "treatment"}
    early, in_hospital = after.columns["early_planning"] == 1, after.columns["stay_until_optimised"] > 0
    assert abs(early[in_hospital].mean() - 0.5) < 4 * 0.5 / math.sqrt(in_hospital.sum())
    assert np.all(after.columns["treatment"] <= after.columns["stay_until_optimised"])
    assert np.array_equal(after.columns["treatment"][~early], cohort.columns["treatment"][~early])


def test_a_longer_stay_is_longer_for_everybody_of_that_age(sheffield, base, cohort):
    path = "ward.stay_until_optimised_days.75-84"
    longer = {f"{path}.{what}": 2 * setting(base, f"{path}.{what}") for what in ("mean", "sd")}
    after = draw(sheffield(longer)).columns["stay_until_optimised"]
    before, band = cohort.columns["stay_until_optimised"], cohort.columns["age_band"] == 2
    assert np.array_equal(after[~band], before[~band])
    assert np.all(np.abs(after - 2 * before)[band] <= 2 * TICK)


def test_a_longer_horizon_keeps_the_patients(sheffield, base, cohort):
    longer = sheffield({"run.horizon_days": 40})
    few, many = patients(base, cohort), patients(longer, draw(longer))
    assert set(few.index) < set(many.index)
    pd.testing.assert_frame_equal(few, many.loc[few.index])


@pytest.mark.parametrize("factor", [0.5, 1.6])
def test_demand_of_one_stream_leaves_the_others_as_they_were(sheffield, base, cohort, factor):
    scaled = sheffield({"streams.emergency_department.demand_factor": factor})
    before, after = patients(base, cohort), patients(scaled, draw(scaled))
    both = before.index.intersection(after.index)
    pd.testing.assert_frame_equal(before.loc[both], after.loc[both])
    ed = before.index.get_level_values("name") == "emergency_department"
    assert before.index[~ed].equals(after.index[after.index.get_level_values("name") != "emergency_department"])
    n = np.sum(ed)
    m = np.sum(after.index.get_level_values("name") == "emergency_department")
    # Whole families come or stay away, three in two spells each, so allow twice the binomial standard error.
    assert abs(m - factor * n) < 4 * 2 * math.sqrt(n * abs(factor - 1))
    assert len(both) == (len(before) if factor > 1 else len(after))


@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_another_stream_leaves_the_others_as_they_were(sheffield, base, cohort, place):
    streams = base.model_dump(mode="json", by_alias=True)["streams"]
    names = list(streams)
    names.insert({"first": 0, "middle": 3, "last": len(names)}[place], "ambulatory_care")
    streams["ambulatory_care"] = streams["direct"]
    more = sheffield({"streams": {name: streams[name] for name in names}})
    before, after = patients(base, cohort), patients(more, draw(more))
    new = after.index.get_level_values("name") == "ambulatory_care"
    assert new.sum() > 500
    pd.testing.assert_frame_equal(before, after[~new])


def test_a_stream_that_is_switched_off_leaves_the_others_as_they_were(sheffield, base, cohort):
    fewer = sheffield({"streams.gp_referral.enabled": False})
    before, after = patients(base, cohort), patients(fewer, draw(fewer))
    pd.testing.assert_frame_equal(before[before.index.get_level_values("name") != "gp_referral"], after)


def test_no_patients_at_all_is_a_cohort_too(sheffield, base):
    nobody = sheffield({f"streams.{name}.enabled": False for name in base.streams})
    assert len(draw(nobody)) == 0


# -- The year ------------------------------------------------------------------------------------------------------


def test_the_year_has_its_published_number_of_spells(pytestconfig):
    """53,631 non-elective spells, within 1%: first spells in expectation, readmissions as one run realises them.

    The one full run of these tests. The readmissions of a year, some 9,000, have a standard error
    of about 100, a fifth of a percent of the spells.
    """
    config = load(pytestconfig.rootpath / SHEFFIELD, CityConfig)
    cohort = cohort_of(config)
    start, end = config.run.warm_up_days, config.run.warm_up_days + config.run.horizon_days
    holidays = bank_holidays("GB", "ENG", config.run.start_date, config.run.days)
    expected = 0.0
    for stream in config.streams.values():
        if stream.enabled and stream.counts_as == "non_elective":
            before = cumulative_rate(stream, config.run.start_date, config.run.days, holidays) * stream.demand_factor
            expected += before[24 * end] - before[24 * start]
    first = ~np.isnan(cohort.arrival) & (cohort.columns["non_elective"] == 1)
    drawn = np.sum((cohort.arrival[first] >= start) & (cohort.arrival[first] < end))
    assert abs(drawn - expected) < 4 * math.sqrt(expected)

    log = compiled_engine.run(network_of(config), cohort, float(end))
    is_first_row = np.r_[True, log.spell[1:] != log.spell[:-1]]
    spell, requested = log.spell[is_first_row], log.requested[is_first_row]
    came_back = np.isnan(cohort.arrival[spell]) & (cohort.columns["non_elective"][spell] == 1) & (requested >= start)
    assert expected + came_back.sum() == pytest.approx(SPELLS_OF_THE_YEAR, rel=0.01)
