"""Title and abstracts of a PubMed record, under their labels."""

from __future__ import annotations

import re
from functools import lru_cache

from crawler.document import OtherText, SectionName
from crawler.formats.headings import section_name
from crawler.formats.languages import reads_foreign
from crawler.formats.passages import Passage, labelled, structured
from crawler.formats.pubmed_elements import attribute_of, elements, inside, tag, text_in
from crawler.formats.pubmed_markup import plain_text
from crawler.formats.pubmed_zones import Zones

_TITLE, _ABSTRACT, _TEXT, _OTHER = tag("ArticleTitle"), tag("Abstract"), tag("AbstractText"), tag("OtherAbstract")
_label, _category = attribute_of("Label"), attribute_of("NlmCategory")
_sort, _language = attribute_of("Type"), attribute_of("Language")
_section = lru_cache(maxsize=4096)(section_name)
#: NLM's categories of labels bear our sections' names; "UNASSIGNED" is none.
_CATEGORIES = {name.upper(): name for name in SectionName}
_LONGEST_LABEL = 80
_ENGLISH = "eng"
_NO_TITLE = "[not available]"
_ONE_TEXT = re.compile(
    rb"<AbstractText([^<>\"']*+(?:(?:\"[^\"]*+\"|'[^']*+')[^<>\"']*+)*+)(?<!/)>([^<]*+(?:<(?!/?AbstractText)[^<]*+)*+)</AbstractText>"
)


def title(zones: Zones) -> str:
    """The title in English; empty where PubMed says that it has none. The brackets around a translated title are PubMed's."""
    found = text_in(zones.body, _TITLE, 0, zones.authors) or text_in(zones.body, _TITLE, zones.tail, zones.tail_end)
    if not found.startswith("["):
        return found
    return "" if found.lower().startswith(_NO_TITLE) else _without_brackets(found)


def _without_brackets(bracketed: str) -> str:
    """A title without brackets around the whole of it, which those of "[18F]FDG in [three] knees" are not."""
    core = bracketed.removesuffix(".")
    if not core.endswith("]"):
        return bracketed
    inner = core[1:-1]
    depth = 0
    for sign in inner:
        depth += (sign == "[") - (sign == "]")
        if depth < 0:
            return bracketed
    inner = inner.strip()
    return inner if inner.endswith((".", "?", "!")) or core == bracketed else f"{inner}."


def abstract(zones: Zones) -> list[Passage]:
    """The passages of the English abstract, under its labels."""
    body = zones.body
    markup = inside(body, _ABSTRACT, 0, zones.authors) or inside(body, _ABSTRACT, zones.tail, zones.tail_end)
    return _passages(markup) if markup else []


def _passages(zone: bytes) -> list[Passage]:
    parts = _ONE_TEXT.findall(zone)
    if len(parts) != zone.count(_TEXT.ending):
        parts = list(elements(zone, _TEXT))
    if len(parts) == 1 and not parts[0][0]:
        text = plain_text(parts[0][1])
        return _unlabelled([text]) if text else []
    found = [Passage(text, *_heading(attributes)) for attributes, markup in parts if (text := plain_text(markup))]
    if any([p.name is not None for p in found]):
        return structured(found)
    return _unlabelled([p.text for p in found])


def _unlabelled(texts: list[str]) -> list[Passage]:
    """Passages of text that may have labels of its own."""
    return labelled(texts) if any([_shows_labels(text) for text in texts]) else [Passage(text) for text in texts]


@lru_cache(maxsize=4096)
def _heading(attributes: bytes) -> tuple[str, SectionName | None]:
    """The heading of a passage as it is printed, and the section that it names: by its words, else by NLM's category."""
    label = _label(attributes).rstrip(" :")
    category = _CATEGORIES.get(_category(attributes).upper())
    if not label:
        return "", category
    return f"{label}: ", _section(label) or category or SectionName.OTHER


def _shows_labels(text: str) -> bool:
    """Whether running text has a label that names a section ("… Results: …"), without a look at most of it."""
    colon = text.find(": ")
    while colon >= 0:
        before = text[max(0, colon - _LONGEST_LABEL) : colon]
        start = max(before.rfind(". "), before.rfind("? "), before.rfind("! "), before.rfind(") "), before.rfind("] ")) + 1
        if _section(before[start:]) is not None:
            return True
        colon = text.find(": ", colon + 1)
    return False


def in_english(passages: list[Passage], language: str | None) -> tuple[list[Passage], list[OtherText]]:
    """The passages that are English, and the others: journals in other languages give an abstract in both, one behind the other."""
    if language in (None, _ENGLISH) or not any([reads_foreign(p.text) for p in passages]):
        return passages, []
    foreign = [OtherText(p.heading + p.text, language) for p in passages if reads_foreign(p.text)]
    return [p for p in passages if not reads_foreign(p.text)], foreign


def other_texts(zones: Zones) -> tuple[OtherText, ...]:
    """Abstracts in other languages and for other readers, as PubMed marks them."""
    if zones.body.find(_OTHER.opening, zones.indexing, zones.data) < 0:
        return ()
    found: list[OtherText] = []
    for attributes, markup in elements(zones.body[zones.indexing : zones.data], _OTHER):
        text = "\n".join(p.heading + p.text for p in _passages(markup))
        if text:
            found.append(OtherText(text, _language(attributes) or None, _sort(attributes) or None))
    return tuple(found)
