"""Answers that take the place of the real one: refusals, block pages, and errors under status 200, each in its service's way."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.imitation.answer import HTML, TEXT, Answer, Call
from tests.imitation.eutils import fetch_error, search_error, summary_error
from tests.imitation.faults import Fault

BLOCK_PAGE = (
    "<!DOCTYPE html>\n<html lang='en'><head><title>Access restricted</title></head><body><h1>Access restricted</h1>"
    "<p>This page stands here in place of an answer. <br>Your address was blocked for a while.</body></html>\n"
)
_WORDS = {
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


def too_many(call: Call, retry_after: str = "", status: int = 429, limit: int = 3) -> Answer:
    """The refusal of a caller that asks too often. NCBI's tells the key it was asked with; Crossref's is a page."""
    headers = {"Retry-After": retry_after} if retry_after else {}
    if call.service == "crossref":
        return Answer(b"<html><head><title>429 Too Many Requests</title></head></html>", HTML, status, headers)
    told = {
        "error": "API rate limit exceeded",
        "api-key": call.params.get("api_key", "127.0.0.1"),
        "count": str(limit + 1),
        "limit": str(limit),
    }
    headers |= {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": "0"}
    return Answer(json.dumps(told).encode(), "application/json", status, headers)


def broken(status: int) -> Answer:
    """A server error; 503 in the words of NCBI's gateway."""
    if status == 503:
        return Answer.text("Unable to route request!", 503)
    return Answer.text(f"<html><body><h1>{status} {_WORDS.get(status, 'Error')}</h1></body></html>", status, HTML)


def said_inside(call: Call, message: str) -> Answer:
    """An error under status 200, in the way of the service and the operation."""
    if call.service == "europepmc":
        return Answer.json({"version": "6.9", "errCode": 500, "errMsg": message})
    if call.route == "esearch":
        return search_error(call, message)
    return summary_error(call, message) if call.route == "esummary" else fetch_error(message)


def _redirect(call: Call, fault: Fault, trap: str) -> Answer:
    if fault.argument == "loop":
        return Answer.redirect(call.target)
    return Answer.redirect((fault.argument or trap).rstrip("/") + call.target)


_NAMED: dict[str, Callable[[Call, Fault, str], Answer]] = {
    "429": lambda call, fault, _: too_many(call, fault.argument.removeprefix("retry-after=")),
    "429in200": lambda call, _, __: too_many(call, status=200),
    "400timeout": lambda _, __, ___: Answer.text("External viewer error: Empty Response from the back end. Timeout", 400, TEXT),
    "html200": lambda _, __, ___: Answer.text(BLOCK_PAGE, media=HTML),
    "html200xml": lambda _, __, ___: Answer.text(BLOCK_PAGE, media="text/xml; charset=UTF-8"),
    "error": lambda call, fault, _: said_inside(call, fault.argument or "Search Backend failed: Database is not supported: pubmed"),
    "nothing": lambda call, _, __: said_inside(call, "Empty result - nothing to do"),
    "expired": lambda call, _, __: said_inside(
        call, "Cannot retrieve history data. query_key, WebEnv pair is out of date or does not exist"
    ),
    "redirect": _redirect,
}


def replacing(call: Call, fault: Fault, trap: str) -> Answer | None:
    """The answer that a fault puts in place of the real one; None where the fault is of another sort."""
    if fault.kind in ("500", "502", "503", "504"):
        return broken(int(fault.kind))
    if fault.kind == "status":
        return broken(int(fault.argument))
    if fault.kind == "expired" and "WebEnv" not in call.params:
        return broken(502)
    make = _NAMED.get(fault.kind)
    return make(call, fault, trap) if make else None
