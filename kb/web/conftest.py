"""Where the extra `serve` is not installed, the tests import nothing of this folder."""

from __future__ import annotations

import importlib.util

collect_ignore_glob = [] if importlib.util.find_spec("datasette") else ["*.py"]
