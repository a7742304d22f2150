"""Asking an imitation by plain requests, as the tests of the imitation itself do."""

from __future__ import annotations

import json
from typing import Any

import requests
from lxml import etree

from tests.imitation import Imitation


def search(service: Imitation, **params: Any) -> dict[str, Any]:
    """What esearch finds."""
    answer = requests.get(service.base("pubmed") + "esearch.fcgi", {"db": "pubmed", "retmode": "json", **params}, timeout=20)
    result: dict[str, Any] = json.loads(answer.text, strict=False)["esearchresult"]
    return result


def efetch(service: Imitation, **params: Any) -> requests.Response:
    """The answer of efetch; of the first forty records where no ids are given."""
    if "id" not in params and "WebEnv" not in params:
        params["id"] = ",".join(map(str, sorted(service.corpus.papers)[:40]))
    return requests.post(service.base("pubmed") + "efetch.fcgi", params, timeout=20)


def fetched(service: Imitation, **params: Any) -> list[str]:
    """The PMIDs of the records that efetch gives."""
    tree = etree.fromstring(efetch(service, **params).content)
    return list(tree.xpath("*/MedlineCitation/PMID/text()|*/BookDocument/PMID/text()"))


def asked(service: Imitation, name: str, path: str = "", **params: Any) -> requests.Response:
    """The answer of a service, forwarding not followed."""
    return requests.get(service.base(name) + path, params, timeout=20, allow_redirects=False)
