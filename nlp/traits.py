"""What tells how sure a reading is: how many outcomes, arms, times and numbers stand in its sentence, and how near its own stand to it.

Traits are short strings, as those of the tagger are; `confidence.py` weighs them.
"""

from __future__ import annotations

from collections.abc import Sequence

from nlp.claim import Claim, Direction, Effect, Group
from nlp.effects import Linked
from nlp.findings import Finding
from nlp.reading import OutcomeMention
from nlp.scene import RESPECTIVELY, Scene


class SentenceTraits:
    """What all effects of a sentence share, drawn up once; `beside`: all of them."""

    def __init__(self, scene: Scene, beside: Sequence[Linked]) -> None:
        self.scene = scene
        self.named = {m.arm for m in scene.sides if m.arm is not None}
        self.whose = [x.effect.arm for x in beside if x.effect.group in (Group.INTERVENTION, Group.COMPARATOR)]
        self.most = max(map(self.whose.count, self.whose), default=0)
        self.shared = [
            "bias",
            *_of_sentence(scene, beside),
            f"named={_few(len(self.named))}|{_few(len(set(self.whose)))}",
            f"level={scene.level.value}",
        ]

    def of(self, linked: Linked) -> list[str]:
        """The traits of one of its effects."""
        return [*self.shared, *_of_outcome(self.scene, linked), *self._of_arm(linked.effect), *_of_number(self.scene, linked)]

    def _of_arm(self, effect: Effect) -> list[str]:
        arms, group = self.scene.arms, effect.group
        own = "none" if effect.arm is None else "named" if effect.arm in self.named else "unnamed"
        return [
            f"group={group.value}",
            f"arm={own}|{group.value}",
            f"arms={_few(len(arms))}|{group is Group.DIFFERENCE}",
            f"known={effect.arm is not None and arms[effect.arm].concept is not None}|{group.value}",
            f"alike={self.whose.count(effect.arm) == self.most if self.whose else None}",
        ]


def of_claim(f: Finding, claim: Claim, contrast: Effect | None, sign: int | None) -> list[str]:
    """The traits of a claim; `sign`: which way its words say that the number points, None where they do not."""
    scene, effect_sign = f.scene, None if contrast is None or contrast.estimate is None else contrast.measure.value
    point = "none" if claim.point_direction is None else "same" if claim.point_direction is claim.direction else "other"
    null = claim.direction is Direction.NO_DIFFERENCE
    better = _better_from(f.mention, claim)
    return [
        "bias",
        # Who found an outcome's name tells nothing more where it is known who tells its side.
        *([] if claim.outcome.better is not None else [f"outcome={_source(scene, f.mention)}"]),
        f"outcomes={_few(len({m.label.lower() for m in scene.outcomes}))}",
        f"direction={claim.direction.value}",
        f"cue={f.cue.cue.value if f.cue else None}",
        f"compares={f.compares}",
        f"point={point}",
        f"null.point={null}|{point}",
        f"measure={effect_sign}",
        f"sign={sign}",
        f"significant={claim.significant}",
        f"null.significant={null}|{claim.significant}",
        f"effects={_few(len(f.linked))}",
        f"comparator={claim.comparator is not None}|{claim.arm is not None}|{claim.versus is not None}",
        f"arms={_few(len(scene.arms))}",
        f"role={scene.sentence.role.value}",
        f"better={better}",
        f"long={min(len(scene.plain) // 100, 4)}",
    ]


def _better_from(mention: OutcomeMention, claim: Claim) -> str:
    """Where it is known from which value of the outcome is the better one: the packs, or the words of its name."""
    if claim.outcome.better is None:
        return "none"
    return "pack" if mention.entry is not None else "words"


def _few(count: int) -> str:
    return str(count) if count < 4 else "4+" if count < 8 else "8+"


def _source(scene: Scene, mention: OutcomeMention | None) -> str:
    """Who knows the outcome: a pack, the tagger, or nobody but the phrase's place."""
    if mention is None:
        return "none"
    if mention.entry is not None:
        return "pack"
    return "tagger" if any(m.start == mention.start and m.end == mention.end for m in scene.outcomes) else "phrase"


def _of_sentence(scene: Scene, beside: Sequence[Linked]) -> list[str]:
    labels = {x.effect.outcome.label.lower() for x in beside}
    numbers = sum(x.effect.estimate is not None or x.effect.events is not None for x in beside)
    return [
        f"outcomes={_few(len({m.label.lower() for m in scene.outcomes}))}",
        f"results={_few(numbers)}",
        f"outcomes.results={_few(len(labels))}|{_few(numbers)}",
        f"times={_few(len({t.days for t in scene.times}))}",
        f"respectively={RESPECTIVELY.search(scene.plain) is not None}",
        f"role={scene.sentence.role.value}",
        f"long={min(len(scene.plain) // 100, 4)}",
    ]


def _of_outcome(scene: Scene, linked: Linked) -> list[str]:
    mention, place = linked.mention, scene.offset + linked.printed.anchor
    source = _source(scene, mention)
    if mention is None:
        return ["outcome=none"]
    inside = scene.sentence.start <= mention.start < scene.sentence.end
    if not inside:
        return [f"outcome={source}", "carried"]
    gap = mention.start - place if mention.start > place else place - mention.end
    same = scene.clause(mention.start) == scene.clause(place)
    between = sum(mention.end <= m.start < place for m in scene.outcomes)
    words = len(linked.effect.outcome.text.split())
    return [
        f"outcome={source}",
        f"same={same}|{'behind' if mention.start > place else 'before'}",
        f"gap={'near' if gap < 15 else 'far' if gap > 80 else 'mid'}|{source}",
        f"between={_few(between)}",
        f"words={_few(words)}|{source}",
    ]


def _of_number(scene: Scene, linked: Linked) -> list[str]:
    e, r = linked.effect, linked.printed
    return [
        f"measure={e.measure.value}",
        f"kind={r.kind.value}",
        f"interval={e.ci_low is not None}|{e.p_value is not None}|{e.group is Group.DIFFERENCE}",
        f"told={r.measure is not None}|{e.measure.value}",
        f"bracket={not scene.outside_brackets(scene.offset + r.anchor)}",
        f"time={'none' if e.timepoint is None else 'baseline' if e.timepoint.days == 0 else 'here' if any(t.days == e.timepoint.days for t in scene.times) else 'else'}",
        f"subgroup={e.subgroup is not None}",
        f"unit={e.unit is not None}",
    ]
