import datetime as dt
import math
import re

import numpy as np
import pandas as pd
import pytest
from paths import SHEFFIELD, SHEFFIELD_V01
from reading import check, first_layer, text_of, words

from flowsim.config.city_schema import CityConfig, Target
from flowsim.config.load import load
from flowsim.measures.catalogue import why_empty
from flowsim.report.city.city_report import report_html
from flowsim.report.city.published_figures import Comparison, comparisons, score
from flowsim.report.labels import DASH, GROUPS, REASONS, number, number_interval, wait
from flowsim.run.load_city import load_config

CONFIG = SHEFFIELD_V01
COLUMNS = [
    "scenario", "measure", "unit", "mean", "ci_low", "ci_high", "sd", "replications",
    "target_low", "target_high", "target_source",
]  # fmt: skip
MANIFEST = {
    "command": ["/somewhere/bin/flowsim", "run", "configs/sheffield_2016_17.yaml"],
    "configuration": {"a very": "long tree"},
    "configuration_hash": "0123abcd",
    "seed": 7,
    "replications": [0, 1],
    "engine": "simpy",
    "versions": {"python": "3.11", "numpy": "2.0"},
    "timings": {"total_seconds": 1.23456, "replication_seconds": list(range(50))},
}


@pytest.fixture(scope="module")
def config() -> CityConfig:
    return load(CONFIG, CityConfig)


def row(measure, unit, mean, low=math.nan, high=math.nan, source="", half=None):
    half = 0.03 * mean if half is None else half
    return ("baseline", measure, unit, mean, mean - half, mean + half, half, 2, low, high, source)


def make_summary(*rows) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=COLUMNS)


@pytest.fixture
def summary(config) -> pd.DataFrame:
    targets = [
        row(name, "share" if "share" in name else "days", 1.02 * (t.value or t.low), t.value or t.low,
            t.value or t.high, t.source)
        for name, t in config.targets.items()
    ]  # fmt: skip
    rest = [
        row("dtoc_patients_mean", "patients", 136.8),
        row("ward_beds_occupancy_mean", "units", 625.0),
        row("ward_beds_capacity_mean", "units", 665.0, half=0),
        row("ward_beds_utilisation", "share", 0.94),
        row("ward_beds_wait_days_mean", "days", 0.05),
        row("boarding_hours_mean", "hours", 3.0),
        *(row(f"day_91_{name}_share", "share", 0.2) for name in ("home", "hospital", "care_home", "dead")),
    ]
    return make_summary(*targets, *rest)


def make_daily(days=365, replications=2) -> pd.DataFrame:
    dates = [dt.date(2016, 4, 1) + dt.timedelta(days=i) for i in range(days)]
    names = ["delayed", *(f"delayed_{group}" for group in GROUPS), "ward_beds_occupancy", "transport_occupancy"]
    return pd.DataFrame(
        [
            ("baseline", replication, date, name, 100.0 + i % 7 + replication)
            for replication in range(replications)
            for name in names
            for i, date in enumerate(dates)
        ],
        columns=["scenario", "replication", "date", "measure", "value"],
    )


@pytest.fixture
def sitrep() -> pd.DataFrame:
    return pd.DataFrame(
        [
            (month, "acute", reason, organisation, 1000.0 + i, math.nan if month == "2016-05" else 4.0)
            for month in ("2016-04", "2016-05")
            for i, reason in enumerate(("A", "D(ii)", "E"))
            for organisation in ("nhs", "social_care", "both")
        ],
        columns=["month", "bed_type", "reason", "organisation", "delayed_days", "snapshot_patients"],
    )


@pytest.fixture
def page(config, summary, sitrep) -> str:
    return report_html(config, summary, make_daily(), sitrep, MANIFEST)


def test_loads_nothing_from_elsewhere(page):
    checker = check(page)
    assert all(reference.startswith("#") for reference in checker.references)
    assert not checker.tags & {"script", "link", "img", "iframe", "object", "embed", "base"}
    assert "@import" not in page
    assert all(inside.startswith("#") for inside in re.findall(r"url\(\s*['\"]?(.)", page))


def test_identifiers_are_unique_and_what_refers_to_them_finds_them(page):
    checker = check(page)
    assert len(set(checker.ids)) == len(checker.ids)
    referred = {r[1:] for r in checker.references} | set(re.findall(r"url\(#([^)]*)\)", page))
    assert referred <= set(checker.ids)


