"""Floors on the gold documents, where they are at hand: a change that reads worse fails here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import shared

#: Floors a little under what was measured when they were set; a change may raise them.
FLOORS = {
    "seeds": {"effects, printed numbers": 1.0, "effects, every field": 0.9, "claims, outcome and direction": 0.85},
    "msc": {
        "effects, printed numbers": 0.97,
        "effects, every field": 0.88,
        "claims, outcome and direction": 0.88,
        "claims, every field": 0.75,
    },
}


@pytest.mark.parametrize("name", FLOORS)
def test_gold_documents_are_read_no_worse_than_before(name: str) -> None:
    program = Path(sys.executable).with_name("counterclaim")
    run = [
        sys.executable,
        str(shared("gold", "score.py")),
        str(shared("gold", name)),
        "--json",
        "--run",
        f"{program} extract --json",
    ]
    figures = json.loads(subprocess.run(run, capture_output=True, text=True, check=True).stdout)
    for figure, floor in FLOORS[name].items():
        assert figures[figure][2] >= floor, (figure, figures[figure])
    assert figures["flipped sides"] == 0
    assert figures["self-contradictions"] == 0
    assert figures["quotes sound"] == 1.0
