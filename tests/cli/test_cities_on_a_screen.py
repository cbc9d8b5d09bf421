"""What a terminal says of an ensemble: in how many cities each scenario helps."""

import experiment_fixture as made

from flowsim.cli.terminal_tables import cities_helped, scenario_table

VALUES = {
    "baseline": {"dtoc_patients_mean": [100.0, 200.0, 101.0, 199.0]},
    "home": {"dtoc_patients_mean": [90.0, 190.0, 92.0, 188.0]},
    "choice": {"dtoc_patients_mean": [90.0, 210.0, 92.0, 211.0]},
}


def test_each_scenario_has_the_number_of_cities_in_which_it_helps():
    results = made.by_hand(VALUES, ensemble=made.ensemble("a", "b"))
    assert cities_helped(results) == {"home": "2 of 2", "choice": "1 of 2"}
    table = next(part for part in scenario_table(results) if not isinstance(part, str))
    assert list(table.columns[-1].cells) == ["", "2 of 2", "1 of 2"]


def test_without_an_ensemble_there_is_no_such_column():
    results = made.by_hand(VALUES)
    assert cities_helped(results) == {}
    assert "helps in" not in [
        column.header for part in scenario_table(results) if hasattr(part, "columns") for column in part.columns
    ]
