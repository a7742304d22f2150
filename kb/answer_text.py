"""An answer for people: by outcome, both sides, the sentence behind each number."""

from __future__ import annotations

import textwrap
from typing import Any

from kb.answer import Answer, AnswerClaim, OutcomeAnswer, link
from kb.answer_json import estimate, interval, known_from, p_value
from kb.answer_notices import in_words, retracted_works
from kb.certainty import certainty
from kb.certainty import in_words as certainty_in_words
from kb.comparison import COUNTED
from kb.dispute_lines import DisputeLine
from kb.unreported import EmptyChair
from kb.verdicts import conclusions_differ, counts, verdict, without_concern

_WORDS = {"favours_intervention": "favours the intervention", "favours_comparator": "favours the comparator", "no_difference": "no difference shown",
          "increase": "rises against before", "decrease": "falls against before", "unclear": "direction unclear"}  # fmt: skip
_MARK = {"favours_intervention": ("+", 32), "favours_comparator": ("-", 31), "no_difference": ("=", 33)}


#: So many disputes of an outcome are shown; all are in `counterclaim disputes`.
_DISPUTES_SHOWN = 3


def text(found: Answer, *, width: int = 100, colour: bool = False) -> str:
    """The whole answer."""
    head = _head(found)
    chairs = [_chairs(found.empty_chairs, width, colour)] if found.empty_chairs else []
    if not found.outcomes:
        none = (
            "No claim in this library answers that. Ask more widely (drop the route, the outcome or the time), or add more papers."
        )
        return "\n\n".join(["\n".join(head), "\n".join([none, *found.near]), *chairs])
    direct = [o for o in found.outcomes if any(c.direct for c in o.claims)]
    beside = [o for o in found.outcomes if any(not c.direct for c in o.claims)]
    parts = ["\n".join(head)] + [_outcome(o, [c for c in o.claims if c.direct], width, colour) for o in direct]
    if beside:
        asked = found.question.comparator.label if found.question.comparator else "what was asked"
        parts.append(_bold(f"BESIDE THESE: pooled results, not compared with {asked}", colour))
        parts += [_outcome(o, [c for c in o.claims if not c.direct], width, colour, counted=False) for o in beside]
    return "\n\n".join(parts + chairs)


def _head(found: Answer) -> list[str]:
    """How the question was understood, and what was searched, left out and set aside."""
    s = found.searched
    head = [
        f"Understood as: {found.question.in_words()}",
        f"Searched: {s['documents']} documents, {s['trials']} trials, {s['pooled']} pooled analyses, {s['claims']} claims",
    ]
    if restricted := found.filters.in_words():
        head.append(f"Restricted to: {restricted}")
    if s.get("deleted"):
        head.append(f"{_counted_of(s['deleted'], 'document')} left out: no longer answered by their source")
    if s.get("retracted"):
        head.append(f"{_counted_of(s['retracted'], 'document')} retracted: shown as such, and not counted")
    head += [f"Screened out: {out.document} ({out.why})" for out in found.screened_out]
    if found.question.unknown:
        head.append(
            f"Not understood, and left aside: {', '.join(found.question.unknown)}. Say it with --intervention, --outcome, --condition …"
        )
    if found.left_out:
        head.append(found.left_out.in_words())
    return head + [f"Read {a} as {b}" for a, b in found.question.corrected]


def _chairs(chairs: tuple[EmptyChair, ...], width: int, colour: bool) -> str:
    """Trials that are registered and of which no result is here."""
    lines = [_bold("REGISTERED, AND NO RESULT HERE", colour)]
    for chair in chairs:
        told = " · ".join(
            str(x) for x in (chair.study, chair.year, chair.sample_size and f"n {chair.sample_size}", chair.title) if x
        )
        lines += [f"  o {told}", *_wrapped(f"primary outcome: {'; '.join(chair.primary)}", width)]
    return "\n".join(lines)


def _counted_of(number: int, what: str) -> str:
    return f"{number} {what}{'s' if number > 1 else ''}"


def _bold(words: str, colour: bool) -> str:
    return f"\x1b[1m{words}\x1b[0m" if colour else words


