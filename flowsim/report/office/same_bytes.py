"""Files of the office that do not change with the clock."""

from __future__ import annotations

import io
import zipfile

_FIRST_DAY_OF_ZIP = (1980, 1, 1, 0, 0, 0)


def without_time(content: bytes) -> bytes:
    """Return a file of the office without the time at which it was packed: the same content gives the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            entry = zipfile.ZipInfo(name, _FIRST_DAY_OF_ZIP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            after.writestr(entry, before.read(name))
    return packed.getvalue()
