"""The tables of the library: one file a migration, oldest first. Applied ones are never edited."""
