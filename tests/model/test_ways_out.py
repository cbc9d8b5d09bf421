"""People for whom no start, bed or slot comes find another way, each of them worked by hand.

Day 0 is Monday 3 October 2016. Everything is arranged from Monday to Friday, 9 to 17; transport drives every day from 9
to 20, and takes an hour and a half.
"""

import numpy as np
import pytest
from from_config import cohort_of
from small_networks import journey
from valves import after, by_hand, gives_up, ways_out_of_every_queue

import flowsim
from flowsim.config.community_schema import BED_WAYS_OUT, SLOT_WAYS_OUT, WAYS_OUT
from flowsim.config.entries import entry_number
from flowsim.config.errors import ConfigError
from flowsim.config.types import ROUTES
from flowsim.engine import compiled_engine, simpy_engine
from flowsim.measures.stays import Stays

HOUR = 1 / 24
TEN, HALF_PAST_ELEVEN, NINE = 10 * HOUR, 11.5 * HOUR, 9 * HOUR
JOURNEY = 1.5 * HOUR
UNTIL = 40.0

IN_HOSPITAL = {
    "arrival": TEN,
    "entry": entry_number("ready"),
    "route": ROUTES.index("assessed_in_hospital"),
    "complex": 1,
    "journey": JOURNEY,
}
NEEDS_HOMECARE = {**IN_HOSPITAL, "homecare_uniform": 0.0, "homecare_probability": 1.0, "homecare_patience": 2.0}
NEEDS_NURSING_HOME = {
    **IN_HOSPITAL,
    "care_home_uniform": 0.0,
    "care_home_probability": 1.0,
    "nursing": 1,
    "nursing_patience": 2.0,
}
STEP_DOWN = {
    **IN_HOSPITAL,
    "route": ROUTES.index("discharge_to_assess_step_down"),
    "bed_patience": 2.0,
    "step_down_stay": 5.0,
}
RECOVERY = {
    **IN_HOSPITAL,
    "route": ROUTES.index("discharge_to_assess_home"),
    "plan_b_after": 2.0,
    "active_recovery_stay": 5.0,
    "bed_patience": 2.0,
}
HOMECARE_AT_HOME = {"arrival": TEN, "entry": entry_number("homecare"), "homecare_patience": 2.0}


def way(name, ways=WAYS_OUT):
    return ways.index(name)


@pytest.fixture(scope="module")
def plain(tmp_path_factory, tiny_text):
    path = tmp_path_factory.mktemp("ways_out") / "tiny.yaml"
    path.write_text(tiny_text, encoding="utf-8")
    hours = {"days": ["mon", "tue", "wed", "thu", "fri"], "from_hour": 9, "to_hour": 17}
    same = ("brokerage", "care_homes", "intermediate_care", "active_recovery")
    city = flowsim.load_config(path)
    return city.with_changes(
        [
            {"path": "run.start_date", "set": "2016-10-03"},
            *(
                {"path": f"calendars.{name}", "set": {**hours, "open_on_bank_holidays": True}}
                for name in same
                if name in city.calendars
            ),
        ]
    )


@pytest.fixture(scope="module")
def city(plain):
    """One interim bed, one intermediate care bed, and one person in each Active Recovery; no surge."""
    few = [
        {"path": "services.intermediate_care.intermediate_care_beds.beds", "set": 1},
        *({"path": f"services.active_recovery.{name}.caseload", "set": 1} for name in ("stit", "cics")),
    ]
    kinds = ("active_recovery.stit", "active_recovery.cics", "intermediate_care.intermediate_care_beds")
    return plain.with_changes(
        [*ways_out_of_every_queue(plain, interim_beds=1), *few]
        + [{"path": f"services.{kind}.surge", "set": None} for kind in kinds]
    )


@pytest.fixture(params=[simpy_engine, compiled_engine], ids=["simpy", "compiled"])
def run(request, city):
    """Run some patients through the city, and return the network, the log, and what happened to each of them."""

    def through(vacancies, *patients, changes=()):
        network, cohort = by_hand(city.with_changes(changes), vacancies, *patients)
        log = request.param.run(network, cohort, UNTIL)
        return network, cohort, log, [journey(network, log, spell) for spell in range(len(patients))]

    return through


