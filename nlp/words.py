"""Words in the form that matching uses. Light on purpose: `counterclaim query` needs it, and must not wait for anything else."""

from __future__ import annotations

import re
from functools import lru_cache

#: British spellings and what they become: anywhere in a word, at its start, at its end; in this order.
_ANYWHERE = (
    ("aemi", "emi"), ("oedema", "edema"), ("ischaem", "ischem"), ("iscaem", "ischem"), ("tumour", "tumor"), ("paed", "ped"),
    ("leukcaem", "leukem"), ("leucaem", "leukem"), ("fibre", "fiber"), ("litre", "liter"), ("centre", "center"),
    ("isation", "ization"), ("behaviour", "behavior"), ("diarrhoea", "diarrhea"), ("anaes", "anes"), ("colour", "color"),
)  # fmt: skip
_AT_START = (("haem", "hem"), ("oesoph", "esoph"))
_AT_END = (("metre", "meter"), ("ise", "ize"), ("ised", "ized"))
#: A word in matching form, and where it starts and ends.
Word = tuple[str, int, int]
WORD = re.compile(r"[^\W_]+(?:['’][a-z]+)?|[<>≤≥=+%]", re.UNICODE)
_KEEP_S = frozenset(
    {
        "ms",
        "us",
        "as",
        "is",
        "its",
        "pancreas",
        "ascites",
        "diabetes",
        "herpes",
        "rabies",
        "series",
        "species",
        "bus",
        "gas",
    }
)


def _american(word: str) -> str:
    if word == "grey":
        return "gray"
    for british, american in _ANYWHERE:
        word = word.replace(british, american)
    for british, american in _AT_START:
        if word.startswith(british):
            word = american + word[len(british) :]
    for british, american in _AT_END:
        if word.endswith(british):
            word = word[: -len(british)] + american
    return word


@lru_cache(maxsize=200_000)
def normal_word(word: str) -> str:
    """One word in the form that matching uses: lower case, American spelling, singular.

    >>> normal_word("Tumours"), normal_word("ischaemic"), normal_word("MSCs"), normal_word("sclerosis"), normal_word("biopsies")
    ('tumor', 'ischemic', 'msc', 'sclerosis', 'biopsy')
    """
    w = _american(word.lower().replace("’", "'").removesuffix("'s"))
    if len(w) > 2 and w.endswith("s") and not w.endswith(("ss", "is", "us")) and w not in _KEEP_S:
        w = w[:-3] + "y" if w.endswith("ies") and len(w) > 4 else w[:-2] if w.endswith(("sses", "xes", "ches", "shes")) else w[:-1]
    return w


def normal_words(text: str) -> list[Word]:
    """The words of a text in matching form, each with its place. Hyphens and other marks part words and are dropped.

    >>> [w for w, _, _ in normal_words("Intra-arterial MSCs, the 9-Hole Peg Test")]
    ['intra', 'arterial', 'msc', 'the', '9', 'hole', 'peg', 'test']
    """
    found: list[Word] = []
    start = 0
    # No word holds a space, and the same runs of characters come again and again.
    for run in text.split(" "):
        for word, begin, end in _RUNS[run]:
            found.append((word, start + begin, start + end))
        start += len(run) + 1
    return found


#: A longer run holds other white space, or comes but once.
_LONGEST_RUN = 64
#: So many runs are kept.
_MOST_RUNS = 100_000


def _words_of_run(run: str) -> tuple[Word, ...]:
    return tuple([(normal_word(m[0]), m.start(), m.end()) for m in WORD.finditer(run)])


class _Runs(dict[str, tuple[Word, ...]]):
    """What each run of characters holds, found out when it is first asked for."""

    def __missing__(self, run: str) -> tuple[Word, ...]:
        words = _words_of_run(run)
        if len(run) < _LONGEST_RUN:
            if len(self) >= _MOST_RUNS:
                self.clear()
            self[run] = words
        return words


_RUNS = _Runs()


def normal_name(text: str) -> str:
    """A name in matching form.

    >>> normal_name("Timed 25-Feet Walks")
    'timed 25 feet walk'
    """
    return " ".join(w for w, _, _ in normal_words(text))
