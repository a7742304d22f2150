"""Domain packs: the words of a field of medicine, as data.

A pack is a TOML file in `nlp/domains/`; adding a field is adding a file. Every concept has a `label`, an `id` (a CURIE) and `names`
(how texts write it; the label is one of them).
Matching ignores case, hyphens, plural endings and British or American spelling
(`normal_words`), so a pack lists wordings and not their spellings.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from nlp.bad_pack import BadPack as BadPack
from nlp.words import normal_name as normal_name
from nlp.words import normal_word as normal_word
from nlp.words import normal_words as normal_words

#: Where the packs lie: those that come with the program, or those of the folder that COUNTERCLAIM_PACKS names, in their place.
PACK_FOLDER = Path(os.environ.get("COUNTERCLAIM_PACKS") or Path(__file__).parent / "domains")


class ConceptKind(StrEnum):
    """The tables that a pack may hold."""

    INTERVENTION = "intervention"
    COMPARATOR = "comparator"
    ROUTE = "route"
    CELL_SOURCE = "cell_source"
    DONOR = "donor"
    CONDITION = "condition"
    OUTCOME = "outcome"
    EXPOSURE = "exposure"


@dataclass(frozen=True, slots=True)
class Entry:
    """One concept of a pack. `details` holds the keys that its kind allows (see `ALLOWED`)."""

    kind: ConceptKind
    id: str
    label: str
    names: tuple[str, ...]
    pack: str
    details: Mapping[str, Any] = field(default_factory=dict)


#: Keys that a kind may carry beside id, label and names. `better`: which value is the better one; `range`: [low, high] of a scale;
#: `unit`; `mid`: minimal important difference in that unit, with `mid_source`, its citation; `harm`: an unwanted event; `binary`:
#: an
#: event or state that people have or have not; `broader`: the id of a wider concept; `class`: a comparator's class; `route`,
#: `cell_source`, `donor`: what an intervention's name implies.
ALLOWED: Mapping[ConceptKind, frozenset[str]] = {
    ConceptKind.INTERVENTION: frozenset({"broader", "cell_source", "donor", "route"}),
    ConceptKind.COMPARATOR: frozenset({"class"}),
    ConceptKind.ROUTE: frozenset({"broader"}),
    ConceptKind.CELL_SOURCE: frozenset({"broader"}),
    ConceptKind.DONOR: frozenset(),
    ConceptKind.CONDITION: frozenset({"broader"}),
    ConceptKind.OUTCOME: frozenset({"better", "range", "unit", "mid", "mid_source", "harm", "binary", "broader"}),
    ConceptKind.EXPOSURE: frozenset({"broader"}),
}


def read_pack(path: Path) -> tuple[Entry, ...]:
    """Read and check one pack.

    Raises:
        BadPack: the file is no TOML, or an entry breaks the rules.
    """
    try:
        data = tomllib.loads(path.read_text("utf8"))
    except tomllib.TOMLDecodeError as error:
        raise BadPack(f"{path.name} is not readable as TOML: {error}") from error
    name = data.pop("pack", {}).get("name", path.stem)
    entries: list[Entry] = []
    for key, rows in data.items():
        if key not in list(ConceptKind):
            raise BadPack(f"{path.name}: unknown table '{key}'; known are {', '.join(ConceptKind)}.")
        entries.extend(_entry(ConceptKind(key), row, name, path) for row in rows)
    return tuple(entries)


def _entry(kind: ConceptKind, row: dict[str, Any], pack: str, path: Path) -> Entry:
    missing = {"id", "label"} - row.keys()
    unknown = row.keys() - {"id", "label", "names"} - ALLOWED[kind]
    if missing or unknown:
        raise BadPack(
            f"{path.name}: {kind} '{row.get('label', row)}' lacks {sorted(missing)} or has unknown keys {sorted(unknown)}."
        )
    if ":" not in row["id"]:
        raise BadPack(f"{path.name}: the id '{row['id']}' is no CURIE (prefix:number).")
    if row.get("better") not in (None, "lower", "higher"):
        raise BadPack(f"{path.name}: {row['label']}: better is 'lower', 'higher' or absent, not '{row['better']}'.")
    if "mid" in row and "mid_source" not in row:
        raise BadPack(f"{path.name}: {row['label']} has a minimal important difference without its citation (mid_source).")
    names = tuple(dict.fromkeys([row["label"], *row.get("names", [])]))
    return Entry(kind, row["id"], row["label"], names, pack, {k: v for k, v in row.items() if k in ALLOWED[kind]})


def pack_paths() -> tuple[Path, ...]:
    """The bundled packs, by name."""
    if not PACK_FOLDER.is_dir():
        raise BadPack(
            f"COUNTERCLAIM_PACKS names {PACK_FOLDER}, which is no folder. Name one that holds packs, or none to use the program's own."
        )
    return tuple(sorted(PACK_FOLDER.glob("*.toml")))


def packs_named(names: Iterable[str]) -> tuple[Path, ...]:
    """The bundled packs of these names.

    Raises:
        BadPack: there is no pack of such a name.
    """
    known = {path.stem: path for path in pack_paths()}
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise BadPack(f"There is no domain {', '.join(unknown)}; known are {', '.join(known)}.")
    return tuple(known[name] for name in dict.fromkeys(names))


@lru_cache(maxsize=8)
def entries(paths: tuple[Path, ...] | None = None) -> tuple[Entry, ...]:
    """All entries of the given packs (None: the bundled ones)."""
    return tuple(e for path in (pack_paths() if paths is None else paths) for e in read_pack(path))


def by_id(all_entries: Iterable[Entry]) -> dict[str, Entry]:
    """Entries by id. An id that two packs use belongs to the first."""
    found: dict[str, Entry] = {}
    for entry in all_entries:
        found.setdefault(entry.id, entry)
    return found