def last_of(steps):
    """Return the name of the last activity and when it started, on the minute."""
    name, _, started, _ = steps[-1]
    return name, None if started is None else pytest.approx(started, abs=1e-4)


def tells(steps, name):
    """Return when an activity of a journey was asked for, started and ended (days)."""
    (row,) = [its for its in steps if its[0] == name]
    return [None if moment is None else round(moment, 4) for moment in row[1:]]


# -- Long-term care ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind"), [("family_copes", "home"), ("recovers", "home"), ("self_funded", "care_home")]
)
def test_after_two_days_a_person_on_the_ward_finds_another_way_and_uses_no_start(run, name, kind):
    patient = {**NEEDS_NURSING_HOME, "nursing_instead": way(name)}
    network, cohort, log, (steps,) = run({"nursing_homes": [20.0]}, patient)
    assert tells(steps, "ward_nursing_homes_vacancy") == [round(TEN, 4), None, round(2 + TEN, 4)]
    assert tells(steps, "transport_without_nursing_homes") == [
        round(moment, 4) for moment in (2 + TEN, 2 + TEN, 2 + HALF_PAST_ELEVEN)
    ]
    assert last_of(steps) == (f"ward_nursing_homes_{name}", 2 + HALF_PAST_ELEVEN)
    place = network.activities[log.activity[-1]].place
    assert network.places[network.place_index(place)].kind == kind
    assert Stays.from_log(network, cohort, log).discharged[0] == pytest.approx(2 + HALF_PAST_ELEVEN, abs=1e-4)


def test_until_they_go_they_are_delayed_for_the_reason_of_the_service(run, city):
    network, _, log, _ = run({}, {**NEEDS_HOMECARE, "homecare_patience": 4.5, "homecare_instead": 0})
    reasons = {network.activities[i].name: network.activities[i].reason for i in log.activity}
    reason = city.services.homecare["homecare"].reason
    assert reasons["ward_homecare_vacancy"] == reasons["ward_homecare_given_up"] == reason
    assert reasons["transport_without_homecare"] == reason


def test_a_way_is_found_in_the_hours_of_the_service(run):
    """Four and a half days after Monday at ten is Friday at 22: on Monday at nine."""
    patient = {**NEEDS_HOMECARE, "homecare_patience": 4.5}
    steps = run({}, patient)[-1][0]
    assert tells(steps, "ward_homecare_given_up")[:2] == [round(4.5 + TEN, 4), round(7 + NINE, 4)]


def test_people_at_home_stay_there_and_those_in_a_service_free_their_place(run):
    """The second person waits for the only slot, in which the first waits for homecare that does not come."""
    blocks = {**RECOVERY, "homecare_uniform": 0.0, "homecare_probability": 1.0, "homecare_patience": 2.0}
    waits = {**RECOVERY, "arrival": 1.0 + TEN, "plan_b_after": 30.0}
    network, cohort, log, (at_home, first, second) = run({}, HOMECARE_AT_HOME, blocks, waits)
    assert last_of(at_home) == ("waiting_at_home_homecare_family_copes", 2 + TEN)
    # Home for five days until Saturday; on Monday at nine homecare is asked for, and two days later the slot is free.
    assert last_of(first) == ("stit_homecare_family_copes", 9 + NINE)
    assert tells(second, "stit_slot")[1] == round(9 + NINE, 4)
    assert np.isnan(Stays.from_log(network, cohort, log).discharged[0])  # who was in no hospital leaves none


def test_an_interim_bed_is_blocked_until_the_start_comes_and_the_next_person_waits_on_the_ward(run):
    sent = {**NEEDS_HOMECARE, "homecare_instead": way("interim_placement")}
    first, second = run({"homecare": [10.0, 11.0]}, sent, {**sent, "arrival": TEN + HOUR})[-1]
    assert tells(first, "ward_homecare_interim_placement") == [round(2 + TEN, 4)] * 3
    assert tells(first, "ward_homecare_waits_in_interim_bed")[1] == round(2 + HALF_PAST_ELEVEN, 4)
    # The only bed is taken an hour later. It is a new wait for both, and the one on the ward asks again first.
    assert tells(second, "ward_homecare_interim_placement")[1] is None
    assert tells(second, "ward_homecare_vacancy_again")[:2] == [round(2 + TEN + HOUR, 4), round(10 + NINE, 4)]
    assert last_of(first) == ("interim_placement_homecare_moved_to_homecare", 11 + NINE)


