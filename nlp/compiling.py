"""Makes machine code of the modules that read: `python -m nlp.compiling`. Needs mypy and a C compiler.

The modules are ordinary Python with types, and mypyc compiles them as they stand. What is compiled answers what is written, to the byte;
`tests/nlp/test_compiled.py` holds it to that.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from nlp.compiled import FOLDER, ROOT, folder_of_these_sources

#: Whose modules are compiled: where the time of an abstract goes. Those of the tagger are not: its work is numpy's, and compiled it took longer.
PACKAGES = ("nlp", "nlp/grammar", "nlp/audit")
#: What stays as it is written, and why.
AS_WRITTEN = {
    "nlp/compiled.py": "finds the others",
    "nlp/compiling.py": "makes the others",
    "nlp/confidence.py": "looks for its file beside itself, and training puts its own in place of it",
    "nlp/domain.py": "looks for its files beside itself",
    "nlp/pipeline.py": "runs once a document",
    "nlp/tagger.py": "looks for its files beside itself",
}  # fmt: skip
_A_DAY = 86_400.0
#: The library that all modules share.
_LIBRARY = "counterclaim_reading"


def compiled_modules() -> list[str]:
    """The paths of the modules that are compiled, from the root of the project."""
    found = [str(path.relative_to(ROOT)) for package in PACKAGES for path in sorted((ROOT / package).glob("*.py"))]
    return [path for path in found if path not in AS_WRITTEN and not path.endswith("__init__.py")]


def compile_into(folder: Path) -> None:
    """Compile into a folder, which is there whole or not at all; what was made from other sources a day ago and before goes.

    Raises:
        SystemExit: mypyc refuses a module, or the C compiler is not there or fails.
    """
    from mypyc.build import mypycify
    from setuptools import setup

    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER) as given:
        made = Path(given)
        sources = compiled_modules()
        extensions = mypycify(
            ["--config-file=", "--ignore-missing-imports", f"--cache-dir={made / 'types'}", *sources],
            opt_level="1",
            debug_level="0",
            multi_file=True,
            target_dir=str(made / "c"),
            # One library of its own: only of a library that says it is one of several, mypyc does not believe that it sees all classes, and
            # compares values whose `__eq__` a decorator writes by that, and not by identity.
            separate=[(sources, _LIBRARY)],
        )
        quiet = ["--quiet", "build_ext", "--build-lib", str(made / "lib"), "--build-temp", str(made / "o")]
        setup(name="counterclaim", version="0", packages=[], py_modules=[], ext_modules=extensions, script_args=quiet)
        if not folder.is_dir():  # Another process may have made it meanwhile.
            (made / "lib").rename(folder)
    _clear(folder)


def _clear(kept: Path) -> None:
    """Remove what other states of the sources left; what is of today may be in use, or in the making."""
    for other in FOLDER.iterdir():
        if other != kept and other.stat().st_mtime < time.time() - _A_DAY:
            shutil.rmtree(other, ignore_errors=True)


def main() -> None:
    """Compile what was not compiled from these sources."""
    os.chdir(ROOT)
    folder = folder_of_these_sources()
    if not folder.is_dir():
        compile_into(folder)
    sys.stdout.write(f"The modules that read are compiled: {len(compiled_modules())} of them, in {folder.relative_to(ROOT)}.\n")


if __name__ == "__main__":
    main()
