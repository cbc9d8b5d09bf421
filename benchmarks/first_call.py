"""How long the first city-year of a process takes: imports, the first call and the second (seconds, as JSON).

`engines.py` runs it with an empty cache, so that the first call compiles, and again with the cache that this leaves.
"""

from __future__ import annotations

import argparse
import json
from itertools import pairwise
from time import process_time


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("config", help="the city")
    path = parser.parse_args().config
    moments = [process_time()]

    from flowsim import load_config, simulate

    moments.append(process_time())
    for _ in range(2):
        simulate(load_config(path))
        moments.append(process_time())
    seconds = (after - before for before, after in pairwise(moments))
    print(json.dumps(dict(zip(("imports", "first", "second"), seconds, strict=True))))


if __name__ == "__main__":
    main()
