"""The files that come with flowsim, and what a file is about."""

from pathlib import Path

import pytest
from paths import CONFIGS, EXPERIMENTS, SHEFFIELD

import flowsim
from flowsim.config import shipped
from flowsim.config.file_kinds import FileKind, kind_of
from flowsim.config.shipped import city_file, shipped_cities


def test_every_shipped_city_loads_by_its_name():
    assert set(shipped_cities()) == {"sheffield_2014_2018", "sheffield_2016_17", "step_down_only"}
    for name, file in shipped_cities().items():
        assert flowsim.load_config(name) == flowsim.load_config(file)


def test_a_file_of_ones_own_is_meant_before_a_city_that_is_shipped(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert city_file("sheffield_2016_17") == SHEFFIELD
    (tmp_path / "sheffield_2016_17").mkdir()
    assert city_file("sheffield_2016_17") == SHEFFIELD
    (tmp_path / "step_down_only").write_text("name: mine\n")
    assert city_file("step_down_only") == Path("step_down_only")


@pytest.mark.parametrize("path", [Path("sheffield_2016_17"), "configs/sheffield_2016_17", "sheffield_2016_17.yaml"])
def test_a_path_is_never_a_name(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert city_file(path) == Path(path)


def test_a_copy_without_its_cities_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(shipped, "_PACKAGE", tmp_path / "flowsim")
    with pytest.raises(FileNotFoundError, match="lacks the cities that come with it; install it again"):
        shipped_cities()


def test_cities_and_experiments_are_told_apart():
    cities = shipped_cities().values()
    experiments = list(EXPERIMENTS.glob("*.yaml"))
    assert {kind_of(file) for file in cities} == {FileKind.CITY}
    assert {kind_of(file) for file in experiments} == {FileKind.EXPERIMENT}
    for other in ("provenance.yaml", "interventions/home_first.yaml", "sheffield_2016_17.targets.yaml"):
        assert kind_of(CONFIGS / other) is not FileKind.EXPERIMENT
