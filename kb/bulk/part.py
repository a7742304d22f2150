"""What a worker does: read a part of a shard, let the gate decide, extract what passes, and hand back plain values.

It runs in this process, in one beside it, or on a machine of a cluster; what comes back is the same. No Doc of spaCy is in it.
"""

from __future__ import annotations

import pickle
import resource
import sys
import threading
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from crawler.document import Document
from crawler.errors import Unreadable
from crawler.formats.pubmed_checked import Deleted, Mended
from crawler.formats.pubmed_pieces import Place, md5_of, read_part, stated_md5
from kb.health import versions
from kb.intake import Reading, ReadsDocuments, read_one
from nlp.gate.gate import Gate

#: Readings that are packed together: what waits to be stored takes a fifth of the room.
_PACKED = 100


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of which file, what is let through, and whether with the trained tagger. `only`: of these PMIDs, what the gate does not let through."""

    path: Path
    gate: Gate
    number: int = 0
    of: int = 1
    only: frozenset[str] | None = None
    tagger: bool = False


@dataclass(slots=True)
class Found:
    """What a part holds. `damaged`: why nothing of the file is to be stored; the rest is then worth nothing. `kept`: the PMIDs of what is in `packed`."""

    part: Part | None = None
    md5: str = ""
    damaged: str | None = None
    records: int = 0
    kept: set[int] = field(default_factory=set)
    gated: dict[str, list[int]] = field(default_factory=dict)
    deleted: list[tuple[Place, str]] = field(default_factory=list)
    left_out: list[tuple[Place, str, str, str]] = field(default_factory=list)
    mended: list[tuple[str, str]] = field(default_factory=list)
    packed: list[bytes] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=versions)
    gate: str = ""
    peak_mb: float = 0.0

    @property
    def size(self) -> int:
        """Bytes that it takes while it waits."""
        return sum(map(len, self.packed))

    def readings(self) -> Iterator[tuple[Place, Reading, str]]:
        """What passed the gate, in the order of the file: its place, what was read, and why it passed."""
        for chunk in self.packed:
            yield from pickle.loads(zlib.decompress(chunk))


_own = threading.local()


def reader(tagger: bool) -> ReadsDocuments:
    """The pipeline of this thread, with the trained tagger or without: building one costs seconds, and one serves one thread."""
    made: dict[bool, ReadsDocuments] = _own.__dict__.setdefault("readers", {})
    if tagger not in made:
        from nlp.pipeline import build
        from nlp.tagger import OwnTagger, with_what_is_installed

        made[tagger] = build(tagger_used=with_what_is_installed(OwnTagger()) if tagger else None)
    return made[tagger]


def find(part: Part) -> Found:
    """Read a part. A file that is damaged, or not there, is told as a value, so that it costs no other file."""
    found = Found(part, gate=part.gate.name)
    try:
        found.md5 = md5_of(part.path)
        stated = stated_md5(part.path)
        if stated is not None and stated != found.md5:
            found.damaged = f"its MD5 is {found.md5}, and the .md5 file beside it states {stated}"
        else:
            _read(part, found)
    except Unreadable as error:
        found.damaged = _why(part.path, error)
    except OSError as error:
        found.damaged = f"it cannot be read ({error.strerror or error})"
    found.versions |= {"tagger": reads_with(part.tagger)}
    found.peak_mb = _peak()
    return found


def reads_with(tagger: bool) -> str:
    """What reads the texts here, by name and version: our tagger's model, and a scispaCy model that stands beside it."""
    if not tagger:
        return "rules alone"
    from nlp.tagger import OwnTagger, with_what_is_installed

    own = OwnTagger()
    other = with_what_is_installed(own)
    return own.version if other is own else f"{own.version}, {other.name}"


def _read(part: Part, found: Found) -> None:
    waiting: list[tuple[Place, Reading, str]] = []
    for place, item in read_part(part.path, part.number, part.of, part.only):
        if isinstance(item, Unreadable):
            _leave_out(part, found, place, item)
            if found.damaged:
                return
            continue
        found.records += 1
        if isinstance(item, Deleted):
            found.deleted.append((place, item.pmid))
            continue
        decision = part.gate.decide(item)
        if decision.kept and part.only is not None:
            continue
        if not decision.kept and part.only is None:
            found.gated.setdefault(decision.why, []).append(_number(item))
            continue
        found.kept.add(_number(item))
        waiting.append((place, read_one(item, reader(part.tagger)), decision.why))
        if len(waiting) == _PACKED:
            found.packed.append(_pack(waiting))
            waiting = []
    if waiting:
        found.packed.append(_pack(waiting))


def _leave_out(part: Part, found: Found, place: Place, item: Unreadable) -> None:
    if item.where == str(part.path):
        found.damaged = _why(part.path, item)
    elif isinstance(item, Mended):
        found.mended.append((item.where, item.why))
    else:
        found.records += 1
        found.left_out.append((place, item.where, item.why, item.do))


def _why(path: Path, error: Unreadable) -> str:
    """Why a file is not to be stored, as a sentence without its end; what is wrong may be the file that states its MD5."""
    # What a reader of a part of the file says of the records before the damage is not so here: none of them is stored.
    why = error.why.rstrip(".").partition("; the records before")[0]
    return why if error.where == str(path) else why.replace("this file", f"{Path(error.where).name}, beside it,")


def _number(document: Document) -> int:
    return int(document.identifiers.pmid or 0)


def _pack(readings: list[tuple[Place, Reading, str]]) -> bytes:
    return zlib.compress(pickle.dumps(readings, pickle.HIGHEST_PROTOCOL), 1)


def _peak() -> float:
    """The most memory that this process took so far, in MB; macOS counts in bytes, Linux in KB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most / 1e3
