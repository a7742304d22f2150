"""Tests run the sources as they are written, which the doctests stand in; `tests/nlp/test_compiled.py` holds the machine code to them."""

from __future__ import annotations

import os

os.environ.setdefault("COUNTERCLAIM_COMPILED", "no")
