"""Which part of a paper each sentence belongs to: by its headings, else by its words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain

from crawler.document import Document, Report, SectionName
from crawler.quick_init import quick_init, replace
from nlp.grammar.leads import first_characters, lead_of
from nlp.grammar.needs import EDGE
from nlp.grammar.sentences import Span, sentences
from nlp.grammar.sieve import Sieved
from nlp.reading import Role, Sentence

S = SectionName

#: Headings as abstracts write them. Longer wordings stand before those that they hold.
HEADINGS: tuple[tuple[SectionName, str], ...] = (
    (S.BACKGROUND, r"background(?: and (?:purpose|aims?|objectives?))?|background aims?|introduction|importance|context|rationale|significance|key points?|state of the art|purpose of review|what is known"),
    (S.OBJECTIVE, r"objectives?|aims?(?: and objectives?)?|purposes?|aim of (?:the )?study|study objectives?|question|hypothesis|aims? and background"),
    (S.METHODS, r"(?:materials?|patients?|subjects?|participants?)(?:,)? and methods?|methods?(?: and (?:materials?|results|findings|analysis|design))?|methods/design|methodology|study design(?:/methods)?|design(?:, setting,? and participants)?|design and setting|setting(?:s)?(?: and participants)?|participants?|patients?|interventions?|main outcomes?(?: and)? measures?|main outcome measures?|outcome measures?|outcomes?|measurements?|data sources?(?: and (?:study )?selection)?|study selection|data extraction(?: and synthesis)?|data synthesis|search strategy|selection criteria|data collection(?: and analysis)?|eligibility criteria|statistical analysis|search methods|exposures?|experimental design|study appraisal and synthesis methods|trial design"),
    (S.RESULTS, r"(?:main |key |principal |primary )?results?(?: and (?:discussion|limitations))?|findings|main findings|measurements and main results|outcomes and results|results and conclusions?"),
    (S.CONCLUSIONS, r"(?:authors['’] )?conclusions?(?: and (?:relevance|significance|implications|clinical relevance))?|interpretation|discussion(?: and conclusions?)?|meaning|summary|implications?(?: of key findings)?|clinical relevance|limitations|level of evidence|significance statement|impact"),
    (S.REGISTRATION, r"(?:trial |clinical trial |study |systematic review |clinical )?registrations?(?: (?:number|information|details))?|trial registry|prospero registration(?: number)?|clinicaltrials\.gov(?: identifier)?|funding|sources? of funding|keywords?|key words"),
)  # fmt: skip

_ANY = "|".join(f"(?P<{name.value}>{words})" for name, words in HEADINGS)
#: "Methods:", "METHODS.", "Methods —", "Methods" on a line of its own; and, where the text writes no mark, "Methods MESEMS was …".
_MARKED = re.compile(
    rf"(?:^|(?<=[.!?:;)\]”\"])\s|\n)\s*(?:\d\.\s?)?(?:{_ANY})\s?(?::|\.(?=\s+[A-Z\d])|\s[–—-]\s|(?=\n))", re.IGNORECASE
)
_UNMARKED = re.compile(rf"(?:^|(?<=[.!?)\]])\s|\n)\s*(?:{_ANY})(?=\s+[A-Z\d])", re.IGNORECASE)

_ROLE = {S.TITLE: Role.TITLE, S.BACKGROUND: Role.BACKGROUND, S.OBJECTIVE: Role.AIM, S.METHODS: Role.METHOD, S.RESULTS: Role.RESULT,
         S.CONCLUSIONS: Role.CONCLUSION, S.REGISTRATION: Role.METHOD}  # fmt: skip

_AIM = Sieved(
    r"^\s*(?:to )?(?:describe|present|report)s? (?:on )?the (?:design|protocol|rationale|methods)\b|\b(?:we (?:aimed|sought|hypothesi[sz]ed|examined|evaluated|investigated|assessed|reviewed|tested|set out|compared|conducted|performed|undertook|meta-analysed|meta-analyzed|asked|wanted|studied)|aim(?:s|ed)?\b|(?:the )?(?:objective|purpose|goal) (?:of|was|is)|to (?:determine|assess|evaluate|investigate|examine|compare|explore|test|find out|see|establish|appraise|review|study) |in this review|this (?:study|trial|review|work|paper|article) (?:aim|sought|was (?:conducted|designed|performed|undertaken|carried)|evaluat|investigat|assess|examin|compar|report))",
    re.IGNORECASE,
)
_METHOD = Sieved(
    r"\b(?:were|was) (?:randomly |independently |prospectively |retrospectively |then |also |systematically )?(?:randomi[sz]ed|randomly|assigned|allocated|searched|queried|enrolled|recruited|sought|measured|assessed|evaluated|analy[sz]ed|extracted|selected|included in|performed using|conducted|calculated|expressed|computed|defined|followed|screened|used (?:for|to|as)|given|eligible|pooled in|primary|secondary|the (?:primary|secondary|main|co-primary))\b"
    r"|\b(?:primary|secondary|co-primary|main) (?:safety |efficacy )?(?:outcome|end ?point|measure)s?(?:,? [\w\s-]{0,40})? (?:was|were|is|are|included|comprised|being)\b|\bwere co-primary\b|\bwas primary\b|\bwere secondary\b|\bdatabases\b|\bfollow-?up was\b|\b(?:entered|enrolled|underwent|received|took part|were eligible|qualified)\b.{0,30}$",
    re.IGNORECASE,
)
_CONCLUSION = Sieved(
    r"^(?:in conclusion|conclusion|overall|thus|therefore|hence|taken together|these (?:results|findings|data)|our (?:results|findings|data|study)|the (?:results|findings|data|present study) (?:suggest|indicate|show|support|demonstrate))|\b(?:suggest(?:s|ing)? that|we conclude|further (?:studies|trials|research|investigation)|(?:larger|more|additional) (?:\w+ ){0,2}(?:trials|studies|research)|appears? (?:to be )?(?:safe|effective|promising)|may (?:be|represent|offer)|promising|warrant|is (?:an? )?(?:safe|effective|feasible)|evidence is weak|no firm statement)\b",
    re.IGNORECASE,
)
_RESULT = re.compile(
    r"\b(?:p\s?[<>=≤]|95\s?% ?CI|confidence interval|significant(?:ly)?|±|\d+(?:\.\d+)?\s?%|did not (?:differ|change)|no (?:significant )?(?:difference|effect|serious|change)s?|improved|increased|decreased|reduced|higher|lower|greater|fewer|superior|associated with|compared with|versus)",
    re.IGNORECASE,
)


@quick_init
@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the text under one heading; `named` where a heading or markup says which."""

    name: SectionName
    start: int
    end: int
    named: bool


