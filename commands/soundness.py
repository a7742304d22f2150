"""Commands that look whether all is right: every value read again, the library and the program, the reading itself. Heavy libraries are imported inside the command that needs them."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from commands.console import DONE, FAILED, PARTIAL, database_option, in_words, library_in_reach, say, show, writing


@click.command()
@database_option
@in_words
def verify(database: Path | None) -> None:
    r"""Read every stored quote and number again in the stored text, and posted results in the registry's stored answer.

    What cannot be looked at, since its answer is not kept or a newer one waits to be read, is named (exit code 3).

    \b
    Example:
      counterclaim verify --db ms.db
    """
    from kb.connection import for_reading
    from kb.verification import counted, findings

    db = for_reading(database or library_in_reach())
    found = []
    for finding in findings(db):
        show(finding.sentence)
        found.append(finding.wrong)
    quotes, numbers = counted(db)
    wrong = sum(found)
    unseen = f" {len(found) - wrong} not looked at." if wrong < len(found) else ""
    click.echo(f"{quotes} quotes and {numbers} printed numbers read again; {wrong or 'none'} wrong.{unseen}")
    sys.exit(FAILED if wrong else PARTIAL if found else DONE)


@click.command()
@database_option
@in_words
def pack(database: Path | None) -> None:
    r"""Keep a library small: put the raw answers of services into a file beside it, packed together, and give the room back to the disk.

    Only `reread` and `verify` want them; they find them in LIBRARY.answers. Broken off, nothing is lost, and the next call goes on.

    \b
    Example:
      counterclaim pack --db ms.db
    """
    from kb.answers_apart import place_of, put_apart
    from kb.running import progress_for

    with writing(database, "pack", ()) as library:
        done = put_apart(library, progress_for(None))
        library.close_run(PARTIAL if done.lost or done.damaged else DONE)
    click.echo(
        f"{done.answers} answers put apart, {done.bytes_before / 1e6:.1f} MB before and {done.bytes_after / 1e6:.1f} MB after; the library took "
        f"{done.library_before / 1e6:.1f} MB and takes {done.library_after / 1e6:.1f} MB, its answers are in {place_of(library.path)}."
    )
    if done.lost:
        say(
            f"{done.lost} answers that were put apart before are not in {place_of(library.path)}: keep that file, and fetch them again: "
            "counterclaim refresh --full"
        )
    if done.damaged:
        say(
            f"{len(done.damaged)} answers are damaged in the library and stay there: {'; '.join(done.damaged[:20])}{' …' if len(done.damaged) > 20 else ''}. "
            "Fetch them again: counterclaim refresh --full"
        )
    if done.lost or done.damaged:
        sys.exit(PARTIAL)


@click.command()
@database_option
@in_words
def doctor(database: Path | None) -> None:
    r"""Say which versions run, which optional models are found, whether the library is sound, and how far its searches are.

    Each line begins with ok, with BAD (the exit code is 1), or with look: nothing is unsound, and something waits or failed.

    \b
    Example:
      counterclaim doctor --db ms.db
    """
    from kb.health import report

    well = True
    for good, sentence in report(database or library_in_reach()):
        show(f"{'look' if good is None else 'ok' if good else 'BAD':<5}{sentence}")
        well = well and good is not False
    sys.exit(DONE if well else FAILED)


@click.command()
@click.option(
    "--sets", type=click.Path(path_type=Path), help="The folder with gold/ and corpora/ (by default `shared` beside this checkout)."
)
@click.option("--out", type=click.Path(path_type=Path), help="Where to write (by default docs/scorecard.md of this checkout).")
@in_words
def bench(sets: Path | None, out: Path | None) -> None:
    r"""Measure how well abstracts are read, on every annotated set that is at hand; print and write the scorecard.

    \b
    Examples:
      counterclaim bench
      counterclaim bench --sets ~/sets --out scorecard.md
    """
    root = Path(__file__).resolve().parent.parent
    if not (root / "benchmarks" / "scorecard.py").exists():
        raise click.UsageError(
            "The benchmarks are part of the source checkout and not of an installed program; run this from a checkout."
        )
    from benchmarks.scorecard import write

    folder, target = sets or root.parent / "shared", out or root / "docs" / "scorecard.md"
    if not folder.is_dir():
        raise click.UsageError(f"{folder} is no folder; name the one with the annotated sets by --sets.")
    if not target.parent.is_dir():
        raise click.UsageError(f"{target.parent} is no folder, so {target.name} cannot be written there.")
    show(write(folder, target))
