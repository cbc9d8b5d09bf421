"""What one configuration sets otherwise than another, by dotted path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

INTERVENTIONS = "interventions"


def changed_settings(
    baseline: Mapping[str, Any], scenario: Mapping[str, Any], above: str = ""
) -> Iterator[tuple[str, Any]]:
    """Yield what a scenario sets otherwise than the baseline, and to what, but for its interventions.

    Both are plain data, as `flowsim.run.fingerprint.configuration` returns them. A group in which something was added
    or taken away is one setting.
    """
    for key, value in scenario.items():
        path, before = f"{above}{key}", baseline[key]
        if value == before or path == INTERVENTIONS:
            continue
        if isinstance(value, dict) and isinstance(before, dict) and list(value) == list(before):
            yield from changed_settings(before, value, f"{path}.")
        else:
            yield path, value