def _heading_name(match: re.Match[str]) -> SectionName:
    return next(name for name, _ in HEADINGS if match[name.value])


def parts(document: Document) -> list[Part]:
    """The text cut at its headings, headings left out. Markup of the source wins over the words of the text."""
    text = document.text
    title = next((s for s in document.sections if s.name is S.TITLE), None)
    found = [Part(S.TITLE, title.start, title.end, True)] if title else []
    body_start = title.end if title else 0
    declared = [s for s in document.sections if s.name is not S.TITLE]
    if declared:
        return found + [Part(s.name, s.start, s.end, True) for s in sorted(declared, key=lambda s: s.start)]
    return found + _by_headings(text, body_start)


def _headings(pattern: re.Pattern[str], text: str, start: int) -> list[re.Match[str]]:
    """The headings from a place on, looked for only where one can stand."""
    found: list[re.Match[str]] = []
    free = start
    for mark in chain((-1,), (m.start() for m in _BEFORE_HEADING.finditer(text, max(0, start - 1)))):
        for place in (mark, mark + 1):
            heading = pattern.match(text, place) if place >= free and _may_stand(text, place) else None
            if heading is not None:
                found.append(heading)
                free = heading.end()
            elif place >= free and text[place : place + 1] == "\n":
                free = _behind_blank(text, place)
    return found


