"""Which of a sentence's numbers is which arm's: lists for lists, numbers and arms by turns, neighbours, pairs, sizes, clauses."""

from __future__ import annotations

import re
from itertools import pairwise

from nlp.claim import ArmRole, Group, Level
from nlp.grammar.atom import AtomKind
from nlp.grammar.results import Printed
from nlp.reading import ArmMention, Side
from nlp.scene import RESPECTIVELY, Scene

K = AtomKind

#: Whose a number is, its arm, and the arm that it is compared with.
Owner = tuple[Group, int | None, int | None]


def first_arm(scene: Scene, comparator: bool) -> int | None:
    """The first comparator, or the first arm that is none."""
    roles = [i for i, a in enumerate(scene.arms) if (a.role.value == "comparator") is comparator]
    return roles[0] if roles else None


#: Between a number and the arm named behind it: "12 (11.5%) of patients in the X group".
AFTER = re.compile(
    r"[\s)\]%]*(?:(?:in|with|after|for|of|among|on|from|to|under|at|by|receiving|patients|women|men|people|children|individuals|cases?|eyes|knees|who|received|continuing|randomi[sz]ed|assigned|had|were|was|the|"
    r"those|subjects|participants|mm|mmHg|mm\s?Hg|points?|m|months?|weeks?|days?|years?|min|minutes|s|seconds|mg|kg|g/dl|mg/dl|ml|treated|assigned|given|taking|[a-zμµ]{1,5}/[a-zμµ]{1,3}|percent|all)\b[\s)]*){0,7}(?:(?!and\b|or\b|vs\b|versus\b|than\b|but\b|compared\b|while\b|whereas\b)[\w-]+\s)?"
)
#: Between an arm and the number behind it: "the X group: 12%", "X was 12%".
_BEFORE = re.compile(
    r"[\s,:=(\[]*(?:(?:group|arm|patients|was|were|had|of|a|an|the|mean|by|at|median|is|to|it|there|in|averaged|from|reported|showed|achieved|experienced|eyes|subjects|participants|rate|score|value|alone|only|only in|developed|about|approximately)\b[\s,:=(\[]*){0,5}(?:[nN]\s?=\s?\d+\s?[);,:]*\s?)?"
)
#: What still belongs to a number: its unit, a bracket of its own, "of the 51 patients", "at 6 months".
_OWN_STRETCH = re.compile(
    r"(?:\s?(?:%|percent|mm\s?Hg|mm|cm|kg|m|s|min|minutes|points?|days?|weeks?|months?|years?|[a-zμµ]{1,6}/[a-zμµ]{1,4})(?![\w]))?(?:\s?[)\]])?"
    r"(?:\s?[(\[](?![^()\[\]]*(?:\bvs|versus))[^()\[\]]{1,40}[)\]])*"
    r"(?:\sof\s(?:the\s|all\s)?\d[\d,]*(?:\s(?:enrolled|evaluable|treated|randomi[sz]ed))?(?=\s[a-z]))?(?:\s(?:patients|eyes|cases?|subjects|participants|women|children))?"
    r"(?:\s(?:at|by|after|in|over|during)\s(?:\d+|one|two|three|four|five|six|nine|twelve)[\s-](?:months?|weeks?|years?|days?|hours?|h|minutes|min))?"
)
_LIST_GAP = re.compile(
    r"[\s)\]]*(?:,|;|/|and|or|versus|vs\.?|v\.?|than|to|compared (?:with|to)|as compared (?:with|to)|&|against|relative to)?(?:\s?(?:and|or|,))?[\s(]*(?:(?:the|in|with|for|on|of|by|after|those|that|patients|eyes|who|received|receiving|treated|among|subjects|participants|group|groups|arm|plus|either|given|women|taking|from|to|assigned|under|at)\s)*(?:the\s)?"
)
_RUN_GAP = re.compile(
    r"[\s)\]]*(?:mm\s?Hg|mm|cm|kg|m|s|min|minutes|points?|days?|weeks?|months?|years?|medications?|patients|percent|[a-zμµ]{1,6}/[a-zμµ]{1,4}|[a-z]{2,12})?[\s)\]]*(?:,|;)?\s?(?:and|versus|vs\.?|v\.?|compared (?:with|to)|as compared (?:with|to)|than|against|/|or|,|as opposed to|respectively)?,?\s?(?:and\s)?(?:only\s|a\s|an\s|of\s|the\s|by\s|in\s|at\s|for\s)*[\s(\[]*",
)
_AGAINST = re.compile(r"\b(?:versus|vs\.?|v\.?|compared (?:with|to)|than|against|as opposed to|relative to)(?=\s|$)", re.IGNORECASE)


