"""Where numbers come from."""

import pytest

from flowsim.config.errors import ConfigError
from flowsim.config.provenance import Provenance, check_provenance, leaves, load_provenance

CITY = {"name": "Sheffield", "run": {"days": 365, "seed": 1}, "hours": [1, {"x": 2}], "targets": {}, "beds": None}


def load_text(tmp_path, text):
    path = tmp_path / "provenance.yaml"
    path.write_text(text)
    return load_provenance(path)


def test_a_leaf_is_a_value_a_list_or_an_empty_group():
    assert leaves(CITY) == {
        "name": "Sheffield",
        "run.days": 365,
        "run.seed": 1,
        "hours": [1, {"x": 2}],
        "targets": {},
        "beds": None,
    }


def test_leaves_without_entry_and_entries_without_leaf_are_found():
    missing, stale = check_provenance(CITY, ["name", "run.days", "run", "targets", "beds", "hours.0"])
    assert missing == ["hours", "run.seed"]
    assert stale == ["hours.0", "run"]


def test_a_complete_provenance_lacks_nothing():
    assert check_provenance(CITY, leaves(CITY)) == ([], [])


def test_entries_are_read_by_dotted_path(tmp_path):
    found = load_text(
        tmp_path,
        "run.days: {kind: published, reference: 'Issue 2'}\nrun.seed:\n  kind: assumption\n  note: any will do\n",
    )
    assert found == {
        "run.days": Provenance(kind="published", reference="Issue 2"),
        "run.seed": Provenance(kind="assumption", note="any will do"),
    }


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("{kind: published}", "line 2: run.seed: a value of kind published needs a reference"),
        ("{kind: seed, reference: ' '}", "line 2: run.seed: a value of kind seed needs a reference"),
        ("{kind: guess}", "line 2: run.seed.kind: 'guess' is not allowed: must be 'seed', 'published', 'calibrated'"),
        ("{refernce: x}", "line 2: run.seed.refernce: there is no such setting; did you mean reference?"),
        ("assumption", "line 2: run.seed: 'assumption' is not allowed: must be a group of settings"),
        ("{note: x}", "line 2: run.seed.kind: this setting is missing"),
    ],
)
def test_an_unsound_entry_is_refused_with_its_line(tmp_path, entry, message):
    with pytest.raises(ConfigError) as caught:
        load_text(tmp_path, f"run.days: {{kind: calibrated}}\nrun.seed: {entry}\n")
    assert message in str(caught.value)