def test_who_moves_from_an_interim_bed_into_a_care_home_is_an_admission_and_a_self_funder_is_not(run):
    sent = {**NEEDS_NURSING_HOME, "nursing_instead": way("interim_placement")}
    buys = {**NEEDS_NURSING_HOME, "nursing_instead": way("self_funded")}
    network, _, log, _ = run({"nursing_homes": [10.0]}, sent, buys)
    tagged = [log.spell[row] for row, i in enumerate(log.activity) if network.activities[i].tags]
    assert tagged == [0]


def test_a_person_who_dies_in_a_queue_leaves_it(run):
    """The start that comes after the death is the other person's."""
    dies = {**NEEDS_HOMECARE, "homecare_patience": 30.0, "death_after": 3.0}
    lives = {**dies, "arrival": TEN + HOUR, "death_after": np.inf}
    first, second = run({"homecare": [8.0]}, dies, lives)[-1]
    assert last_of(first) == ("died", 3 + TEN)
    assert tells(first, "ward_homecare_vacancy")[1] is None
    assert tells(second, "ward_homecare_vacancy")[1] == round(8 + NINE, 4)


def test_who_is_served_first(run):
    """They ask one after the other: from home, from Active Recovery, from the ward. Starts come on three days."""
    at_home = {**HOMECARE_AT_HOME, "homecare_patience": 90.0}
    in_service = {**RECOVERY, "active_recovery_stay": 0.5, "homecare_uniform": 0.0, "homecare_probability": 1.0}
    in_service["homecare_patience"] = 90.0
    on_ward = {**NEEDS_HOMECARE, "arrival": 2 + TEN, "homecare_patience": 90.0}
    vacancies = {"homecare": [7 + TEN, 8 + TEN, 9 + TEN]}
    served = {}
    for first in (None, "hospital", "home"):
        change = {"path": "services.homecare.homecare.first", "set": first}
        everybody = run(vacancies, at_home, in_service, on_ward, changes=[change])[-1]
        served[first] = [
            next(int(started) for name, _, started, _ in steps if name.endswith("homecare_vacancy"))
            for steps in everybody
        ]
    assert served == {None: [7, 8, 9], "hospital": [9, 8, 7], "home": [7, 8, 9]}
    change = {"path": "services.homecare.homecare.first", "set": "home"}
    late = run(vacancies, {**at_home, "arrival": 3.0 + TEN}, in_service, on_ward, changes=[change])[-1]
    assert [int(tells(steps, name)[1]) for steps, name in zip(late, WAITS, strict=True)] == [7, 8, 9]


WAITS = ("waiting_at_home_homecare_vacancy", "stit_homecare_vacancy", "ward_homecare_vacancy")


# -- Beds and slots ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("active_recovery", "stit_at_home"),
        ("assessed_in_hospital", "ward_homecare_vacancy"),
        ("home", "home_as_before"),
    ],
)
def test_after_two_days_without_a_bed_a_person_on_the_ward_is_found_another_way(run, name, last):
    there = {**STEP_DOWN, "step_down_stay": 90.0}
    waits = {**STEP_DOWN, "arrival": TEN + HOUR, "instead_of_bed": way(name, BED_WAYS_OUT), "homecare_patience": 90.0}
    waits |= {"homecare_uniform": 0.0, "homecare_probability": 1.0, "active_recovery_stay": 90.0}
    steps = run({}, there, waits)[-1][1]
    assert tells(steps, "intermediate_care_beds_bed")[1:] == [None, round(2 + TEN + HOUR, 4)]
    assert steps[-1][0] == last


