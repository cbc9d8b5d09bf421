"""Keep freed memory for the next run, in processes that do one run after the other.

A run of ten cities holds a gigabyte for a second. Where the C library gives such memory back at once, the next run pays
for new pages again, which took a third of its time on a shared machine.
"""

from __future__ import annotations

import ctypes

_TRIM_THRESHOLD, _MMAP_MAX = -1, -4  # of mallopt, in the GNU C library
_MOST = 2**31 - 1


def keep_freed_memory() -> bool:
    """Make this process keep what it frees until it ends; return whether its C library allows that.

    It changes how the whole process allocates. Call it in a process that is ours: a worker, the command line.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # another C library, or another system
        return False
    return bool(mallopt(_TRIM_THRESHOLD, _MOST)) and bool(mallopt(_MMAP_MAX, 0))
