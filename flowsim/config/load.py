"""From YAML files to a configuration: reading, `extends`, changes, and the line of every setting."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from flowsim.config.changes import with_changes
from flowsim.config.daily_rates import without_effect
from flowsim.config.errors import NO_VALUE, ConfigError, Keys, Model, Problem, dotted
from flowsim.config.named_files import read_tables
from flowsim.config.pydantic_findings import DAILY_RATES
from flowsim.config.validation import validate

Data = dict[str, Any]

NODES_LIMIT = 1_000_000
_TEXTS_KEPT = 32
EXTENDS = "extends"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
FACTOR = "demand_factor"
VARIETY = "distribution"

_TAG = "tag:yaml.org,2002:"
_TRUTH = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}
_KINDS = {"bool": "true or false", "int": "a whole number", "float": "a number"}
_SCALARS = {
    "null": (re.compile(r"~|null|Null|NULL|"), ["~", "n", "N", ""]),
    "bool": (
        re.compile("|".join(form for word in _TRUTH for form in (word, word.capitalize(), word.upper()))),
        list("yYnNtTfFoO"),
    ),
    "int": (re.compile(r"[-+]?(?:0|[1-9][0-9]*(?:_[0-9]+)*)"), list("-+0123456789")),
    "float": (
        re.compile(
            r"[-+]?(?:[0-9]+(?:_[0-9]+)*(?:\.[0-9]*)?|\.[0-9]+)[eE][-+]?[0-9]+"
            r"|[-+]?(?:[0-9]+(?:_[0-9]+)*\.[0-9]*|\.[0-9]+)"
            r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
        ),
        list("-+0123456789."),
    ),
    "merge": (re.compile("<<"), ["<"]),
}


class _Loader(yaml.SafeLoader):
    """YAML 1.1 without its traps: `12:30`, `010` and dates stay text, `1e5` is a number."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  (PyYAML's own way)


for _name, (_pattern, _first) in _SCALARS.items():
    _Loader.add_implicit_resolver(_TAG + _name, re.compile(rf"(?:{_pattern.pattern})\Z"), _first)


class Origin(NamedTuple):
    """Where a setting is written."""

    file: str
    line: int


@lru_cache(maxsize=_TEXTS_KEPT)
def _composed(text: str) -> yaml.Node | None:
    """Return the nodes of a text, which nobody changes: a report reads a city and its sources several times."""
    node: yaml.Node | None = _Loader(text).get_single_node()
    return node


def read_yaml(path: str | Path) -> tuple[dict[str, Any], dict[Keys, int]]:
    """Read a YAML file whose top level is a mapping.

    Parameters
    ----------
    path : str or Path
        The file, in UTF-8.

    Returns
    -------
    data : dict
        Keys are strings. Dates and times of day are strings too.
    lines : dict
        From the path of every value (a tuple of keys and list indices) to its line, counted from 1.

    Raises
    ------
    ConfigError
        If the file cannot be read, is empty, is not UTF-8 or not YAML, has a key twice, a key that is neither text nor
        a whole number, a tag, or more than a million values once its aliases are written out.
    """
    file = os.path.normpath(path)
    text = _text(Path(path), file)
    if Path(path).suffix.lower() == ".csv":
        raise _refusal(file, None, "this is a table (CSV), and not a file of settings: a city names it in its own file")
    try:
        node = _composed(text)
        if node is None:
            raise _refusal(file, None, "the file is empty")
        if not isinstance(node, yaml.MappingNode):
            raise _refusal(file, _line(node), "the file must hold settings (name: value)")
        if _size(node, {}) > NODES_LIMIT:
            raise _refusal(file, None, f"more than {NODES_LIMIT:,} values once all aliases are written out")
        builder = _Builder(file)
        data = builder.value(node, ())
    except RecursionError:
        raise _refusal(file, None, "groups are nested too deeply") from None
    except yaml.YAMLError as error:
        raise _refusal(file, *_broken(error, text)) from None
    if builder.problems:
        raise ConfigError(builder.problems)
    return data, {**builder.lines, (): 1}


def resolved(path: str | Path) -> dict[str, Any]:
    """Return the raw data of a configuration with everything that it extends.

    Raises
    ------
    ConfigError
        As `read_yaml`; also if `extends` names no file, or goes round in a circle.
    """
    data, _, problems = _merged(Path(path), ())
    if problems:
        raise ConfigError(problems)
    return data


def settings_in(path: str | Path) -> set[str]:
    """Return the names of the settings at the top of a configuration and of what it extends.

    Raises
    ------
    ConfigError
        As `read_yaml`; also if `extends` names no file, or goes round in a circle.
    """
    return set(_merged(Path(path), ())[0])