def test_those_for_whom_plan_b_has_failed_as_well_wait_for_active_recovery(run):
    """No slot, no bed, and a second wait for a slot, which is free after five days."""
    slot = {**RECOVERY, "active_recovery_stay": 9.0}
    bed = {**STEP_DOWN, "step_down_stay": 90.0}
    waits = {**RECOVERY, "arrival": TEN + HOUR}
    steps = run({}, slot, bed, waits)[-1][2]
    asked = [name for name, *_ in steps]
    order = ["stit_slot", "stit_given_up", "plan_b", "intermediate_care_beds_bed", "stit_slot_instead", "stit_at_home"]
    assert [name for name in asked if name in order] == order
    assert tells(steps, "stit_slot_instead")[1] == round(9 + HALF_PAST_ELEVEN, 4)


def test_plan_b_can_be_home_for_some(run):
    slot = {**RECOVERY, "active_recovery_stay": 90.0}
    waits = {**RECOVERY, "arrival": TEN + HOUR}
    goes_home = {**waits, "instead_of_slot": way("home", SLOT_WAYS_OUT)}
    _, home, bed = run({}, slot, goes_home, waits)[-1]
    assert last_of(home) == ("home_as_before", 2 + TEN + HOUR + JOURNEY)
    assert tells(bed, "plan_b")[1] == round(2 + TEN + HOUR, 4)


@pytest.mark.parametrize(
    ("first", "asks_first", "served"),
    [(None, "home", "home"), ("hospital", "home", "ward"), ("home", "ward", "home"), (None, "ward", "ward")],
)
def test_a_bed_goes_to_the_ward_or_to_people_at_home_first(run, first, asks_first, served):
    """The bed is free on Saturday at half past eleven; people are taken in on Monday."""
    earlier, later = 1 + TEN, 1 + TEN + HOUR
    on_ward = {**STEP_DOWN, "arrival": earlier if asks_first == "ward" else later, "bed_patience": 90.0}
    at_home = {"entry": entry_number("step_up"), "arrival": earlier if asks_first == "home" else later}
    at_home |= {"step_up_patience": 90.0, "step_up_stay": 90.0}
    change = {"path": "services.intermediate_care.intermediate_care_beds.first", "set": first}
    _, ward, home = run({}, STEP_DOWN, on_ward, at_home, changes=[change])[-1]
    starts = {
        "ward": tells(ward, "intermediate_care_beds_bed")[1],
        "home": tells(home, "intermediate_care_beds_step_up")[1],
    }
    assert starts[served] == round(7 + NINE, 4)
    assert all(at is None or at > starts[served] for who, at in starts.items() if who != served)


# -- In a whole city -----------------------------------------------------------------------------------------------


def test_self_funders_are_in_a_care_home_and_not_among_the_supported_admissions(plain):
    """Where no home takes anybody, all who would move buy the care themselves."""
    changes = []
    for kind, name in (("residential", "residential_homes"), ("nursing", "nursing_homes")):
        path = f"services.{kind}.{name}"
        changes += [
            {"path": f"{path}.starts_per_week", "set": 1e-6},
            {"path": f"{path}.surge", "set": None},
            {"path": f"{path}.gives_up", "set": gives_up(1.0, {"self_funded": 1.0})},
        ]
    assert flowsim.simulate(plain).measures["care_home_admissions_65plus"] > 0
    run = flowsim.simulate(plain.with_changes(changes))
    moved = run.events()["activity"].str.endswith("_homes_self_funded")
    assert moved.sum() > 5
    assert run.measures["care_home_admissions_65plus"] == 0


def test_the_ways_are_found_in_their_shares_whatever_else_is_drawn(city):
    """Each share of n people has a standard error of sqrt(p (1 - p) / n)."""
    columns = cohort_of(city.with_changes([{"path": "run.horizon_days", "set": 400}])).columns
    may_need = columns["homecare_patience"] > 0
    n = may_need.sum()
    assert n > 500
    assert not columns["homecare_instead"][~may_need].any()
    for number in range(len(WAYS_OUT)):
        share = np.mean(columns["homecare_instead"][may_need] == number)
        assert abs(share - 0.25) < 4 * np.sqrt(0.25 * 0.75 / n)