_RIVALRY = re.compile(r"(?:\s?(?:%|[A-Za-z]{1,8}(?:/[A-Za-z]{1,4})?))?\s?(?:versus|vs\.?|v\.?|compared (?:with|to))\s")


def arms_named(scene: Scene) -> list[ArmMention]:
    """The words for arms in a sentence, in order."""
    return [m for m in scene.sides if m.side in (Side.INTERVENTION, Side.COMPARATOR)]


def _key(scene: Scene, m: ArmMention) -> int | None:
    """The arm of a mention; a comparator that is no arm of the design counts as -1."""
    if m.arm is not None:
        return m.arm
    return first_arm(scene, True) if m.side is Side.COMPARATOR else first_arm(scene, False)


class ArmLinker:
    """Gives each open number of a sentence its arm, the surest ways first."""

    def __init__(self, scene: Scene, kept: list[Printed], found: list[Owner | None]) -> None:
        self.scene, self.kept, self.found = scene, kept, found
        self.named = arms_named(scene)
        self.places = [(m.start - scene.offset, m.end - scene.offset, m) for m in self.named]
        #: With the words for baseline, whose numbers are the treated people's own.
        self.beside = [(m.start - scene.offset, m.end - scene.offset, m) for m in scene.sides if m.side is not Side.BOTH]
        self.own = [i for i, r in enumerate(kept) if found[i] is None and r.kind is not K.P]

        self.ends = {i: self._stretch(kept[i]) for i in self.own}

    def run(self) -> None:
        """Every number, by whatever tells."""
        if not self.own:
            return
        satellites = self.beside_words()
        for run in self._runs():
            self._shared(run)
            self._pair(run)
        for i in self.own:
            if self.found[i] is None:
                self.found[i] = self._by_size(self.kept[i]) or self._by_clause(self.kept[i])
        for i, host in satellites.items():
            self.found[i] = self.found[host]
        self._mates()

    def beside_words(self) -> dict[int, int]:
        """Lists, turns and neighbours; what is printed in another number's bracket is left out, and told with its host."""
        satellites = self._satellites()
        self.own = [i for i in self.own if i not in satellites]
        for run in self._runs():
            self._listed(run)
        self._alternating()
        for i in self.own:
            if self.found[i] is None:
                self.found[i] = self._by_neighbour(self.kept[i])
        return satellites

    def _stretch(self, r: Printed) -> int:
        """Where a number's own stretch ends: behind its unit and the brackets that belong to it, "(33%)", "[SD]", "of 51 patients"."""
        m = _OWN_STRETCH.match(self.scene.plain, r.end)
        end = m.end() if m else r.end
        inside = self._named_between(r.end, end)
        return r.end if inside else end

    def _satellites(self) -> dict[int, int]:
        """Numbers in the bracket of another: "6.7 mm Hg (28%)"."""
        found: dict[int, int] = {}
        for i, j in pairwise(self.own):
            if self.kept[j].start < self.ends[i] and self.kept[j].end <= self.ends[i]:
                found[j] = found.get(i, i)
        return found

    # ---------------------------------------------------------------- numbers and arms by turns

    def _alternating(self) -> None:
        """ "a at 1 month and b at 2 months with X and c and d with Y"; "X had a, and Y had b": by turns from end to end."""
        if self.scene.level is Level.POOLED or any(self.found[i] is not None for i in self.own):
            return
        turns = self._turns()
        if len(turns) < 2 or any(not run or len({_key(self.scene, m) for m in arms}) != 1 for run, arms in turns):
            return
        if len({_key(self.scene, arms[0]) for _, arms in turns}) < 2 or any(self._against(run) for run, _ in turns):
            return
        first_number, first_arm = turns[0][0][0], turns[0][1][0]
        if first_arm.start - self.scene.offset < self.kept[first_number].start and self._only_as_rival(first_arm):
            return
        for run, arms in turns:
            for i in run:
                self.found[i] = self._owned(arms[0])

    def _turns(self) -> list[tuple[list[int], list[ArmMention]]]:
        """Numbers and arms in the order of the sentence, cut wherever what comes first comes again."""
        tokens: list[tuple[int, int | ArmMention]] = [(self.kept[i].anchor, i) for i in self.own]
        tokens = sorted([*tokens, *((s, m) for s, _, m in self.places)], key=lambda t: t[0])
        turns: list[tuple[list[int], list[ArmMention]]] = []
        for _, token in tokens:
            is_number = isinstance(token, int)
            leads = is_number == isinstance(tokens[0][1], int)
            if leads and (not turns or turns[-1][1 if is_number else 0]):
                turns.append(([], []))
            if isinstance(token, int):
                turns[-1][0].append(token)
            else:
                turns[-1][1].append(token)
        return turns

    # ---------------------------------------------------------------- lists of numbers, lists of arms

    def _runs(self) -> list[list[int]]:
        """Numbers in one breath, with no arm named between them."""
        runs: list[list[int]] = []
        for i in self.own:
            last = runs[-1][-1] if runs else None
            if last is not None and self._one_breath(self.kept[last], self.kept[i]):
                runs[-1].append(i)
            else:
                runs.append([i])
        return runs

    def _one_breath(self, a: Printed, b: Printed) -> bool:
        end = next(self.ends[i] for i in self.own if self.kept[i] is a)
        gap = self.scene.plain[end : b.start]
        if len(gap) >= 60 or self._named_between(a.end, b.start):
            return False
        return _RUN_GAP.fullmatch(gap) is not None or _RUN_GAP.fullmatch(self.scene.plain[a.end : b.start]) is not None

    def _named_between(self, start: int, end: int) -> list[ArmMention]:
        return [m for s, e, m in self.places if start <= s and e <= end]

    def _listed(self, run: list[int]) -> None:
        """As many arms in one list as numbers in the run, behind it or before it: "7% and 9% in the A and B groups"."""
        if len(run) < 2 or self.scene.level is Level.POOLED:
            return
        behind = self._list_behind(self.ends[run[-1]], len(run)) or self._list_behind(self.kept[run[-1]].end, len(run))
        behind = behind or self._respective_later(run)
        if behind:
            self._settle(run, behind)
            return
        start = self.kept[run[0]].start
        before = self._list_before(start, len(run))
        tail = self.scene.plain[self.kept[run[-1]].end : self.kept[run[-1]].end + 60]
        if before and (RESPECTIVELY.search(tail) or self._against(run) or self._contrast_follows(run)):
            self._settle(run, before)

    def _settle(self, run: list[int], arms: list[ArmMention]) -> None:
        for i, m in zip(run, arms, strict=True):
            self.found[i] = self._owned(m)

    def _list_behind(self, end: int, count: int) -> list[ArmMention]:
        behind = [(s, e, m) for s, e, m in self.places if s >= end]
        if len(behind) < count or not _to_list(self.scene.plain[end : behind[0][0]]):
            return []
        return self._chain(behind[:count])

    def _respective_later(self, run: list[int]) -> list[ArmMention]:
        """ "a and b at 2 weeks, and c and d at 6 months for X and Y, respectively": one list at the end for every run."""
        places = [(s, e, m) for s, e, m in self.places if s >= self.kept[run[-1]].end][: len(run)]
        if len(places) < len(run) or any(e <= self.kept[run[0]].start for _, e, _ in self.places):
            return []
        tail = self.scene.plain[places[-1][1] : places[-1][1] + 40]
        return self._chain(places) if re.match(r"[\w\s]{0,20},?\s?respectively", tail) else []

    def _list_before(self, start: int, count: int) -> list[ArmMention]:
        """The last list of that many arms before the run, with no number between."""
        before = [(s, e, m) for s, e, m in self.places if e <= start]
        for k in range(len(before), count - 1, -1):
            chain = self._chain(before[k - count : k])
            if chain:
                return chain[::-1] if count == 2 and self._only_as_rival(chain[0]) else chain
        return []

    def _chain(self, places: list[tuple[int, int, ArmMention]]) -> list[ArmMention]:
        for (_, e, _m), (s, _e, _n) in pairwise(places):
            if not _LIST_GAP.fullmatch(self.scene.plain[e:s]) or not self.scene.plain[e:s].strip():
                return []
        arms = [m for _, _, m in places]
        return arms if len({_key(self.scene, m) for m in arms}) == len(arms) else []

    def _against(self, run: list[int]) -> bool:
        """Whether the numbers of a run are set against each other: "12% versus 8%"."""
        return any(_AGAINST.search(self.scene.plain[self.kept[a].end : self.kept[b].start]) for a, b in pairwise(run))

    def _contrast_follows(self, run: list[int]) -> bool:
        later = [r for r in self.kept if r.start >= self.kept[run[-1]].end]
        p = self.kept[run[-1]].p is not None
        return p or (bool(later) and (later[0].kind is K.P or later[0].has_interval or later[0].measure is not None))

    # ---------------------------------------------------------------- one number, one arm beside it

    def _by_neighbour(self, r: Printed) -> Owner | None:
        """The arm named right behind the number ("12 (11.5%) in the X group") or right before it ("X (6.9 ± 0.6)")."""
        if self._opens_pair(r):
            return self._after(r)
        if self._labelled(r):
            return self._before(r) or self._after(r)
        return self._after(r) or self._before(r)

    def _opens_pair(self, r: Printed) -> bool:
        """ "(12% vs 8%)" in one bracket belongs to two arms, and not to the one that stands before the bracket."""
        bracket = self.scene.cut.bracket_of(r.start)
        if bracket is None or len(self.places) < 2:
            return False
        others = [o for o in self.kept if bracket.start < o.start < bracket.end and o.start > r.end and o.kind is not K.P]
        gap = self.scene.plain[r.end : others[0].start] if others else ""
        return bool(others) and _AGAINST.search(gap) is not None and not self._named_between(bracket.start, bracket.end)

    def _labelled(self, r: Printed) -> bool:
        """Whether arms stand before their numbers here, as labels: "X 12%, Y 8%", "X: 12% and Y: 8%"."""
        before = [e for _, e, _ in self.beside if e <= r.start]
        if not before:
            return False
        gap = self.scene.plain[before[-1] : r.start]
        return re.fullmatch(r"\s?(?:[:=,(\[]|\bgroup:?)?\s?[(\[]?\s?", gap) is not None

    def _after(self, r: Printed) -> Owner | None:
        own_end = next((self.ends[i] for i in self.ends if self.kept[i] is r), r.end)
        following = min((o.start for o in self.kept if o.start >= own_end and o.kind is not K.P), default=len(self.scene.plain))
        for s, e, m in self.beside:
            if s >= r.end and e <= following + 1:
                near = AFTER.fullmatch(self.scene.plain, r.end, s) or (
                    own_end <= s and AFTER.fullmatch(self.scene.plain, own_end, s)
                )
                return self._owned(m) if near else None
        return None

    def _before(self, r: Printed) -> Owner | None:
        before = [(s, e, m) for s, e, m in self.beside if e <= r.start]
        if not before:
            return None
        last = max((o.end for o in self.kept if o.end <= r.start and o.kind is not K.P), default=0)
        s, e, m = before[-1]
        if s < last or not _BEFORE.fullmatch(self.scene.plain, e, r.start):
            return None
        # "longer than that of the control group, 39.1 weeks vs 14.0 weeks": the first of the two is the other's.
        return None if self._opens_rivalry(r) and self._only_as_rival(m) else self._owned(m)

    def _opens_rivalry(self, r: Printed) -> bool:
        following = next((o for o in self.kept if o.start >= r.end and o.kind is not K.P), None)
        return following is not None and _RIVALRY.fullmatch(self.scene.plain, r.end, following.start) is not None

    def _owned(self, m: ArmMention) -> Owner:
        if m.side is Side.BASELINE:
            return Group.INTERVENTION, first_arm(self.scene, False), None
        if m.side is Side.COMPARATOR:
            return Group.COMPARATOR, m.arm if m.arm is not None else first_arm(self.scene, True), None
        return Group.INTERVENTION, m.arm, None

    def _arm(self, index: int | None, otherwise: Group) -> Owner:
        if index is None:
            return otherwise, None, None
        role = self.scene.arms[index].role
        return (Group.COMPARATOR if role is ArmRole.COMPARATOR else Group.INTERVENTION), index, None

    # ---------------------------------------------------------------- pairs and rows

    def _shared(self, run: list[int]) -> None:
        """ "6.0 and 5.9 with X": what is joined by "and" to a number whose arm follows is that arm's, too."""
        if len(run) < 2 or self._against(run) or self.found[run[-1]] is None or any(self.found[i] for i in run[:-1]):
            return
        if not self._after(self.kept[run[-1]]) or self._contrast_follows(run) or len({self.kept[i].percent for i in run}) > 1:
            return
        others = [i for i in self.own if i not in run and self.found[i] is not None and self.found[i] != self.found[run[-1]]]
        if others:
            for i in run[:-1]:
                self.found[i] = self.found[run[-1]]

    def _pair(self, run: list[int]) -> None:
        """ "higher with X than with Y (12% vs 8%)": the order of the arms is that of the numbers."""
        if self.scene.level is Level.POOLED and not any(m.side is Side.COMPARATOR for m in self.named):
            return
        i = 0
        while i + 1 < len(run):
            a, b = run[i], run[i + 1]
            if self._is_pair(a, b):
                self._settle_pair(a, b)
                i += 2
            else:
                i += 1
        self._across(run)

    def _is_pair(self, a: int, b: int) -> bool:
        left, right = self.kept[a], self.kept[b]
        gap = self.scene.plain[left.end : right.start]
        if left.percent != right.percent:
            return False
        return _AGAINST.search(gap) is not None or (
            left.kind == right.kind
            and self.found[a] is None
            and self._compares()
            and (self._contrast_follows([a, b]) or self._said(right))
        )

    def _said(self, r: Printed) -> bool:
        return RESPECTIVELY.search(self.scene.plain[r.end : r.end + 40]) is not None

    def _compares(self) -> bool:
        return self.scene.has_comparator

    def _across(self, run: list[int]) -> None:
        """ "12% … with X, compared with 8%": a number of the next breath, set against the last of this one."""
        last = run[-1]
        following = [i for i in self.own if i > last]
        if not following or self.kept[last].percent != self.kept[following[0]].percent:
            return
        gap = self.scene.plain[self.kept[last].end : self.kept[following[0]].start]
        known = self.found[last] is not None or self.found[following[0]] is not None
        if len(gap) < 90 and known and _AGAINST.search(gap) and ";" not in gap and not re.search(r"\bbaseline\b", gap):
            self._settle_pair(last, following[0])

    def _settle_pair(self, a: int, b: int) -> None:
        first, second = self.found[a], self.found[b]
        if first is not None and second is not None:
            return
        if first is None and second is None:
            if self.scene.level is Level.POOLED:
                return
            left, right = self._order(self.kept[a], self.kept[b])
            self.found[a], self.found[b] = left, right
        elif first is not None:
            self.found[b] = self._other(first)
        elif second is not None:
            self.found[a] = self._other(second)

    def _other(self, owner: Owner) -> Owner:
        """The arm on the other side: the one that the sentence names beside this one, else the design's."""
        named = list(
            dict.fromkeys(
                k for m in self.named if (k := _key(self.scene, m)) is not None and k != owner[1] and self._opposes(m, owner)
            )
        )
        if len(named) == 1:
            return self._arm(named[0], Group.COMPARATOR)
        if owner[0] is Group.COMPARATOR:
            return Group.INTERVENTION, first_arm(self.scene, False), None
        return Group.COMPARATOR, first_arm(self.scene, True), None

    def _opposes(self, m: ArmMention, owner: Owner) -> bool:
        """Whether a mention may be the other side of this one: an arm of the same role is only where the words set them against each other."""
        role = Side.COMPARATOR if owner[0] is Group.COMPARATOR else Side.INTERVENTION
        return m.side is not role or not self.scene.has_comparator or self._only_as_rival(m) or "group" in m.text or "arm" in m.text

    def _order(self, a: Printed, b: Printed) -> tuple[Owner, Owner]:
        """The two arms of a pair that names neither beside it, in the order of the sentence."""
        named = self._distinct(a.start, b.end)
        if len(named) >= 2 and not self._opposes(named[1], self._owned(named[0])) and not self._said(b):
            named = named[:1]
        if len(named) >= 2:
            return self._owned(named[0]), self._owned(named[1])
        if len(named) == 1:
            first = self._owned(named[0])
            if self._only_as_rival(named[0]):
                return self._other(first), first
            return first, self._other(first)
        if len(self.scene.last_pair) == 2 and RESPECTIVELY.search(self.scene.plain, b.end):
            # "Both groups …, a and b, respectively": in the order in which they were named.
            return self._owned(self.scene.last_pair[0]), self._owned(self.scene.last_pair[1])
        return self._arm(first_arm(self.scene, False), Group.INTERVENTION), self._arm(first_arm(self.scene, True), Group.COMPARATOR)

    def _distinct(self, start: int, end: int) -> list[ArmMention]:
        """The arms that a pair between `start` and `end` may speak of, in order: those of its clause, else of the sentence."""
        before = [m for s, e, m in self.places if e <= start]
        after = [m for s, e, m in self.places if s >= end]
        clause = self.scene.cut.clause_of(start)
        here = [m for m in before if self.scene.clause(m.start) == clause]
        for chosen in (here, before, before + after):
            unlike = self._unlike(chosen)
            if len(unlike) == 2:
                return unlike
            if len(unlike) > 2:
                return unlike[-2:]
        return self._unlike(before + after)

    def _unlike(self, mentions: list[ArmMention]) -> list[ArmMention]:
        """One mention for each arm; a rival named ahead ("compared with placebo, X …") comes last."""
        first: dict[int | None, ArmMention] = {}
        for m in mentions:
            first.setdefault(_key(self.scene, m), m)
        kept = sorted(first.values(), key=lambda m: m.start)
        if len(kept) == 2 and self._only_as_rival(kept[0]) and not self._only_as_rival(kept[1]):
            kept.reverse()
        return kept

    def _only_as_rival(self, m: ArmMention) -> bool:
        lead = self.scene.between(max(self.scene.offset, m.start - 40), m.start)
        return (
            re.search(
                r"\b(?:compared (?:with|to)|in comparison (?:with|to)|versus|vs\.?|than|relative to|against|unlike)\s+(?:(?:the|in|with|for|on|by|that|those|of|patients|receiving|treated)\s)*$",
                lead,
                re.IGNORECASE,
            )
            is not None
        )

    # ---------------------------------------------------------------- the rest

    def _by_size(self, r: Printed) -> Owner | None:
        """A denominator that is the size of one arm alone."""
        if r.total is None:
            return None
        fitting = [i for i, a in enumerate(self.scene.arms) if a.n == r.total]
        return self._arm(fitting[0], Group.INTERVENTION) if len(fitting) == 1 and len(self.scene.arms) > 1 else None

    def _by_clause(self, r: Printed) -> Owner | None:
        """The one arm that the number's clause names; of two, the one before it."""
        if (
            self.scene.level is Level.POOLED
            or not self.scene.reading.arm_names
            or any(m.side is Side.BOTH for m in self.scene.sides)
        ):
            return None
        clause = self.scene.cut.clause_of(r.start)
        here = [(s, e, m) for s, e, m in self.places if self.scene.clause(m.start) == clause]
        if not here:
            return None
        if len({_key(self.scene, m) for _, _, m in here}) == 1:
            return self._owned(here[0][2])
        before = [m for s, e, m in here if e <= r.start]
        return self._owned(before[-1]) if before and not self._only_as_rival(before[-1]) else None

    def _mates(self) -> None:
        """Numbers that stand in one bracket with a number whose arm is known are that arm's: "with X (3.7 and -9.2) than with Y (…)"."""
        for i, r in enumerate(self.kept):
            bracket = self.scene.cut.bracket_of(r.start)
            if self.found[i] is not None or bracket is None:
                continue
            mates = [
                self.found[j]
                for j, o in enumerate(self.kept)
                if o is not r and o.kind == r.kind and bracket.start < o.start < bracket.end and self.found[j] is not None
            ]
            if mates:
                self.found[i] = mates[0]


def _to_list(gap: str) -> bool:
    """Whether only words like "of patients in the" stand between numbers and the list of their arms."""
    return (
        len(gap) < 70
        and re.fullmatch(
            r"[\s)\]%]*(?:[(\[][^()\[\]]{0,40}[)\]]\s?)?,?\s?(?:respectively\s?,?\s?)?(?:[\w/-]+\s){0,5}?(?:in|with|for|of|on|among|by|after|between|receiving|at|from|under|to|treated with)\s(?:the\s|patients\s|both\s|women\s|eyes\s|receiving\s|treated\s|with\s)*",
            gap,
        )
        is not None
    )
