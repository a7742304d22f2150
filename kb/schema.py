"""The tables of the library, as migrations. Names of tables and columns are documented in docs/data-model.md and do not change."""

from __future__ import annotations

from sqlite3 import Connection
from typing import TYPE_CHECKING, cast

from kb.migrations import (
    m0001_first_tables,
    m0002_harvest,
    m0003_competing,
    m0004_review,
    m0005_own_numbers,
    m0006_review_place,
    m0007_bulk,
    m0008_bulk_reader,
)

if TYPE_CHECKING:
    from sqlite_utils import Database

#: The set under which sqlite-utils records what was applied.
MIGRATION_SET = "counterclaim"

#: Name and SQL of every migration, oldest first. Applied ones are never edited: a change is one more line.
MIGRATIONS: tuple[tuple[str, str], ...] = (
    ("0001_first_tables", m0001_first_tables.SQL),
    ("0002_harvest", m0002_harvest.SQL),
    ("0003_competing", m0003_competing.SQL),
    ("0004_review", m0004_review.SQL),
    ("0005_own_numbers", m0005_own_numbers.SQL),
    ("0006_review_place", m0006_review_place.SQL),
    ("0007_bulk", m0007_bulk.SQL),
    ("0008_bulk_reader", m0008_bulk_reader.SQL),
)


def statements(script: str) -> tuple[str, ...]:
    """The statements of a script one by one: `executescript` would commit, and so tear a migration's transaction."""
    return tuple(s.strip() for s in script.split(";\n") if s.strip())


def migrate(connection: Connection) -> None:
    """Apply what is not applied yet, each migration and its record in one transaction."""
    from sqlite_utils import Database, Migrations

    migrations = Migrations(MIGRATION_SET)
    for name, script in MIGRATIONS:
        migrations(name=name)(_applying(script))
    migrations.apply(Database(connection))


class _applying:
    """One script as the function that sqlite-utils calls."""

    __name__ = "migration"

    def __init__(self, script: str) -> None:
        self.script = script

    def __call__(self, db: Database, /) -> None:
        for statement in statements(self.script):
            db.execute(statement)


def applied(connection: Connection) -> tuple[str, ...]:
    """The migrations that a database says it has, oldest first; none where it is no library."""
    has_record = connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '_sqlite_migrations'").fetchone()
    if not has_record:
        return ()
    rows = connection.execute("SELECT name FROM _sqlite_migrations WHERE migration_set = ? ORDER BY id", (MIGRATION_SET,))
    return tuple(cast(str, row[0]) for row in rows)