def test_people_who_wait_at_the_start_have_the_patience_of_the_others(city):
    """Also those who wait for a kind of home that is not the one drawn for them."""
    waiting = {"nursing_homes": 8, "residential_homes": 8, "homecare": 4, "intermediate_care_beds": 4}
    state = {"people_like": "emergency_department", "in_service": {}, "waiting": waiting}
    cohort = cohort_of(city.with_changes([{"path": "initial_state", "set": state}]))
    for first, kind in ((0, "nursing"), (8, "residential"), (16, "homecare"), (20, "bed")):
        its = np.flatnonzero(cohort.in_service)[first : first + 4]
        assert (cohort.columns[f"{kind}_patience"][its] == 10.0).all(), kind


def test_nobody_leaves_the_queue_of_a_service_without_a_way_out(city):
    """Of two providers of homecare, one has a way out."""
    homecare = city.model_dump(mode="json", by_alias=True, round_trip=True)["services"]["homecare"]["homecare"]
    two = {"homecare": {**homecare, "share": 0.5}, "other": {**homecare, "share": 0.5, "gives_up": None}}
    columns = cohort_of(city.with_changes([{"path": "services.homecare", "set": two}])).columns
    may_need = columns["homecare_patience"] > 0
    assert set(columns["homecare_patience"][may_need & (columns["homecare_service"] == 0)]) == {10.0}
    assert set(columns["homecare_patience"][may_need & (columns["homecare_service"] == 1)]) == {np.inf}


def test_people_on_the_way_to_a_bed_have_a_stay_in_active_recovery_in_case_they_go_there(city, plain):
    for its, have_one in ((city, True), (plain, False)):
        columns = cohort_of(its).columns
        to_a_bed = columns["route"] == ROUTES.index("discharge_to_assess_step_down")
        assert (columns["active_recovery_stay"][to_a_bed] > 0).all() == have_one


def test_the_engines_agree_where_people_leave_every_queue(city):
    scarce = [
        {"path": f"services.{kind}.starts_per_week", "scale": 0.1}
        for kind in ("homecare.homecare", "residential.residential_homes", "nursing.nursing_homes")
    ]
    logs = [flowsim.simulate(city.with_changes(scarce), engine=engine).log for engine in ("compiled", "simpy")]
    for column in ("spell", "activity", "requested", "started", "ended"):
        np.testing.assert_array_equal(*(getattr(log, column) for log in logs))


def test_a_city_without_ways_out_has_no_trace_of_them(plain):
    run = flowsim.simulate(plain)
    new = ("given_up", "instead", "interim", "again", "without")
    assert not [a.name for a in run.network.activities if any(word in a.name for word in new)]
    assert not [name for name in run.cohort.columns if name.startswith("served") or name.endswith("instead")]
    assert not [name for name in run.measures if "interim" in name]


@pytest.mark.parametrize("days", [{"distribution": "exponential", "mean": 8}, after(3)])
def test_a_changed_patience_changes_nobody_else(city, days):
    path = "services.homecare.homecare.gives_up.after_days"
    before, later = (
        flowsim.simulate(its).cohort.columns for its in (city, city.with_changes([{"path": path, "set": days}]))
    )
    assert [name for name in before if not np.array_equal(before[name], later[name])] == ["homecare_patience"]


# -- What cannot be ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "path", "message"),
    [
        (
            [{"path": "services.homecare.homecare.gives_up", "set": gives_up(9, {"family_copes": 0.6})}],
            "services.homecare.homecare.gives_up.instead",
            "must sum to 1",
        ),
        (
            [{"path": "services.nursing.nursing_homes.gives_up", "set": gives_up(9, {"interim_placement": 1.0})}],
            "services.nursing.nursing_homes.gives_up.instead",
            "interim_placement needs beds",
        ),
        (
            [{"path": "services.homecare.homecare.gives_up", "set": gives_up(9, {"dies": 1.0})}],
            "services.homecare.homecare.gives_up.instead.dies",
            "family_copes",
        ),
        (
            [{"path": "services.homecare.homecare.first", "set": "hospitl"}],
            "services.homecare.homecare.first",
            "hospital",
        ),
    ],
)
def test_a_way_out_that_cannot_be_is_named(plain, changes, path, message):
    with pytest.raises(ConfigError) as refused:
        plain.with_changes(changes)
    (problem,) = refused.value.problems
    assert problem.path == path
    assert message in str(refused.value)
