"""Where each side stands: every study of an outcome once, in the column of the side that it concludes for; trials and pooled results apart."""

from __future__ import annotations

from collections.abc import Sequence

from kb.answer import AnswerClaim, OutcomeAnswer
from kb.drawing import Drawing, Line, Part, Text, square, width_of
from kb.refusals import CannotPool

_COLUMNS = ("Favours intervention", "No difference shown", "Favours control", "Other")
_PLACE = {"favours_intervention": 0, "no_difference": 1, "favours_comparator": 2}
_COLOURS = ("#1f5fa8", "#777777", "#b5482a", "#aaaaaa")
_WIDE, _ROW, _LEFT, _LONGEST = 150.0, 18.0, 12.0, 52


def sides(found: OutcomeAnswer) -> Drawing:
    """A mark for each study, the larger the more people it studied.

    Raises:
        CannotPool: no study of the answer counts.
    """
    studies = _studies(found)
    if not studies:
        raise CannotPool(f"No study of {found.outcome} counts for what was asked, so there are no sides to draw.")
    names = max(width_of(_name(c)) for c in studies) + 30
    parts: list[Part] = [Text(_LEFT, 24, f"{found.outcome}: where each side stands", bold=True, size=14)]
    y, told = 30.0, []
    for level, title in (("trial", "Trials"), ("pooled", "Pooled results, which may hold these trials")):
        of = [c for c in studies if c.row["level"] == level]
        if of:
            y = _section(parts, title, of, names, y + 26)
            told.append(f"{title}: {_counted(of)}")
    for i, _ in enumerate(_COLUMNS[:-1]):
        x = _LEFT + names + (i + 1) * _WIDE
        parts.append(Line(x, 44, x, y + 6, 0.5, dashed=True))
    return Drawing(_LEFT + names + len(_COLUMNS) * _WIDE, y + 24, tuple(parts), f"Sides: {found.outcome}", ". ".join(told))


def _section(parts: list[Part], title: str, of: Sequence[AnswerClaim], names: float, y: float) -> float:
    """A heading, a line for each study, and how many stand in each column; the height that was reached."""
    parts.append(Text(_LEFT, y, title, bold=True))
    counts = [sum(_place(c) == i for c in of) for i in range(len(_COLUMNS))]
    for i, (words, n) in enumerate(zip(_COLUMNS, counts, strict=True)):
        parts.append(Text(_middle(names, i), y, f"{words}: {n}", "middle", bold=True, size=11))
    largest = max((_size(c) for c in of), default=0) or 1
    for c in sorted(of, key=lambda c: (_place(c), -_size(c), _name(c))):
        y += _ROW
        place = _place(c)
        parts.append(Text(_LEFT, y, _name(c)))
        parts.append(square(_middle(names, place), y - 4, 4 + 10 * (_size(c) / largest) ** 0.5, _COLOURS[place]))
        if _size(c):
            parts.append(Text(_middle(names, place) + 14, y, f"n {_size(c)}", size=11))
    return y


def _middle(names: float, place: int) -> float:
    return _LEFT + names + (place + 0.5) * _WIDE


def _studies(found: OutcomeAnswer) -> list[AnswerClaim]:
    """The claim at the latest time of each study that counts."""
    last: dict[object, AnswerClaim] = {}
    for c in sorted(
        (c for c in found.claims if c.direct and c.row["status"] in ("ok", "concern", "corrected")),
        key=lambda c: float(str(c.row["time_days"] or 0)),
    ):
        last[c.row["study_id"]] = c
    return list(last.values())


def _place(c: AnswerClaim) -> int:
    return _PLACE.get(str(c.row["direction"]), len(_COLUMNS) - 1)


def _size(c: AnswerClaim) -> int:
    return int(str(c.row["sample_size"] or 0))


def _name(c: AnswerClaim) -> str:
    study = str(c.row["study"])
    name = study if len(study) <= _LONGEST else f"{study[: _LONGEST - 1]}…"
    return f"{name} {c.row['year']}" if c.row["year"] else name


def _counted(of: Sequence[AnswerClaim]) -> str:
    counts = ((words.lower(), sum(_place(c) == i for c in of)) for i, words in enumerate(_COLUMNS))
    return ", ".join(f"{n} {words}" for words, n in counts if n)
