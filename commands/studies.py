"""Commands on what belongs together: studies and their merging, the graph, and working all of it out anew. Heavy libraries are imported inside the command that needs them."""

from __future__ import annotations

from pathlib import Path

import click

from commands.console import DONE, database_option, in_words, library_in_reach, show, show_rows, writing


@click.command()
@click.argument("name", required=False)
@database_option
@click.option("--several", is_flag=True, help="Only studies that several documents tell of.")
@click.option("--doubtful", is_flag=True, help="The review queue instead: documents that look like one study and share no name.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a row.")
@in_words
def studies(name: str | None, database: Path | None, several: bool, doubtful: bool, as_json: bool) -> None:
    r"""Which documents tell of which study, which of them speaks for it, and by what they were joined.

    NAME is a registration number, or the id of a document.

    \b
    Example:
      counterclaim studies --several
      counterclaim studies NCT04749667
      counterclaim studies --doubtful
    """
    from kb import merging
    from kb.connection import for_reading

    db = for_reading(database or library_in_reach())
    rows = merging.doubts(db) if doubtful else merging.studies(db, name, several)
    show_rows(rows, merging.DOUBT_COLUMNS if doubtful else merging.COLUMNS, as_json)


@click.command()
@click.argument("document")
@click.argument("other", required=False)
@click.option("--why", required=True, help="The reason, kept with the decision.")
@click.option("--distinct", is_flag=True, help="They are two studies: take them out of the review queue.")
@click.option("--apart", is_flag=True, help="DOCUMENT belongs to none of those that its names join it to.")
@database_option
@in_words
def merge(document: str, other: str | None, why: str, distinct: bool, apart: bool, database: Path | None) -> None:
    r"""Decide that two documents tell of one study, or that they do not. Nothing is joined by likeness alone.

    \b
    Example:
      counterclaim merge pmid:37834955 conference-page --why "same trial, read both"
      counterclaim merge pmid:1 pmid:2 --distinct --why "other patients"
      counterclaim merge pmid:3 --apart --why "bears another trial's number"
    """
    from kb.merging import Decision, decide
    from kb.screening import document_named

    if (other is None) is not apart:
        raise click.UsageError("Name two documents, or one with --apart.")
    with writing(database, "merge", (document, other or "", why)) as library:
        with library.transaction() as db:
            one, two = document_named(db, document), document_named(db, other) if other else None
            decide(db, library.run, Decision(one, two, "apart" if apart else "other" if distinct else "same", why))
        library.close_run(DONE)
    click.echo("Kept. See: counterclaim studies --several. Undo it with: counterclaim unmerge")


@click.command()
@click.argument("document")
@click.argument("other", required=False)
@database_option
@in_words
def unmerge(document: str, other: str | None, database: Path | None) -> None:
    r"""Take a decision of `merge` back; the library is then as it was before.

    \b
    Example:
      counterclaim unmerge pmid:37834955 conference-page
    """
    from kb.merging import undo
    from kb.screening import document_named

    with writing(database, "unmerge", (document, other or "")) as library:
        with library.transaction() as db:
            undo(db, document_named(db, document), document_named(db, other) if other else None)
        library.close_run(DONE)
    click.echo("Taken back.")


@click.command()
@database_option
@click.option("--to", "form", type=click.Choice(["graphml", "json"]), default="json", show_default=True, help="The format.")
@click.option("--around", metavar="NODE", help="Only what lies around this node.")
@click.option("--steps", type=click.IntRange(1), default=2, show_default=True, help="How far around.")
@click.option("--path", "ends", nargs=2, metavar="NODE NODE", help="Only the shortest way between two nodes.")
@in_words
def graph(database: Path | None, form: str, around: str | None, steps: int, ends: tuple[str, str] | None) -> None:
    r"""The library as a graph of concepts, studies, documents, arms, outcomes, effects and claims.

    A NODE is an id (claim:12), a document's id, a study's name or a concept's label.

    \b
    Example:
      counterclaim graph --to graphml > library.graphml
      counterclaim graph --around NCT04749667 --steps 2
      counterclaim graph --path NCT04749667 "mesenchymal stem cells"
    """
    from kb import graph as graphs
    from kb.connection import for_reading

    db = for_reading(database or library_in_reach())
    made = graphs.graph(db)
    if around:
        made = graphs.around(made, graphs.node_named(db, around), steps)
    if ends:
        made = graphs.path(made, graphs.node_named(db, ends[0]), graphs.node_named(db, ends[1]))
    show(graphs.as_json(made) if form == "json" else "\n".join(graphs.as_graphml(made)))


@click.command()
@database_option
@in_words
def rebuild(database: Path | None) -> None:
    r"""Work out everything that follows from the documents anew: studies, what competes, disputes, verdicts. Says whether it came out the same.

    \b
    Example:
      counterclaim rebuild --db ms.db
    """
    from kb.fingerprint import derived
    from kb.upkeep import all_anew

    with writing(database, "rebuild", ()) as library:
        before = derived(library.db)
        with library.transaction() as db:
            all_anew(db, library.run)
        library.close_run(DONE)
        after = derived(library.db)
    click.echo(f"{'The same as before' if before == after else 'Something was behind, and is now up to date'}: {after}")
