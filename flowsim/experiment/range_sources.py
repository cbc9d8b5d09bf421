"""Where the ranges of a sensitivity analysis come from: the experiment, the provenance of the city, or its ensemble."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Annotated

from pydantic import Field, model_validator

from flowsim.config.city_schema import CityConfig
from flowsim.config.errors import Keys
from flowsim.config.history_numbers import HISTORY
from flowsim.config.paths import numbers_in
from flowsim.config.schema_tree import tree_of
from flowsim.config.value_sources import Sources
from flowsim.experiment.axes import Axis
from flowsim.experiment.sampled_ranges import SampledRange, base_value

WIDTH = 0.2
"""How far a setting is varied either way of which no range is known: 20%."""
NOT_KNOWN = f"no range is known, so {WIDTH:.0%} either way"
_ASSUMPTION = "assumption"
_PARTS = ("mean", "sd", "median", "scale", "value")  # of a distribution: together they make it longer or shorter
# What says how a city is simulated, counted, priced or named, and nothing about how it works.
_NOT_VARIED = ("run", "population", "outcomes", "targets", "bank_holidays", "costs", "initial_state", HISTORY)


class UncertainSetting(Axis):
    """A setting that nobody knows exactly, with `from` and `to`, or `scale`, or the range that its provenance gives."""

    from_: Annotated[float | None, Field(alias="from")] = None
    """The lowest value, as if the city's file had it."""
    to: float | None = None
    """The highest value."""
    scale: Annotated[list[float], Field(min_length=2, max_length=2)] | None = None
    """The lowest and the highest factor of what the city has, history and all."""
    source: str = ""
    """Where the range comes from."""

    @model_validator(mode="after")
    def _one_range(self) -> UncertainSetting:
        if (self.from_ is None) != (self.to is None):
            raise ValueError("from and to belong together")
        if self.scale is not None and self.from_ is not None:
            raise ValueError("a range is either from and to, or scale")
        ends = self.scale or ([] if self.from_ is None or self.to is None else [self.from_, self.to])
        if ends and not ends[0] < ends[1]:
            what = "the first factor" if self.scale else "from"
            raise ValueError(f"{what} ({ends[0]:g}) must be below {'the second' if self.scale else 'to'} ({ends[1]:g})")
        if self.scale and self.scale[0] < 0:
            raise ValueError(f"scale: a factor must not be below 0, and {self.scale[0]:g} is")
        return self


def ranges_in_file(settings: Sequence[UncertainSetting], base: CityConfig, keys: Keys) -> list[SampledRange]:
    """Return the ranges that an experiment gives, those without ends from the provenance of the city."""
    sources = _sources(base)
    found = []
    for number, setting in enumerate(settings):
        here = (*keys, number)
        first = _number(base, setting.paths[0])
        if setting.from_ is not None and setting.to is not None:
            ends, is_factor, why = (setting.from_, setting.to), False, setting.source
        elif setting.scale is not None:
            ends, is_factor, why = (setting.scale[0], setting.scale[1]), True, setting.source
        else:
            known = sources.of(setting.paths[0]).range if sources and len(setting.paths) == 1 else None
            ends, is_factor, why = known or (1 - WIDTH, 1 + WIDTH), known is None, _why(sources, setting, known)
        is_whole = not is_factor and type(first) is int
        middle = sum(ends) / 2
        at = 1.0 if is_factor else middle if first is None else float(first)
        found.append(SampledRange(setting.level, tuple(setting.paths), *ends, is_factor, at, is_whole, why, here))
    return found


def ranges_of_provenance(base: CityConfig, under: Collection[str], with_range: bool, keys: Keys) -> list[SampledRange]:
    """Return a range for each number of a city of which provenance gives one; or for each that it calls an assumption.

    The parts of a distribution are varied together.

    Parameters
    ----------
    base : CityConfig
        The city; its file says where the provenance is.
    under : collection of str
        Only settings whose paths begin with one of these; all if there are none.
    with_range : bool
        Only those with a range; otherwise also assumptions of which none is known.
    keys : tuple
        Where in the experiment they are asked for.
    """
    sources = _sources(base)
    if sources is None:
        return []
    found: dict[str, SampledRange] = {}
    for path in sources.paths():
        source, number = sources.of(path), _number(base, path)
        if number is None or path.split(".")[0] in _NOT_VARIED or not _is_under(path, under):
            continue
        if source.range is not None:
            why = source.note or source.reference
            found[path] = SampledRange(
                path, (path,), *source.range, False, float(number), type(number) is int, why, keys
            )
        elif not with_range and source.kind == _ASSUMPTION and number:
            name, paths = _distribution(base, path)
            high = min(1 + WIDTH, _highest(path) / number) if number > 0 else 1 + WIDTH
            whole = type(number) is int and len(paths) == 1
            if high > 1 and not (whole and round(number * (1 - WIDTH)) == round(number * high)):
                found[name] = SampledRange(name, paths, 1 - WIDTH, high, True, 1.0, why=NOT_KNOWN, keys=keys)
    return list(found.values())


def ranges_of_ensemble(base: CityConfig, members: Sequence[CityConfig], keys: Keys) -> list[SampledRange]:
    """Return the numbers in which the members of an ensemble differ, over the range that they have."""
    before = _numbers(base)
    others = [_numbers(member) for member in members]
    found = []
    for path, number in before.items():
        values = {its[path] for its in others if path in its} | {number}
        if len(values) > 1:
            ends = float(min(values)), float(max(values))
            whole = all(type(value) is int for value in values)
            why = f"over the {len(members)} cities of the ensemble"
            found.append(SampledRange(path, (path,), *ends, False, float(number), whole, why, keys))
    return found


def _sources(base: CityConfig) -> Sources | None:
    return Sources(base.file) if base.file is not None and base.file.exists() else None


def _why(sources: Sources | None, setting: UncertainSetting, known: tuple[float, float] | None) -> str:
    if known is None or sources is None:
        return setting.source or NOT_KNOWN
    source = sources.of(setting.paths[0])
    return setting.source or source.note or source.reference


def _number(city: CityConfig, path: str) -> int | float | None:
    """Return the number at a path; None if there is none."""
    try:
        value = base_value(city, path)
    except KeyError:
        return None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _numbers(city: CityConfig) -> dict[str, int | float]:
    data = city.model_dump(mode="json", by_alias=True, round_trip=True)
    return {path: number for path, number in numbers_in(data).items() if path.split(".")[0] != "run"}


def _is_under(path: str, under: Collection[str]) -> bool:
    return not under or any(f"{path}.".startswith(f"{start.removesuffix('.')}.") for start in under)


def _distribution(city: CityConfig, path: str) -> tuple[str, tuple[str, ...]]:
    """Return the distribution that a path is a part of with all parts that make it longer; or the path alone."""
    above, _, last = path.rpartition(".")
    if last not in _PARTS or not isinstance(getattr(base_value(city, above), "distribution", None), str):
        return path, (path,)
    return above, tuple(_parts(city, above))


def _parts(city: CityConfig, distribution: str) -> Iterator[str]:
    for part in _PARTS:
        if _number(city, f"{distribution}.{part}") is not None:
            yield f"{distribution}.{part}"


def _highest(path: str) -> float:
    """Return the highest value that a setting may have."""
    node = tree_of(CityConfig).at(path)
    return float(node.schema.get("maximum", float("inf"))) if node is not None else float("inf")
