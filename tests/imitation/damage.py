"""What faults do to the content of an answer: other records, another document type, characters that XML forbids, entities, bombs."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable

from tests.imitation.answer import Answer, Disturbance
from tests.imitation.faults import Fault
from tests.imitation.pubmed_xml import DOCTYPE

_DOCTYPE = re.compile(rb"<!DOCTYPE[^>\[]*(?:\[[^\]]*\])?>\s*")
_TITLE = re.compile(rb"(<(?:ArticleTitle|article-title)[^>]*>)")
_ROOT = re.compile(rb"<([A-Za-z][\w-]*)")


def disturbance(fault: Fault) -> Disturbance | None:
    """What a fault does to the list of records; None where it is of another sort."""
    made: dict[str, Callable[[], Disturbance]] = {
        "drop": lambda: Disturbance(drop=int(fault.number(1))),
        "dup": lambda: Disturbance(double=int(fault.number(1))),
        "swap": lambda: Disturbance(swap=int(fault.number(1))),
        "emptyset": lambda: Disturbance(empty=True),
        "midpage-error": lambda: Disturbance(break_after=int(fault.number(1))),
    }
    return made[fault.kind]() if fault.kind in made else None


def _in_title(body: bytes, extra: bytes) -> bytes:
    """The body with something put at the start of the middle title."""
    titles = list(_TITLE.finditer(body))
    if not titles:
        return body
    place = titles[len(titles) // 2].end()
    return body[:place] + extra + body[place:]


def _with_doctype(body: bytes, doctype: bytes) -> bytes:
    if _DOCTYPE.search(body):
        return _DOCTYPE.sub(lambda _: doctype, body, count=1)
    head = re.match(rb"\s*<\?xml[^>]*\?>\s*", body)
    place = head.end() if head else 0
    return body[:place] + doctype + body[place:]


def _root(body: bytes) -> bytes:
    found = _ROOT.search(_DOCTYPE.sub(b"", body))
    return found[1] if found else b"x"


def _with_entity(body: bytes, declared: bytes) -> bytes:
    return _in_title(_with_doctype(body, b"<!DOCTYPE " + _root(body) + b" [\n" + declared + b"\n]>\n"), b"&x;")


def _bomb(depth: int) -> bytes:
    """Entities of ten of the one before: 10 ** depth times twenty letters, named x at the end."""
    levels = ['<!ENTITY x0 "twenty letters of it!">']
    levels += [f'<!ENTITY x{level} "{f"&x{level - 1};" * 10}">' for level in range(1, depth + 1)]
    return "\n".join([*levels, f'<!ENTITY x "&x{depth};">']).encode()


def _new_doctype(body: bytes) -> bytes:
    newer = DOCTYPE.replace("January 2025", "January 2027").replace("pubmed_250101", "pubmed_270101")
    return _with_doctype(body, newer.encode() + b"\n")


_XML: dict[str, Callable[[bytes, Fault], bytes]] = {
    "newdtd": lambda body, _: _new_doctype(body),
    "nodtd": lambda body, _: _DOCTYPE.sub(b"", body, count=1),
    "newtag": lambda body, _: _in_title(body, b"<FutureTag kind='new'>A new element. </FutureTag>"),
    "badchar": lambda body, _: _in_title(body, b"a\x0bb "),
    "charref": lambda body, _: _in_title(body, b"a&#11;b "),
    "latin1": lambda body, _: _in_title(body, b"caf\xe9 "),
    "bom": lambda body, _: b"\xef\xbb\xbf" + body,
    "xxe": lambda body, fault: _with_entity(body, f'<!ENTITY x SYSTEM "{fault.argument or "file:///etc/hostname"}">'.encode()),
    "xxe-bare": lambda body, _: _in_title(body, b"&x;"),
    "entity-bomb": lambda body, fault: _with_entity(body, _bomb(int(fault.number(5)))),
    "huge": lambda body, fault: _in_title(body, b"very " * (int(fault.number(20_000_000)) // 5)),
}


def zipped_zeros(megabytes: int) -> bytes:
    """A gzip stream that unpacks to so many megabytes of spaces, made without holding them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = b" " * 1_000_000
    return b"".join([*(packer.compress(block) for _ in range(megabytes)), packer.flush()])


def _bombed(answer: Answer, fault: Fault) -> None:
    bomb = zipped_zeros(int(fault.number(50)))
    if answer.media != "application/x-gzip":
        answer.headers["Content-Encoding"] = "gzip"
    answer.body = bomb


def _badly_zipped(answer: Answer, fault: Fault) -> None:
    """Cut the stream's end off, or with `badgzip:flip` turn some of its bytes."""
    packed = answer.body if answer.media == "application/x-gzip" else gzip.compress(answer.body, 5)
    if answer.media != "application/x-gzip":
        answer.headers["Content-Encoding"] = "gzip"
    middle = len(packed) // 2
    turned = packed[:middle] + bytes(byte ^ 0x5A for byte in packed[middle : middle + 8]) + packed[middle + 8 :]
    answer.body = turned if fault.argument == "flip" else packed[: max(len(packed) * 9 // 10, 1)]


def damaged(answer: Answer, fault: Fault) -> Answer:
    """The answer with its content changed as the fault says; faults of another sort leave it as it is."""
    if fault.kind == "gzipbomb":
        _bombed(answer, fault)
    elif fault.kind == "badgzip":
        _badly_zipped(answer, fault)
    elif fault.kind == "ctype":
        answer.media = fault.argument or "text/html"
    elif fault.kind in _XML:
        change = _XML[fault.kind]
        zipped = answer.media == "application/x-gzip"
        body = change(gzip.decompress(answer.body) if zipped else answer.body, fault)
        answer.body = gzip.compress(body, 5) if zipped else body
    return answer
