"""The library as a graph: read from the views `node` and `edge` over the real tables, so that the two cannot differ."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import Any

import networkx as nx

from kb.errors import NoSuchNode

#: What XML 1.0 cannot hold; such a character of a paper's text becomes the replacement character.
_NOT_IN_XML = dict.fromkeys([*(n for n in range(0x20) if n not in (0x09, 0x0A, 0x0D)), 0xFFFE, 0xFFFF], "\ufffd")


def graph(db: sqlite3.Connection) -> nx.MultiDiGraph:
    """The whole library; each edge's key is its kind and detail."""
    made = nx.MultiDiGraph()
    for row in db.execute("SELECT id, kind, label, detail FROM node ORDER BY id"):
        made.add_node(row["id"], **_told(row, ("kind", "label", "detail")))
    for row in db.execute("SELECT source, target, kind, detail FROM edge ORDER BY source, target, kind, detail"):
        made.add_edge(
            row["source"], row["target"], key=f"{row['kind']} {row['detail'] or ''}".strip(), **_told(row, ("kind", "detail"))
        )
    return made


def _told(row: sqlite3.Row, names: tuple[str, ...]) -> dict[str, str]:
    # A format without nulls leaves out what is not told.
    return {name: str(row[name]).translate(_NOT_IN_XML) for name in names if row[name] is not None}


def around(made: nx.MultiDiGraph, node: str, steps: int) -> nx.MultiDiGraph:
    """What lies within so many steps of a node, whichever way the edges point; without the hubs that a concept or outcome in between makes.

    From a claim one does not go through "mesenchymal stem cells" to every other claim about them.
    """
    reached, frontier = {node}, {node}
    for _ in range(steps):
        passable = {n for n in frontier if n == node or made.nodes[n].get("kind") not in ("concept", "outcome")}
        frontier = {other for n in passable for other in nx.all_neighbors(made, n)} - reached
        reached |= frontier
    return made.subgraph(reached)


def path(made: nx.MultiDiGraph, source: str, target: str) -> nx.MultiDiGraph:
    """The shortest way from one node to another, whichever way the edges point; empty where there is none, or one of the two is not in this part of the graph."""
    try:
        found = nx.shortest_path(made.to_undirected(as_view=True), source, target)
    except (nx.NetworkXNoPath, nx.NodeNotFound):
        found = []
    return made.subgraph(found)


def node_named(db: sqlite3.Connection, name: str) -> str:
    """The node of an id (`claim:12`), of a document's id, of a study's name, or of a concept's label.

    Raises:
        NoSuchNode: none has that name.
    """
    for where in ("id = ?", "kind = 'document' AND label = ?", "kind = 'study' AND label = ?", "kind = 'concept' AND label = ?"):
        row = db.execute(f"SELECT id FROM node WHERE {where} ORDER BY id LIMIT 1", (name,)).fetchone()
        if row is not None:
            return str(row[0])
    raise NoSuchNode(name)


def as_graphml(made: nx.MultiDiGraph) -> Iterator[str]:
    """The graph in GraphML, line by line."""
    yield from nx.generate_graphml(made)


def as_json(made: nx.MultiDiGraph) -> str:
    """The graph as networkx's node-link JSON."""
    data: dict[str, Any] = nx.node_link_data(made, edges="edges")
    return json.dumps(data, ensure_ascii=False)
