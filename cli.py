"""The command line: parse, call, print."""

from __future__ import annotations

import sys

import click

#: Exit codes of the contract.
DONE, FAILED, USAGE, PARTIAL, TRY_LATER = 0, 1, 2, 3, 75


@click.group()
def main() -> None:
    """Papers in, competing claims out."""


@main.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a document (docs: the contract).")
def extract(paths: tuple[str, ...], as_json: bool) -> None:
    r"""Read documents and print what they assert; stores nothing.

    A PATH is a file, a folder, or - for JSON lines on standard input.

    \b
    Example:
      counterclaim extract --json paper.txt records.jsonl
    """
    from kb.intake import read_each
    from kb.readable import extraction_line, extraction_summary
    from nlp.pipeline import build

    try:
        from crawler.reading import read_paths
    except ModuleNotFoundError:  # until the importers are in the tree
        from kb.json_lines import read_paths

    left_out = False
    show = extraction_line if as_json else extraction_summary
    for item in read_each(read_paths(paths), build()):
        if isinstance(item, Exception):
            click.echo(f"Left out: {item}", err=True)
            left_out = True
            continue
        for sentence in item.left_out:
            click.echo(f"Left out: {item.document.id}: {sentence}", err=True)
            left_out = True
        click.echo(show(item))
    sys.exit(PARTIAL if left_out else DONE)


if __name__ == "__main__":
    main()
