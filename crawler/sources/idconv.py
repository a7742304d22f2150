"""NCBI's converter between PMID, PMCID and DOI. It knows the papers in PMC alone: what it does not know may well exist."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum

from crawler.formats.exact_doi import exact_doi
from crawler.http import Answer, Door, Final, Service, Transient
from crawler.record import Identifiers, normal_pmcid, normal_pmid
from crawler.sources.doi import json_object, objects, string

#: As many as one call takes, and as many characters of them as an address holds with ease.
_BATCH, _LONGEST = 200, 3000


class Idtype(StrEnum):
    """What the ids of one call are; a call cannot mix them."""

    PMID = "pmid"
    PMCID = "pmcid"
    DOI = "doi"


class IdConverter:
    """The converter."""

    name = "idconv"

    def __init__(self, door: Door, service: Service) -> None:
        self._door, self._service = door, service

    def convert(self, ids: Sequence[str], idtype: Idtype) -> dict[str, Identifiers]:
        """The names of each id's paper, under the id as it was asked. An id that is absent is not in PMC, and may exist all the same.

        Raises:
            ServiceError: the converter did not answer, or said no.
            ValueError: an id is none of this type.
        """
        names = {id: _normal(id, idtype) for id in ids}
        found: dict[str, Identifiers] = {}
        for batch in _batches(list(dict.fromkeys(names.values()))):
            found |= self._converted(batch, idtype)
        return {id: found[name] for id, name in names.items() if name in found}

    def _converted(self, batch: Sequence[str], idtype: Idtype) -> dict[str, Identifiers]:
        params = {"ids": ",".join(batch), "idtype": idtype.value, "format": "json"}
        return self._door.ask(self._service, "", params, lambda answer: _read(answer, batch, idtype), accept="application/json")


def _normal(id: str, idtype: Idtype) -> str:
    """The id as the converter wants it."""
    normal = {Idtype.PMID: normal_pmid, Idtype.PMCID: normal_pmcid, Idtype.DOI: exact_doi}[idtype](id)
    if normal is None:
        raise ValueError(f"{id!r} is no {idtype.name}.")
    return normal


def _batches(names: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    for name in names:
        if "," in name:  # A comma parts the ids of a call; such a DOI cannot be asked for.
            continue
        if len(batch) == _BATCH or sum(map(len, batch)) + len(name) > _LONGEST:
            yield batch
            batch = []
        batch.append(name)
    if batch:
        yield batch


def _read(answer: Answer, batch: Sequence[str], idtype: Idtype) -> dict[str, Identifiers]:
    given = json_object(answer)
    if given.get("status") != "ok" or "records" not in given:
        raise _refusal(string(given.get("message")) or string(given.get("errmsg")))
    by_name: dict[str, Identifiers | None] = {}
    for record in objects(given.get("records")):
        asked = _text(record.get("requested-id")) or _text(record.get(idtype.value))
        by_name[asked.lower()] = None if record.get("status") == "error" or record.get("errmsg") else _identifiers(record)
    silent = [name for name in batch if name.lower() not in by_name]
    if silent:
        raise Transient(f"the converter said nothing of {len(silent)} of {len(batch)} ids, {silent[0]} among them")
    return {name: known for name in batch if (known := by_name[name.lower()])}


def _refusal(words: str) -> Transient | Final:
    return Final(words) if "invalid" in words.lower() else Transient(words or "the answer holds neither records nor a reason")


def _identifiers(record: dict[str, object]) -> Identifiers:
    """The converter writes a PMID as a number, and once wrote it as text."""
    return Identifiers(
        exact_doi(_text(record.get("doi"))), normal_pmid(_text(record.get("pmid"))), normal_pmcid(_text(record.get("pmcid")))
    )


def _text(value: object) -> str:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else string(value)
