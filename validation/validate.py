"""Hold the model against theory, four published years and a forecast: docs/validation.md and docs/four_years.md.

Run it from the repository: ``python validation/validate.py`` (some minutes on two cores). Seeds are fixed and are not
those of the calibration. So the pages are the same each time.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import capacity
import figures
import forecast
import four_years
import must_show
import numpy as np
from as_of_march_2017 import left_out
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from observed import Year, observe
from published import CITY, HELD_OUT_SEED, HERE, Published, held_out_city, monthly, simulated, stacked
from theory import checks, engines_agree

from flowsim.calibration.calibration_problem import load_calibration
from flowsim.config.city_schema import CityConfig

FACE_REPLICATIONS = 20
EDGE = 0.05  # of a range, on the scale of its search


def main() -> None:
    """Make the pages and their figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replications", type=int, default=40, help="runs of the city (default: 40)")
    parser.add_argument("--few", type=int, default=12, help="runs of each variant of it (default: 12)")
    parser.add_argument("--draws", type=int, default=180, help="cities drawn for the forecast (default: 180)")
    parser.add_argument("--workers", type=int, default=2, help="processes (default: 2)")
    parser.add_argument("--out", type=Path, default=HERE.parent / "docs", help="folder of the pages (default: docs)")
    args = parser.parse_args()
    with ProcessPoolExecutor(args.workers, mp_context=get_context("spawn")) as pool:
        pages = validation(held_out_city(), args.replications, args.few, args.draws, pool, args.out / "images")
    for name, text in pages.items():
        (args.out / name).write_text(text, encoding="utf-8", newline="\n")
        print(f"{args.out / name} is written")


def validation(city: CityConfig, n: int, few: int, draws: int, pool: Executor, images: Path) -> dict[str, str]:
    """Simulate all that the pages show; return them by name."""
    images.mkdir(parents=True, exist_ok=True)
    published, year = Published.of(city), capacity.baseline_year(city)
    sitreps, counted = zip(*pool.map(partial(four_years.in_years, city), range(n)), strict=True)
    base = stacked([monthly(sitrep, published.months) for sitrep in sitreps])
    in_2016 = partial(simulated, pool, Published.of(year))
    over_all = partial(simulated, pool, published)
    floors, curves = capacity.endless(in_2016, year, few), capacity.responses(in_2016, year, few)
    moves = four_years.valve_moves(published, over_all, city, base, few)
    without = four_years.without_each_change(published, over_all, city, base, few)
    years = list(pool.map(observe, [(year, i) for i in range(min(n, FACE_REPLICATIONS))]))
    ahead = forecast.forecast(pool, city, draws)
    figures.months_figure(published, base, images / "validation_months.svg")
    figures.capacity_figure(curves, images / "validation_capacity.svg")
    figures.weekday_figure(years, images / "validation_weekdays.svg")
    figures.age_figure(years, images / "validation_ages.svg")
    figures.stay_figure(years, images / "validation_stays.svg")
    figures.forecast_figure(ahead, images / "validation_forecast.svg")
    shares = must_show.spring(published, base)
    rows = [
        *must_show.rows_of_fit(published, base),
        *rows_of_the_city(city),
        must_show.row_of_floor(floors[capacity.EVERYTHING]),
        *must_show.rows_of_valves(moves),
        *must_show.rows_of_other_measures(counted),
        must_show.row_of_spring(shares),
        must_show.Row(
            f"the forecast's 95% range holds {forecast.came(ahead):,.0f} days", forecast.range_in_words(ahead),
            forecast.range_holds(ahead),
        ),
    ]  # fmt: skip
    detail = four_years.PAGE.format(
        n=n,
        city_file=CITY.name,
        history=four_years.history(city),
        every_month=four_years.every_month(published, base),
        others=four_years.other_measures(counted),
    )
    page = rendered(
        rows=rows,
        attempts=(HERE / "attempts.md").read_text(encoding="utf-8").strip(),
        replications=n,
        seed=HELD_OUT_SEED,
        checks=list(checks()),
        engines_agree=engines_agree(),
        changes=len(city.history),
        few=few,
        by_year=four_years.by_year_and_reason(published, base),
        by_month=four_years.by_month(published, base),
        without=without,
        valves=four_years.valves_table(moves),
        spring=shares,
        floors=floors,
        floors_table=capacity.endless_table(floors),
        responses_table=capacity.responses_table(curves),
        knees=capacity.knees(curves),
        face=face(years),
        face_replications=len(years),
        left_out=left_out(city),
        **forecast_words(ahead),
    )
    return {"validation.md": page, "four_years.md": detail}


def rendered(**found: Any) -> str:
    """Return the page of what was found."""
    environment = Environment(
        loader=FileSystemLoader(HERE), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )
    return environment.get_template("validation.md.j2").render(**found)


def rows_of_the_city(city: CityConfig) -> Iterator[must_show.Row]:
    """Yield what the files of the city must show: few changes, each with its source, and no setting at a bound."""
    sourced = sum(bool(past.source) for past in city.history.values())
    few = len(city.history) <= 6 and sourced == len(city.history)
    yield must_show.Row("at most six dated changes, each with a source or called an assumption",
                        f"{len(city.history)}, {sourced} with a source", few)  # fmt: skip
    problem = load_calibration(CITY, CITY.with_name(f"{CITY.stem}.targets.yaml"))
    at_bound = sum(not EDGE < position < 1 - EDGE for position in problem.start)
    yield must_show.Row("no fitted setting at a bound", f"{at_bound} of {len(problem.start)}", at_bound == 0)


def forecast_words(its: forecast.Forecast) -> dict[str, Any]:
    """Return what the page says of the forecast."""
    return {
        "holds": forecast.range_holds(its),
        "came": forecast.came(its),
        "median": float(np.median(its.total[forecast.MODEL])),
        "tried": its.tried,
        "kept": len(its.drawn),
        "totals": forecast.totals_table(its),
        "months": forecast.months_table(its),
        "reasons": forecast.reasons_table(its),
        "settings": forecast.settings_table(its),
        "decided": forecast.decided_table(its),
    }


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
        "readmitted": mean(lambda y: y.measures["readmission_30_day_share"]),
        "day_91_home": mean(lambda y: y.measures["at_home_91_days_share"]),
        "day_91_hospital": mean(lambda y: y.measures["day_91_hospital_share"]),
    }


if __name__ == "__main__":
    main()
