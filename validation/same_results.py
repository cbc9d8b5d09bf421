"""Hold the results of two versions of flowsim against each other, bit by bit.

A change of the code's shape must change no number. Make the results of both versions, each in a folder of its own with
one results folder for each experiment or city, and give both folders to this script::

    flowsim experiment experiments/high_impact_changes.yaml --out before/high_impact_changes   # the old version
    flowsim experiment experiments/high_impact_changes.yaml --out after/high_impact_changes    # the new one
    python validation/same_results.py before after

Every measure of every run that the old version has must be there with the same bits, and so must every daily value,
every row of the monthly return and every figure that is made of them. Measures that only the new version has are
listed. The exit code is 1 if anything differs or is missing.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd

KEYS = {
    "replications.parquet": ["scenario", "replication", "measure"],
    "daily.parquet": ["scenario", "replication", "date", "measure"],
    "dtoc_sitrep.csv": ["scenario", "month", "bed_type", "reason", "organisation"],
    "summary.csv": ["scenario", "measure"],
    "comparison.csv": ["scenario", "measure"],
    "ranking.csv": ["scenario", "measure"],
    "goals.csv": ["scenario", "measure"],
    "effects.csv": ["effect", "factor", "with_factor", "measure"],
    "steps.csv": ["step"],
}


def read(path: Path) -> pd.DataFrame:
    """Return a table of results, whatever its format."""
    return pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)


def differences(old: pd.DataFrame, new: pd.DataFrame, keys: list[str]) -> tuple[int, list[str], list[str]]:
    """Compare two tables that share their key columns.

    Parameters
    ----------
    old, new : pandas.DataFrame
        Each with the columns `keys` and columns of numbers.
    keys : list of str
        What names a row.

    Returns
    -------
    compared : int
        How many numbers the old table holds.
    wrong : list of str
        What is missing or differs, in words.
    added : list of str
        Measures that only the new table has.
    """
    keys = [key for key in keys if key in old.columns]
    before, after = (frame.astype(dict.fromkeys(keys, str)).set_index(keys) for frame in (old, new))
    wrong = [f"{len(before) - len(before.index.unique())} rows twice"] if not before.index.is_unique else []
    missing = before.index.difference(after.index)
    if len(missing):
        wrong.append(f"{len(missing)} rows are missing, such as {missing[0]}")
    there = before.index.intersection(after.index)
    compared = 0
    for column in before.columns:
        left, right = (frame.loc[there, column] for frame in (before, after))
        unequal = np.flatnonzero(~_same(left, right))
        compared += left.size
        if unequal.size:
            first = unequal[0]
            wrong.append(
                f"{column}: {unequal.size} of {left.size} differ, such as {there[first]}: "
                f"{left.iloc[first]!r} and {right.iloc[first]!r}"
            )
    added = sorted(set(new["measure"]) - set(old["measure"])) if "measure" in keys else []
    return compared, wrong, added


def _same(left: pd.Series, right: pd.Series) -> np.ndarray:
    """Return where two columns are the same: numbers by their bits (NaN equals NaN, and 0 is not -0)."""
    if not (pd.api.types.is_numeric_dtype(left) and pd.api.types.is_numeric_dtype(right)):
        return (left.fillna("").astype(str) == right.fillna("").astype(str)).to_numpy()
    before, after = (column.to_numpy(np.float64) for column in (left, right))
    return (before.view(np.int64) == after.view(np.int64)) | (np.isnan(before) & np.isnan(after))


def main() -> int:
    """Compare all results folders; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", type=Path, help="folder of results folders of the old version")
    parser.add_argument("after", type=Path, help="the same of the new version")
    arguments = parser.parse_args()
    folders = sorted(path.parent for path in arguments.before.glob("*/manifest.json"))
    if not folders:
        print(f"{arguments.before} holds no results folders", file=sys.stderr)
        return 2
    failed = False
    new_measures: set[str] = set()
    for folder in folders:
        for name, keys in KEYS.items():
            after = arguments.after / folder.name / name
            if not (folder / name).exists():
                continue
            if not after.exists():
                print(f"{folder.name}/{name}: MISSING")
                failed = True
                continue
            compared, wrong, added = differences(read(folder / name), read(after), keys)
            new_measures |= set(added) if name == "replications.parquet" else set()
            failed |= bool(wrong)
            print(
                f"{folder.name}/{name}: {compared:,} numbers {'; '.join(wrong) if wrong else 'equal to the last bit'}"
            )
    if new_measures:
        print(f"Measures that only the new version has: {', '.join(sorted(new_measures))}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
