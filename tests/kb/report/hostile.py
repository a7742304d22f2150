"""A library whose papers try everything: markup, templates, scripts, formulas, controls and marks that turn the line round."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from crawler.record import Identifiers, Notice, NoticeKind
from kb.store import Library
from nlp.claim import Better, Direction, Outcome
from tests.kb.made import Said, put, reading

SCRIPT = "<script>document.title='taken';window.taken=1</script>"
IMAGE = '"><img src=x onerror="window.taken=1"><a href=\'javascript:window.taken=1\'>x</a>'
TEMPLATE = "{{ 7*7 }}{% for x in y %}${7*7}#{7*7}"
BREAKOUT = "</style></title></textarea><svg onload=window.taken=1>]]>--><!--"
STEERING = "\x1b[31mred\x00\u202eorecalp\u2066\u200f\u061c\u200e"
FETCH = "<link rel=stylesheet href=//evil.example/x.css><iframe src=//evil.example></iframe>"
FORMULA = "=cmd|' /C calc'!A0"
ALL = (SCRIPT, IMAGE, TEMPLATE, BREAKOUT, STEERING, FETCH, FORMULA)
QUESTION = "MSC vs placebo"


def make(path: Path) -> Path:
    """Write the library: every text of a paper that can be anything is hostile."""
    outcome = Outcome(f"pain {SCRIPT}", f"pain {SCRIPT}", None, Better.LOWER)
    readings = []
    for n, words in enumerate(ALL):
        down = n % 2 == 1
        said = Said(
            Direction.FAVOURS_COMPARATOR if down else Direction.FAVOURS_INTERVENTION, comparator=f"placebo {words}".replace("\x00", ""), comparator_class="placebo",
            estimate=0.6 if down else -0.5, low=0.2 if down else -0.9, high=1.0 if down else -0.1, flag=f"flag {words}".replace("\x00", ""),
        )  # fmt: skip
        other = replace(said, outcome=outcome, months=12)
        made = reading(
            f"hostile-{n} {words}".replace("\x00", ""),
            said,
            other,
            title=words.replace("\x00", ""),
            names=Identifiers(doi=f"10.5555/{n}<script>"),
            size=100 + n,
        )
        document = replace(
            made.document, journal=f"Journal {words}".replace("\x00", ""), authors=(f"Author {IMAGE}", SCRIPT), url="javascript:window.taken=1", keywords=(SCRIPT,),
            identifiers=made.document.identifiers if n else Identifiers(),
            notices=(Notice(NoticeKind.RETRACTED, f"said by {IMAGE}", citation=SCRIPT),) if n == 3 else (),
        )  # fmt: skip
        readings.append(replace(made, document=document))
    put(path, *readings)
    with Library(path, f"add {SCRIPT}", [IMAGE, TEMPLATE], {"test": SCRIPT}) as library:
        library.close_run(0)
    return path
