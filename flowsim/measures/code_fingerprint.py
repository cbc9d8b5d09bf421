"""A fingerprint of what a function does: its code, with the functions and the values of the user's own that it uses."""

from __future__ import annotations

import dis
import inspect
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from hashlib import sha256
from pathlib import Path
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

_PLAIN = (type(None), bool, int, float, complex, str, bytes, type(Ellipsis))
_INSTALLED = [Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "purelib", "platlib")]


def fingerprint(function: Any) -> str:
    """Return a fingerprint of what a function does: the same in every process, another one when its code changes.

    Functions that it uses are followed, and so are values, unless they are of flowsim, of Python or of an installed
    library other than the function's own. What it reads from files or imports while it runs is not seen.

    Parameters
    ----------
    function : callable
        A function, a lambda, or a partial or a wrapped one.

    Raises
    ------
    TypeError
        If it uses a value that is neither plain data nor an array, a function or a class.
    """
    return _Reader(getattr(function, "__module__", "")).read(function)


class _Reader:
    """Reads what a function does.

    Parameters
    ----------
    module : str
        The function's own. What is of the same package is never taken for a library's.
    """

    def __init__(self, module: str) -> None:
        self._own = module.split(".")[0]
        self._seen: list[FunctionType] = []

    def read(self, thing: Any) -> str:
        digest = sha256()
        for part in self._parts(thing):
            digest.update(f"{len(part)} {part}\n".encode())
        return digest.hexdigest()

    def _parts(self, thing: Any) -> Iterator[str]:
        """Yield texts that stand for a thing."""
        if isinstance(thing, _PLAIN):
            yield f"{type(thing).__name__} {thing!r}"
        elif isinstance(thing, np.ndarray | np.generic) and not thing.dtype.hasobject:
            yield f"array {thing.dtype} {thing.shape} {thing.tobytes().hex()}"
        elif isinstance(thing, set | frozenset):
            yield from ("set", *sorted(map(self.read, thing)))
        elif isinstance(thing, tuple | list):
            yield f"{type(thing).__name__} of {len(thing)}"
            yield from self._each(thing)
        elif isinstance(thing, Mapping):
            yield f"mapping of {len(thing)}"
            yield from self._each(thing.items())
        elif isinstance(thing, partial):
            yield from self._each((thing.func, thing.args, thing.keywords))
        elif isinstance(thing, ModuleType):
            yield f"module {thing.__name__}"
        elif isinstance(thing, FunctionType | type) and not self._is_library(thing.__module__):
            yield from self._of_function(thing) if isinstance(thing, FunctionType) else (inspect.getsource(thing),)
        elif isinstance(thing, FunctionType | BuiltinFunctionType | type | np.ufunc):
            yield f"library {getattr(thing, '__module__', None)} {thing.__name__}"
        elif hasattr(thing, "__wrapped__") or hasattr(thing, "py_func"):
            yield from self._parts(getattr(thing, "__wrapped__", None) or thing.py_func)
        else:
            kind = type(thing).__name__
            raise TypeError(f"its code uses {str(thing)[:60]!r} ({kind}), of which no fingerprint can be made")

    def _each(self, things: Iterable[Any]) -> Iterator[str]:
        for thing in things:
            yield from self._parts(thing)

    def _of_function(self, function: FunctionType) -> Iterator[str]:
        if function in self._seen:
            yield f"function {self._seen.index(function)}"
            return
        self._seen.append(function)
        yield from self._each((function.__defaults__, function.__kwdefaults__))
        yield from self._each(cell.cell_contents for cell in function.__closure__ or ())
        yield from self._of_code(function.__code__, function.__globals__)

    def _of_code(self, code: CodeType, namespace: Mapping[str, Any]) -> Iterator[str]:
        yield f"code {code.co_argcount} {code.co_flags} {code.co_code.hex()} {code.co_names} {code.co_varnames}"
        for constant in code.co_consts:
            yield from self._of_code(constant, namespace) if isinstance(constant, CodeType) else self._parts(constant)
        for instruction in dis.get_instructions(code):
            if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME") and instruction.argval in namespace:
                used = namespace[instruction.argval]
                yield from self._parts(used)
                if isinstance(used, ModuleType) and not self._is_library(used.__name__):
                    yield from self._each(getattr(used, name) for name in code.co_names if hasattr(used, name))

    def _is_library(self, module: str) -> bool:
        """Whether a module is of flowsim, of Python or of another installed library."""
        package = module.split(".")[0]
        if package == self._own and package != "flowsim":
            return False
        file = getattr(sys.modules.get(module), "__file__", None)
        if package == "flowsim" or file is None:
            return package != "__main__"
        return any(Path(file).resolve().is_relative_to(place) for place in _INSTALLED)
