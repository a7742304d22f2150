"""The library as a graph."""

from __future__ import annotations

import contextlib
import io
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import networkx as nx
import pytest

from crawler.record import Identifiers, Reference
from kb.connection import for_reading
from kb.errors import NoSuchNode
from kb.graph import around, as_graphml, as_json, graph, node_named, path
from nlp.claim import Direction, Level
from tests.kb.made import Said, put, reading

UP, DOWN = Direction.FAVOURS_INTERVENTION, Direction.FAVOURS_COMPARATOR
TRIAL = "NCT00000001"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    file = tmp_path / "library.db"
    paper = Identifiers(doi="10.1000/paper")
    put(
        file,
        reading("paper", Said(UP, cell_source="bone marrow"), names=paper, registry=(TRIAL,)),
        reading("rival", Said(DOWN, route="intravenous")),
        reading("review", Said(UP), level=Level.POOLED, registry=(TRIAL,), cites=(Reference(paper),)),
        reading("far", Said(UP, months=60, intervention="cord blood cells", concept="counterclaim:cord-blood-mononuclear-cells")),
    )
    with contextlib.closing(for_reading(file)) as opened:
        yield opened


def edges(made: nx.MultiDiGraph) -> set[tuple[str, str, str]]:
    names = {n: f"{d['kind']} {d['label']}" for n, d in made.nodes(data=True)}
    return {(names[a], d["kind"], names[b]) for a, b, d in made.edges(data=True)}


@pytest.mark.parametrize(
    "edge",
    [
        ("document paper", "reports", f"study {TRIAL}"),
        ("document paper", "reports", "claim favours_intervention"),
        ("document paper", "has_arm", "arm mesenchymal stem cells"),
        ("arm mesenchymal stem cells", "uses", "concept mesenchymal stem cells"),
        ("arm mesenchymal stem cells", "via", "concept intrathecal"),
        ("arm mesenchymal stem cells", "from_source", "concept bone marrow"),
        ("claim favours_intervention", "measures", "outcome EDSS"),
        ("effect MD -0.5", "supports", "claim favours_intervention"),
        ("claim favours_intervention", "disputes", "claim favours_comparator"),
        ("claim favours_intervention", "explains", "claim favours_comparator"),
        ("study Paper review", "pools", f"study {TRIAL}"),
        ("document review", "cites", "document paper"),
    ],
)
def test_what_hangs_together(db: sqlite3.Connection, edge: tuple[str, str, str]) -> None:
    assert edge in edges(graph(db))


def test_a_retraction_is_an_edge_from_its_notice(tmp_path: Path) -> None:
    file = tmp_path / "retracted.db"
    put(file, reading("paper", Said(UP), names=Identifiers(doi="10.1000/paper")), reading("notice", title="Retraction"))
    writing = sqlite3.connect(file)
    writing.execute(
        "INSERT INTO document_notifies (document_id, position, kind, said_by, doi) VALUES (2, 0, 'retracted', 'pubmed', '10.1000/paper')"
    )
    writing.commit()
    writing.close()
    with contextlib.closing(for_reading(file)) as opened:
        assert ("document notice", "retracts", "document paper") in edges(graph(opened))


def test_every_edge_ends_at_nodes_of_the_library(db: sqlite3.Connection) -> None:
    made = graph(db)
    assert made.number_of_edges() > 40
    assert all(data for _, data in made.nodes(data=True))


def test_a_neighbourhood_does_not_run_through_what_everyone_shares(db: sqlite3.Connection) -> None:
    made = around(graph(db), node_named(db, "far"), 4)
    labels = {d["label"] for _, d in made.nodes(data=True)}
    assert {"far", "cord blood cells", "EDSS"} <= labels
    assert "rival" not in labels


def test_a_way_leads_from_a_paper_to_its_rival_over_their_claims(db: sqlite3.Connection) -> None:
    found = path(graph(db), node_named(db, "paper"), node_named(db, "rival"))
    assert sorted(d["kind"] for _, d in found.nodes(data=True)) == ["claim", "claim", "document", "document"]


@pytest.mark.parametrize("name", ["paper", TRIAL, "mesenchymal stem cells", "claim:1"])
def test_nodes_go_by_names(db: sqlite3.Connection, name: str) -> None:
    assert node_named(db, name) in graph(db)


def test_a_name_of_nothing_is_refused(db: sqlite3.Connection) -> None:
    with pytest.raises(NoSuchNode, match="zorg"):
        node_named(db, "zorg")


def test_both_formats_are_read_back_whole(db: sqlite3.Connection) -> None:
    made = graph(db)
    xml = nx.read_graphml(io.BytesIO("\n".join(as_graphml(made)).encode()), force_multigraph=True)
    told = nx.node_link_graph(json.loads(as_json(made)), edges="edges")
    assert set(xml.nodes) == set(told.nodes) == set(made.nodes)
    assert xml.number_of_edges() == told.number_of_edges() == made.number_of_edges()


def test_characters_that_xml_cannot_hold_do_not_break_the_export(tmp_path: Path) -> None:
    file = tmp_path / "odd.db"
    put(file, reading("a\x0bb", Said(UP)))
    with contextlib.closing(for_reading(file)) as opened:
        xml = "\n".join(as_graphml(graph(opened)))
    assert "a\ufffdb" in nx.read_graphml(io.BytesIO(xml.encode())).nodes["document:1"]["label"]
