"""The decorator that compiles functions on arrays of numbers, and where what it makes is kept.

Numba keeps it next to the sources, or else in the user's home. Where neither can be written (a read-only installation,
an account without a home), it is kept in a folder of our own among the temporary files; and if that cannot be written
either, each process compiles for itself.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import numba

from flowsim.config.private_folder import private_folder
from flowsim.model.compile_notice import remark

Function = TypeVar("Function", bound=Callable[..., Any])

KERNELS: list[Any] = []
"""Every function that is compiled and kept, in the order in which they are met."""


class Compiler(Protocol):
    """A decorator that compiles a function; what it takes and returns stays the same."""

    def __call__(self, function: Function, /) -> Function:
        """Return the function, compiled."""


def kept(**options: Any) -> Compiler:
    """Return a decorator that compiles a function, with options of `numba.njit`, and keeps what it makes on disk."""

    def decorate(function: Function) -> Function:
        kernel: Function = _kernel(function, options)
        KERNELS.append(kernel)
        return kernel

    return decorate


def _kernel(function: Callable[..., Any], options: dict[str, Any]) -> Any:
    try:
        return numba.njit(cache=True, **options)(function)
    except RuntimeError:  # there is no place where numba may keep anything
        if not _keep_among_temporary_files():
            remark("in each process anew, because no folder can be written in which it could be kept")
            return numba.njit(**options)(function)
    return numba.njit(cache=True, **options)(function)


def _keep_among_temporary_files() -> bool:
    """Have numba keep what it makes in a folder of our own, here and in the workers; return whether there is one."""
    try:
        folder = str(private_folder())
    except OSError:
        return False
    os.environ["NUMBA_CACHE_DIR"] = numba.config.CACHE_DIR = folder
    remark(f"kept in {folder}, because neither the installation nor a home folder can be written")
    return True


compiled: Compiler = kept()
