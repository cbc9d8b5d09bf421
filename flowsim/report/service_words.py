"""Words that the answers of runs and experiments share: what people wait for, and from when on a service is full."""

from __future__ import annotations

FULL = 0.95  # of the capacity in use
WAITS_FOR = {
    "pathway_allocation": "for a pathway to be allocated",
    "bedded": "for a bed in the community",
    "home_support": "for support at home",
    "other": "for something else",
}
