"""The cities, interventions and experiments that come with flowsim: where they are, and a city by its name."""

from __future__ import annotations

from pathlib import Path

from flowsim.config.errors import NO_VALUE, ConfigError, Problem

_PACKAGE = Path(__file__).parents[1]
_EXAMPLES = "examples"
_NO_CITY = {"provenance"}


def shipped_folder() -> Path:
    """Return the folder that holds the folders `configs` and `experiments`.

    An installed package has them inside it (`setup.py` puts them there); a copy of the sources has them next to it.

    Raises
    ------
    FileNotFoundError
        If neither is so.
    """
    installed = _PACKAGE / "shipped"
    folder = installed if installed.is_dir() else _PACKAGE.parent
    if not (folder / "configs").is_dir():
        raise FileNotFoundError(f"{folder}: this copy of flowsim lacks the cities that come with it; install it again")
    return folder


def shipped_cities() -> dict[str, Path]:
    """Return the file of each city that comes with flowsim, by its name."""
    configs = shipped_folder() / "configs"
    files = [*sorted(configs.glob("*.yaml")), *sorted((configs / _EXAMPLES).glob("*.yaml"))]
    return {file.stem: file for file in files if "." not in file.stem and file.stem not in _NO_CITY}


def city_file(city: str | Path) -> Path:
    """Return the file that is meant by a path or by the name of a city that comes with flowsim.

    A text without a folder and without an ending is a name, unless there is a file of that name.

    Raises
    ------
    ConfigError
        If there is neither such a file nor such a city.
    """
    path = Path(city)
    if not isinstance(city, str) or path.name != city or path.suffix or path.is_file():
        return path
    cities = shipped_cities()
    if city not in cities:
        message = f"there is no such file, and flowsim comes with no city of this name (it has: {', '.join(cities)})"
        raise ConfigError([Problem(city, None, "", NO_VALUE, message)])
    return cities[city]
