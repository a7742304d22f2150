"""What a file of PubMed's was read with: the trained tagger and its version, or the rules alone."""

SQL = """
ALTER TABLE bulk_shard ADD COLUMN reads_with TEXT;
"""
