"""`make demo`: the bundled library into a fresh database, one question, and what to try next."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
QUESTION = "intrathecal MSC vs placebo"


def main() -> int:
    """Build beside the old database and put it in its place when it is whole, so that none is ever half written."""
    program = Path(sys.executable).with_name("counterclaim")
    folder = ROOT / "demo"
    folder.mkdir(exist_ok=True)
    fresh, final = folder / "fresh.db", folder / "counterclaim.db"
    for old in folder.glob("fresh.db*"):
        old.unlink()
    added = subprocess.run([program, "add", ROOT / "examples" / "library", "--db", fresh], check=False, stdout=subprocess.DEVNULL)
    if added.returncode != 0:
        return added.returncode
    for old in folder.glob("counterclaim.db*"):
        old.unlink()
    fresh.rename(final)
    print(
        f'The sample library (examples/library) is in {final.relative_to(ROOT)}.\n$ counterclaim query "{QUESTION}"\n', flush=True
    )
    asked = subprocess.run([program, "query", QUESTION, "--text", "--db", final], check=False)
    print('\nTry next: .venv/bin/counterclaim query "MSC vs standard care for NIHSS in stroke" --text --db demo/counterclaim.db')
    return asked.returncode


if __name__ == "__main__":
    sys.exit(main())
