"""`make browser`: the browser that the tests and the screenshots use, from the system's own packages."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")


def main() -> int:
    """Install it where it is not there; what to do by hand where that cannot be done."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is not None:
        print(f"{found} is there.")
        return 0
    apt = shutil.which("apt-get")
    if apt is None:
        print(
            "There is no apt-get here. Install chromium in this system's own way, or name one in COUNTERCLAIM_CHROMIUM.",
            file=sys.stderr,
        )
        return 1
    as_root = [] if os.geteuid() == 0 else ["sudo"]
    for command in ([apt, "update"], [apt, "install", "--yes", "--no-install-recommends", "chromium", "fonts-dejavu-core"]):
        done = subprocess.run([*as_root, *command], check=False)
        if done.returncode != 0:
            print(f"{' '.join(command)} failed with code {done.returncode}.", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
