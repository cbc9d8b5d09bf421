"""Changes by dotted path."""

import datetime as dt

import pytest
from pydantic import BaseModel, ConfigDict, Field, computed_field

from flowsim.config.changes import apply_changes, changed
from flowsim.config.errors import ConfigError

DATA = {
    "services": {"beds": {"capacity": 100, "name": "Beds", "open": True}, "homecare": {"rate": 0.1}, "none": {}},
    "hours": [1, 2],
    "steps": [{"units": 4}],
}


def after(*changes):
    return apply_changes(DATA, list(changes))


def complaint(*changes):
    with pytest.raises(ConfigError) as caught:
        after(*changes)
    return str(caught.value)


def test_a_change_leaves_the_original_as_it_was():
    hours = [3]
    data = after({"path": "services.beds.capacity", "set": 5}, {"path": "hours", "set": hours})
    hours.append(4)
    data["services"]["homecare"]["rate"] = 9
    assert data["services"]["beds"]["capacity"] == 5
    assert data["hours"] == [3]
    assert DATA["services"]["beds"]["capacity"] == 100
    assert DATA["services"]["homecare"]["rate"] == 0.1


def test_changes_follow_one_another():
    data = after(
        {"path": "services.beds", "set": {"capacity": 50}},
        {"path": "services.beds.capacity", "scale": 2},
        {"path": "services.beds.capacity", "add": 1},
    )
    assert data["services"]["beds"] == {"capacity": 101}


def test_an_entry_of_a_list_changes_alone():
    data = after({"path": "hours.1", "add": 3}, {"path": "steps.0.units", "scale": 1.5}, {"path": "hours.0", "set": 9})
    assert data["hours"] == [9, 5]
    assert data["steps"] == [{"units": 6}]
    assert DATA["steps"] == [{"units": 4}]


@pytest.mark.parametrize(
    ("path", "operation", "value", "result"),
    [
        ("services.beds.capacity", "scale", 1.1, 110),
        ("services.beds.capacity", "scale", 0.123, 12.3),
        ("services.beds.capacity", "add", -20, 80),
        ("services.homecare.rate", "add", 0.2, 0.3),
        ("services.homecare.rate", "scale", 10, 1.0),
    ],
)
def test_scaling_and_adding_reckon_as_a_person_does(path, operation, value, result):
    group, key = path.split(".")[1:]
    found = after({"path": path, operation: value})["services"][group][key]
    assert found == result
    assert type(found) is type(result)


def test_a_path_that_does_not_exist_is_met_with_the_nearest_right_one():
    assert complaint({"path": "services.bds.capacity", "set": 1}) == (
        "services.bds.capacity: there is no such setting; did you mean services.beds.capacity?"
    )


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("servces.bds.capcity", "; did you mean services.beds.capacity?"),
        ("beds.capacity", "; did you mean services.beds.capacity?"),
        ("services.beds.capacity.units", "; did you mean services.beds.capacity?"),
        ("services.beds.zzz", " (services.beds has capacity, name, open)"),
        ("zzz", " (a city has services, hours, steps)"),
        (
            "history.cut.changes",
            ": a change acts on top of the history; change the setting itself, with from_date if it begins on a day",
        ),
        ("hours.2", ": hours has 2 entries, hours.0 to hours.1"),
        ("hours.first", ": hours has 2 entries, hours.0 to hours.1"),
        ("steps.0.unit", "; did you mean steps.0.units?"),
        ("steps.1.units", ": steps has 1 entry, steps.0"),
        ("services.none.beds", ": services.none is empty, so set it as a whole"),
    ],
)
def test_only_a_setting_that_exists_is_suggested(path, hint):
    assert complaint({"path": path, "set": 1}) == f"{path}: there is no such setting{hint}"


@pytest.mark.parametrize("path", ["zzz", "hours.2", "hours.-1", "services.beds.capacity.units", ""])
def test_a_path_that_leads_nowhere_is_refused(path):
    assert "there is no such setting" in complaint({"path": path, "set": 1})


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("services.beds.name", "not one"),
        ("services.beds.open", "not one"),
        ("services.beds", "a group of settings: change one of capacity, name, open, or set it as a whole"),
        (
            "hours",
            "a list: change one entry (hours has 2 entries, hours.0 to hours.1), or set it as a whole: set: [1, 2]",
        ),
    ],
)
def test_only_a_number_can_be_scaled(path, what):
    assert complaint({"path": path, "scale": 2}) == (
        f"{path}: scale needs a number to work on, and this setting is {what}"
    )


@pytest.mark.parametrize(("factor", "shown"), [("2", "'2'"), (True, "true"), (float("nan"), "NaN")])
def test_only_a_number_can_scale(factor, shown):
    assert complaint({"path": "services.beds.capacity", "scale": factor}) == (
        f"services.beds.capacity: {shown} is not allowed: scale needs a number"
    )


@pytest.mark.parametrize(
    "change", [{"path": "hours"}, {"set": 1}, {"path": "hours", "set": 1, "add": 1}, {"path": 3, "set": 1}, {}]
)
def test_a_change_says_where_and_one_thing_to_do(change):
    assert complaint({"path": "hours", "set": 1}, change) == (
        "change 2: a change has a path and one of set, scale and add"
    )


def test_all_faulty_changes_are_told_at_once():
    assert len(complaint({"path": "x", "set": 1}, {"path": "hours", "add": 1}).splitlines()) == 2


class Beds(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    capacity: int = Field(ge=1)
    opened: dt.date = dt.date(2016, 4, 1)
    by_month: dict[int, float] = Field(default={1: 0.5})

    @computed_field
    def twice(self) -> int:
        return 2 * self.capacity


class House(BaseModel):
    beds: Beds


def test_a_changed_configuration_is_a_new_one_and_sound():
    house = House(beds=Beds(capacity=10))
    other = changed(house, {"beds.capacity": 20, "beds.by_month.1": 0.7, "beds.opened": dt.date(2017, 4, 1)})
    assert other.beds == Beds(capacity=20, opened=dt.date(2017, 4, 1), by_month={1: 0.7})
    assert house.beds.capacity == 10


def test_a_change_that_makes_a_configuration_unsound_is_refused():
    with pytest.raises(ConfigError, match=r"^beds\.capacity: 0 is not allowed: must be 1 or more$"):
        changed(House(beds=Beds(capacity=10)), {"beds.capacity": 0})
