"""The error of a domain pack, apart from what reads packs: a command that only asks must not load that."""

from __future__ import annotations


class BadPack(Exception):
    """A domain pack that does not hold to the rules: which file, which entry, what is wrong."""
