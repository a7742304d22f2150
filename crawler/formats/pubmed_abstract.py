"""Title and abstracts of a PubMed record, under their labels."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from crawler.document import OtherText, Section, SectionName, with_title
from crawler.formats.abstracts import titled_text
from crawler.formats.headings import section_name
from crawler.formats.languages import reads_foreign
from crawler.formats.passages import Passage, labelled, structured
from crawler.formats.pubmed_elements import attribute_of, elements, tag
from crawler.formats.pubmed_markup import plain_text

_TEXT, _OTHER = tag("AbstractText"), tag("OtherAbstract")
_label, _category = attribute_of("Label"), attribute_of("NlmCategory")
_sort, _language = attribute_of("Type"), attribute_of("Language")
_section = lru_cache(maxsize=4096)(section_name)
#: NLM's categories of labels bear our sections' names; "UNASSIGNED" is none.
_CATEGORIES = {name.upper(): name for name in SectionName}
_LONGEST_LABEL = 80
_ENGLISH = "eng"
_NO_TITLE = "[not available]"
_NO_HEADING = ("", None)


def title(markup: bytes) -> str:
    """The title in English; empty where PubMed says that it has none. The brackets around a translated title are PubMed's."""
    found = plain_text(markup)
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


def passages(zone: bytes) -> list[Passage]:
    """The passages of an abstract, under its labels."""
    if not zone:
        return []
    found = [(text, attributes) for attributes, markup in _parts(zone) if (text := plain_text(markup))]
    headings = [_heading(attributes) if attributes else _NO_HEADING for _, attributes in found]
    if any([name for _, name in headings]):
        return structured([Passage(text, *heading) for (text, _), heading in zip(found, headings, strict=True)])
    return _unlabelled([text for text, _ in found])


def _parts(zone: bytes) -> Iterable[tuple[bytes, bytes]]:
    """Attributes and content of each part: as PubMed writes them, else element by element."""
    *pieces, rest = zone.split(_TEXT.end_tag)
    parts: list[tuple[bytes, bytes]] = []
    for piece in pieces:
        name, _, inner = piece.partition(b">")
        attributes = name.partition(_TEXT.opening)[2]
        if _TEXT.opening in inner or not _is_whole(attributes):
            return elements(zone, _TEXT)
        parts.append((attributes, inner))
    return parts if _TEXT.opening not in rest else elements(zone, _TEXT)


@lru_cache(maxsize=4096)
def _is_whole(attributes: bytes) -> bool:
    """Whether a tag ends behind these attributes, and not in the midst of a value, and has content."""
    return b"'" not in attributes and attributes.count(b'"') % 2 == 0 and not attributes.endswith(b"/")


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


def whole_text(title: str, found: list[Passage]) -> tuple[str, tuple[Section, ...]]:
    """The document's text and sections."""
    if len(found) == 1 and found[0].name is None:
        return with_title(title, found[0].text)
    return titled_text(title, found)


def in_english(found: list[Passage], language: str | None) -> tuple[list[Passage], tuple[OtherText, ...]]:
    """The passages that are English, and the others: journals in other languages give an abstract in both, one behind the other."""
    if language == _ENGLISH or language is None or not any([reads_foreign(p.text) for p in found]):
        return found, ()
    foreign = tuple([OtherText(p.heading + p.text, language) for p in found if reads_foreign(p.text)])
    return [p for p in found if not reads_foreign(p.text)], foreign


def other_texts(zone: bytes) -> tuple[OtherText, ...]:
    """Abstracts in other languages and for other readers, as PubMed marks them."""
    found: list[OtherText] = []
    for attributes, markup in elements(zone, _OTHER) if zone else ():
        text = "\n".join(p.heading + p.text for p in passages(markup))
        if text:
            found.append(OtherText(text, _language(attributes) or None, _sort(attributes) or None))
    return tuple(found)
