"""Whose number is it? Numbers of one sentence as a row of cells, each with the words that may own it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from crawler.quick_init import quick_init
from nlp.tagging.attributes import Classes, Surroundings
from nlp.tagging.cue_words import AGAINST, COMPARATOR_WORDS, INSIDE_A_CELL, INTERVENTION_WORDS, NO_NAME
from nlp.tagging.numbers import Candidate
from nlp.tagging.tokens import normal, tokenise


@quick_init
@dataclass(frozen=True, slots=True)
class Cell:
    """Numbers that belong to one arm together: the places of their candidates and what kinds they are."""

    sentence: int
    members: tuple[int, ...]
    kinds: tuple[str, ...]
    first: int
    last: int


def cells(around: Surroundings, found: Sequence[Sequence[Candidate]], labels: Sequence[Sequence[str]]) -> list[list[Cell]]:
    """The cells of each sentence that has any, in order."""
    rows: list[list[Cell]] = []
    for index, (numbers, kinds) in enumerate(zip(found, labels, strict=True)):
        row: list[Cell] = []
        for n, (number, kind) in enumerate(zip(numbers, kinds, strict=True)):
            kind = kind.rstrip("+")
            if kind in ("O", "total"):
                continue
            if row and _together(around, index, row[-1], number, kind):
                last = row[-1]
                row[-1] = Cell(index, (*last.members, n), (*last.kinds, kind), last.first, number.last)
            else:
                row.append(Cell(index, (n,), (kind,), number.first, number.last))
        if row:
            rows.append(row)
    return rows


def _together(around: Surroundings, index: int, cell: Cell, number: Candidate, kind: str) -> bool:
    gap = [t.text.lower() for t in around.tokens[index][cell.last + 1 : number.first]]
    return (
        kind not in cell.kinds
        and len(gap) <= 6
        and all(w in INSIDE_A_CELL for w in gap)
        and any(w in "([/±of,=" for w in gap)
        and gap != [","]
    )


class Names:
    """What the text's words say of the arms: in its title, in the words tagged as intervention and control, and of themselves."""

    def __init__(self, around: Surroundings, tagged: Sequence[tuple[int, int, str]]) -> None:
        self.told: dict[str, set[str]] = defaultdict(set)
        for start, end, label in tagged:
            if label in ("intervention", "control"):
                self._add(around.text, start, end, "I" if label == "intervention" else "C")
        if around.sentences:
            self._title(around)
        for short, long in around.abbreviations.items():
            inside = [self.told.get(normal(t.text), set()) for t in tokenise(long)]
            for t in tokenise(short):
                self.told[normal(t.text)].update(*inside)

    def _add(self, text: str, start: int, end: int, mark: str) -> None:
        for t in tokenise(text, start, end):
            low = normal(t.text)
            if len(low) > 1 and low[0].isalpha() and low not in NO_NAME:
                self.told[low].add(mark)

    def _title(self, around: Surroundings) -> None:
        start, end, _ = around.sentences[0]
        side = "1"
        for t in tokenise(around.text, start, end):
            low = normal(t.text)
            if low in AGAINST:
                side = "2"
            elif len(low) > 2 and low.isalpha() and low not in NO_NAME:
                self.told[low].add(side)

    def marks(self, low: str) -> str:
        """The marks of a word, in order; empty where nothing is known of it."""
        known = self.told.get(low)
        generic = "i" if low in INTERVENTION_WORDS else "c" if low in COMPARATOR_WORDS else ""
        return generic + "".join(sorted(known)) if known else generic


def _near(steps: int) -> str:
    return "0" if steps < 2 else "1" if steps < 4 else "2" if steps < 8 else "3" if steps < 15 else "4"


class SidePlaces:
    """What is told of the cells of one text."""

    def __init__(self, around: Surroundings, classes: Classes, names: Names) -> None:
        self.around, self.classes, self.names = around, classes, names
        self.lows = [[normal(t.text) for t in sentence] for sentence in around.tokens]

    def row(self, row: Sequence[Cell]) -> Iterator[list[str]]:
        """The attributes of each cell of a sentence."""
        sentence = _Sentence(self, row)
        for n in range(len(row)):
            yield [*sentence.order(n), *sentence.words_between(n), *sentence.nearest(n), *self._window(row[n])]

    def _window(self, cell: Cell) -> Iterator[str]:
        lows = self.lows[cell.sentence]
        for step in range(1, 7):
            for side, i in (("-", cell.first - step), ("+", cell.last + step)):
                word = lows[i] if 0 <= i < len(lows) else "^"
                yield f"{side}bag={word}"
                if step < 4:
                    yield f"{side}{step}={word}"
                if word in self.classes:
                    yield f"{side}c={self.classes[word][1]}"


