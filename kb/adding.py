"""`counterclaim add`: importers, pipeline and store in one run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from crawler.document import Document
from crawler.errors import Unreadable
from kb.errors import NotStored
from kb.health import versions
from kb.intake import read_each
from kb.store import Library
from nlp.pipeline import Reader, build


def add_each(
    path: Path,
    items: Iterable[Document | Unreadable],
    arguments: Iterable[str],
    report: Callable[[str], None],
    build_reader: Callable[[], Reader] = build,
    reads_with: str = "rules alone",
) -> dict[str, int]:
    """Store every document, name what was left out, and return the counts by what became of each.

    A library is made only once there is something to put in: a mistyped path leaves no empty file behind.

    Args:
        path: the library's file.
        items: what the importers yield.
        arguments: what was asked for, kept in the run's record.
        report: takes a sentence about what was left out.
        build_reader: gives what reads the texts.
        reads_with: its tagger by name and version, kept in the run's record.
    """
    counts = dict.fromkeys(("added", "replaced", "unchanged", "left_out"), 0)
    library: Library | None = None
    waiting: list[Unreadable] = []
    try:
        for item in read_each(items, build_reader()):
            if isinstance(item, Unreadable):
                report(f"Left out: {item}")
                waiting.append(item)
                continue
            library = library or Library(path, "add", arguments, versions() | {"tagger": reads_with})
            try:
                library.add(item)
            except NotStored as error:
                unstored = Unreadable(item.document.id, str(error))
                report(f"Left out: {unstored}")
                waiting.append(unstored)
                continue
            for sentence in item.left_out:
                report(f"Left out: {item.document.id}: {sentence}")
        if library is None:
            return counts | {"left_out": len(waiting)}
        for left in waiting:
            library.leave_out(left)
        counts = {str(k): v for k, v in library.counts.items()}
        library.close_run(3 if counts["left_out"] else 0)
        return counts
    finally:
        if library is not None:
            library.__exit__()
