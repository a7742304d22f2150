"""P values that test a margin: "P for noninferiority < 0.001" says that a treatment is not much worse, and not that it is better."""

from __future__ import annotations

import re

from crawler.quick_init import replace
from nlp.claim import Effect
from nlp.effects import Linked
from nlp.grammar.atom import Atom
from nlp.scene import Scene

_MARGIN = r"(?:non-?\s?inferiority|equivalence)"
_SAID_BEFORE = r"(?:\s(?:test|testing|analysis))?[\s:,(]*$"
_SAID_BEHIND = r"[\s,(]*(?:for|of|in)\s(?:the\s)?(?:test\s(?:for|of)\s)?"
_OF_MARGIN = re.compile(rf"\b{_MARGIN}\b", re.IGNORECASE)
_BEFORE = re.compile(rf"\b{_MARGIN}{_SAID_BEFORE}", re.IGNORECASE)
_BEHIND = re.compile(rf"{_SAID_BEHIND}{_MARGIN}\b", re.IGNORECASE)
_SUPERIOR = re.compile(r"\bsuperiority\b", re.IGNORECASE)
_SUPERIOR_BEFORE = re.compile(rf"\bsuperiority{_SAID_BEFORE}", re.IGNORECASE)
_SUPERIOR_BEHIND = re.compile(rf"{_SAID_BEHIND}superiority\b", re.IGNORECASE)
_FAR = 60


def tests_margin(scene: Scene, linked: tuple[tuple[int, Linked], ...], effect: Effect | None) -> bool:
    """Whether the p value of one of these effects is that of a margin."""
    if effect is None or effect.p_value is None or not _about_margin(scene):
        return False
    own = next((x.printed.p for _, x in linked if x.effect is effect), None)
    return own is not None and _said(scene, own, _OF_MARGIN, _BEFORE, _BEHIND)


def without_margin(scene: Scene, effect: Effect) -> Effect:
    """The effect with the p value for superiority that the sentence gives, or with none, in place of the one for a margin."""
    for r in scene.printed:
        if r.p is not None and _said(scene, r.p, _SUPERIOR, _SUPERIOR_BEFORE, _SUPERIOR_BEHIND):
            return replace(effect, p_value=r.p.value, p_operator=r.p.operator)
    return replace(effect, p_value=None, p_operator=None)


def _about_margin(scene: Scene) -> bool:
    words = scene.plain.lower()
    return "inferiority" in words or "equivalence" in words


def _said(scene: Scene, p: Atom, inside: re.Pattern[str], before: re.Pattern[str], behind: re.Pattern[str]) -> bool:
    words = scene.plain
    return (
        inside.search(words, p.start, p.end) is not None
        or before.search(words, max(0, p.start - _FAR), p.start) is not None
        or behind.match(words, p.end) is not None
    )
