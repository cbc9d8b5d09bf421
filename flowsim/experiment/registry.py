"""A registry of classes by kind: those in the modules of a package, and those that a user's script adds."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from typing import Generic, TypeVar

T = TypeVar("T")


class Registry(Generic[T]):
    """Classes by kind.

    Every module of a package is imported when the registry is first asked, and registers what it holds; so a new file
    in the package is all that a new kind needs. A script registers its own at its top level, so that worker processes,
    which import the script again, know it too.

    Parameters
    ----------
    what : str
        What is registered, for messages.
    package : str
        Dotted name of the package.
    """

    def __init__(self, what: str, package: str) -> None:
        self._what, self._package = what, package
        self._classes: dict[str, type[T]] = {}
        self._discovered = False

    def add(self, kind: str, made: type[T]) -> None:
        """Register a class.

        The same class may come again (a script that is imported twice, a cell of a notebook that is run twice); the
        newer one counts.

        Raises
        ------
        ValueError
            If another class has this kind.
        """
        before = self._classes.get(kind, made)
        names = [f"{cls.__module__}.{cls.__qualname__}" for cls in (before, made)]
        if names[0] != names[1]:
            raise ValueError(f"two {self._what}s are called {kind}: {' and '.join(names)}")
        self._classes[kind] = made

    def all(self) -> Mapping[str, type[T]]:
        """Return all classes by kind, in alphabetical order."""
        if not self._discovered:
            for module in pkgutil.iter_modules(importlib.import_module(self._package).__path__):
                importlib.import_module(f"{self._package}.{module.name}")
            self._discovered = True
        return dict(sorted(self._classes.items()))
