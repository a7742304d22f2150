"""The page as a local site: a Datasette over the library, read-only, with our pages in front of its tables."""
