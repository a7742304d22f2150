"""How many abstracts a second are read, beside a spaCy pipeline of en_core_sci_sm's architecture.

    python -m benchmarks.extraction_speed ABSTRACTS.jsonl [--limit 200] [--rounds 3] [--tagger]

ABSTRACTS.jsonl holds a JSON object a line, its text under `abstract` or `text`. scispaCy's weights are not at hand, so the stand-in has
its architecture with random weights: scispaCy's tokeniser; tok2vec 96 wide and 4 deep, another one for NER; tagger, attribute ruler, lemmatizer
by rules; parser and NER as wide as `spacy init config` writes them. One process, the two in turn in every round; CPU seconds of all threads are
counted, which is what one core would take; loading is not.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import spacy
from scispacy.custom_tokenizer import combined_rule_tokenizer
from spacy.language import Language
from spacy.lookups import Lookups

from crawler.document import Document, with_title
from nlp.compiled import in_use
from nlp.pipeline import build
from nlp.tagger import OwnTagger

WIDTH, DEPTH = 96, 4
_TOK2VEC = {
    "@architectures": "spacy.Tok2Vec.v2",
    "embed": {
        "@architectures": "spacy.MultiHashEmbed.v2",
        "width": WIDTH,
        "attrs": ["NORM", "PREFIX", "SUFFIX", "SHAPE", "SPACY", "IS_SPACE"],
        "rows": [5000, 1000, 2500, 2500, 50, 50],
        "include_static_vectors": False,
    },
    "encode": {
        "@architectures": "spacy.MaxoutWindowEncoder.v2",
        "width": WIDTH,
        "depth": DEPTH,
        "window_size": 1,
        "maxout_pieces": 3,
    },
}
_SHARED = {"@architectures": "spacy.Tok2VecListener.v1", "width": WIDTH, "upstream": "tok2vec"}


#: About as many labels as en_core_sci_sm's parser and tagger have (CLEAR dependencies, Penn tags); its NER has one.
DEPENDENCIES, TAGS = 45, 50


def _transitions(state: str, hidden: int, pieces: int, tok2vec: dict[str, object]) -> dict[str, object]:
    return {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": state,
        "extra_state_tokens": False,
        "hidden_width": hidden,
        "maxout_pieces": pieces,
        "use_upper": True,
        "tok2vec": tok2vec,
    }


def stand_in() -> Language:
    """A pipeline that computes what en_core_sci_sm computes, with weights drawn at random."""
    nlp = spacy.blank("en")
    nlp.tokenizer = combined_rule_tokenizer(nlp)
    nlp.add_pipe("tok2vec", config={"model": _TOK2VEC})
    tagger = nlp.add_pipe("tagger", config={"model": {"@architectures": "spacy.Tagger.v2", "tok2vec": _SHARED}})
    ruler = nlp.add_pipe("attribute_ruler", config={"validate": False})
    parser = nlp.add_pipe("parser", config={"model": _transitions("parser", 128, 3, _SHARED)})
    ner = nlp.add_pipe("ner", config={"model": _transitions("ner", 64, 2, _TOK2VEC)})
    for number in range(TAGS):
        tagger.add_label(f"TAG{number}")
    for number in range(DEPENDENCIES):
        parser.add_label(f"dep{number}")
    ner.add_label("ENTITY")
    nlp.initialize()
    # Initializing empties the ruler, so its patterns come after: one for each tag, as English has them.
    for number in range(TAGS):
        ruler.add([[{"TAG": f"TAG{number}"}]], {"POS": "NOUN", "MORPH": "Number=Sing"})
    nlp.add_pipe("lemmatizer", config={"mode": "rule"}).initialize(lambda: [], lookups=_lemmas())
    return nlp


def _lemmas() -> Lookups:
    """The usual endings of English nouns; the lists of exceptions, which cost a look-up whatever their length, hold one word."""
    lemmas = Lookups()
    endings = [
        ("s", ""),
        ("ses", "s"),
        ("ves", "f"),
        ("xes", "x"),
        ("zes", "z"),
        ("ches", "ch"),
        ("shes", "sh"),
        ("men", "man"),
        ("ies", "y"),
    ]
    lemmas.add_table("lemma_rules", {"noun": [list(ending) for ending in endings]})
    lemmas.add_table("lemma_index", {"noun": {"cell": True}})
    lemmas.add_table("lemma_exc", {"noun": {"mice": ["mouse"]}})
    return lemmas


def abstracts(path: Path, limit: int) -> list[str]:
    """The first texts of the file, each once."""
    rows = [json.loads(line) for line in path.read_text("utf8").splitlines() if line.strip()]
    return list(dict.fromkeys(str(row.get("abstract") or row.get("text")) for row in rows))[:limit]


def per_second(read: Callable[[str], object], texts: Sequence[str]) -> float:
    """Texts a CPU second."""
    began = time.process_time()
    for text in texts:
        read(text)
    return len(texts) / (time.process_time() - began)


def measured(texts: Sequence[str], rounds: int, tagger: bool) -> list[tuple[float, float]]:
    """Texts a CPU second of ours and of the stand-in, in turn in every round."""
    reader, beside = build(tagger_used=OwnTagger() if tagger else None), stand_in()

    def ours(text: str) -> object:
        whole, sections = with_title("", text)
        return reader.read(Document(id="x", title="", text=whole, sections=sections))

    for warm in texts[:5]:
        ours(warm), beside(warm)
    return [(per_second(ours, texts), per_second(beside, texts)) for _ in range(rounds)]


def main() -> None:
    """Print both rates and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("abstracts", type=Path)
    parser.add_argument("--limit", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tagger", action="store_true", help="with the trained tagger in the pipeline")
    asked = parser.parse_args()
    texts = abstracts(asked.abstracts, asked.limit)
    rounds = measured(texts, asked.rounds, asked.tagger)
    ratios = sorted(a / b for a, b in rounds)
    print(f"{len(texts)} abstracts of {statistics.mean(map(len, texts)):.0f} characters, {asked.rounds} rounds, one core")
    compiled = len(in_use())
    print(
        f"{compiled} modules run as machine code" if compiled else "the modules run as they are written (python -m nlp.compiling)"
    )
    print(f"counterclaim  {statistics.median(a for a, _ in rounds):8.1f} abstracts a second")
    print(f"stand-in      {statistics.median(b for _, b in rounds):8.1f} abstracts a second")
    print(f"ratio         {statistics.median(ratios):8.1f}   ({ratios[0]:.1f} to {ratios[-1]:.1f})")


if __name__ == "__main__":
    main()
