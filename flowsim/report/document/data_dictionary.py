"""The data dictionary: every setting of a configuration, every column of a run, every measure of its results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from flowsim.config.city_schema import CityConfig
from flowsim.config.community_schema import LONG_TERM_CARE
from flowsim.config.load import VARIETY
from flowsim.config.pools import CityPool
from flowsim.config.schema_tree import ANY
from flowsim.config.value_sources import NOT_GIVEN, Source, Sources
from flowsim.engine.log_columns import LOG_COLUMNS
from flowsim.measures.catalogue import rows
from flowsim.measures.measure import PoolMeasure, ReasonMeasure, Row
from flowsim.model.cohort_columns import COHORT_COLUMNS, Declared
from flowsim.report.document.markdown import code, rendered, shown, table
from flowsim.report.price_table import PRICE_HEADER, price_rows
from flowsim.report.settings_table import Setting, settings_known, settings_of

KINDS = {
    "seed": "the city's own plans",
    "published": "published elsewhere",
    "calibrated": "moved until the model reproduced its targets",
    "assumption": "our judgement",
    "default": "not in the file: the default of the schema",
    NOT_GIVEN: "no provenance file gives it",
}
BETTER = {1: "more", -1: "less", 0: "depends"}


def data_dictionary(config: CityConfig, sources: Sources, file: str) -> str:
    """Return the data dictionary of a configuration as Markdown.

    Parameters
    ----------
    config : CityConfig
        The city.
    sources : Sources
        Where its values come from.
    file : str
        Name of its file.
    """
    settings = settings_of(config)
    of_pools = [row for row in rows() if isinstance(row, PoolMeasure)]
    return rendered(
        "data_dictionary.md.j2",
        config=config,
        file=file,
        kinds=KINDS,
        number=len(settings),
        has_sources=bool(sources.files),
        sections=[(name, _settings(of, sources)) for name, of in groupby(settings, key=lambda s: s.path.split(".")[0])],
        not_given=table(
            ("setting", "unit", "allowed", "meaning"),
            ((code(s.path), s.unit, s.allowed, s.meaning) for s in _not_given(config, settings)),
        ),
        prices=table(PRICE_HEADER, price_rows(config)),
        kinds_of_care=", ".join(LONG_TERM_CARE),
        cohort_columns=_columns(COHORT_COLUMNS),
        log_columns=_columns(LOG_COLUMNS),
        measures=_measures(row for row in rows() if row not in of_pools),
        by_reason=", ".join(
            code(row.of(reason)) for row in rows() if isinstance(row, ReasonMeasure) for reason in config.delay_reasons
        ),
        pool_measures=_measures(of_pools),
        pools=table(
            ("pool", "kind", "measures"),
            (
                (
                    code(pool.name),
                    pool.kind,
                    ", ".join(code(row.of(pool.name)) for row in of_pools if pool.kind in row.kinds),
                )
                for pool in config.pools
            ),
        ),
    )


def _of_pool(pool: CityPool, rows: Iterable[PoolMeasure]) -> str:
    return ", ".join(code(row.of(pool.name)) for row in rows if pool.kind in row.kinds)


def _measures(listed: Iterable[Row]) -> str:
    return table(
        ("measure", "unit", "better", "range", "definition"),
        ((code(row.name), row.unit, BETTER[row.better], _range(row), row.definition) for row in listed),
    )


def _range(row: Row) -> str:
    """Return the values that are possible, in words."""
    if row.lowest is None:
        return "any" if row.highest is None else f"{row.highest:g} or less"
    return f"{row.lowest:g} or more" if row.highest is None else f"{row.lowest:g} to {row.highest:g}"


def _settings(settings: Iterable[Setting], sources: Sources) -> str:
    rows = []
    for setting in settings:
        source = sources.of(setting.path)
        row = (code(setting.path), shown(setting.value), setting.unit, setting.allowed, setting.meaning)
        rows.append((*row, source.kind, source_text(source)))
    return table(("setting", "value", "unit", "allowed", "meaning", "kind", "source"), rows)


def _columns(columns: Iterable[Declared]) -> str:
    return table(
        ("column", "type", "unit", "meaning", "who has it"),
        ((code(column.name), column.dtype, column.unit, column.meaning, column.who) for column in columns),
    )


def source_text(source: Source) -> str:
    """Return what is known of a source, in words."""
    parts = [source.reference, source.note]
    if source.changed_here:
        before = "" if source.before is None else f" (before: {shown(source.before)})"
        parts.insert(0, f"**changed here**{before}")
    return "; ".join(filter(None, parts))


def _not_given(config: CityConfig, settings: Iterable[Setting]) -> Iterator[Setting]:
    """Yield the settings that the schema knows and the configuration does not use; no parameters of distributions."""
    used = [setting.path.split(".") for setting in settings]
    families = set()
    for setting in settings_known(type(config)):
        keys = setting.path.split(".")
        if keys[-1] == VARIETY:
            families.add(tuple(keys[:-1]))
        elif tuple(keys[:-1]) not in families and not any(_fits(keys, path) for path in used):
            yield setting


def _fits(pattern: list[str], path: list[str]) -> bool:
    """Whether a path is of a pattern, or a part of what the pattern names."""
    return len(path) <= len(pattern) and all(key in (ANY, name) for key, name in zip(pattern, path, strict=False))