_INITIALS = (first_characters(_ANY, re.IGNORECASE) or frozenset()) | frozenset("0123456789")
_MAY_FOLLOW = rf"[\s{re.escape(''.join(sorted(_INITIALS)))}]|[^\x00-\x7f]"
#: Both patterns begin with a space behind one of these marks, with a new line, or at the beginning, before what `_may_stand` lets follow.
_BEFORE_HEADING = re.compile(rf"[.!?:;)\]”\"\n](?=\s(?:{_MAY_FOLLOW})|(?<=\n)(?:{_MAY_FOLLOW})|[\s\S]?\Z)")


#: The first letters of every heading, in lower case, and how many of them.
_TOLD = 3
_FIRST_WORDS = lead_of(_ANY, re.IGNORECASE)
_BEGINNINGS = frozenset(word.strip(EDGE)[:_TOLD] for word in (_FIRST_WORDS.literals if _FIRST_WORDS else ()))


def _may_stand(text: str, place: int) -> bool:
    """Whether a heading can begin here: with the text, or with a space and a letter that headings begin with."""
    if place <= 0 or place + 1 >= len(text):
        return True
    following = text[place + 1]
    if not text[place].isspace():
        return False
    if following.isascii() and following.isalpha():
        return text[place + 1 : place + 1 + _TOLD].lower() in _BEGINNINGS
    return following in _INITIALS or following.isspace() or not following.isascii()


_BLANK = re.compile(r"\s+")


def _behind_blank(text: str, place: int) -> int:
    """The end of a blank stretch: where none of the headings that its first new line may lead to stands, its others lead to none."""
    blank = _BLANK.match(text, place)
    return blank.end() if blank else place


def _by_headings(text: str, start: int) -> list[Part]:
    marks = _headings(_MARKED, text, start)
    if len({_heading_name(m) for m in marks}) < 2:
        unmarked = [m for m in _headings(_UNMARKED, text, start) if text[m.end() - len(_word(m)) :][:1].isupper()]
        if len({_heading_name(m) for m in unmarked}) >= 2 or any(_word(m).isupper() for m in unmarked):
            marks = unmarked
    cuts = [(m.start(), m.end(), _heading_name(m)) for m in marks]
    found: list[Part] = []
    first = cuts[0][0] if cuts else len(text)
    if text[start:first].strip():
        found.append(Part(S.OTHER, start, first, False))
    ends = [start for start, _, _ in cuts[1:]] + [len(text)]
    found += [Part(name, begin, end, True) for (_, begin, name), end in zip(cuts, ends, strict=bool(cuts))] if cuts else []
    return found


def _word(match: re.Match[str]) -> str:
    return next(match[name.value] for name, _ in HEADINGS if match[name.value])


def sentences_of(document: Document, plain: str) -> list[Sentence]:
    """Every sentence with its role."""
    found: list[Sentence] = []
    all_parts = parts(document)
    for part in all_parts:
        spans = [Span(part.start, part.end)] if part.name is S.TITLE else sentences(plain, part.start, part.end)
        loose = [s for s in spans if s.end - s.start > 1]
        for place, span in enumerate(loose):
            text = document.text[span.start : span.end]
            role = _role(part, text, place, len(loose))
            if part.name is S.OTHER:
                role = _retold(document, role, text, span.end)
            found.append(Sentence(len(found), span.start, span.end, part.name, role, text, plain[span.start : span.end]))
    return _before_the_study(found)


#: What was known before: said of other work, or in general.
_KNOWN = Sieved(
    r"\b(?:in (?:earlier|previous|prior|other) (?:\w+ )?(?:trials|studies|work|reports)|(?:earlier|previous|prior) (?:\w+ )?(?:trials|studies|reports|work|data) (?:\w+ )?(?:suggest|show|report|found|have|has|demonstrat|indicat)|"
    r"(?:has|have) (?:previously |recently |often )?been (?:shown|demonstrated|reported|suggested|associated|linked|proposed)|(?:is|are) (?:well |often |commonly |widely )?(?:known|believed|thought) to)",
    re.IGNORECASE,
)


