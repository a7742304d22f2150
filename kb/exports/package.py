"""What is exported: the answer's rows by outcome, which of them are pooled together, and how to write a folder whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kb.answer import Answer
from kb.errors import CannotUse
from kb.poolable import Row
from kb.printed import with_printed
from kb.refusals import CannotPool, Reason, Refusal
from kb.reviewing import reviewed_rows
from kb.synthesis import Choice, made_over, select


@dataclass(frozen=True, slots=True)
class Member:
    """A row, and the set in which it is pooled; None where it is not."""

    row: Row
    pool_set: str | None


@dataclass(frozen=True, slots=True)
class Table:
    """All rows of one outcome: as they were found, and with what became of them. `name` is that of its file, without the ending."""

    name: str
    outcome: str
    found: tuple[Row, ...]
    members: tuple[Member, ...]

    @property
    def sets(self) -> dict[str, list[Row]]:
        """The rows that are pooled together, by the name of the set."""
        found: dict[str, list[Row]] = {}
        for m in self.members:
            if m.pool_set is not None:
                found.setdefault(m.pool_set, []).append(m.row)
        return found


@dataclass(frozen=True, slots=True)
class Package:
    """Everything that an exporter may use. `left_out` says in sentences what could not be pooled."""

    db: sqlite3.Connection
    answer: Answer
    choice: Choice
    tables: tuple[Table, ...]
    left_out: tuple[str, ...]

    def choice_of(self, pool_set: str) -> Choice:
        """How a set is pooled. Where no measure was asked for, what is made of two arms stays on the measure that it has."""
        return replace(self.choice, measure=pool_set, as_printed=self.choice.measure is None)


def package(
    db: sqlite3.Connection,
    found: Answer,
    choice: Choice,
    outcome: str | None = None,
    *,
    reviewed: bool = False,
    least: float | None = None,
) -> Package:
    """The rows of an answer, or of one outcome of it, ready for export; with `reviewed`, only rows that a person accepted are pooled, with `least` none that is less sure.

    Raises:
        CannotPool: there is nothing to export.
    """
    everything = with_printed(db, found).outcomes
    asked = [o for o in everything if outcome is None or o.outcome.casefold() == outcome.casefold()]
    if not asked:
        there = ", ".join(dict.fromkeys(o.outcome for o in everything))
        raise CannotPool(
            f"No outcome of this answer is called {outcome}; there are {there}."
            if everything
            else "No claim in this library answers that, so nothing was written."
        )
    tables: list[Table] = []
    left_out: list[str] = []
    for o in asked:
        name = _file_name(o.outcome, {t.name for t in tables})
        rows = tuple(made_over(reviewed_rows(db, o, only=reviewed, least=least), choice))
        tables.append(Table(name, o.outcome, rows, _members(rows, choice, left_out)))
    return Package(db, found, choice, tuple(tables), tuple(left_out))


def _file_name(outcome: str, taken: set[str]) -> str:
    """`pool_<outcome>` in letters that every program takes, 32 at most."""
    base = f"pool_{re.sub(r'[^a-z0-9]+', '_', outcome.casefold()).strip('_') or 'outcome'}"[:29].rstrip("_")
    name, number = base, 2
    while name in taken:
        name, number = f"{base}_{number}", number + 1
    return name


def _members(rows: tuple[Row, ...], choice: Choice, left_out: list[str]) -> tuple[Member, ...]:
    """Each measure is a set by itself; rows that another row of their study stands for say so."""
    sets: dict[str, tuple[Row, str]] = {}
    why_not: dict[str, Refusal] = {}
    usable = dict.fromkeys(r.measure for r in rows if r.poolable and choice.measure in (None, r.measure))
    for measure in usable:
        try:
            chosen, handled = select(rows, replace(choice, measure=measure, as_printed=choice.measure is None))
        except CannotPool as error:
            left_out.append(f"{rows[0].outcome}, {measure}: {error}")
            why_not[measure] = Refusal(error.reason or Reason.NOT_POOLED, str(error))
            continue
        why_not[measure] = Refusal(Reason.SAME_STUDY, "; ".join(handled))
        sets |= {r.row_id: (r, measure) for r in chosen}
    if not usable:
        left_out.append(f"{rows[0].outcome}: no row can be pooled; each says why.")
    return tuple(Member(*sets[r.row_id]) if r.row_id in sets else Member(_not_chosen(r, why_not), None) for r in rows)


def _not_chosen(row: Row, why_not: Mapping[str, Refusal]) -> Row:
    """A row that could be pooled by itself, and is not: its set is not pooled, or another row of its study stands for it."""
    if not row.poolable:
        return row
    return replace(row, refusals=(why_not.get(row.measure, Refusal(Reason.NOT_ASKED, f"this row's is {row.measure}")),))


def described(p: Package, files: Mapping[str, bytes]) -> dict[str, Any]:
    """The folder's `datapackage.json` (Frictionless Data Package): what was asked, of which state of the library, and every file with its hash."""
    rows = [m for t in p.tables for m in t.members]
    return {
        "profile": "data-package",
        "name": "counterclaim-export",
        "query": p.answer.question.text,
        "understood_as": p.answer.question.in_words(),
        "searched": p.answer.searched,
        "library": p.answer.library,
        "pooling": {"model": p.choice.model, "level": p.choice.level, "measure": p.choice.measure, "several_rows_of_a_study": p.choice.several, "correlation_of_crossovers": p.choice.correlation},
        "counts": {"rows": len(rows), "pooled": sum(m.pool_set is not None for m in rows), "studies": len({m.row.study_id for m in rows})},
        "not_pooled": list(p.left_out),
        "resources": [
            {"name": Path(name).stem.lower(), "path": name, "bytes": len(body), "hash": f"sha256:{hashlib.sha256(body).hexdigest()}"}
            for name, body in sorted(files.items())
        ],
    }  # fmt: skip


def write_folder(target: Path, files: Mapping[str, bytes], about: Mapping[str, Any]) -> None:
    """Write a new folder, whole or not at all.

    Raises:
        CannotUse: it is there already, or cannot be written.
    """
    if target.exists():
        raise CannotUse(target, "it is there already, and nothing is written over")
    try:
        made = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        raise CannotUse(target, str(error.strerror).lower()) from error
    try:
        for name, body in files.items():
            (made / name).write_bytes(body)
        (made / "datapackage.json").write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", "utf8")
        made.chmod(0o777 & ~_umask())
        os.rename(made, target)  # noqa: PTH104 - one step, and it fails where the folder came to be meanwhile
    except OSError as error:
        shutil.rmtree(made, ignore_errors=True)
        raise CannotUse(target, str(error.strerror).lower()) from error


def write_file(target: Path, body: bytes) -> None:
    """Write a file whole, in place of one that is there.

    Raises:
        CannotUse: it cannot be written; what was there stays.
    """
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        beside.write_bytes(body)
        beside.replace(target)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise CannotUse(target, str(error.strerror).lower()) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