def load(path: str | Path, model: type[Model], changes: Sequence[Mapping[str, Any]] | None = None) -> Model:
    """Read a configuration, with everything that it extends, and check it.

    A file may say `extends: other.yaml`, or give a list of files, relative to itself. The later wins, and the file
    itself wins over all: groups of settings are merged key by key, lists and single values are replaced. A group that
    names another `distribution` is replaced as a whole, since the parameters of the one mean nothing to the other.
    Where a file names a CSV file as the `daily_rates` of a stream, or in a change of them, the rates are read from it;
    they take the place of the rate and the profiles that the stream would inherit. So are the months of a published
    return (`monthly_return`). A setting that is null takes away
    what was inherited (as in JSON merge patch, RFC 7386).

    Parameters
    ----------
    path : str or Path
        A YAML file.
    model : type of pydantic.BaseModel
        What it must fit.
    changes : sequence of mappings, optional
        As in `apply_changes`. They see the checked configuration, and so also settings left to their default.

    Returns
    -------
    pydantic.BaseModel
        An instance of `model`.

    Raises
    ------
    ConfigError
        If anything is wrong, with all problems, each with the file and line that it comes from.
    """
    data, origins, problems = _merged(Path(path), ())
    origin = partial(_origin, origins)
    try:
        config = validate(model, data, origin)
    except ConfigError as error:
        # A table that could not be read is empty, and is not to be blamed for that as well.
        tables = {problem.path for problem in problems}
        others = [problem for problem in error.problems if problem.path not in tables]
        raise ConfigError([*problems, *others], error.mended) from None
    if problems:
        raise ConfigError(problems, config)
    if not changes:
        return config
    return with_changes(config, changes, lambda keys: origin(keys)._replace(file=f"{origin(keys).file} with changes"))


def locate(path: str | Path, keys: Keys) -> Origin:
    """Return where a setting of a configuration is written, or else the group that lacks it."""
    return _origin(_merged(Path(path), ())[1], keys)


def _origin(origins: Mapping[Keys, Origin], keys: Keys) -> Origin:
    # A missing setting has no line of its own; the group that lacks it has.
    while keys not in origins:
        keys = keys[:-1]
    return origins[keys]


def _merged(path: Path, chain: tuple[Path, ...]) -> tuple[Data, dict[Keys, Origin], list[Problem]]:
    """Return raw data with everything that they extend, where each setting is written, and which tables are wrong."""
    own, lines = read_yaml(path)
    file = os.path.normpath(path)
    chain = (*chain, path)
    names = own.pop(EXTENDS, [])
    data: dict[str, Any] = {}
    origins: dict[Keys, Origin] = {}
    problems: list[Problem] = []
    for name in names if isinstance(names, list) else [names]:
        if not isinstance(name, str):
            raise _refusal(file, lines[EXTENDS,], "must be a file name or a list of file names", EXTENDS, name)
        base = path.parent / name
        try:
            seen = any(base.samefile(earlier) for earlier in chain)
        except (OSError, ValueError):
            message = f"there is no file {os.path.normpath(base)}"
            raise _refusal(file, lines[EXTENDS,], message, EXTENDS, name) from None
        if seen:
            circle = " -> ".join(os.path.normpath(link) for link in (*chain, base))
            raise _refusal(file, lines[EXTENDS,], f"files extend one another in a circle: {circle}", EXTENDS, name)
        inherited, inherited_origins, wrong = _merged(base, chain)
        _overlay(data, origins, inherited, inherited_origins)
        problems += wrong
    own_origins = {keys: Origin(file, line) for keys, line in lines.items()}
    problems += read_tables(own, path.parent, partial(_origin, own_origins))
    _overlay(data, origins, own, own_origins)
    return data, origins, problems


def _overlay(data: Data, origins: dict[Keys, Origin], over: Data, over_origins: dict[Keys, Origin]) -> None:
    """Lay one tree of settings over another, in place."""
    _merge(data, origins, over, ())
    origins.update(over_origins)


def _merge(data: Data, origins: dict[Keys, Origin], over: Data, above: Keys) -> None:
    inherited_factor = {FACTOR} if over.get(DAILY_RATES) is not None and FACTOR not in over else set()
    for name in [name for name in (*without_effect(data, over), *inherited_factor) if name in data]:
        del data[name]
    for key, value in over.items():
        keys, old = (*above, key), data.get(key)
        if value is None and key in data:
            del data[key]
            continue
        if (
            isinstance(value, dict)
            and isinstance(old, dict)
            and value.get(VARIETY, old.get(VARIETY)) == old.get(VARIETY)
        ):
            _merge(old, origins, value, keys)
            continue
        if isinstance(old, dict | list):
            # What was inside is gone; its lines must not be blamed for what is there now.
            for inner in [k for k in origins if k[: len(keys)] == keys]:
                del origins[inner]
        data[key] = value