def _before_the_study(found: list[Sentence]) -> list[Sentence]:
    """Without headings, what stands before the first word of the study's own aim or methods, and prints nothing, is background."""
    own = next((s.index for s in found if s.section is S.OTHER and s.role in (Role.AIM, Role.METHOD)), 0)
    later = any(s.role is Role.RESULT for s in found[own:])
    return [replace(s, role=Role.BACKGROUND) if later and _known_before(s, own) else s for s in found]


def _known_before(sentence: Sentence, own: int) -> bool:
    if (
        sentence.section is not S.OTHER
        or sentence.role is not Role.RESULT
        or _reports(sentence.text)
        or _FIGURE.search(sentence.text)
    ):
        return False
    return sentence.index < own or _KNOWN.search(sentence.text) is not None


_PAST = Sieved(r"\b(?:was|were|found|reported|observed|resulted|showed|improved|experienced|did|had|remained|saw)\b", re.IGNORECASE)
_GENERAL = Sieved(
    r"\b(?:may|can|could|might|will|appears?|suggests?|potential|often|are|is|have|has|offers?|include|believe[sd]?|thought|seems?)\b",
    re.IGNORECASE,
)


def _retold(document: Document, role: Role, text: str, end: int) -> Role:
    """The role in a retelling: a news report's first paragraph sums up; a page's general talk in the present tense reports nothing."""
    if document.report not in (Report.CONFERENCE, Report.NEWS, Report.WEB_PAGE) or role is not Role.RESULT:
        return role
    body = len(document.title) + 2 if document.title else 0
    lead = document.text.find("\n", body)
    if document.report is not Report.WEB_PAGE:
        return Role.CONCLUSION if lead > 0 and end <= lead and not _reports(text) else role
    reported = (
        _reports(text)
        or re.search(r"\d\s?%", text) is not None
        or (_PAST.search(text) is not None and _GENERAL.search(text) is None)
    )
    return role if reported else Role.BACKGROUND


def _role(part: Part, text: str, place: int, count: int) -> Role:
    role = _ROLE.get(part.name)
    if _of_others(text):
        return Role.BACKGROUND
    if part.name is S.METHODS and _reports(text):
        return Role.RESULT
    if role is not None:
        return role
    if place == count - 1 and count > 3 and _CONCLUSION.search(text) and not _P_VALUE.search(text):
        return Role.CONCLUSION
    if count == 1:
        return Role.RESULT  # a lone sentence is taken for what it reports
    return _role_by_words(text, place)


_REPORTED = Sieved(r"\bp\s?[<>=≤]\s?0?\.\d|\b95\s?%\s?(?:CI|confidence)[^.]{0,12}\d", re.IGNORECASE)
_REFERENCE = Sieved(r"\[\d+(?:\s?[,–-]\s?\d+)*\]")
_OWN_WORK = Sieved(r"\d\s?%|\bwas conducted\b")
_P_VALUE = Sieved(r"p\s?[<>=]\s?[.\d]", re.IGNORECASE)
_FIGURE = Sieved(r"\d+(?:\.\d+)?\s?%|±")
_FOUND = Sieved(r"\bsignificant|\bdid not (?:differ|change)|\bno (?:significant )?(?:difference|effect)", re.IGNORECASE)
_FINDING = Sieved(r"\bsignificantly\b|\d\s?%.{0,40}\bgroup\b", re.IGNORECASE)


def _of_others(text: str) -> bool:
    """A sentence that cites a reference ("[1]") and prints no result of its own tells of other people's work."""
    return _REFERENCE.search(text) is not None and not _reports(text) and _OWN_WORK.search(text) is None


def _reports(text: str) -> bool:
    """A results sentence that stands under "Methods and results"."""
    return _REPORTED.search(text) is not None


def _role_by_words(text: str, place: int) -> Role:
    if _reports(text):
        return Role.RESULT
    if _AIM.search(text) and not _FIGURE.search(text):
        return Role.AIM
    if _METHOD.search(text) and not _FOUND.search(text):
        return Role.METHOD
    if place == 0 and not _FINDING.search(text):
        return Role.BACKGROUND
    return Role.RESULT
