"""Compiles the modules that read while the project is installed; where that cannot be, they are installed as they are written."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Compiled(BuildHookInterface):  # type: ignore[type-arg]
    """Runs for wheels and for editable installations."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, and put what was made into the wheel."""
        if self.target_name != "wheel" or os.environ.get("COUNTERCLAIM_COMPILED") == "no":
            return
        done = subprocess.run([sys.executable, "-m", "nlp.compiling"], cwd=self.root, capture_output=True, text=True, check=False)
        if done.returncode:
            told = (done.stderr or done.stdout).strip().splitlines()
            self.app.display_warning(
                "The modules that read were not compiled, and are installed as they are written, which is slower by a quarter: "
                + (told[-1] if told else f"exit code {done.returncode}")
            )
            return
        build_data["artifacts"].append(f"{done.stdout.split()[-1].rstrip('.')}/**")
        build_data["pure_python"], build_data["infer_tag"] = False, True
