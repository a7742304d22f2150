"""The modules that read, as machine code where they were compiled from exactly these sources; else they run as they are written.

An abstract is read in many small steps, and a good part of their time is Python's own: compiled, they take a fifth less (docs/performance.md).
`nlp/compiling.py` makes the machine code, at installation and by hand. It lies in a folder that is named after the sources, so that what
was compiled from others is never used: who edits a module runs what he wrote.
"""

from __future__ import annotations

import hashlib
import os
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import EXTENSION_SUFFIXES, ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent
#: Where machine code lies, a folder for each state of the sources.
FOLDER = ROOT / "nlp" / "machine_code"
#: `no`: run the sources as they are written. `must`: refuse to start without machine code. Not set: use it where it is.
SETTING = "COUNTERCLAIM_COMPILED"
_NO = ("no", "0", "off", "false")


class NotCompiled(ImportError):
    """Machine code was asked for, and there is none for these sources."""


class _Finder(MetaPathFinder):
    """Finds compiled modules before Python finds their sources."""

    def __init__(self, modules: Mapping[str, Path]) -> None:
        self.modules = modules

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Where a compiled module lies; None leaves it to the finders behind."""
        place = self.modules.get(name)
        return None if place is None else spec_from_file_location(name, place)


def folder_of_these_sources() -> Path:
    """The folder that machine code from the sources as they are now has, whether it is there or not."""
    told = hashlib.sha256()
    for path in sorted([*(ROOT / "nlp").rglob("*.py"), *(ROOT / "crawler").rglob("*.py")]):
        told.update(str(path.relative_to(ROOT)).encode())
        told.update(path.read_bytes())
    return FOLDER / f"{told.hexdigest()[:20]}-{sys.implementation.cache_tag}-{sysconfig.get_platform()}"


def modules_in(folder: Path) -> dict[str, Path]:
    """The compiled modules of a folder by their names; none where there is no such folder."""
    suffix = EXTENSION_SUFFIXES[0]
    return {
        ".".join(path.relative_to(folder).parts).removesuffix(suffix): path
        for path in sorted(folder.rglob(f"*{suffix}"))
    }  # fmt: skip


def use() -> None:
    """From here on, modules that were compiled from these sources are imported as machine code.

    Raises:
        NotCompiled: `COUNTERCLAIM_COMPILED=must`, and these sources were not compiled.
    """
    if not_wanted() or in_use():
        return
    modules = modules_in(folder_of_these_sources()) if FOLDER.is_dir() else {}
    if modules:
        sys.meta_path.insert(0, _Finder(modules))
    elif os.environ.get(SETTING, "").lower() == "must" and sys.orig_argv[1:3] != ["-m", "nlp.compiling"]:
        raise NotCompiled(
            f"{SETTING}=must, and there is no machine code for these sources in {FOLDER}. Make it with: python -m nlp.compiling"
        )


def not_wanted() -> bool:
    """Whether the sources are to run as they are written, whatever was compiled."""
    return os.environ.get(SETTING, "").lower() in _NO


def in_use() -> Sequence[str]:
    """The names of the modules that run as machine code; none where the sources run as they are written."""
    found = next((finder.modules for finder in sys.meta_path if isinstance(finder, _Finder)), {})
    return sorted(name for name in found if name.startswith("nlp."))
