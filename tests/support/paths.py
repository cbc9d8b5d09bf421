"""Where the repository and what it ships stand."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
CONFIGS = ROOT / "configs"
SHEFFIELD = CONFIGS / "sheffield_2016_17.yaml"
EXPERIMENTS = ROOT / "experiments"
HISTORY = CONFIGS / "sheffield_2014_2018.yaml"
SHEFFIELD_V01 = Path(__file__).parent / "cities" / "sheffield_v01.yaml"
