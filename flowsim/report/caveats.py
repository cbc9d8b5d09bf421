"""What every answer of the model leaves open, in sentences that its reports share."""

from __future__ import annotations

CLEAR = "“Clear” means clear of chance in the simulation, not that the assumptions are right."
INTERVALS = (
    f"{CLEAR[:-1]}: a 95% interval covers how much simulated years differ, "
    "and not what the model leaves out or assumes."
)
DIFFERENCES = "Rely on differences between scenarios rather than on absolute levels."
MONEY = "Freed bed days are worth money only if beds close."
SAME_PATIENTS = (
    "Every scenario is tried on the same simulated patients, so what differs is due to the change, not luck."
)