def _outcome(o: OutcomeAnswer, claims: list[AnswerClaim], width: int, colour: bool, *, counted: bool = True) -> str:
    better = f" ({o.better} is better)" if o.better else ""
    against = f", against {o.against}" if o.against else ""
    given = f", {o.intervention}" if o.intervention else ""
    kind = f" [{o.question}]" if o.question != "treatment" else ""
    lines = [_bold(f"{o.outcome}{kind}{better}{given}{against}", colour) + (f": {headline(o)}" if counted else "")]
    if counted:
        lines += [f"  {told}" for level, sides in counts(o).items() if (told := _counted(level, sides))]
        lines += _certainty(o, width)
    for c in claims:
        lines += _claim(c, width, colour)
    if counted:
        lines += [_dispute(d) for d in o.disputes.lines[:_DISPUTES_SHOWN]]
        if (more := o.disputes.number - _DISPUTES_SHOWN) > 0:
            lines.append(f"  ! and {_counted_of(more, 'dispute')} more; all of them: counterclaim disputes")
        lines += [
            f"  ! inconsistent reports of {r['study']}: {r['a']} tells {r['a_tells']}, {r['b']} tells {r['b_tells']}"
            for r in o.inconsistent
        ]
    return "\n".join(lines)


def headline(o: OutcomeAnswer) -> str:
    """The one word for what an outcome's claims add up to, for a person."""
    word = verdict(o)
    return "conclusions differ, no numbers to compare" if word == "no numbers" and conclusions_differ(o) else word


def _certainty(o: OutcomeAnswer, width: int) -> list[str]:
    steps, other = certainty(o), without_concern(o)
    lines = (
        textwrap.wrap(f"certainty: {certainty_in_words(steps)}", max(40, width), initial_indent="  ", subsequent_indent="    ")
        if steps
        else []
    )
    return lines + ([f"  without documents under an expression of concern: {other['verdict']}"] if other else [])


def _dispute(d: DisputeLine) -> str:
    why = "; ".join(f"{factor} {a} / {b}" for factor, a, b in d.explained_by if a and b)
    test = f" (z {d.z:.2f}, p {d.p_difference:.3g})" if d.z is not None and d.p_difference is not None else ""
    shared = ", may rest on the same people" if d.overlap == "possible" else ""
    told = f"  ! {d.type}: {d.document_a} and {d.document_b}, estimates {d.estimates}{test}{shared}"
    return told + (f"; may be explained by {why}" if why else "")


def _counted(level: str, sides: dict[str, int]) -> str:
    told = ", ".join(f"{n} {side.replace('_', ' ')}" for side, n in sides.items() if n)
    return f"{'trials' if level == 'trial' else 'pooled results'}: {told}" if told else ""


def direction_told(row: dict[str, Any]) -> str:
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
    lines = [f"  {shown} {warning}{direction_told(r)}{': ' if numbers else ''}{' '.join(numbers)}", f"      {' · '.join(where)}"]
    lines.append("      " + " · ".join(str(x) for x in (r["study"], r["year"], link(r), told) if x))
    if c.direct and r["status"] in COUNTED and not c.counts:
        lines += _wrapped(f"NOT COUNTED, {c.why_not}", width)
    if r["status"] != "ok":
        lines += _wrapped(status_told(r), width)
    if cited := retracted_works(r):
        may = "MAY INCLUDE, CITES RETRACTED" if r["level"] == "pooled" else "CITES RETRACTED"
        lines += _wrapped(f"{may}: {', '.join(cited)}", width)
    lines += [f"      flagged, {flag}" for flag in c.flags]
    quote = " ".join(str(r["quote"]).split())
    return lines + _wrapped(f"“{quote}”", width)


def _wrapped(words: str, width: int) -> list[str]:
    return textwrap.wrap(words, width=max(40, width - 6), initial_indent="      ", subsequent_indent="      ")


def status_told(row: dict[str, Any]) -> str:
    """What was published about the document later on, who says so, and what follows for the count."""
    told = [in_words(notice) for notice in row.get("notices", ())]
    what = {"retracted": "RETRACTED, not counted"}.get(str(row["status"]), str(row["status"]).upper())
    return f"STATUS: {what}" + (f"; so says {'; '.join(told)}" if told else "")
