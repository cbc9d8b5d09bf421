"""The decorator that compiles functions on arrays of numbers, with a type that numba does not give it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


class Compiler(Protocol):
    """A decorator that compiles a function; what it takes and returns stays the same."""

    def __call__(self, function: Function, /) -> Function:
        """Return the function, compiled."""


compiled: Compiler = numba.njit(cache=True)
