"""Files as PubMed publishes them, made for tests: a few trials and a few that are none, revisions, deletions and notices."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kb.bulk.load import Bulk, Done
from kb.bulk.workers import Here, Workers
from kb.fingerprint import DERIVED, digest, fingerprint
from kb.store import Library
from nlp.gate.gate import Gate
from tests.crawler.made_pubmed import article, whole

TRIAL = '<PublicationType UI="D016449">Randomized Controlled Trial</PublicationType>'
EDITORIAL = '<PublicationType UI="D016421">Editorial</PublicationType>'
PAPER = '<PublicationType UI="D016428">Journal Article</PublicationType>'
RETRACTION = '<PublicationType UI="D016440">Retraction of Publication</PublicationType>'


def trial(pmid: int, value: float = 3.5, **other: Any) -> str:
    """A trial with one result."""
    text = (
        f"<AbstractText>METHODS: 120 adults with stroke were randomised to zorvastatin (n = 60) or placebo (n = 60). RESULTS: Pain {pmid % 7} was lower "
        f"with zorvastatin than with placebo ({value} vs 4.8; P = 0.01) at 6 months.</AbstractText>"
    )
    return article(pmid, f"Zorvastatin number {pmid} versus placebo in stroke.", text, types=TRIAL, **other)


def rocks(pmid: int, **other: Any) -> str:
    """A record that is no trial's and does not sound like one."""
    text = "<AbstractText>The crystal structure of the basalt complex was solved by diffraction; the lattice has cubic symmetry.</AbstractText>"
    return article(pmid, f"Crystal structure of basalt {pmid}.", text, **other)


def deletion(*pmids: int) -> str:
    names = "".join(f'<PMID Version="1">{p}</PMID>' for p in pmids)
    return f"<DeleteCitation>{names}</DeleteCitation>"


def retraction(pmid: int, of: int) -> str:
    said = (
        '<CommentsCorrectionsList><CommentsCorrections RefType="RetractionOf"><RefSource>J. Odd Joints. 2021</RefSource>'
        f'<PMID Version="1">{of}</PMID></CommentsCorrections></CommentsCorrectionsList>'
    )
    return article(pmid, f"Retraction of number {of}.", "", types=RETRACTION, added=said)


def shard(folder: Path, number: int, *records: str, year: int = 26, md5: bool = True) -> Path:
    path = folder / f"pubmed{year:02}n{number:04}.xml.gz"
    path.write_bytes(gzip.compress(whole(*records), mtime=0))
    if md5:
        stated = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
        path.with_name(f"{path.name}.md5").write_text(f"MD5({path.name})= {stated}\n", "ascii")
    return path


def several(folder: Path, number: int = 6, each: int = 8) -> Path:
    """Files that revise one another."""
    folder.mkdir(exist_ok=True)
    for n in range(1, number + 1):
        first = 1000 * n
        new = [trial(first + i) if i % 2 else rocks(first + i) for i in range(each)]
        old = [trial(first - 1000 + 1, 2.0 + n), deletion(first - 1000 + 3)] if n > 1 else []
        shard(folder, n, *new, *old)
    return folder


def load(
    database: Path,
    *paths: Path,
    gate: Gate = Gate(),  # noqa: B008 - frozen
    workers: Workers = Workers(Here, 1),  # noqa: B008 - frozen
    again: bool = False,
    progress: Callable[[Done], None] = lambda _: None,
    tagger: bool = False,
) -> Done:
    with Library(database, "bulk", [], {}) as library:
        done = Bulk(library, gate, workers, progress, tagger).load(paths, again)
        library.close_run(3 if done.left_out else 0)
    return done


def prints(database: Path, but: str = "") -> tuple[str, str]:
    """The digest of the documents, and the fingerprint of all that follows from them."""
    with Library(database, "look", [], {}) as library:
        return digest(library.db), fingerprint(library.db, set(DERIVED) - {but})


def rows(database: Path, sql: str) -> list[tuple[object, ...]]:
    with Library(database, "look", [], {}) as library:
        return [tuple(row) for row in library.db.execute(sql)]
