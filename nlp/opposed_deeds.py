"""Arms that stop and arms that go on: "after stopping aspirin", "those who continued it", "the discontinuation group"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import IntEnum

_GO_ON = r"continu(?:ed|es?|ing|ation)|maintain(?:ed|ing)|maintenance"
_STOP = r"discontinu(?:ed|es?|ing|ation)|stop(?:ped|ping|s)?|cessation|withdr(?:awn|awing|awal|aw|ew)|ceas(?:ed|es?|ing)|withh(?:olding|old|eld)|omi(?:tted|tting|ssion|ts?)|interrupt(?:ed|ing|ion)?"
_DEED = re.compile(rf"(?<![\w-])(?:(?P<on>{_GO_ON})|(?P<stop>{_STOP}))(?![\w-])", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z]{4,}")
#: What a deed is done to, beside what the arms' own names say.
_ANY_OBJECT = r"it|them|therapy|treatments?|medications?|drugs?|use|groups?|arms?|strategy"
_LED = re.compile(r"\b(?:after|following|with|under)\s(?:the\s|drug\s|treatment\s)?$", re.IGNORECASE)


class Deed(IntEnum):
    """What became of a treatment that all had."""

    STOPPED = -1
    CONTINUED = 1


def deed_of(name: str) -> Deed | None:
    """What a name says became of a treatment; None where it says nothing, or both.

    >>> deed_of("stop aspirin"), deed_of("continued statin therapy"), deed_of("placebo")
    (<Deed.STOPPED: -1>, <Deed.CONTINUED: 1>, None)
    """
    told = {Deed.CONTINUED if m["on"] else Deed.STOPPED for m in _DEED.finditer(name)}
    return next(iter(told)) if len(told) == 1 else None


def deed_wordings(names: Iterable[str], text: str) -> Iterator[tuple[Deed, str, int]]:
    """The names that a text gives two such arms, called `names`, by their deeds, with where they begin."""
    of_names = {w.lower().removesuffix("s") for name in names for w in _WORD.findall(_DEED.sub(" ", name))}
    objects = "|".join([re.escape(w) for w in sorted(of_names, key=len, reverse=True)] + [_ANY_OBJECT])
    behind = re.compile(rf"\s(?:of\s|with\s|the\s|their\s|to\s)*(?:{objects})s?(?!\w)", re.IGNORECASE)
    before = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, of_names)) or '(?!)'})s?\s$", re.IGNORECASE)
    for m in _DEED.finditer(text):
        deed = Deed.CONTINUED if m["on"] else Deed.STOPPED
        tail, lead = behind.match(text, m.end()), before.search(text, max(0, m.start() - 40), m.start())
        led = None if tail or lead else _LED.search(text, max(0, m.start() - 24), m.start())
        start = (lead or led or m).start()
        if tail or lead or led:
            end = tail.end() if tail else m.end()
            yield deed, text[start:end], start