class _Sentence:
    """One sentence's cells, and the words for arms before, between and behind them."""

    def __init__(self, places: SidePlaces, row: Sequence[Cell]) -> None:
        self.row = row
        self.lows = places.lows[row[0].sentence]
        self.role = places.around.sentences[row[0].sentence][2]
        self.marks = [(i, _side(m)) for i, w in enumerate(self.lows) if (m := places.names.marks(w))]
        self.said = _order(k for _, k in self.marks)
        self.respective = "respectively" in self.lows
        between = [(a.last, b.first) for a, b in pairwise(row)]
        self.bounds = [(-1, row[0].first), *between, (row[-1].last, len(self.lows))]
        self.held = [_order(k for i, k in self.marks if a < i < b) for a, b in self.bounds]

    def order(self, n: int) -> Iterator[str]:
        """The place in the row, and the order in which the sentence names the arms."""
        kinds = [c.kinds for c in self.row]
        kind = self.row[n].kinds[0]
        nth, total = sum(kinds[n] == k for k in kinds[:n]), sum(kinds[n] == k for k in kinds)
        yield from (
            "bias",
            f"kind={kind}",
            f"nth={min(nth, 4)}|{min(total, 5)}",
            f"par={nth % 2}|{total % 2}",
            f"len={len(self.row[n].members)}",
        )
        yield from (
            f"said={self.said}",
            f"said={self.said}|{nth % 2}",
            f"said={self.said}|{nth % 2}|{self.respective}",
            f"role={self.role}|{kind}",
        )
        before, behind = self.held[n], self.held[n + 1]
        yield from (
            f"left={before}",
            f"right={behind}",
            f"both={before}>{behind}",
            f"head={self.held[0]}",
            f"head={self.held[0]}|{before}|{behind}",
        )
        yield f"tail={self.held[-1]}|{nth % 2}"

    def words_between(self, n: int) -> Iterator[str]:
        """What stands between a cell and the one before it."""
        cell, (start, end) = self.row[n], self.bounds[n]
        gap = self.lows[start + 1 : end]
        same = self.row[n - 1].kinds == cell.kinds if n else "start"
        yield f"gap={'_'.join(gap[-4:]) if len(gap) < 5 else 'long'}|{same}"
        if n:
            yield from (f"in={w}|{same}" for w in gap[:12])
            yield from (f"prev={self.row[n - 1].kinds}|{cell.kinds}", f"gh={self.held[n]}|{same}", f"gl={min(len(gap), 12)}|{same}")
            yield f"gc={self.held[n]}|{_near(len(gap))}|{same}|{self.respective}"

    def nearest(self, n: int) -> Iterator[str]:
        """The words for arms that are nearest, and whether another cell stands between."""
        cell = self.row[n]
        before, before_is = max(((i, k) for i, k in self.marks if i < cell.first), default=(cell.first - 99, "-"))
        behind, behind_is = min(((i, k) for i, k in self.marks if i > cell.last), default=(cell.last + 99, "-"))
        steps = _near(cell.first - before), _near(behind - cell.last)
        own = (before_is if before > self.bounds[n][0] else ".") + (behind_is if behind < self.bounds[n + 1][1] else ".")
        yield from (
            f"mb={before_is}{steps[0]}",
            f"ma={behind_is}{steps[1]}",
            f"mba={before_is}{behind_is}",
            f"own={own}",
            f"own={own}|{steps[0]}{steps[1]}",
        )


def _side(marks: str) -> str:
    """What the marks of a word come to: tagged words before generic ones, generic ones before the title's."""
    for yes, no, answer in (("I", "C", "I"), ("C", "I", "C"), ("i", "c", "i"), ("c", "i", "c"), ("1", "2", "1"), ("2", "1", "2")):
        if yes in marks and no not in marks:
            return answer
    return "?"


def _order(sides: Iterable[str]) -> str:
    found = ""
    for s in sides:
        if not found.endswith(s):
            found += s
    return found[:3]
