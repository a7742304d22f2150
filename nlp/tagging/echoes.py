"""What a first chain said, as attributes for a second one: at the token, beside it, and of the same word elsewhere in the text."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence

Said = Mapping[str, float]

_STEPS = (0.03, 0.1, 0.25, 0.5, 0.75, 0.92)


def step(chance: float) -> int:
    """A probability as one of seven steps.

    >>> step(0.01), step(0.3), step(0.99)
    (0, 3, 6)
    """
    return bisect_right(_STEPS, chance)


def said_attributes(said: Sequence[Said], reach: int = 1) -> list[list[str]]:
    """For each token of a sentence, what was said of it and of its neighbours; classes are named by their capitals, beginnings by `B`."""
    found: list[list[str]] = []
    steps = [{name: step(chance) for name, chance in token.items()} for token in said]
    for i in range(len(said)):
        attributes = [
            f"{offset}{name}={at}"
            for offset in range(-reach, reach + 1)
            if 0 <= i + offset < len(said)
            for name, at in steps[i + offset].items()
            if offset == 0 or not name.startswith("B-")
        ]
        name, chance = max(((n, c) for n, c in said[i].items() if not n.startswith("B-")), key=lambda x: x[1])
        attributes.append(f"best={name if chance > 0.35 else '-'}")
        found.append(attributes)
    return found


def echo_attributes(lows: Sequence[Sequence[str]], said: Sequence[Sequence[Said]], common: frozenset[str]) -> list[list[list[str]]]:
    """For each token, the most that was said of the same word in another sentence, and how that compares with what was said of it here."""
    best: dict[str, dict[str, list[tuple[float, int]]]] = {}
    for index, (words, tokens) in enumerate(zip(lows, said, strict=True)):
        for word, token in zip(words, tokens, strict=True):
            if len(word) < 2 or not word[0].isalpha() or word in common:
                continue
            of = best.setdefault(word, {})
            for name, chance in token.items():
                if not name.startswith("B-"):
                    of.setdefault(name, []).append((chance, index))
    return [[_echoes(best.get(word), index) for word in words] for index, words in enumerate(lows)]


def _echoes(of: Mapping[str, Sequence[tuple[float, int]]] | None, index: int) -> list[str]:
    if not of:
        return []
    found = []
    for name, there in of.items():
        others = [chance for chance, where in there if where != index]
        if others:
            found += [f"echo{name}={step(max(others))}", f"mean{name}={step(sum(others) / len(others))}"]
    return found


def near_attributes(said: Sequence[Said], first: int, last: int, reach: int = 12) -> list[str]:
    """For a number: what was said of it, and how far to either side something was said with any confidence."""
    found = []
    for name in said[first]:
        if name.startswith("B-"):
            continue
        found.append(f"here{name}={step(said[first][name])}")
        left = range(first - 1, max(-1, first - 1 - reach), -1)
        right = range(last + 1, min(len(said), last + 1 + reach))
        for side, places, start in (("<", left, first), (">", right, last)):
            away = next((abs(i - start) for i in places if said[i][name] > 0.4), None)
            found.append(f"{side}{name}={'no' if away is None else min(away, 4) if away < 5 else 5 if away < 9 else 6}")
    return found
