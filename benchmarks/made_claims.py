"""A library of up to a million made claims, for measuring: nothing in it is copied from any paper.

    python benchmarks/made_claims.py CLAIMS DATABASE [--seed N] [--topics N]

How it is made. A *topic* is one intervention in one condition, with eight outcomes of its own. The literature grows in topics: how many
documents a topic has follows a lognormal (median 6, sigma 1.2), so that half of all documents lie in about a tenth of the topics and the
largest have some hundreds, whatever the size of the library. (`--topics N` holds the number of topics instead, so that every topic grows with
the library: the hard case.) A document has three claims, each on one of its topic's outcomes (the first the commonest), at 3, 6 or 12
months, against placebo, sham, standard care or a control; one in ten is pooled. Effects are mean differences around a true effect of the
topic and outcome, with the standard error that the sample size gives; what a document concludes follows from its interval. One document in
ten shares its registration with another. The quotes stand in the texts; forms of printed numbers are not stored.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kb.store import Library

INTERVENTIONS, CONDITIONS, OUTCOMES = 2000, 500, 1000
PER_TOPIC, PER_DOCUMENT = 8, 3
SIGMA, MEDIAN = 1.2, 6.0
COMPARATORS = (("placebo", "placebo"), ("sham", "sham"), ("standard care", "standard care"), ("control", None))
TIMES = (("3 months", 91.32), ("6 months", 182.64), ("12 months", 365.28))
ROUTES = ("intravenous", "intrathecal", None)
DOCUMENT = (
    "INSERT INTO document (id, came_as, title, text, sections, year, read, report, level, design, sample_size, publication_types, keywords, mesh, authors, "
    "registry_ids, study_registry_ids, content_digest, added_in, changed_in) VALUES (?,?,?,?,'[]',?,'abstract','article',?,?,?,'[]','[]','[]','[]','[]',?,?,?,?)"
)


@dataclass(frozen=True, slots=True)
class Topic:
    """One intervention in one condition, with the numbers of its outcomes and the true effects on them."""

    intervention: int
    condition: int
    outcomes: tuple[int, ...]
    effects: tuple[float, ...]


def topics(chance: random.Random) -> Iterator[Topic]:
    """Topics without end; common interventions and conditions come up more often."""
    while True:
        intervention = min(int(chance.paretovariate(0.6)), INTERVENTIONS * 50) % INTERVENTIONS
        condition = chance.randrange(CONDITIONS)
        outcomes = tuple((condition * 7 + chance.randrange(60)) % OUTCOMES for _ in range(PER_TOPIC))
        yield Topic(
            intervention, condition, tuple(dict.fromkeys(outcomes)), tuple(chance.gauss(-0.3, 0.4) for _ in range(PER_TOPIC))
        )


def documents(claims: int, chance: random.Random, fixed: int | None) -> Iterator[Topic]:
    """The topic of each document."""
    wanted = claims // PER_DOCUMENT
    if fixed is not None:
        several = [topic for topic, _ in zip(topics(chance), range(fixed), strict=False)]
        yield from (several[chance.randrange(fixed)] for _ in range(wanted))
        return
    given = 0
    for topic in topics(chance):
        for _ in range(max(1, round(chance.lognormvariate(math.log(MEDIAN), SIGMA)))):
            if given == wanted:
                return
            given += 1
            yield topic


def write_concepts(db: sqlite3.Connection) -> None:
    """Names of made interventions, conditions and outcomes, as the packs would give them."""
    for kind, number in (("intervention", INTERVENTIONS), ("condition", CONDITIONS), ("outcome", OUTCOMES)):
        rows = [(f"made:{kind}-{i}", kind, f"{kind} m{i}", "lower" if kind == "outcome" else None) for i in range(number)]
        db.executemany("INSERT OR IGNORE INTO concept (id, kind, label, better) VALUES (?, ?, ?, ?)", rows)
        db.executemany("INSERT OR IGNORE INTO concept_name VALUES (?, ?, ?)", [(label, i, label) for i, _, label, _ in rows])
    rows = [(i + 1, f"outcome m{i}", f"outcome m{i}", f"made:outcome-{i}", "lower") for i in range(OUTCOMES)]
    db.executemany("INSERT OR IGNORE INTO outcome (id, label, name, concept_id, better) VALUES (?, ?, ?, ?, ?)", rows)


class Maker:
    """Writes made documents; rows are numbered on from where the last call ended."""

    def __init__(self, db: sqlite3.Connection, run: int, seed: int) -> None:
        self.db, self.run, self.chance = db, run, random.Random(seed)
        self.document = self._next("document")
        self.row = max(self._next("evidence"), self._next("arm") // 2 + 1, self._next("claim"))
        self.registered = 0

    def _next(self, table: str) -> int:
        return int(self.db.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0])

    def add(self, topic: Topic) -> int:
        """Write one document on a topic; its number."""
        chance = self.chance
        self.document += 1
        pooled = chance.random() < 0.1
        size = max(8, round(chance.lognormvariate(4.0, 0.9))) * (6 if pooled else 1)
        self.registered += chance.random() > 0.1
        registry = [] if pooled else [f"NCT{self.registered:08d}"]
        told = [self._told(topic, size) for _ in range(PER_DOCUMENT)]
        title = f"Made document {self.document}"
        text = "\n\n".join([title, " ".join(t[0] for t in told)])
        values = ("pooled", "meta-analysis") if pooled else ("trial", "randomised controlled trial")
        self.db.execute(DOCUMENT, (self.document, f"made:{self.document}", title, text, 1995 + self.document % 31, *values, size,
                                   json.dumps(registry), f"{self.document:x}", self.run, self.run))  # fmt: skip
        for number in registry:
            self.db.execute("INSERT INTO document_identifier VALUES (?, 'registry', ?)", (self.document, number))
        self.db.execute(
            "INSERT INTO document_condition VALUES (?, 0, ?, ?)",
            (self.document, f"made:condition-{topic.condition}", f"condition m{topic.condition}"),
        )
        for position, (sentence, numbers, outcome) in enumerate(told):
            self._claim(position, topic, sentence, text.index(sentence), numbers, outcome)
        return self.document

    def _told(self, topic: Topic, size: int) -> tuple[str, tuple[float, float, float], int]:
        which = min(int(self.chance.expovariate(0.7)), len(topic.outcomes) - 1)
        sei = 2.0 / math.sqrt(size)
        estimate = round(self.chance.gauss(topic.effects[which], sei), 3)
        numbers = (estimate, round(estimate - 1.96 * sei, 3), round(estimate + 1.96 * sei, 3))
        self.row += 1
        return (
            f"Result {self.row} of intervention m{topic.intervention}: MD {numbers[0]} (95% CI {numbers[1]} to {numbers[2]}).",
            numbers,
            topic.outcomes[which],
        )

    def _claim(
        self, position: int, topic: Topic, sentence: str, start: int, numbers: tuple[float, float, float], outcome: int
    ) -> None:
        d, chance, db = self.document, self.chance, self.db
        self.row += 1
        e = self.row
        comparator, sort = COMPARATORS[chance.randrange(len(COMPARATORS))]
        when, days = TIMES[chance.randrange(len(TIMES))]
        estimate, low, high = numbers
        side = "favours_intervention" if high < 0 else "favours_comparator" if low > 0 else "no_difference"
        lean = "favours_intervention" if estimate < 0 else "favours_comparator"
        db.execute(
            "INSERT INTO evidence (id, document_id, start_char, end_char, quote) VALUES (?, ?, ?, ?, ?)",
            (e, d, start, start + len(sentence), sentence),
        )
        intervention, route = f"intervention m{topic.intervention}", ROUTES[chance.randrange(3)]
        arm = "INSERT INTO arm (id, document_id, position, evidence_id, role, label, concept_id, class, route) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        db.execute(
            arm, (2 * e, d, 2 * position, e, "intervention", intervention, f"made:intervention-{topic.intervention}", None, route)
        )
        db.execute(arm, (2 * e + 1, d, 2 * position + 1, e, "comparator", comparator, None, sort, None))
        db.execute(
            "INSERT INTO effect (id, document_id, position, evidence_id, measure, outcome_id, outcome_text, whose, estimate, ci_low, ci_high, ci_level, time_text, time_days, arm_id, versus_id) "
            "VALUES (?, ?, ?, ?, 'MD', ?, ?, 'difference', ?, ?, ?, 95, ?, ?, ?, ?)",
            (e, d, position, e, outcome + 1, f"outcome m{outcome}", *numbers, when, days, 2 * e, 2 * e + 1),
        )
        db.execute(
            "INSERT INTO claim (id, document_id, position, evidence_id, question, intervention, intervention_concept, comparator, comparator_class, arm_id, versus_id, route, condition, "
            "condition_concept, outcome_id, outcome_text, time_text, time_days, direction, point_direction, significant, null_kind, hedged, spin) "
            "VALUES (?, ?, ?, ?, 'treatment', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)",
            (e, d, position, e, intervention, f"made:intervention-{topic.intervention}", comparator, sort, 2 * e, 2 * e + 1, route, f"condition m{topic.condition}",
             f"made:condition-{topic.condition}", outcome + 1, f"outcome m{outcome}", when, days, side, lean, int(side != "no_difference"),
             "imprecise" if side == "no_difference" and high - low > 0.8 else "precise_null" if side == "no_difference" else None),
        )  # fmt: skip
        db.execute("INSERT INTO claim_effect VALUES (?, 0, ?)", (e, e))


def make(path: Path, claims: int, seed: int = 1, fixed: int | None = None) -> None:
    """Write a library of so many claims; what follows from them is worked out as in any run."""
    with Library(path, "made", [str(claims), str(seed)], {"made": "1"}) as library:
        with library.transaction() as db:
            write_concepts(db)
            maker = Maker(db, library.run, seed)
            for topic in documents(claims, random.Random(seed), fixed):
                maker.add(topic)
        library.close_run(0)


def main() -> None:
    """Make one."""
    asked = argparse.ArgumentParser(description="A library of made claims.")
    asked.add_argument("claims", type=int)
    asked.add_argument("database", type=Path)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--topics", type=int, help="hold the number of topics: every topic grows with the library")
    given = asked.parse_args()
    began = time.perf_counter()
    make(given.database, given.claims, given.seed, given.topics)
    print(f"{given.claims} claims in {time.perf_counter() - began:.0f} s, {given.database.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
