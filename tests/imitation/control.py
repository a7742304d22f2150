"""What may be told to an imitation from another process, by `POST /__control` with a JSON object."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date
from typing import TYPE_CHECKING, Any

from tests.imitation.answer import Answer
from tests.imitation.faults import Schedule

if TYPE_CHECKING:
    from tests.imitation.server import Imitation

_OPERATIONS = ("add", "revise", "delete", "retract", "concern", "correct", "alias", "add_trial", "revise_trial", "delete_trial")


class Control:
    """Obeys, in this order: `today` (ISO day), `schedule` (rules as JSON), `settings`, `do` (operations on the corpus, each
    `{"op": "revise", "pmid": 1, "back_dated": 3}`), `expire` (all WebEnvs), `reset` (the statistics), `truth` (PMIDs, DOIs, trials,
    and who is retracted where), `pmids` (a PubMed query, answered with all that match, whatever the ceiling). The answer holds what came of each."""

    def __init__(self, imitation: Imitation) -> None:
        self._imitation = imitation
        self._orders: dict[str, Callable[[Any], object]] = {
            "today": self._today,
            "schedule": self._schedule,
            "settings": self._settings,
            "do": lambda orders: [self._operate(dict(order)) for order in orders],
            "expire": lambda _: imitation.eutils.history.expire(),
            "reset": lambda _: imitation.stats.reset(),
            "truth": lambda _: self._truth(),
            "pmids": lambda term: imitation.eutils.query.pmids(str(term)),
        }

    def obey(self, message: bytes) -> Answer:
        """Do what is told; 400 with the reason where it cannot be done, after which the orders before it stay done."""
        try:
            orders = dict(json.loads(message))
            unknown = orders.keys() - self._orders.keys()
            if unknown:
                raise ValueError(f"No order {', '.join(sorted(unknown))}.")
            with self._imitation.corpus.lock:
                return Answer.json({name: carry_out(orders[name]) for name, carry_out in self._orders.items() if name in orders})
        except (KeyError, TypeError, ValueError) as problem:
            return Answer.json({"problem": repr(problem)}, 400)

    def _today(self, day: str) -> str:
        self._imitation.corpus.today = date.fromisoformat(day)
        return day

    def _schedule(self, rules: Any) -> int:
        self._imitation.schedule = Schedule.from_json(rules)
        return len(rules)

    def _settings(self, values: Mapping[str, Any]) -> list[str]:
        known = {field.name for field in fields(self._imitation.settings)}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"No setting {name!r}.")
            setattr(self._imitation.settings, name, tuple(value) if isinstance(value, list) else value)
        return sorted(values)

    def _truth(self) -> dict[str, list[Any]]:
        corpus = self._imitation.corpus
        return {
            "pmids": list(corpus.papers),
            "dois": sorted({paper.registered_doi for paper in corpus.papers.values() if paper.registered_doi}),
            "trials": sorted(corpus.trials),
            "retracted_at_pubmed": sorted(corpus.retracted("pubmed")),
            "retracted_at_crossref": sorted(corpus.retracted("crossref")),
        }

    def _operate(self, order: dict[str, Any]) -> object:
        name = order.pop("op")
        if name not in _OPERATIONS:
            raise ValueError(f"No operation {name!r}.")
        made = getattr(self._imitation.corpus, name)(**order)
        return {key: getattr(made, key) for key in ("pmid", "doi", "nct") if hasattr(made, key)}