def test_the_first_layer_is_short_and_its_table_fits_a_phone(page):
    first = first_layer(page)
    assert words(text_of(first, "style|title|svg")) < 600
    (table,) = re.findall(r"<table.*?</table>", first, re.DOTALL)
    assert len(re.findall("<th scope=.col", table)) <= 6
    assert first.count("<figure>") == 1
    assert len(re.findall(r"<table[^>]*><caption>[^<]+</caption>", page)) == page.count("<table")
    regions = re.findall(r'<div class="scroll" role="region" tabindex="0" aria-label="([^"]+)"', page)
    assert len(set(regions)) == len(regions) == page.count('class="scroll"')


SHARES = list(zip(GROUPS, (0.3, 0.3, 0.3, 0.1), strict=True))


def test_the_answer_says_why_when_and_how_sure(config, summary, sitrep):
    more = make_summary(
        *(row(f"dtoc_share_{group}", "share", share) for group, share in SHARES),
        row("dtoc_patients_winter_max", "patients", 177.0),
        row("cics_utilisation", "share", 0.97),
        *(row(f"cost_paid{who}", "gbp", gbp) for who, gbp in (("", 100e6), ("_nhs", 60e6), ("_social_care", 40e6))),
        row("cost_acute_delay", "gbp", 16.7e6),
    )
    given = pd.concat([summary, more], ignore_index=True).drop_duplicates("measure", keep="last")
    text = text_of(report_html(config, given, make_daily(), sitrep, MANIFEST))
    assert "41 wait for a pathway to be allocated, 41 for a bed in the community, 41 for support at home and 14" in text
    assert "Full (95% or more in use): CICS (Active Recovery) 97%." in text
    assert "At the winter peak 177 people are delayed." in text
    assert "To pay: £100.0 million a year (NHS £60.0 million, social care £40.0 million)." in text
    assert "The delayed days are worth £16.7 million a year, but only if beds close." in text


def test_where_the_numbers_come_from_is_counted(summary, sitrep):
    city = load_config(SHEFFIELD)
    text = text_of(report_html(city, summary, make_daily(), sitrep, MANIFEST))
    published, calibrated, assumed = map(
        int, re.search(r"(\d+) are published, (\d+) calibrated and (\d+) assumed", text).groups()
    )
    assert min(published, calibrated, assumed) > 20
    assert f"Of the city’s {published + calibrated + assumed} numbers" in text


def test_a_part_of_a_month_is_marked_and_a_run_that_is_no_year_says_its_days(config, summary, sitrep):
    run = config.run.model_copy(update={"horizon_days": 50})  # from 1 April 2016
    text = text_of(report_html(config.model_copy(update={"run": run}), summary, make_daily(50), sitrep, MANIFEST))
    assert "Reason Apr 16 May 16 (20 of 31 days) All" in text
    assert "(50 days)" in text
    assert "The run counts 50 days." in text
    assert "Delayed days per year" in text
    assert not re.search("in a year|through the year", text)


def test_what_was_not_measured_says_why(config, summary, sitrep):
    nothing = make_summary(row("dtoc_patients_mean", "patients", 22.0), row("stit_wait_days_mean", "days", math.nan))
    text = text_of(report_html(config, nothing, make_daily(), sitrep, MANIFEST))
    assert f"STIT (Active Recovery): wait for a place no figure: {why_empty('stit_wait_days_mean')} {DASH}" in text
    assert f"No figure, because {why_empty('at_home_91_days_share')}." in text


def test_every_target_appears_with_its_source_and_a_verdict_in_words(page, config, summary):
    text = text_of(page)
    for comparison in comparisons(summary):
        assert comparison.target in text
        assert comparison.source in text
        assert comparison.verdict in text
    assert f"every one of the {len(config.targets)} published figures" in text


def test_the_answer_comes_first_with_its_interval_and_the_published_figure(page):
    text = text_of(page)
    assert "137 people are delayed on an average day" in text
    assert "The 95% interval is 133 to 141." in text
    assert "The published figure is 134 (48,969 delayed days over 365 days" in text
    assert text.index("137 people are delayed") < text.index("Simulated and published figures")


