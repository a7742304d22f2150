"""An answer as the page shows it: how the question was understood, what nobody may overlook, and under each outcome the two sides face to face."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from kb.answer import Answer, OutcomeAnswer
from kb.answer_text import headline
from kb.certainty import Step, certainty
from kb.chosen import LeftOut
from kb.dispute_lines import DisputeLine
from kb.report.cards import Card, cards, printed_in
from kb.screening import ScreenedOut
from kb.unreported import EmptyChair
from kb.verdicts import counts, without_concern

#: So many disputes stand under an outcome; all of them have a page.
DISPUTES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Column:
    """One of the three: for, between, against."""

    side: str
    mark: str
    title: str
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class OutcomeView:
    """One heading of an answer. `heading` names it within the answer, `poolable` says whether any trial of it gives a number."""

    heading: str
    name: str
    key: str
    about: tuple[str, ...]
    verdict: str
    counts: tuple[tuple[str, tuple[int, ...]], ...]
    certainty: tuple[Step, ...]
    without_concern: str | None
    columns: tuple[Column, ...]
    disputes: tuple[DisputeLine, ...]
    disputes_in_all: int
    inconsistent: tuple[dict[str, object], ...]
    poolable: bool


@dataclass(frozen=True, slots=True)
class AnswerView:
    """A whole answer. `parts`: what was understood, by name; `notes`: what was left out or read otherwise; `alarms`: claims to beware of."""

    asked: str
    understood: str
    parts: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]
    corrected: tuple[tuple[str, str], ...]
    restricted: str
    searched: dict[str, int]
    library: dict[str, object]
    outcomes: tuple[OutcomeView, ...]
    beside: tuple[OutcomeView, ...]
    asked_against: str
    alarms: tuple[tuple[str, Card], ...]
    flagged: int
    screened_out: tuple[ScreenedOut, ...]
    chairs: tuple[EmptyChair, ...]
    near: tuple[str, ...]
    left_out: LeftOut | None

    def cards(self) -> list[Card]:
        """All claims that are shown, in the order of the answer."""
        return [card for o in (*self.outcomes, *self.beside) for column in o.columns for card in column.cards]

    def documents(self) -> list[int]:
        """The documents that they are of, each once."""
        return list(dict.fromkeys(card.document for card in self.cards()))


#: The four columns of the count, as `kb.verdicts.counts` names them.
COUNTED_AS = ("favours_intervention", "no_clear_difference", "uncertain", "favours_comparator")


def answer_view(db: sqlite3.Connection, found: Answer) -> AnswerView:
    """An answer, ready to be shown.

    Args:
        db: the library that gave it; read for the printed numbers alone.
        found: the answer.
    """
    marked = printed_in(db, (c.compared.claim_id for o in found.outcomes for c in o.claims))
    of = {id(c): card for o in found.outcomes for c, card in zip(o.claims, cards(o.claims, marked), strict=True)}
    direct, beside = [], []
    for o in found.outcomes:
        asked, other = ([of[id(c)] for c in o.claims if c.direct is wanted] for wanted in (True, False))
        if asked:
            direct.append(_outcome(found, o, asked))
        if other:
            beside.append(_outcome(found, o, other, counted=False))
    shown = list(of.values())
    alarms = [(w.label, c) for c in shown for w in c.warnings if w.sort in ("retracted", "concern")]
    q = found.question
    return AnswerView(
        asked=q.text, understood=q.in_words(), parts=tuple(_parts(found)), unknown=q.unknown, corrected=q.corrected, restricted=found.filters.in_words(),
        searched=found.searched, library=found.library, outcomes=tuple(direct), beside=tuple(beside), asked_against=q.comparator.label if q.comparator else "what was asked",
        alarms=tuple({(label, c.document): (label, c) for label, c in alarms}.values()), flagged=sum(any(w.sort == "flag" for w in c.warnings) for c in shown),
        screened_out=found.screened_out, chairs=found.empty_chairs, near=found.near, left_out=found.left_out,
    )  # fmt: skip


def heading_of(o: OutcomeAnswer) -> str:
    """The name of a heading within an answer, that stays the same as long as the heading does."""
    told = json.dumps([o.outcome, o.better, o.against, o.intervention, o.question])
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def _outcome(found: Answer, o: OutcomeAnswer, shown: Sequence[Card], *, counted: bool = True) -> OutcomeView:
    other = without_concern(o) if counted else None
    numbers = any(c.counts and c.effect and c.row["level"] != "pooled" for c in o.claims)
    return OutcomeView(
        heading=heading_of(o), name=o.outcome, key=o.claims[0].compared.outcome_key, about=tuple(_about(o)), verdict=headline(o) if counted else "",
        counts=tuple((level, tuple(sides[k] for k in COUNTED_AS)) for level, sides in counts(o).items() if any(sides.values())) if counted else (),
        certainty=certainty(o) if counted else (), without_concern=str(other["verdict"]) if other else None, columns=_columns(found, o, shown),
        disputes=o.disputes.lines[:DISPUTES_SHOWN] if counted else (), disputes_in_all=o.disputes.number if counted else 0,
        inconsistent=o.inconsistent if counted else (), poolable=numbers and counted,
    )  # fmt: skip


def _about(o: OutcomeAnswer) -> list[str]:
    told = [
        f"{o.better} is better" if o.better else "which way is better is not known",
        o.intervention,
        f"against {o.against}" if o.against else None,
    ]
    return [t for t in ([o.question] if o.question != "treatment" else []) + told if t]


def _columns(found: Answer, o: OutcomeAnswer, shown: Sequence[Card]) -> tuple[Column, ...]:
    one, other = _sides(found, o)
    named = (
        ("for", "+", f"Favours {one}"),
        ("between", "=", "No clear difference, or unclear"),
        ("against", "−", f"Favours {other}"),
    )
    return tuple(Column(side, mark, title, tuple(c for c in shown if c.side == side)) for side, mark, title in named)


def _sides(found: Answer, o: OutcomeAnswer) -> tuple[str, str]:
    """What the two sides are called: by the question where it names them, else by the heading."""
    q = found.question
    pairs = [(own, other) for _, own, other in q.ways() if other]
    if pairs:
        return pairs[0][0] or "the intervention", pairs[0][1] or "the comparator"
    one = (q.intervention.label if q.intervention else None) or o.intervention or "the intervention"
    other = (q.comparator.label if q.comparator else None) or o.against or "the comparator"
    return one, "the time before" if other == "their own baseline" else "the comparator" if other == "nobody" else other


def _parts(found: Answer) -> list[tuple[str, str]]:
    told = found.question.as_json()
    names = ("intervention", "comparator", "route", "cell_source", "donor", "condition", "site", "outcome", "timepoint", "wish")
    return [(name.replace("_", " "), str(told[name])) for name in names if told.get(name)]
