"""A working folder whose configuration points to the imitated services, and the commands run in it."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import kb.adding
import nlp.pipeline
from cli import main
from nlp.pipeline import Reader
from tests.imitation import Corpus, Imitation, Schedule
from tests.imitation.paper import Paper

ROOT = Path(__file__).resolve().parent.parent
CONTACT, KEY = "operator.of.this@example.org", "SECRET123KEY"
LONG_AGO = date(2021, 5, 4)
BETTER = "Mesenchymal stem cells improved the EDSS compared with placebo at 6 months (mean difference -0.5; 95% CI -0.9 to -0.1; P = 0.02)."
WORSE = (
    "Mesenchymal stem cells worsened the EDSS compared with placebo at 6 months (mean difference 0.6; 95% CI 0.2 to 1.0; P = 0.01)."
)
SAME = "Mesenchymal stem cells did not change the EDSS compared with placebo at 6 months (mean difference -0.1; 95% CI -0.5 to 0.3; P = 0.62)."


def paper(pmid: int, told: str = BETTER, title: str | None = None, **fields: Any) -> Paper:
    """A paper that was entered long ago and says one thing about cells in multiple sclerosis."""
    name = title or f"Mesenchymal stem cells in people with multiple sclerosis: trial {pmid}"
    known: dict[str, Any] = {
        "doi": f"10.5555/made.{pmid}",
        "indexed": LONG_AGO,
        "types": ("Journal Article", "Randomized Controlled Trial"),
    }
    return Paper(pmid, name, LONG_AGO, LONG_AGO, LONG_AGO, (("RESULTS", told),), **(known | fields))


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    def lines(self) -> list[Any]:
        """What was printed, as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(slots=True)
class Desk:
    """The folder and the services. `ask` runs a command within this process, `process` as people do."""

    folder: Path
    service: Imitation

    @property
    def corpus(self) -> Corpus:
        """The papers behind the services."""
        return self.service.corpus

    def configure(
        self, searches: str = '[searches.cells]\nquery = "mesenchymal"', more: str = "", top: str = "", **bases: str
    ) -> None:
        """Write counterclaim.toml. `bases`: addresses of services that are elsewhere."""
        lines = [
            f'contact = "{CONTACT}"',
            top,
            searches,
            "[limits]",
            "first_pause_seconds = 0.01",
            "longest_pause_seconds = 0.03",
            "tries = 3",
            more,
        ]
        for name, base in (self.service.bases() | bases).items():
            lines += [f"[sources.{name}]", f'base_url = "{base}"', "requests_per_second = 500"]
        (self.folder / "counterclaim.toml").write_text("\n".join(lines) + "\n", "utf8")

    def down(self, *routes: str) -> None:
        """These services answer nothing but errors; without a name, all are well again."""
        self.service.schedule = Schedule()
        for route in routes:
            self.service.schedule.always(route, "500")

    def ask(self, *arguments: str | Path) -> Ran:
        """Run a command in this process, with the one reader that all tests share."""
        unset = dict.fromkeys(("COUNTERCLAIM_DB", "COUNTERCLAIM_CONFIG", "NCBI_API_KEY"))
        with contextlib.chdir(self.folder):
            ran = CliRunner().invoke(main, [str(a) for a in arguments], env=unset)
        logging.getLogger("counterclaim").handlers = []
        if ran.exception is not None and not isinstance(ran.exception, SystemExit):
            raise ran.exception
        return Ran(ran.exit_code, ran.stdout, ran.stderr)

    def process(self, *arguments: str | Path, given: str | None = None, **environment: str) -> Ran:
        """Run a command as a process of its own."""
        env = {k: v for k, v in os.environ.items() if not k.startswith("COUNTERCLAIM") and k != "NCBI_API_KEY"} | environment
        ran = subprocess.run(
            [sys.executable, ROOT / "cli.py", *arguments], input=given, capture_output=True, text=True, check=False, cwd=self.folder, env=env, timeout=60
        )  # fmt: skip
        return Ran(ran.returncode, ran.stdout, ran.stderr)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the library."""
        with contextlib.closing(sqlite3.connect(self.folder / "counterclaim.db")) as db:
            return [tuple(row) for row in db.execute(sql)]

    def titles(self) -> list[str]:
        """Titles of the documents that count."""
        return [row[0] for row in self.rows("SELECT title FROM document WHERE deleted_in IS NULL ORDER BY title")]

    def pmids(self) -> list[str]:
        """PMIDs of the documents that count."""
        return [row[0] for row in self.rows("SELECT pmid FROM document WHERE deleted_in IS NULL ORDER BY pmid")]

    def outcome(self, question: str = "MSC vs placebo", label: str = "EDSS") -> dict[str, Any]:
        """What `query` answers on one outcome."""
        answer = json.loads(self.ask("query", question, "--json").out)
        return next(o for o in answer["outcomes"] if o["outcome"] == label)


@contextlib.contextmanager
def desk_with(folder: Path, corpus: Corpus, reader: Reader, patch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """The services over a corpus, and a folder that is configured for them."""

    def built(domains: object = (), tagger_used: object = None, marks: object = None) -> Reader:
        return reader

    patch.setattr(nlp.pipeline, "build", built)
    patch.setattr(kb.adding, "build", built)
    with Imitation(corpus) as service:
        desk = Desk(folder, service)
        desk.configure()
        yield desk


def made(*papers: Paper) -> Corpus:
    """A corpus of these papers, as of today."""
    return Corpus(papers, today=date.today())
