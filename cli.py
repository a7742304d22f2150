"""The command line: one command each for what a person wants of the program."""

from __future__ import annotations

import click

from commands import bulk, pages, papers, pooling, questions, soundness, studies, verdicts


@click.group()
@click.version_option(package_name="counterclaim")
def main() -> None:
    """Papers in, competing claims out."""


for _command in (
    papers.extract, papers.add, papers.search, papers.refresh, papers.reread, papers.runs, papers.changes, papers.init,
    bulk.bulk,
    questions.query, questions.screen, questions.disputes, verdicts.verdict,
    studies.studies, studies.merge, studies.unmerge, studies.graph, studies.rebuild,
    soundness.verify, soundness.pack, soundness.doctor, soundness.bench,
    pooling.pool, pooling.export, pooling.forest, pooling.review,
    pages.report, pages.serve,
):  # fmt: skip
    main.add_command(_command)


if __name__ == "__main__":
    main()
