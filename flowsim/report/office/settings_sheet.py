"""The sheet of assumptions: every setting of a city with its value, its unit and where it comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flowsim.config.city_schema import CityConfig
from flowsim.config.errors import ConfigError
from flowsim.config.load import resolved
from flowsim.config.provenance import leaves
from flowsim.config.value_sources import DEFAULT, NOT_GIVEN, Source, Sources
from flowsim.report.labels import path_label, pool_labels
from flowsim.report.office.sheets import Number, Sheet, Value, unit_in_words
from flowsim.report.settings_table import ends_of, settings_of

TITLE = "Assumptions"
HEADER = ("Setting", "What it is", "Value", "Unit", "Assumed", "Where it comes from", "Source", "Note", "Path")
_CHANGED = "changed"
_KINDS = {
    "seed": "the city's plans",
    "published": "published",
    "calibrated": "adjusted to reproduce published figures",
    "assumption": "assumed",
    DEFAULT: "flowsim's default",
    _CHANGED: "changed for these results",
    NOT_GIVEN: "not given",
}
_ASSUMED = ("assumption", DEFAULT, NOT_GIVEN, _CHANGED)  # nobody has said that it is so


def assumptions_sheet(config: CityConfig, above: Sequence[Sequence[Value]] = ()) -> Sheet:
    """Return the settings of a city, the defaults of flowsim among them.

    Parameters
    ----------
    config : CityConfig
        The city; the sources are those of the file that it was read from, if it is still there.
    above : sequence of rows, optional
        What stands above them, in the same columns.
    """
    (sources, written), pools = _sources(config), pool_labels(config)
    rows = [list(row) for row in above]
    for setting in settings_of(config):
        source = sources.of(setting.path) if sources else Source()
        if _is_other(setting.value, written.get(setting.path)):
            source = Source(_CHANGED)
        assumed = "not known" if sources is None else "yes" if source.kind in _ASSUMED else "no"
        rows.append(
            [
                *(path_label(setting.path, pools), setting.meaning, _value(setting.value)),
                *(unit_in_words(setting.unit.lower()), assumed, _KINDS[source.kind], source.reference, source.note),
                setting.path,
            ]
        )
    about = "What goes in, with its unit and source; the column Assumed tells what nobody has published."
    return Sheet(TITLE, about, HEADER, rows, wraps=True)


def _sources(config: CityConfig) -> tuple[Sources | None, dict[str, Any]]:
    """Return the sources of a city's settings, and the settings as its file has them; nothing if it is not there."""
    if config.file is None:
        return None, {}
    try:
        return Sources(config.file), leaves(resolved(config.file))
    except (ConfigError, OSError):
        return None, {}


def _is_other(value: Any, written: Any) -> bool:
    """Return whether a number is another one than its file has."""
    numbers = all(isinstance(each, int | float) and not isinstance(each, bool) for each in (value, written))
    return numbers and value != written


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
        if ends := ends_of(value):
            return ends
        return ", ".join(plain(item) for item in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
