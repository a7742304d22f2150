"""Formats of files: what each is known by, and how it is read. `known` lists them."""
