"""From Python, a city is run as by the command line."""

import json

import pytest

import flowsim


def test_a_city_is_run_into_a_folder(tiny_city, tmp_path):
    seen = []
    results = flowsim.run_city(
        tiny_city, replications=1, seed=3, workers=1, out=tmp_path / "out", progress=lambda *done: seen.append(done)
    )
    assert seen == [(0, 1), (1, 1)]
    assert (results.config.run.replications, results.config.run.seed) == (1, 3)
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["seed"], manifest["engine"], manifest["workers"]) == (3, "compiled", 1)
    by_measure = results.summary.set_index("measure")["mean"]
    run = flowsim.simulate(results.config)
    assert by_measure["dtoc_patients_mean"] == pytest.approx(run.measures["dtoc_patients_mean"], rel=1e-12)


def test_without_a_folder_the_results_have_the_name_of_the_file(tiny_city, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    flowsim.run_city(tiny_city, replications=1, workers=1)
    assert (tmp_path / "results" / "tiny" / "report.html").exists()
