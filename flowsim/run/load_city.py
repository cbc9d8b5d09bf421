"""Loading a city: its configuration, and whether it says anything about what is never measured or never simulated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path

from flowsim.config.city_schema import CityConfig
from flowsim.config.errors import NO_VALUE, ConfigError, Keys, Locate, Problem, dotted, nearest
from flowsim.config.file_kinds import FileKind, refuse_other_kinds
from flowsim.config.load import EXTENDS, load, locate, read_yaml, resolved
from flowsim.config.seasons import in_season, split_season
from flowsim.config.shipped import city_file
from flowsim.measures.catalogue import can_count, measure_names
from flowsim.measures.delay_measures import BY_REASON, PERCENTILE
from flowsim.model.dated_changes import every_change


def load_config(path: str | Path) -> CityConfig:
    """Read the configuration of a city, with everything that it extends, and check it.

    Parameters
    ----------
    path : str or Path
        A YAML file, or the name of a city that comes with flowsim, such as ``"sheffield_2016_17"``.

    Returns
    -------
    CityConfig
        The city; it does not change any more.

    Raises
    ------
    ConfigError
        If anything is wrong: every problem with its file, line and dotted path.
    """
    path = city_file(path)
    try:
        config = load(path, CityConfig)
    except ConfigError as error:
        refuse_other_kinds(path, FileKind.CITY)
        more = _wrong_in_city(path, error.mended) if isinstance(error.mended, CityConfig) else []
        raise ConfigError([*error.problems, *more]) from None
    wrong = _wrong_in_city(path, config)
    if wrong:
        raise ConfigError(wrong)
    return config.read_from(path.absolute())


def _wrong_in_city(path: Path, config: CityConfig) -> list[Problem]:
    return [*_wrong_measures(path, config), *_never_in_the_run(path, config)]


def _never_in_the_run(path: Path, config: CityConfig) -> Iterator[Problem]:
    """Yield a problem for each change that a file adds to what it extends, and that holds on no day of its run.

    What it inherits may lie outside of its run: a single year has the whole history of the city that it extends.
    """
    first = config.run.start_date
    last = first + dt.timedelta(days=config.run.days - 1)
    history = [("history", name, "changes", i) for name, its in config.history.items() for i in range(len(its.changes))]
    places: list[Keys] = [*history, *(("changes", i) for i in range(len(config.changes)))]
    outside = [at for at, row in zip(places, every_change(config), strict=False) if not row.holds_in(first, last)]
    added = _added_by(path) if outside else set()
    for at in outside:
        if at[:2] in added or at[:1] in added:
            message = (
                f"this changes nothing: it holds on no day of the run, which goes from {first} to {last} (a history of "
                "a longer time belongs in a file that this one extends)"
            )
            yield Problem(*locate(path, at), dotted(at), NO_VALUE, message)


def _added_by(path: Path) -> set[Keys]:
    """Return which entries of the history, and whether changes on top of it, are in a file and in none it extends."""
    own = read_yaml(path)[0]
    added: set[Keys] = {("changes",)} if "changes" in own else set()
    if "history" in own:
        bases = own.get(EXTENDS, [])
        extended = [resolved(path.parent / name) for name in (bases if isinstance(bases, list) else [bases])]
        known = {name for data in extended for name in data.get("history", {})}
        added |= {("history", name) for name in own["history"] if name not in known}
    return added


def _wrong_measures(path: Path, config: CityConfig) -> list[Problem]:
    named: list[tuple[Keys, str]] = [(("targets", name), name) for name in config.targets]
    named += [(("outcomes", "also_counted", i), name) for i, name in enumerate(config.outcomes.also_counted)]
    unknown = unknown_measures(config, named, lambda keys: locate(path, keys))
    names = measure_names(config)
    taken = [(reason, BY_REASON.of(reason)) for reason in config.delay_reasons]
    return [
        *unknown,
        *(
            Problem(
                *locate(path, ("delay_reasons", reason)),
                f"delay_reasons.{reason}",
                NO_VALUE,
                f"there is a measure called {name} already, which is not of this reason; choose another name",
            )
            for reason, name in taken
            if names.count(name) > 1 or PERCENTILE.one_in(name) is not None
        ),
    ]


def unknown_measures(config: CityConfig, named: Iterable[tuple[Keys, str]], where: Locate) -> Iterator[Problem]:
    """Yield a problem for each name that no measure of a city has.

    Parameters
    ----------
    config : CityConfig
        The city.
    named : iterable of (path of a setting, name)
        What is said to be measures, and where.
    where : callable
        As in `flowsim.config.validation.validate`.
    """
    for keys, name in named:
        if not can_count(config, name):
            value = NO_VALUE if name == keys[-1] else name
            yield Problem(*where(keys), dotted(keys), value, _why_unknown(config, name))


def _why_unknown(config: CityConfig, name: str) -> str:
    """Say why a city has no measure of a name, and which may be meant."""
    measure, season = split_season(name)
    seasons = list(config.run.seasons)
    if not can_count(config, measure):
        meant = nearest(measure, measure_names(config))
        whole = in_season(meant, season) if meant and season else meant
        return f"there is no measure of this name{f'; did you mean {whole}?' if whole else ''}"
    if not seasons:
        return f"there is no season called {season or repr(season)}; say from when to when it goes under seasons"
    meant = nearest(season, seasons)
    guess = f"; did you mean {in_season(measure, meant)}?" if meant else ""
    return f"there is no season called {season or repr(season)}{guess} (there are: {', '.join(seasons)})"
