"""The cohort's columns where they lie: the compiled engine reads them by their addresses, without a copy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic
from numpy.typing import DTypeLike, NDArray

from flowsim.model.cohort import Cohort
from flowsim.model.compiled import Compiler

NONE = 2**32 - 1  # indices are unsigned: numba then need not ask whether they count from the end
Index: TypeAlias = int | np.uint32
"""Of an activity, a case, a pool, a spell ...: unsigned in the arrays and in what is compiled."""


class Columns:
    """The columns of one type that a network uses, numbered in the order in which they are first named.

    Keep this object for as long as its `addresses` are used: it holds the columns.
    """

    def __init__(self, cohort: Cohort, dtype: DTypeLike):
        self.cohort, self.dtype = cohort, dtype
        self.names: dict[str, int] = {}
        self.arrays: list[NDArray[Any]] = []

    def index(self, name: str | None) -> int:
        """Return the number of a column, or `NONE` for no name; KeyError if the cohort lacks it."""
        if name is None:
            return NONE
        if name not in self.names:
            column = np.ascontiguousarray(self.cohort.columns[name], dtype=self.dtype)
            if column.shape != (len(self.cohort),):
                raise ValueError(f"column {name!r} has shape {column.shape}, but there are {len(self.cohort)} spells")
            self.names[name] = len(self.arrays)
            self.arrays.append(column)
        return self.names[name]

    def own(self, name: str | None) -> NDArray[Any]:
        """Let a column be a copy, which the engine writes to, and return it; without a name, one without entries."""
        if name is None:
            return np.empty(0, dtype=self.dtype)
        at = self.index(name)
        self.arrays[at] = self.arrays[at].copy()
        return self.arrays[at]

    @property
    def width(self) -> int:
        """How many bytes an entry takes."""
        return np.dtype(self.dtype).itemsize

    @property
    def addresses(self) -> NDArray[np.uintp]:
        """Where each column begins."""
        return np.array([array.ctypes.data for array in self.arrays], dtype=np.uintp)


def _reader(result: types.Number, ir_type: ir.Type) -> Any:
    """Return a compiled function that reads an entry of an array of this type, given where the array begins."""

    @intrinsic
    def read(typing_context: Any, address: Any, index: Any) -> tuple[Any, Callable[..., Any]]:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            beginning = builder.inttoptr(arguments[0], ir_type.as_pointer())
            return builder.load(builder.gep(beginning, [arguments[1]]))

        return result(types.uintp, types.intp), generate

    return read


@intrinsic
def fetch(typing_context: Any, address: Any) -> tuple[Any, Callable[..., Any]]:
    """Prefetch what lies at an address: the processor brings it into its cache and goes on with something else."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = builder.inttoptr(arguments[0], ir.IntType(8).as_pointer())
        i32 = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [ir.IntType(8).as_pointer(), i32, i32, i32])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0i8")
        builder.call(function, [pointer, i32(0), i32(3), i32(1)])  # to read, to keep, data
        return context.get_dummy_value()

    return types.none(types.uintp), generate


read_float: Callable[[np.uintp, Index], float] = _reader(types.float64, ir.DoubleType())
read_int: Callable[[np.uintp, Index], int] = _reader(types.int32, ir.IntType(32))

# Arrays live as long as the call that passes them in, so the kernels count no references to them (`_nrt=False`: with
# a hundred arrays, counting is what would take the time). Everything is inlined into one function with one entry.
inner: Compiler = numba.njit(_nrt=False, forceinline=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)


@inner
def real(addresses: NDArray[np.uintp], column: Index, spell: Index) -> float:
    """Return a spell's value in a column of floats."""
    return read_float(addresses[column], spell)
