"""An answer for people: by outcome, both sides, the sentence behind each number."""

from __future__ import annotations

import textwrap
from typing import Any

from kb.answer import Answer, AnswerClaim, OutcomeAnswer, link
from kb.answer_json import estimate, interval, known_from, p_value
from kb.answer_notices import in_words, retracted_works
from kb.disputes import disputes
from kb.verdicts import counts, verdict

_WORDS = {"favours_intervention": "favours the intervention", "favours_comparator": "favours the comparator", "no_difference": "no difference shown",
          "increase": "rises against before", "decrease": "falls against before", "unclear": "direction unclear"}  # fmt: skip
_MARK = {"favours_intervention": ("+", 32), "favours_comparator": ("-", 31), "no_difference": ("=", 33)}


def text(found: Answer, *, width: int = 100, colour: bool = False) -> str:
    """The whole answer."""
    s = found.searched
    head = [
        f"Understood as: {found.question.in_words()}",
        f"Searched: {s['documents']} documents, {s['trials']} trials, {s['pooled']} pooled analyses, {s['claims']} claims",
    ]
    if s.get("deleted"):
        head.append(f"{_counted_of(s['deleted'], 'document')} left out: no longer answered by their source")
    if s.get("retracted"):
        head.append(f"{_counted_of(s['retracted'], 'document')} retracted: shown as such, and not counted")
    if found.question.unknown:
        head.append(f"Not understood, and left aside: {', '.join(found.question.unknown)}")
    head += [f"Read {a} as {b}" for a, b in found.question.corrected]
    if not found.outcomes:
        return "\n".join(
            [
                *head,
                "",
                "No claim in this library answers that. Ask more widely (drop the route, the outcome or the time), or add more papers.",
            ]
        )
    direct = [o for o in found.outcomes if any(c.direct for c in o.claims)]
    beside = [o for o in found.outcomes if any(not c.direct for c in o.claims)]
    parts = ["\n".join(head)] + [_outcome(o, [c for c in o.claims if c.direct], width, colour) for o in direct]
    if beside:
        asked = found.question.comparator.label if found.question.comparator else "what was asked"
        parts.append(_bold(f"BESIDE THESE: pooled results, not compared with {asked}", colour))
        parts += [_outcome(o, [c for c in o.claims if not c.direct], width, colour, counted=False) for o in beside]
    return "\n\n".join(parts)


def _counted_of(number: int, what: str) -> str:
    return f"{number} {what}{'s' if number > 1 else ''}"


def _bold(words: str, colour: bool) -> str:
    return f"\x1b[1m{words}\x1b[0m" if colour else words


def _outcome(o: OutcomeAnswer, claims: list[AnswerClaim], width: int, colour: bool, *, counted: bool = True) -> str:
    better = f" ({o.better} is better)" if o.better else ""
    lines = [_bold(f"{o.outcome}{better}", colour) + (f": {verdict(o)}" if counted else "")]
    if counted:
        lines += [f"  {told}" for level, sides in counts(o).items() if (told := _counted(level, sides))]
    for c in claims:
        lines += _claim(c, width, colour)
    lines += [_dispute(d) for d in disputes(o)[:3]] if counted else []
    return "\n".join(lines)


def _dispute(d: dict[str, Any]) -> str:
    why = "; ".join(f"{x['factor']} {x['a']} / {x['b']}" for x in d["explained_by"] if x["a"] and x["b"])
    told = f"  ! {d['type']}: {d['a']['document']} and {d['b']['document']}, estimates {d['estimates']}"
    return told + (f"; may be explained by {why}" if why else "")


def _counted(level: str, sides: dict[str, int]) -> str:
    told = ", ".join(f"{n} {side.replace('_', ' ')}" for side, n in sides.items() if n)
    return f"{'trials' if level == 'trial' else 'pooled results'}: {told}" if told else ""


def _told(row: dict[str, Any]) -> str:
    """The direction in words; for a null, the side on which its estimate lies (a trend, and no more than that)."""
    lean = {"favours_intervention": "intervention", "favours_comparator": "comparator"}.get(str(row["point_direction"]))
    words = _WORDS[str(row["direction"])]
    return f"{words}, the estimate leans to the {lean}" if lean and row["direction"] == "no_difference" else words


def _claim(c: AnswerClaim, width: int, colour: bool) -> list[str]:
    r, e = c.row, c.effect or {}
    retracted = r["status"] == "retracted"
    mark, tone = ("x", 31) if retracted else _MARK.get(str(r["direction"]), ("?", 36))
    shown = f"\x1b[{tone}m{mark}\x1b[0m" if colour else mark
    numbers = [x for x in (estimate(e), f"({interval(e)})" if interval(e) else "", f"p {p_value(e)}" if p_value(e) else "") if x]
    where = [
        str(x)
        for x in (
            r["time_text"] and f"at {r['time_text']}",
            r["level"],
            r["design"],
            r["sample_size"] and f"n {r['sample_size']}",
            r["route"],
            r["cell_source"],
            r["comparator"] and f"vs {r['comparator']}",
        )
        if x
    ]
    told = known_from(r)
    warning = _bold("RETRACTED, NOT COUNTED: ", colour) if retracted else ""
    lines = [f"  {shown} {warning}{_told(r)}{': ' if numbers else ''}{' '.join(numbers)}", f"      {' · '.join(where)}"]
    lines.append("      " + " · ".join(str(x) for x in (r["study"], r["year"], link(r), told) if x))
    if r["status"] != "ok":
        lines += _wrapped(_status(r), width)
    if cited := retracted_works(r):
        lines += _wrapped(f"CITES RETRACTED: {', '.join(cited)}", width)
    lines += [f"      flagged, {flag}" for flag in c.flags]
    quote = " ".join(str(r["quote"]).split())
    return lines + _wrapped(f"“{quote}”", width)


def _wrapped(words: str, width: int) -> list[str]:
    return textwrap.wrap(words, width=max(40, width - 6), initial_indent="      ", subsequent_indent="      ")


def _status(row: dict[str, Any]) -> str:
    """What was published about the document later on, who says so, and what follows for the count."""
    told = [in_words(notice) for notice in row.get("notices", ())]
    what = {"retracted": "RETRACTED, not counted"}.get(str(row["status"]), str(row["status"]).upper())
    return f"STATUS: {what}" + (f"; so says {'; '.join(told)}" if told else "")
