"""The committed register seeds are what the script makes of the official file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def test_seeds_come_from_the_official_register(shared_data: Path, tmp_path: Path) -> None:
    """The script turns the GV100AD file of 30.11.2023 into exactly the CSV files that are committed."""
    script = PROJECT / "infra" / "register" / "build_seeds.py"
    register = shared_data / "register" / "GV100AD_301123.txt"
    subprocess.run([sys.executable, script, register, tmp_path], check=True, capture_output=True)
    made = {path.name: path.read_bytes() for path in tmp_path.glob("*.csv")}
    committed = {path.name: path.read_bytes() for path in (PROJECT / "dbt_project" / "seeds").glob("*.csv")}
    assert made == committed
