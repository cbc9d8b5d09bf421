"""Compare the model with theory, with the year it is calibrated to, and with other years: docs/validation.md.

Run it from the repository: ``python validation/validate.py`` (some minutes on two cores). Seeds are fixed and are not
those of the calibration. So the page is the same each time.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from figures import age_figure, stay_figure, weekday_figure
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from observed import Year, measures_of, observe
from theory import checks, engines_agree
from years import PUBLISHED, demand_of, explanations, forecasts, in_year

import flowsim
from flowsim.config.changes import changed
from flowsim.config.city_schema import CityConfig, Target
from flowsim.measures.catalogue import units
from flowsim.measures.statistics import half_width

HERE = Path(__file__).parent
CITY = HERE.parent / "configs" / "sheffield_2016_17.yaml"
HELD_OUT_SEED = 19480705
SEARCH_REPLICATIONS = 4
# What "close" means: counts within 3% of the published year, shares within two percentage points.
COUNTS, COUNT_TOLERANCE, SHARE_TOLERANCE = (
    ("dtoc_delayed_days", "excess_days", "non_elective_admissions", "care_home_admissions_65plus"),
    0.03,
    0.02,
)


def main() -> None:
    """Make the page and its figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replications", type=int, default=20, help="simulated years for each table (default: 20)")
    parser.add_argument("--halvings", type=int, default=9, help="steps of each search for a factor (default: 9)")
    parser.add_argument("--workers", type=int, default=2, help="processes (default: 2)")
    parser.add_argument("--out", type=Path, default=HERE.parent / "docs", help="folder of the page (default: docs)")
    args = parser.parse_args()
    city = changed(flowsim.load_config(CITY), {"run.seed": HELD_OUT_SEED})
    with ProcessPoolExecutor(args.workers, mp_context=get_context("spawn")) as pool:
        page = validation(city, args.replications, args.halvings, pool, args.out / "images")
    (args.out / "validation.md").write_text(page, encoding="utf-8", newline="\n")
    print(f"{args.out / 'validation.md'} is written")


def validation(city: CityConfig, n: int, halvings: int, pool: Executor, images: Path) -> str:
    """Return the page."""
    images.mkdir(parents=True, exist_ok=True)
    years = list(pool.map(observe, [(city, i) for i in range(n)]))
    mean_of = partial(means, pool, min(n, SEARCH_REPLICATIONS))
    fit = [fitted(name, target, [y.measures[name] for y in years]) for name, target in city.targets.items()]
    weekday_figure(years, images / "validation_weekdays.svg")
    age_figure(years, images / "validation_ages.svg")
    stay_figure(years, images / "validation_stays.svg")
    back: dict[str, dict[str, Any]] = {
        year: {
            "published": PUBLISHED[year],
            "demand": demand_of(year),
            "demand_alone": mean_and_interval(pool, n, in_year(city, year, demand_of(year)), list(PUBLISHED[year])),
            "explanations": explanations(city, year, mean_of, halvings),
        }
        for year in ("2014/15", "2015/16")
    }
    ahead = {
        name: mean_and_interval(pool, n, config, list(PUBLISHED["2017/18"]))
        for name, config in forecasts(city, CITY.parent / "interventions").items()
    }
    environment = Environment(
        loader=FileSystemLoader(HERE), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )
    return environment.get_template("validation.md.j2").render(
        replications=n,
        seed=HELD_OUT_SEED,
        calibration_seed=flowsim.load_config(CITY).run.seed,
        checks=list(checks()),
        engines_agree=engines_agree(),
        fit=fit,
        misses=[row for row in fit if not row["met"]],
        back=back,
        ahead=ahead,
        plan=PUBLISHED["2017/18"],
        face=face(years),
        search_replications=min(n, SEARCH_REPLICATIONS),
        shown=shown,
    )


def fitted(name: str, target: Target, values: Sequence[float]) -> dict[str, Any]:
    """Return a row of the table of fit: the published figure, the simulated one, and whether they agree."""
    mean, low, high = interval(values)
    if target.value is not None:
        published = shown(name, target.value)
        if _is_share(name):
            met, rule = abs(mean - target.value) <= SHARE_TOLERANCE, "within 2 percentage points"
        else:
            met, rule = abs(mean / target.value - 1) <= COUNT_TOLERANCE, "within 3%"
    elif target.low is not None and target.high is not None:
        published = f"{shown(name, target.low)} to {shown(name, target.high)}"
        met, rule = target.low <= mean <= target.high, "inside the range"
    return {
        "measure": name,
        "published": published,
        "mean": mean,
        "low": low,
        "high": high,
        "sd": float(np.std(values, ddof=1)),
        "rule": rule,
        "met": met,
    }


def means(pool: Executor, n: int, config: CityConfig) -> dict[str, float]:
    """Return the mean of every measure over some replications."""
    runs = list(pool.map(measures_of, [(config, i) for i in range(n)]))
    return {name: float(np.mean([run[name] for run in runs])) for name in runs[0]}


def mean_and_interval(pool: Executor, n: int, config: CityConfig, names: Sequence[str]) -> dict[str, dict[str, float]]:
    """Return, by measure, the mean with its 95% interval, and the range in which 95% of single years lie."""
    runs = list(pool.map(measures_of, [(config, i) for i in range(n)]))
    found = {}
    for name in ("dtoc_patients_mean", *names):
        values = [run[name] for run in runs]
        mean, low, high = interval(values)
        spread = 1.96 * float(np.std(values, ddof=1))
        found[name] = {"mean": mean, "low": low, "high": high, "year_low": mean - spread, "year_high": mean + spread}
    return found


def interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the mean and its 95% interval."""
    mean = float(np.mean(values))
    half = float(half_width(np.std(values, ddof=1), len(values)))
    return mean, mean - half, mean + half


def face(years: Sequence[Year]) -> dict[str, float]:
    """Return what a clinician would look at first."""

    def mean(of: Callable[[Year], float]) -> float:
        return float(np.mean([of(year) for year in years]))

    discharges = np.mean([year.discharges for year in years], axis=0)
    return {
        "weekend": float(discharges[5:].mean() / discharges[:5].mean()),
        "holiday": mean(lambda y: y.holiday_discharges) / float(discharges[:5].mean()),
        "older_delayed": mean(lambda y: y.delayed_by_age[1:].sum()),
        "older_admitted": mean(lambda y: y.admitted_by_age[1:].sum()),
        "stay_mean": mean(lambda y: y.stay_mean),
        "stay_sd": mean(lambda y: y.stay_sd),
        "older_stay": mean(lambda y: y.older_stay_mean),
        "fit_share": mean(lambda y: y.fit_share),
        "fit_days": mean(lambda y: y.fit_days),
        "fit_days_complex": mean(lambda y: y.fit_days_complex),
        "wait_beds": mean(lambda y: y.waits["intermediate_care"]),
        "wait_home": mean(lambda y: y.waits["active_recovery"]),
        "day_91_hospital": mean(lambda y: y.measures["day_91_hospital_share"]),
        "readmitted": mean(lambda y: y.measures["readmission_30_day_share"]),
    }


def shown(name: str, value: float) -> str:
    """Return a value as people read it."""
    if _is_share(name):
        return f"{value:.1%}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.1f}"


def _is_share(name: str) -> bool:
    return units([name])[name] == "share"


if __name__ == "__main__":
    main()
