"""Which sources numba compiles into a kernel, or freezes into it: read off the kernel itself."""

import ast
import dis
import sys
from pathlib import Path
from types import CodeType, ModuleType
from typing import get_type_hints

OURS = "flowsim."


def modules_compiled_into(kernel) -> set[str]:
    """Return the modules of a kernel, of all it calls, of the constants it freezes and of the types it is made for."""
    found, waiting, seen = set(), [kernel.py_func], set()
    while waiting:
        function = waiting.pop()
        if function in seen:
            continue
        seen.add(function)
        found.add(function.__module__)
        found |= {kind.__module__ for kind in get_type_hints(function).values() if isinstance(kind, type)}
        for name in _globals_of(function.__code__):
            if name in function.__globals__:
                _look_at(function.__globals__[name], function.__module__, name, found, waiting)
        for cell in function.__closure__ or ():
            _look_at(cell.cell_contents, None, None, found, waiting)
    return {name for name in found if name.startswith(OURS)}


def _look_at(thing, module, name, found, waiting):
    if hasattr(thing, "py_func"):  # another kernel
        waiting.append(thing.py_func)
    elif hasattr(thing, "_defn"):  # what numba calls an intrinsic: it writes machine code itself
        waiting.append(thing._defn)
    elif isinstance(thing, ModuleType):
        found.add(thing.__name__)
    elif module is not None:  # a constant
        found.update(_definers(module, name))


def _globals_of(code: CodeType) -> set[str]:
    names = {i.argval for i in dis.get_instructions(code) if i.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    return names.union(*(_globals_of(inner) for inner in code.co_consts if isinstance(inner, CodeType)))


def _definers(module: str, name: str) -> set[str]:
    """Return the module that gives a constant its value, and those that pass it on."""
    if not module.startswith(OURS):
        return set()
    for node in ast.parse(Path(sys.modules[module].__file__).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if name == (alias.asname or alias.name):
                    return {module} | _definers(node.module, alias.name)
    return {module}
