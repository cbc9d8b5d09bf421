"""The sheet of assumptions: every setting of a city with its value, its unit and where it comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flowsim.config.city_schema import CityConfig
from flowsim.config.errors import ConfigError
from flowsim.report.labels import path_label, pool_labels
from flowsim.report.office.sheets import Number, Sheet, Value, unit_in_words
from flowsim.report.settings_table import settings_of
from flowsim.report.value_sources import DEFAULT, NOT_GIVEN, Source, Sources

TITLE = "Assumptions"
HEADER = ("Setting", "What it is", "Value", "Unit", "Assumed", "Where it comes from", "Source", "Note", "Path")
_KINDS = {
    "seed": "the city's plans",
    "published": "published",
    "calibrated": "adjusted to reproduce published figures",
    "assumption": "assumed",
    DEFAULT: "flowsim's default",
    NOT_GIVEN: "not given",
}
_ASSUMED = ("assumption", DEFAULT, NOT_GIVEN)  # nobody has said that it is so


def assumptions_sheet(config: CityConfig, above: Sequence[Sequence[Value]] = ()) -> Sheet:
    """Return the settings of a city, the defaults of flowsim among them.

    Parameters
    ----------
    config : CityConfig
        The city; the sources are those of the file that it was read from, if it is still there.
    above : sequence of rows, optional
        What stands above them, in the same columns.
    """
    sources, pools = _sources(config), pool_labels(config)
    rows = [list(row) for row in above]
    assumed = 0
    settings = settings_of(config)
    for setting in settings:
        source = sources.of(setting.path) if sources else Source()
        is_assumed = source.kind in _ASSUMED
        assumed += is_assumed
        rows.append(
            [
                *(path_label(setting.path, pools), setting.meaning, _value(setting.value)),
                *(unit_in_words(setting.unit.lower()), "yes" if is_assumed else "no"),
                *(_KINDS[source.kind], source.reference, source.note, setting.path),
            ]
        )
    about = (
        f"What goes in, with its sources: {assumed:,} of {len(settings):,} settings are assumed, because nobody has "
        "published them."
    )
    return Sheet(TITLE, about, HEADER, rows, wraps=True)


def _sources(config: CityConfig) -> Sources | None:
    """Return the sources of a city's settings; None if they cannot be read any more."""
    if config.file is None:
        return None
    try:
        return Sources(config.file)
    except (ConfigError, OSError):
        return None


def _value(value: Any) -> Value:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Number(value, "#,##0" if float(value).is_integer() and abs(value) >= 1000 else "General")
    return plain(value)


def plain(value: Any) -> str:
    """Return a value of a setting on one line, as text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{str(key).replace('_', ' ')} {plain(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(plain(item) for item in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
