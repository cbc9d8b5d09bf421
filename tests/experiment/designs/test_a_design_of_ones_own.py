"""A design is added in two classes, one for the experiment and one for its report: see `every_pair.py` in support."""

import io
import json
import os
import subprocess
import sys

import openpyxl
import pandas as pd
import pytest
from asking import put_question
from paths import ROOT
from reading import check, text_of

from flowsim.config.errors import ConfigError
from flowsim.experiment.load_experiment import load_experiment

SUPPORT = ROOT / "tests" / "support"
DELAYED = "dtoc_patients_mean"
QUESTION = "replications: 2\ndesign: {kind: every_pair, of: [more_beds, early_planning, larger_team]}\n"
SINGLES = ["more_beds", "early_planning", "larger_team"]
PAIRS = ["early_planning+more_beds", "larger_team+more_beds", "early_planning+larger_team"]


def python(*arguments):
    """Run Python as a user's script is run, in a process that knows nothing of this one."""
    paths = os.pathsep.join([str(ROOT), str(SUPPORT)])
    command = [sys.executable, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": paths})
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def asked(tmp_path_factory, tiny_text):
    city = tmp_path_factory.mktemp("pairs") / "tiny.yaml"
    city.write_text(tiny_text, encoding="utf-8")
    return put_question(city, QUESTION)


@pytest.fixture(scope="module")
def out(asked):
    """The results folder of the script, whose two worker processes import it again."""
    python(SUPPORT / "every_pair.py", asked, asked.parent / "out")
    return asked.parent / "out"


def test_its_scenarios_are_run(out):
    values = pd.read_parquet(out / "replications.parquet")
    assert list(values["scenario"].unique()) == ["baseline", *SINGLES, *PAIRS]
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["experiment"]["design"] == "every_pair"


def test_its_table_is_a_file(out):
    values = pd.read_parquet(out / "replications.parquet")
    means = values[values["measure"] == DELAYED].groupby("scenario")["value"].mean()
    pairs = pd.read_csv(out / "pairs.csv")
    found = pairs[pairs["measure"] == DELAYED].set_index(["first", "added"])["difference"]
    assert len(found) == 6
    added = means["early_planning+more_beds"] - means["more_beds"]
    assert found["more_beds", "early_planning"] == pytest.approx(added)


def test_its_answer_its_figure_and_its_table_are_on_the_page(out):
    page = (out / "report.html").read_text(encoding="utf-8")
    assert any("each pair of changes against the baseline" in label for label in check(page).pictures)
    text = text_of(page, without="style|title|svg")
    assert "Which two? “" in text
    assert "What two changes do together" in text
    assert "Early planning after More beds" in text
    assert (out / "figures" / "pairs.svg").exists()


def test_its_table_is_a_sheet_of_the_workbook(out):
    book = openpyxl.load_workbook(io.BytesIO((out / "results.xlsx").read_bytes()))
    header, *rows = book["Pairs"].iter_rows(values_only=True)
    pairs = pd.read_csv(out / "pairs.csv")
    assert list(header) == list(pairs.columns)
    assert len(rows) == len(pairs)
    assert rows[0][:3] == tuple(pairs.iloc[0, :3])
    assert rows[0][3] == pytest.approx(pairs["difference"][0])


def test_editors_learn_it(asked):
    says = (
        "import every_pair; from flowsim.report.document.editor_schema import editor_schemas; "
        "print(editor_schemas()['experiment.schema.json'])"
    )
    schema = json.loads(python("-c", says))
    assert schema["$defs"]["EveryPair"]["properties"]["kind"]["const"] == "every_pair"
    assert {"$ref": "#/$defs/EveryPair"} in schema["properties"]["design"]["anyOf"]


def test_where_it_is_not_registered_it_is_refused(asked):
    with pytest.raises(ConfigError, match=r"line 5: design.kind: 'every_pair' is not allowed: must be one of 'best_"):
        load_experiment(asked)


def test_its_mistakes_are_found_like_those_of_any_other(asked):
    path = asked.with_name("wrong.yaml")
    path.write_text(asked.read_text(encoding="utf-8").replace("more_beds", "more_bets"), encoding="utf-8")
    says = (
        "import sys, every_pair; from flowsim.config.errors import ConfigError\n"
        "from flowsim.experiment.load_experiment import load_experiment\n"
        "try:\n    load_experiment(sys.argv[1])\nexcept ConfigError as error:\n    print(error)"
    )
    assert python("-c", says, path).strip() == (
        f"{path}, line 5: design.of.0: there is no intervention called more_bets; did you mean more_beds?"
    )