def test_the_ambition_is_named_only_if_the_configuration_has_it(config, summary, sitrep):
    def page(source):
        target = row("dtoc_patients_mean", "patients", 136.8, 50, 50, source)
        others = [tuple(r) for r in summary.to_numpy() if r[1] != "dtoc_patients_mean"]
        return text_of(report_html(config, make_summary(*others, target), make_daily(), sitrep, MANIFEST))

    ambitious = page("BCF plan, the agreed ambition")
    assert "The agreed ambition is 50 people at any time: the simulation is 87 above it" in ambitious
    assert "and reaches it on 0 of 365 days" in ambitious
    assert "above the ambition" in ambitious
    assert "Ambition: 50" in ambitious
    assert "The published figure is 134" in ambitious
    published = page("Published snapshot")
    assert "ambition" not in published.lower()
    assert "The published figure is 50 (Published snapshot)" in published


def test_reasons_are_spelled_out_and_summed(page):
    text = text_of(page)
    for code in ("A", "D(ii)", "E"):
        assert f"{code} {REASONS[code]}" in text
    assert "6,000" in text  # A: two months, three organisations
    assert REASONS["G"] not in text
    assert f"People delayed on the last Thursday 36 {DASH} 36" in text


def test_what_is_unknown_is_a_dash_and_never_nan(config):
    nothing = make_summary(
        row("dtoc_delayed_days", "days", math.nan, 48969, 48969, "plan"),
        row("dtoc_patients_mean", "patients", math.nan),
        row("at_home_91_days_share", "share", math.nan, 0.7, 0.8, math.nan),
        row("readmission_30_day_share", "share", 0.1, half=math.nan),
    )
    daily = make_daily(days=3).assign(value=math.nan)
    sitrep = pd.DataFrame(columns=["month", "reason", "organisation", "delayed_days", "snapshot_patients"])
    text = text_of(report_html(config, nothing, daily, sitrep, {"timings": math.nan}))
    assert not re.search(r"\b(nan|None|inf)\b", text)
    assert f"{DASH} people are delayed on an average day" in text
    assert "not measured" in text
    assert f"Readmitted within 30 days 10.0% {DASH} {DASH}" in text


def test_no_rows_at_all_still_make_a_page(config):
    daily = pd.DataFrame(columns=["scenario", "replication", "date", "measure", "value"])
    sitrep = pd.DataFrame(columns=["month", "reason", "organisation", "delayed_days", "snapshot_patients"])
    check(report_html(config, make_summary(), daily, sitrep, {}))


def test_names_are_escaped(config, summary, sitrep):
    nasty = "<script>alert('a & b')</script> $x_1$"
    service = config.services.active_recovery["stit"]
    services = config.services.model_copy(update={"active_recovery": {nasty: service}})
    target = Target(value=1, source=nasty)
    city = config.model_copy(update={"name": nasty, "services": services, "targets": {"excess_days": target}})
    capacity, in_use = (row(f"{nasty}_{what}_mean", "units", 3.0) for what in ("capacity", "occupancy"))
    rows = make_summary(row("excess_days", "days", 1.0, 1, 1, nasty), capacity, in_use)
    daily = pd.concat([make_daily(), make_daily().assign(measure=f"{nasty}_occupancy")])
    page = report_html(city, rows, daily, sitrep, {"command": nasty})
    assert "script" not in check(page).tags
    text = text_of(page)
    assert text.count(nasty) == 3  # the city, the source, the command
    assert nasty.replace("_", " ") in text  # the service, in words


def test_a_pool_is_as_full_as_its_utilisation_says(config, summary, sitrep):
    """A team that works by day, and homecare with its starts, are full by other rules than units in use."""
    rows = make_summary(
        row("ward_beds_occupancy_mean", "units", 625.0),
        row("ward_beds_capacity_mean", "units", 665.0),
        row("ward_beds_utilisation", "share", 0.94),
        row("discharge_team_occupancy_mean", "units", 5.0),
        row("discharge_team_capacity_mean", "units", 25.0),
        row("discharge_team_utilisation", "share", 0.82),
        row("homecare_capacity_mean", "units", 69.5),
        row("homecare_utilisation", "share", 1.10),
        row("homecare_wait_days_mean", "days", 2.5),
    )
    text = text_of(report_html(config, rows, make_daily(), sitrep, {}))
    assert "Ward beds 665 (+40) 625 606 to 644 94%" in text
    assert "Discharge team 25 5.0 4.8 to 5.2 82%" in text
    assert f"Homecare 70 (+16) {DASH} {DASH} 110% 2.5 days" in text