def _text(path: Path, file: str) -> str:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise _refusal(file, None, "there is no such file") from None
    except IsADirectoryError:
        raise _refusal(file, None, "this is a folder, not a file") from None
    except OSError as error:
        raise _refusal(file, None, f"the file cannot be read ({error.strerror})") from None
    try:
        # Windows writes UTF-16 with such a mark where the output of a command goes to a file.
        return raw.decode("utf-16" if raw.startswith(_UTF_16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _refusal(file, line, "the file is not plain text; save it as UTF-8") from None


class _Builder:
    """Turns the nodes of a YAML document into data, and keeps their lines and whatever is wrong with them."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Keys, int] = {}
        self.problems: list[Problem] = []

    def value(self, node: yaml.Node, keys: Keys) -> Any:
        kind = node.tag.removeprefix(_TAG)
        if isinstance(node, yaml.MappingNode) and kind == "map":
            return self._mapping(node, keys)
        if isinstance(node, yaml.SequenceNode) and kind == "seq":
            for index, item in enumerate(node.value):
                self.lines[(*keys, index)] = _line(item)
            return [self.value(item, (*keys, index)) for index, item in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode) and kind in ("str", "null", "bool", "int", "float"):
            return self._scalar(node, kind, keys)
        tag = node.tag.replace(_TAG, "!!")
        self._report(node, keys, f"the tag {tag} is not allowed: write plain values")
        return None

    def _mapping(self, node: yaml.MappingNode, keys: Keys) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node, keys)
            if key is None:
                continue
            here = (*keys, key)
            if key in data:
                self._report(key_node, here, f"this setting is given twice (first in line {self.lines[here]})")
                continue
            self.lines[here] = _line(key_node)
            data[key] = self.value(value_node, here)
        return data

    def _key(self, node: yaml.Node, keys: Keys) -> str | None:
        kind = node.tag.removeprefix(_TAG)
        if isinstance(node, yaml.ScalarNode) and kind in ("str", "int"):
            key = self._scalar(node, kind, keys)
            return None if key is None else str(key)
        if kind == "merge":
            self._report(node, keys, "<< is not allowed: use an alias (*name) for a whole group, or extends")
        elif isinstance(node, yaml.ScalarNode):
            self._report(node, keys, f"the name {node.value!r} of a setting must be text (put it in quotes)")
        else:
            self._report(node, keys, "the name of a setting must be text")
        return None

    def _scalar(self, node: yaml.ScalarNode, kind: str, keys: Keys) -> Any:
        text = node.value
        if kind == "str":
            return text
        if kind == "null":
            return None
        try:
            if kind == "bool":
                return _TRUTH[text.lower()]
            # Python spells infinity and not-a-number without the point.
            return int(text) if kind == "int" else float(re.sub(r"\.(?=inf|nan)", "", text.lower()))
        except (KeyError, ValueError):
            self._report(node, keys, f"this value cannot be read as {_KINDS[kind]}")
            return None

    def _report(self, node: yaml.Node, keys: Keys, message: str) -> None:
        self.problems.append(Problem(self.file, _line(node), dotted(keys), NO_VALUE, message))


def _size(node: yaml.Node, sizes: dict[int, float]) -> float:
    """Count the values below a node with its aliases written out; infinite if it contains itself."""
    if id(node) not in sizes:
        sizes[id(node)] = float("inf")
        if isinstance(node, yaml.MappingNode):
            children = [child for pair in node.value for child in pair]
        else:
            children = node.value if isinstance(node, yaml.SequenceNode) else []
        sizes[id(node)] = 1 + sum(_size(child, sizes) for child in children)
    return sizes[id(node)]


def _line(node: yaml.Node) -> int:
    return node.start_mark.line + 1


def _broken(error: yaml.YAMLError, text: str) -> tuple[int | None, str]:
    """Return the line of an error of the YAML parser, and its text."""
    if isinstance(error, yaml.reader.ReaderError):
        return text.count("\n", 0, error.position) + 1, "a character here is not allowed in a text file"
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None or error.problem is None:
        return None, f"this is not valid YAML: {error}"
    line, begun = error.problem_mark.line + 1, error.context_mark
    if r"'\t'" in error.problem:
        return line, "a tab is not allowed here: indent with spaces"
    if error.problem == "mapping values are not allowed here":
        return line, "a colon is not allowed here: check the indentation, or put the text in quotes"
    if error.context in ("while parsing a block mapping", "while parsing a block collection"):
        return line, "this line does not fit the one above: check how far it is indented"
    if begun and error.context in ("while parsing a flow mapping", "while parsing a flow sequence"):
        opened = begun.line + 1
        return line, f"the bracket that opens in line {opened} is not closed, or a comma is missing in between"
    within = f" {error.context} (line {begun.line + 1})," if error.context and begun else ""
    return line, f"this is not valid YAML:{within} {error.problem}"


def _refusal(file: str, line: int | None, message: str, path: str = "", value: Any = NO_VALUE) -> ConfigError:
    return ConfigError([Problem(file, line, path, value, message)])
