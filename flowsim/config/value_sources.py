"""Where each value of a configuration comes from: the provenance files of its folder and of those that it extends."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flowsim.config.load import EXTENDS, read_yaml, resolved
from flowsim.config.paths import list_around
from flowsim.config.provenance import Provenance, leaves, load_provenance

PROVENANCE_FILE = "provenance.yaml"
DEFAULT = "default"
NOT_GIVEN = "not given"


@dataclass(frozen=True)
class Source:
    """Where one value comes from.

    Attributes
    ----------
    kind : str
        One of those of `flowsim.config.provenance.Provenance`, `DEFAULT` or `NOT_GIVEN`.
    reference, note : str
        As in the provenance file.
    changed_here : bool
        Whether the configuration extends another one, in which this value is different or missing.
    before : object
        The value there; None if there is none.
    range : tuple of float, or None
        Between which values it may lie, as in the provenance file.
    """

    kind: str = NOT_GIVEN
    reference: str = ""
    note: str = ""
    changed_here: bool = False
    before: Any = None
    range: tuple[float, float] | None = None


class Sources:
    """The sources of all values of a configuration.

    An inherited value keeps the source that it has in the file that is extended. A changed value has the source in the
    provenance file of its own folder, unless that belongs to the extended file too: then it is about the other value.
    An entry that begins with the name of a file, as in ``my_city/ward.beds``, is about the value in that file alone.

    Raises
    ------
    ConfigError
        If the configuration, or a provenance file, cannot be read or is not sound.
    """

    def __init__(self, path: Path) -> None:
        found, self.files = _sources(path)
        self._found = {leaf: source for leaf, (_, source) in found.items()}

    def paths(self) -> list[str]:
        """Return the dotted path of every leaf of the configuration, in its order."""
        return list(self._found)

    def of(self, path: str) -> Source:
        """Return the source of a setting by its dotted path: of its first part, if a table; of its list, if in one."""
        below = (source for leaf, source in self._found.items() if leaf.startswith(f"{path}."))
        around = self._found.get(list_around(path))
        return self._found.get(path) or next(below, around or Source(DEFAULT))


def _sources(path: Path) -> tuple[dict[str, tuple[Any, Source]], list[Path]]:
    """Return (value, source) of every leaf, and the provenance files that were used."""
    own = read_yaml(path)[0].get(EXTENDS, [])
    inherited: dict[str, tuple[Any, Source]] = {}
    files: list[Path] = []
    for name in own if isinstance(own, list) else [own]:
        base, base_files = _sources(path.parent / name)
        inherited |= base
        files += [file for file in base_files if file not in files]
    here = (path.parent / PROVENANCE_FILE).resolve()
    entries: dict[str, Provenance] = {}
    if here.exists():
        written = load_provenance(path.parent / PROVENANCE_FILE)
        if here not in files:
            entries |= written
            files.append(here)
        own_entries = f"{path.stem}/"
        entries |= {k.removeprefix(own_entries): entry for k, entry in written.items() if k.startswith(own_entries)}
    found = {}
    for leaf, value in leaves(resolved(path)).items():
        if leaf in inherited and inherited[leaf][0] == value:
            found[leaf] = (value, replace(inherited[leaf][1], changed_here=False, before=None))
            continue
        before = inherited[leaf][0] if leaf in inherited else None
        source = Source(changed_here=bool(own), before=before)
        if leaf in entries:
            entry = entries[leaf]
            source = replace(source, kind=entry.kind, reference=entry.reference, note=entry.note, range=entry.range)
        found[leaf] = (value, source)
    return found, files


@dataclass(frozen=True)
class SourceCount:
    """How many numbers of a city come from where: published, moved until published figures were met, or assumed."""

    published: int
    calibrated: int
    assumed: int

    @property
    def in_words(self) -> str:
        """How many numbers there are of each kind, as a sentence."""
        everything = self.published + self.calibrated + self.assumed
        return (
            f"Of the city’s {everything} numbers {self.published} are published, {self.calibrated} calibrated and "
            f"{self.assumed} assumed."
        )


def count_sources(path: Path | None) -> SourceCount | None:
    """Return where the numbers of a city come from; None if it has no file, or none that says so.

    Names, dates and other texts do not count; a number without a source, or with the default, is an assumption.
    """
    if path is None or not path.exists():
        return None
    found, files = _sources(path)
    if not files:
        return None
    kinds = [source.kind for value, source in found.values() if _has_numbers(value)]
    published, calibrated = (sum(kind in of for kind in kinds) for of in (("seed", "published"), ("calibrated",)))
    return SourceCount(published, calibrated, len(kinds) - published - calibrated)


def _has_numbers(value: Any) -> bool:
    if isinstance(value, list):
        return any(_has_numbers(item) for item in value)
    return isinstance(value, int | float) and not isinstance(value, bool)
