"""What can be wrong with a targets file, given its cities: every problem, with where it is and what is allowed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flowsim.calibration.free_settings import Parameter, numbers, parameter_of, place_of
from flowsim.calibration.target_figures import PublishedFigure, counted_days, figure_of, series_figures, series_name
from flowsim.calibration.targets_file import MAIN, CalibrationTarget, FreeSetting, ObservedTarget, TargetsFile
from flowsim.config.changes import changed
from flowsim.config.city_schema import CityConfig
from flowsim.config.errors import NO_VALUE, ConfigError, Keys, Locate, Problem, dotted, nearest
from flowsim.config.history_numbers import HISTORY
from flowsim.config.periods import parse_period
from flowsim.measures.catalogue import units
from flowsim.run.load_city import unknown_measures

_NOT_OF_THE_CITY = ("run.", "targets.", "observed.")
_OF_THE_RETURN = "dtoc_"

Cities = Mapping[str, CityConfig]


def wrong_settings(cities: Cities, free: Sequence[FreeSetting], where: Locate) -> Iterator[Problem]:
    """Yield what is wrong with the free settings."""
    known = {name: numbers(city) for name, city in cities.items()}
    seen: set[tuple[str, str]] = set()
    for i, setting in enumerate(free):
        yield from _unknown_city(cities, setting.city, ("parameters", i, "city"), where)
        its = {name: known[name] for name in known if setting.city in (None, name)}
        if not its:
            continue
        for j, path in enumerate(setting.paths):
            keys: Keys = ("parameters", i, "path", *([] if isinstance(setting.path, str) else [j]))
            values = {name: numbers_of[path] for name, numbers_of in its.items() if path in numbers_of}
            places = {(name, place_of(cities[name], path)) for name in its}
            if path.startswith(_NOT_OF_THE_CITY):
                yield _problem(where, keys, path, "must be a setting of the city itself: this one cannot be calibrated")
            elif not values:
                yield _problem(where, keys, path, _no_such_setting(cities, its, path))
            elif len(set(values.values())) > 1:
                said = ", ".join(f"{name} has {value:g}" for name, value in values.items())
                message = f"a free setting has one value in all cities, and here {said}; say in which city it is free"
                yield _problem(where, keys, path, message)
            elif places & seen:
                yield _problem(where, keys, path, "this setting is free already; it can belong to only one parameter")
            seen |= places
        if not all(any(path in of for of in its.values()) for path in setting.paths):
            continue
        if not any(all(path in of for path in setting.paths) for of in its.values()):
            yield _problem(where, ("parameters", i, "path"), list(setting.paths), "no city has all of these settings")
        else:
            yield from _outside(parameter_of(cities, setting), ("parameters", i), where)


def wrong_targets(cities: Cities, spec: TargetsFile, where: Locate) -> Iterator[Problem]:
    """Yield what is wrong with the targets and the observed series."""
    held_out = [parse_period(label) for label in spec.hold_out]
    figures: list[PublishedFigure] = []
    for i, target in enumerate(spec.targets):
        keys: Keys = ("targets", i)
        city = cities.get(target.city or MAIN)
        yield from _unknown_city(cities, target.city, (*keys, "city"), where)
        if city is not None:
            yield from unknown_measures(city, [((*keys, "measure"), target.measure)], where)
        figure = figure_of(target, held_out)
        if figure.key in (other.key for other in figures):
            of_period = f" of {figure.period}" if figure.period else ""
            yield _problem(where, (*keys, "measure"), target.measure, f"this measure{of_period} has a target already")
        figures.append(figure)
        yield from _wrong_value(target, keys, where)
        if city is not None and target.period:
            yield from _wrong_period(target, city, keys, where)
    for i, series in enumerate(spec.observed):
        yield from _unknown_city(cities, series.city, ("observed", i, "city"), where)
        city = cities.get(series.city or MAIN)
        if city is not None:
            yield from _wrong_series(series, city, figures, ("observed", i), where)
            figures += series_figures(series, city, held_out)
    yield from _too_few(spec, figures, where)


def impossible_ends(cities: Cities, parameters: Sequence[Parameter], where: Locate) -> Iterator[Problem]:
    """Yield why a parameter cannot reach its bounds."""
    for i, parameter in enumerate(parameters):
        for key, position in (("low", 0.0), ("high", 1.0)):
            for name, city in cities.items():
                settings = parameter.at(position) if parameter.city in (None, name) else {}
                try:
                    changed(city, settings if len(cities) == 1 else _known(city, settings))
                except ConfigError as error:
                    first = error.problems[0]
                    message = f"no city can have this value: {first.path}: {first.message}"
                    yield _problem(where, ("parameters", i, key), getattr(parameter, key), message)


def _known(city: CityConfig, settings: Mapping[str, Any]) -> dict[str, Any]:
    known = numbers(city)
    return {path: value for path, value in settings.items() if path in known}


def _no_such_setting(cities: Cities, known: Mapping[str, Mapping[str, float]], path: str) -> str:
    """Say that no city has a number of this path, and what is allowed."""
    every = list(dict.fromkeys(its for of in known.values() for its in of))
    parts = path.split(".")
    if parts[0] == HISTORY:
        entries = list(dict.fromkeys(entry for name in known for entry in cities[name].history))
        if not entries:
            return "the city has no history"
        if len(parts) == 1 or parts[1] not in entries:
            return f"there is no such entry in the history, which has {', '.join(entries)}"
        has = [its.split(".", 2)[2] for its in every if its.startswith(f"{HISTORY}.{parts[1]}.")]
        return f"this entry of the history has no number of this name; it has {', '.join(has)}"
    meant = nearest(path, every)
    return f"there is no setting of this name that is a number{f'; did you mean {meant}?' if meant else ''}"


def _outside(parameter: Parameter, keys: Keys, where: Locate) -> Iterator[Problem]:
    now = parameter.start
    if not parameter.low <= now <= parameter.high:
        key, bound = ("low", parameter.low) if now < parameter.low else ("high", parameter.high)
        what = "the factor that leaves the city as it is" if parameter.is_factor else "the city's own value"
        yield _problem(where, (*keys, key), bound, f"{what} ({now:g}) must lie between low and high")


def _wrong_value(target: CalibrationTarget, keys: Keys, where: Locate) -> Iterator[Problem]:
    if target.value < 0:
        yield _problem(where, (*keys, "value"), target.value, "must be 0 or more, as every measure is")
    elif target.value > 1 and _is_share(target.measure):
        yield _problem(where, (*keys, "value"), target.value, "must be between 0 and 1, since this is a share")
    elif target.value == 0 and target.tolerance.relative is not None:
        yield _problem(where, (*keys, "tolerance"), NO_VALUE, "a target of 0 needs an absolute tolerance")


def _wrong_period(target: CalibrationTarget, city: CityConfig, keys: Keys, where: Locate) -> Iterator[Problem]:
    period, (first, last) = parse_period(target.period or ""), counted_days(city)
    if period.first < first or period.last > last:
        message = f"this period is not simulated in full: the days that count are {first} to {last}"
        yield _problem(where, (*keys, "period"), target.period, message)
        return
    observed = city.observed.monthly_return if city.observed else []
    flagged = [month for month in observed if month.flag and month.month in period.months]
    if flagged and target.measure.startswith(_OF_THE_RETURN):
        said = ", ".join(f"{month.month} ({month.flag})" for month in flagged)
        message = f"a month is flagged in the observed return: {said}; a series under observed leaves it out"
        yield _problem(where, (*keys, "period"), target.period, message)


def _wrong_series(
    series: ObservedTarget, city: CityConfig, figures: Sequence[PublishedFigure], keys: Keys, where: Locate
) -> Iterator[Problem]:
    if city.observed is None:
        yield _problem(where, keys, NO_VALUE, "the city has no observed return (its setting `observed`)")
        return
    if series.beds != "all" and series.reasons != "all":
        message = "the return has kinds of beds for all reasons together: leave out reasons, or beds"
        yield _problem(where, (*keys, "reasons"), list(series.reasons), message)
    if series.beds != "all" and any(getattr(month, series.beds) is None for month in city.observed.monthly_return):
        yield _problem(where, (*keys, "beds"), series.beds, "the observed return does not tell the kinds of beds apart")
    codes = [] if series.reasons == "all" else series.reasons
    of_city = list(dict.fromkeys(reason.code for reason in city.delay_reasons.values()))
    for j, code in enumerate(codes):
        if code not in of_city:
            message = f"no delay reason of the city has this code; they have {', '.join(of_city)}"
            yield _problem(where, (*keys, "reasons", j), code, message)
        elif code in codes[:j]:
            yield _problem(where, (*keys, "reasons", j), code, "this reason is there twice")
    its = series_figures(series, city, [])
    first, last = counted_days(city)
    if not its:
        message = f"nothing of it is simulated in full without a flag: the days that count are {first} to {last}"
        yield _problem(where, (*keys, "periods"), series.periods, message)
    if {figure.key for figure in its} & {figure.key for figure in figures}:
        yield _problem(where, keys, NO_VALUE, f"there are targets already on {series_name(series)} of these periods")
    if its and series.counts_as is not None and series.counts_as > len(its):
        message = f"must be no more than its {len(its)} figures"
        yield _problem(where, (*keys, "counts_as"), series.counts_as, message)
    for figure in its:
        if series.tolerance.of(figure.value) == 0:
            message = f"a figure of 0 needs an absolute tolerance, and {figure.period} is one"
            yield _problem(where, (*keys, "tolerance"), NO_VALUE, message)
            break


def _too_few(spec: TargetsFile, figures: Sequence[PublishedFigure], where: Locate) -> Iterator[Problem]:
    free, fitted = len(spec.parameters), [figure for figure in figures if figure.fit]
    worth = math.fsum(figure.worth for figure in fitted)
    if free <= worth + 1e-9:
        return
    targets = f"{len(spec.targets)} target{'s' if len(spec.targets) != 1 else ''}"
    if spec.observed or len(fitted) < len(figures):
        targets = f"{len(fitted)} figures that are fitted, which are worth {worth:.1f} independent ones,"
    message = (
        f"{targets} cannot identify {free} free parameter{'s' if free > 1 else ''}; fix some of them, or add targets"
    )
    yield _problem(where, ("parameters",), NO_VALUE, message)


def _unknown_city(cities: Cities, name: str | None, keys: Keys, where: Locate) -> Iterator[Problem]:
    if name is not None and name not in cities:
        yield _problem(where, keys, name, f"there is no such city (there are {', '.join(cities)})")


def _is_share(measure: str) -> bool:
    try:
        return units([measure])[measure] == "share"
    except KeyError:  # no such measure, which is a problem of its own
        return False


def _problem(where: Locate, keys: Keys, value: Any, message: str) -> Problem:
    return Problem(*where(keys), dotted(keys), value, message)
