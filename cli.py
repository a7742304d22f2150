"""The command line: parse, call, print."""

from __future__ import annotations

import click


@click.group()
def main() -> None:
    """Papers in, competing claims out."""


if __name__ == "__main__":
    main()
