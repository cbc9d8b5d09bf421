"""Designs: which scenarios they make, what these are called, and what is in them."""

import itertools

import numpy as np
from asking import NOTHING, put_question

from flowsim.experiment.load_experiment import load_experiment

THREE = "of: [more_beds, early_planning, larger_team]"
BEDS, TEAM = "ward.beds", "discharge_planning.team.staff"


def designed(tiny_city, text):
    experiment = load_experiment(put_question(tiny_city, f"design: {{{text}}}\n"))
    scenarios = experiment.wanted(NOTHING)
    assert scenarios[0].name == "baseline"
    assert len({scenario.name for scenario in scenarios}) == len(scenarios)
    assert experiment.plan.most == len(scenarios)
    return {scenario.name: scenario for scenario in scenarios[1:]}


def test_one_at_a_time(tiny_city):
    found = designed(tiny_city, f"kind: one_at_a_time, {THREE}")
    assert list(found) == ["more_beds", "early_planning", "larger_team"]
    assert found["early_planning"].title == "Early planning"
    assert found["early_planning"].levels == {"more_beds": False, "early_planning": True, "larger_team": False}
    assert found["early_planning"].intervention_names == ("early_planning",)


def test_one_at_a_time_with_all_and_all_but_one(tiny_city):
    found = designed(tiny_city, f"kind: one_at_a_time, {THREE}, all_together: true, all_but_one: true")
    assert list(found)[3:] == ["all_together", "all_but_more_beds", "all_but_early_planning", "all_but_larger_team"]
    assert found["all_together"].intervention_names == ("more_beds", "early_planning", "larger_team")
    assert found["all_but_early_planning"].intervention_names == ("more_beds", "larger_team")
    assert found["all_but_early_planning"].title == "All but Early planning"


def test_of_two_factors_all_but_one_is_the_other(tiny_city):
    of = "of: [more_beds, larger_team], all_together: true, all_but_one: true"
    assert list(designed(tiny_city, f"kind: one_at_a_time, {of}")) == ["more_beds", "larger_team", "all_together"]


def test_a_factorial_has_every_combination_once(tiny_city):
    found = designed(tiny_city, f"kind: factorial, {THREE}")
    levels = [tuple(scenario.levels.values()) for scenario in found.values()]
    assert sorted(levels) == [on for on in itertools.product([False, True], repeat=3) if any(on)]
    for scenario in found.values():
        on = [name for name, is_on in scenario.levels.items() if is_on]
        assert scenario.name == "+".join(sorted(on))
        assert list(scenario.intervention_names) == on


def test_a_factor_of_several_parts_is_put_in_place_as_a_whole(tiny_city):
    factor = "{name: push, title: A push, interventions: [more_beds], changes: [{path: " + TEAM + ", add: 5}]}"
    found = designed(tiny_city, f"kind: factorial, of: [early_planning, {factor}]")
    before = found["early_planning"].config.discharge_planning.team.staff
    assert found["early_planning+push"].intervention_names == ("early_planning", "more_beds")
    assert found["early_planning+push"].config.discharge_planning.team.staff == before + 5
    assert found["push"].title == "A push"
    assert found["push"].levels == {"early_planning": False, "push": True}


def test_a_grid_has_every_combination_of_values(tiny_city):
    axes = f"[{{path: {BEDS}, set: [500, 600]}}, {{path: {TEAM}, name: team, add: [-5, 0, 5]}}]"
    found = designed(tiny_city, f"kind: grid, axes: {axes}")
    assert list(found) == [f"beds={beds}+team={team}" for beds in (500, 600) for team in ("-5", "0", "+5")]
    assert found["beds=500+team=+5"].levels == {BEDS: 500, "team": 5}
    assert found["beds=500+team=+5"].title == "beds 500, team +5"
    beds = [scenario.config.ward.beds for scenario in found.values()]
    staff = [scenario.config.discharge_planning.team.staff for scenario in found.values()]
    assert beds == [500, 500, 500, 600, 600, 600]
    assert staff == [20, 25, 30, 20, 25, 30]


def test_settings_on_one_axis_move_together(tiny_city):
    found = designed(tiny_city, f"kind: grid, axes: [{{name: all, path: [{BEDS}, {TEAM}], scale: [1, 2]}}]")
    assert list(found) == ["all=x1", "all=x2"]
    assert found["all=x2"].levels == {"all": 2}
    assert (found["all=x2"].config.ward.beds, found["all=x2"].config.discharge_planning.team.staff) == (1330, 50)


def test_values_that_are_no_numbers_have_names_too(tiny_city):
    axes = "[{path: calendars.mdt_meetings.days, name: days, set: [[mon], [mon, tue]]}]"
    found = designed(tiny_city, f"kind: grid, axes: {axes}")
    assert list(found) == ["days=value_1", "days=value_2"]
    assert found["days=value_2"].config.calendars["mdt_meetings"].days == ["mon", "tue"]


def latin(tiny_city, seed=1, samples=10):
    axes = f"[{{path: {BEDS}, from: 600, to: 609}}, {{path: services.nursing_share, from: 0.2, to: 0.6}}]"
    return designed(tiny_city, f"kind: latin_hypercube, axes: {axes}, samples: {samples}, seed: {seed}")


def test_a_latin_hypercube_visits_every_part_of_every_range_once(tiny_city):
    found = latin(tiny_city)
    assert list(found)[:2] == ["sample_01", "sample_02"]
    assert sorted(scenario.config.ward.beds for scenario in found.values()) == list(range(600, 610))
    shares = sorted(scenario.config.services.nursing_share for scenario in found.values())
    assert [int((share - 0.2) / 0.04) for share in shares] == list(range(10))
    for scenario in found.values():
        assert scenario.levels == {
            BEDS: scenario.config.ward.beds,
            "services.nursing_share": scenario.config.services.nursing_share,
        }
        assert type(scenario.levels[BEDS]) is int


def test_points_of_a_latin_hypercube_depend_on_its_seed_alone(tiny_city):
    first, again, other = latin(tiny_city), latin(tiny_city), latin(tiny_city, seed=2)
    points = [
        [scenario.levels["services.nursing_share"] for scenario in found.values()] for found in (first, again, other)
    ]
    assert points[0] == points[1]
    assert not np.allclose(points[0], points[2])


def test_scenarios_by_hand_come_before_those_of_the_design(tiny_city):
    by_hand = "scenarios: [{name: mine, interventions: [more_people]}]\n"
    path = put_question(tiny_city, f"{by_hand}design: {{kind: factorial, of: [more_beds]}}\nbaseline: mine\n")
    experiment = load_experiment(path)
    assert [scenario.name for scenario in experiment.wanted(NOTHING)] == ["baseline", "mine", "more_beds"]
    assert experiment.baseline == "mine"
