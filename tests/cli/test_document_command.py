"""The command that writes the model up."""

from pathlib import Path

import pytest

FILES = {"stress_des.md", "stress_des.svg", "data_dictionary.md", "city.schema.json"}


def test_the_documents_are_written_where_they_are_wanted(flowsim_says, tiny_city):
    code, out, err = flowsim_says("document", tiny_city, "--out", "a/b")
    assert (code, err) == (0, "")
    assert out.startswith("Written to a/b: ")
    assert {path.name for path in Path("a/b").rglob("*.*")} >= FILES
    assert Path("a/b/stress_des.md").read_text(encoding="utf-8").startswith("# Tiny city: the model")


def test_without_a_folder_they_stand_with_the_results(flowsim_says, tiny_city):
    code, _, _ = flowsim_says("document", tiny_city)
    assert code == 0
    assert Path("results/tiny/model/schema/city.schema.json").exists()


def test_help_shows_an_example(flowsim_says):
    code, out, _ = flowsim_says("document", "--help")
    assert code == 0
    assert "Example: flowsim document configs/sheffield_2016_17.yaml --out docs" in out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("extends: ../tiny.yaml\nward: {bedz: 3}\n", "city.yaml, line 2: ward.bedz: there is no such setting"),
        ("extends: ../tiny.yaml\nward: {beds: 0}\n", "city.yaml, line 2: ward.beds: 0 is not allowed"),
    ],
)
def test_a_bad_file_is_refused_and_nothing_is_written(flowsim_says, tiny_city, text, message):
    Path("city.yaml").write_text(text)
    code, out, err = flowsim_says("document", "city.yaml", "--out", "docs")
    assert (code, out) == (2, "")
    assert err.startswith(message)
    assert [path.name for path in Path.cwd().iterdir()] == ["city.yaml"]


def test_a_bad_provenance_file_is_refused(flowsim_says, tiny_city):
    (tiny_city.parent / "provenance.yaml").write_text("run.seed: {kind: guess}\n")
    code, out, err = flowsim_says("document", tiny_city)
    assert (code, out) == (2, "")
    assert "provenance.yaml, line 1: run.seed.kind: 'guess' is not allowed" in err
    assert err.count("\n") == 1


def test_a_folder_that_cannot_be_written_is_told(flowsim_says, tiny_city):
    Path("file").touch()
    code, out, err = flowsim_says("document", tiny_city, "--out", "file/docs")
    assert (code, out) == (2, "")
    assert err == "file/docs/stress_des.md: cannot be written: not a directory\n"