def test_only_places_have_a_curve_of_what_is_in_use_at_midnight(config, summary, sitrep):
    rows = [tuple(r) for r in summary.to_numpy()]
    rows += [row(f"{pool}_capacity_mean", "units", 16.0) for pool in ("transport", "homecare")]
    page = report_html(config, make_summary(*rows), make_daily(), sitrep, MANIFEST)
    assert 'id="pool-ward_beds' in page
    assert 'id="pool-transport' not in page


@pytest.mark.parametrize("as_type", [str, pd.Timestamp, lambda date: date])
def test_dates_may_be_dates_datetimes_or_text(config, summary, sitrep, page, as_type):
    daily = make_daily()
    daily["date"] = [as_type(date) for date in daily["date"]]
    assert report_html(config, summary, daily, sitrep, MANIFEST) == page


@pytest.mark.parametrize("days", [1, 30, 100, 365, 800])
def test_any_horizon_and_a_single_replication_can_be_drawn(config, summary, sitrep, days):
    text = text_of(report_html(config, summary, make_daily(days, replications=1), sitrep, MANIFEST))
    assert "lowest to highest of" not in text


def test_a_target_of_nought_can_be_drawn(config, sitrep):
    check(report_html(config, make_summary(row("excess_days", "days", 5.0, 0, 0, "x")), make_daily(), sitrep, {}))


def test_how_it_was_run_is_told_without_the_whole_configuration(page):
    text = text_of(page)
    assert "Command flowsim run configs/sheffield_2016_17.yaml" in text
    assert "Seed of the random streams 7" in text
    assert "Replications 2" in text
    assert "Time taken 1 seconds" in text
    assert "49" not in text[text.index("How it was run") :]
    assert "python 3.11, numpy 2.0" in text
    assert "0123abcd" in text
    assert "long tree" not in text


@pytest.mark.parametrize(
    ("mean", "low", "high", "verdict", "difference"),
    [
        (104.9, 100, 100, "within 5%", "+4.9%"),
        (95.0, 100, 100, "within 5%", "−5.0%"),
        (94.0, 100, 100, "within 20%", "−6.0%"),
        (121.0, 100, 100, "outside 20%", "+21.0%"),
        (100.0, 100, 100, "within 5%", "0.0%"),
        (35.0, 35, 40, "in range", "none"),
        (32.0, 35, 40, "out of range", "3.0 below"),
        (0.0, 0, 0, "within 5%", "0.0%"),
        (1.0, 0, 0, "outside 20%", DASH),
        (math.nan, 100, 100, "not measured", DASH),
        (math.nan, 35, 40, "not measured", DASH),
    ],
)
def test_verdicts(mean, low, high, verdict, difference):
    comparison = Comparison("m", "", mean, mean, mean, low, high, "plan")
    assert (comparison.verdict, comparison.difference) == (verdict, difference)


def test_the_score_counts_every_published_figure_once():
    means = [100, 110, 150, math.nan]
    rows = [Comparison("m", "", mean, mean, mean, 100, 100, "plan") for mean in means]
    rows.append(Comparison("dtoc_patients_mean", "", 10, 10, 10, 50, 50, "the ambition"))
    assert score(rows) == (
        "Of 4 published figures the simulation has 1 within 5% or in its range, 1 within 20%, 1 further away and "
        "1 not measured."
    )
    assert score(rows[:1]) == "The simulation has every one of the 1 published figures within 5% or in its range."
    assert score(rows[2:3]) == "Of 1 published figures the simulation has 1 further away."
    assert score([]) == ""


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (48969.4, "days", "48,969"),
        (29.14, "", "29.1"),
        (0.314, "share", "31.4%"),
        (1.04e8, "gbp", "£104.0 million"),
        (0.0, "days", "0"),
        (-0.001, "", "0.00"),
        (-3.0, "", "−3.0"),
        (np.nan, "share", DASH),
        (np.inf, "", DASH),
    ],
)
def test_numbers_in_print(value, unit, text):
    assert number(value, unit) == text


def test_intervals_and_waits_in_print():
    assert number_interval(1234.0, 5678.0) == "1,234 to 5,678"
    assert number_interval(math.nan, 1.0) == DASH
    assert [wait(days) for days in (2.5, 0.25, 0.01, 0.0)] == ["2.5 days", "6.0 hours", "14 minutes", "none"]
    assert wait(math.nan) == DASH
