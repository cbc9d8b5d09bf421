"""The results of a city and its folder."""

import errno
import hashlib
import json
import os
from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import pytest
from published_months import made_fit

import flowsim
from flowsim.config.city_schema import CityConfig
from flowsim.config.validation import validate
from flowsim.run.city_results import gather, manifest, write_results
from flowsim.run.failures import ResultsError
from flowsim.run.replicate import replicate

FILES = {
    "summary.csv", "comparison.csv", "replications.parquet", "daily.parquet", "dtoc_sitrep.csv", "report.html",
    "manifest.json", "why.csv", "blocking.csv", "binding.csv",
}  # fmt: skip


@pytest.fixture
def finished(tiny_city):
    city = flowsim.load_config(tiny_city)
    done = replicate(city)
    now = datetime.now(UTC)
    return city, done, gather(city, done), manifest(city, done, "simpy", 1, ["flowsim", "run"], now, now)


def test_a_results_folder_has_its_files_and_columns(finished, tmp_path):
    _, done, results, record = finished
    out = tmp_path / "a" / "b"
    write_results(out, results, record, {"report.html": "<html>é</html>".encode()})
    assert {path.name for path in out.iterdir()} == FILES
    assert (out / "report.html").read_text(encoding="utf-8") == "<html>é</html>"
    summary = pd.read_csv(out / "summary.csv")
    assert list(summary.columns) == [
        "scenario", "measure", "unit", "mean", "ci_low", "ci_high", "sd", "replications",
        "why_empty",
    ]  # fmt: skip
    assert (out / "comparison.csv").read_text() == (
        "scenario,baseline,measure,unit,difference,ci_low,ci_high,relative\n"
    )
    values = pd.read_parquet(out / "replications.parquet")
    assert list(values.columns) == ["scenario", "replication", "measure", "value"]
    assert set(values["scenario"]) == {"baseline"}
    daily = pd.read_parquet(out / "daily.parquet")
    assert list(daily.columns) == ["scenario", "replication", "date", "measure", "value"]
    assert len(daily) == sum(len(r.daily) for r in done)
    assert daily["date"].min() == pd.Timestamp("2016-10-15")
    sitrep = pd.read_csv(out / "dtoc_sitrep.csv")
    assert list(sitrep.columns) == [
        "month",
        "bed_type",
        "reason",
        "organisation",
        "delayed_days",
        "snapshot_patients",
        "days_in_month",
    ]
    assert sitrep["delayed_days"].sum() == pytest.approx(sum(r.sitrep["delayed_days"].sum() for r in done) / 2)
    for r in done:
        of_run = values[values["replication"] == r.number]
        assert dict(zip(of_run["measure"], of_run["value"].fillna(-1), strict=True)) == {
            name: -1 if value != value else value for name, value in r.measures.items()
        }


def test_the_manifest_says_how_to_get_the_same_results(finished, tmp_path):
    city, _, results, record = finished
    write_results(tmp_path / "out", results, record, {})
    read = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert read == record
    again = validate(CityConfig, read["configuration"])
    assert again == city
    text = json.dumps(read["configuration"], ensure_ascii=False, separators=(",", ":"))
    assert read["configuration_hash"] == "sha256:" + hashlib.sha256(text.encode()).hexdigest()
    assert (read["engine"], read["workers"], read["seed"], read["replications"]) == ("simpy", 1, 7, [0, 1])
    assert read["command"] == ["flowsim", "run"]
    assert {"flowsim", "python", "numpy", "simpy"} <= set(read["versions"])
    assert len(read["timings"]["replication_seconds"]) == 2
    assert {"started", "finished"} <= set(read)


def test_a_full_disk_leaves_no_half_files_and_no_manifest(finished, tmp_path, monkeypatch):
    _, _, results, record = finished
    out = tmp_path / "out"
    write_results(out, results, record, {"report.html": b"old"})
    before = (out / "daily.parquet").read_bytes()
    flushes = []

    def full(descriptor):
        flushes.append(descriptor)
        if len(flushes) == 4:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ResultsError, match="out: the results could not be written: the disk is full"):
        write_results(out, results, record, {"report.html": b"new"})
    assert {path.name for path in out.iterdir()} == FILES - {"manifest.json"}
    assert (out / "daily.parquet").read_bytes() == before


def test_why_people_are_delayed_has_tables_of_its_own_and_leaves_none_behind(finished, tmp_path):
    _, _, results, record = finished
    write_results(tmp_path, results, record, {})
    columns = {name: list(pd.read_csv(tmp_path / f"{name}.csv").columns) for name in ("why", "blocking", "binding")}
    assert columns == {
        "why": ["reason", "part", "people", "ci_low", "ci_high"],
        "blocking": ["held", "awaited", "people", "delayed_people"],
        "binding": ["service", "people_waiting", "people_itself", "people_through_blocking", "share"],
    }
    write_results(tmp_path, replace(results, why=None), record, {})
    assert not {"why.csv", "blocking.csv", "binding.csv"} & {path.name for path in tmp_path.iterdir()}


def test_published_months_have_tables_of_their_own_and_leave_none_behind(finished, tmp_path):
    _, _, results, record = finished
    with_months = replace(results, observed=made_fit(flagged=("2016-10",)))
    write_results(tmp_path, with_months, record, {})
    months = pd.read_csv(tmp_path / "observed.csv")
    assert list(months.columns) == [
        "month", "series", "days", "published", "simulated", "low", "high", "covered", "flagged",
    ]  # fmt: skip
    assert set(months["flagged"].dropna()) == {"a new system"}
    assert set(pd.read_csv(tmp_path / "observed_years.csv")["year"]) == {"2016/17"}
    assert "coverage" in pd.read_csv(tmp_path / "observed_scores.csv")
    write_results(tmp_path, results, record, {})
    assert not list(tmp_path.glob("observed*"))


def test_a_city_with_published_months_has_them_in_its_results(tiny_city):
    text = tiny_city.read_text(encoding="utf-8").replace("horizon_days: 42", "horizon_days: 47")  # to 30 November
    months = "\n".join(f"2016-{month},5,5" for month in (10, 11, 12))
    tiny_city.with_name("return.csv").write_text(f"month,A,total\n{months}\n", encoding="utf-8")
    tiny_city.write_text(f"{text}observed: {{monthly_return: return.csv, source: invented}}\n", encoding="utf-8")
    city = flowsim.load_config(tiny_city)
    results = gather(city, replicate(city))
    november = results.sitrep[results.sitrep["month"] == "2016-11"]
    (total,) = results.observed.months.query("series == 'total'").to_dict("records")
    assert (total["month"], total["published"]) == ("2016-11", 5.0)
    assert total["simulated"] == pytest.approx(november["delayed_days"].sum())
