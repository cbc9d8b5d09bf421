"""Questions to the searches and to the sensitivity analysis that cannot be answered, with what is said of them."""

import pytest
from asking import put_question

from flowsim.config.errors import ConfigError
from flowsim.experiment.load_experiment import load_experiment

BEDS = "{name: beds, path: services.intermediate_care.intermediate_care_beds.beds, add: {from: 0, to: 4, step: 2}}"
MANY = (
    "{name: many, path: services.intermediate_care.intermediate_care_beds.beds, add: {from: 0, to: 400000000, step: 1}}"
)
SETTING = "of: [{path: ward.beds, scale: [0.8, 1.2]}]"
NAMED = "scenarios: [{name: a, interventions: [more_beds]}, {name: b, interventions: [larger_team]}]\n"


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (f"kind: budget, budget_gbp: 10, axes: [{BEDS}]", "nothing here costs that little"),
        (f"kind: budget, budget_gbp: 900000, axes: [{MANY}]", "take fewer or larger steps"),
        ("kind: budget, budget_gbp: 900000", "axes"),
        (
            f"kind: budget, budget_gbp: 900000, axes: [{BEDS}], measure: dtoc_share_bedded",
            "set better to lower or higher",
        ),
        (f"kind: budget, budget_gbp: 900000, axes: [{BEDS}], measure: dtoc_patients", "dtoc_patients_mean"),
        ("kind: least_total_cost", "nothing to size"),
        (f"kind: least_total_cost, axes: [{MANY}]", "take fewer or larger steps"),
        (f"kind: least_total_cost, axes: [{BEDS}, {BEDS}]", "two axes are called beds"),
        (f"kind: sensitivity, method: sobol, samples: 12, {SETTING}", "must be a power of 2, such as 8 or 16"),
        ("kind: sensitivity, of: ensemble, under: [ward.]", "goes with ranges and assumptions, not with ensemble"),
        (f"kind: sensitivity, under: [ward.], {SETTING}", "goes with ranges and assumptions, not with a list"),
        (f"kind: sensitivity, measure: dtoc_share_bedded, {SETTING}", "neither better nor worse"),
        (f"kind: sensitivity, trajectories: 1000, {SETTING}", "no more than"),
        ("kind: sensitivity, of: [{path: ward.beds, from: 3}]", "from and to belong together"),
        ("kind: sensitivity, of: [{path: ward.beds, from: 3, to: 5, scale: [1, 2]}]", "either from and to, or scale"),
        ("kind: sensitivity, of: [{path: ward.beds, scale: [-1, 2]}]", "must not be below 0"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused_with_the_reason(tiny_city, asked, says):
    with pytest.raises(ConfigError, match="line ") as refused:
        load_experiment(put_question(tiny_city, f"{NAMED}design: {{{asked}}}\n"))
    assert says in str(refused.value)
