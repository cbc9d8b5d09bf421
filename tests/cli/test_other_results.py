"""Two files of one name: the results of the second do not take the place of those of the first."""

import json
from pathlib import Path

import pytest


@pytest.fixture
def two_towns(tiny_city):
    """Two cities called city.yaml, in folders of their own."""
    towns = []
    for name in ("harbour", "hill"):
        folder = tiny_city.parent / name
        folder.mkdir()
        (folder / "city.yaml").write_text(f"extends: {tiny_city.as_posix()}\nname: {name}\n", encoding="utf-8")
        towns.append(folder / "city.yaml")
    return towns


def test_two_cities_of_one_name_do_not_share_a_folder(flowsim_says, two_towns):
    harbour, hill = two_towns
    once = ("--replications", "1", "--workers", "1")
    assert flowsim_says("run", harbour, *once)[0] == 0
    assert flowsim_says("run", harbour, *once)[0] == 0
    code, _, said = flowsim_says("run", hill, *once)
    assert code == 2
    assert said.startswith(f"{Path('results/city')}: this folder holds the results of ")
    assert said.endswith("which would be replaced; choose another folder with --out, or move these results away\n")
    assert json.loads(Path("results/city/manifest.json").read_text())["configuration"]["name"] == "harbour"
    assert flowsim_says("run", hill, *once, "--out", "results/hill")[0] == 0
    assert flowsim_says("document", hill)[0] == 2


def test_documents_of_two_cities_of_one_name_do_not_share_a_folder(flowsim_says, two_towns):
    harbour, hill = two_towns
    assert [flowsim_says("document", town)[0] for town in (harbour, harbour, hill)] == [0, 0, 2]


def test_two_experiments_of_one_name_do_not_share_a_folder(flowsim_says, two_towns):
    for town in two_towns:
        text = (
            "name: Beds\nbase: city.yaml\nmeasures: [dtoc_patients_mean]\n"
            "scenarios: [{name: more, changes: [{path: ward.beds, add: 1}]}]\n"
        )
        town.with_name("beds.yaml").write_text(text, encoding="utf-8")
    say = [flowsim_says("experiment", town.with_name("beds.yaml"), "--workers", "1") for town in two_towns]
    assert [code for code, _, _ in say] == [0, 2]
    assert "beds.yaml, which would be replaced" in say[1][2]
