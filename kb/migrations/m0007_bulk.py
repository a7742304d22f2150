"""Files of PubMed's that are loaded whole: each file's state, what became of its records, and the last word on every record that was stored or taken back."""

SQL = """
CREATE TABLE bulk_shard (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  year INTEGER NOT NULL,
  number INTEGER NOT NULL,
  size INTEGER NOT NULL,
  modified INTEGER NOT NULL,
  md5 TEXT,
  gate TEXT,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'left out')),
  why TEXT,
  run_id INTEGER NOT NULL REFERENCES run (id),
  records INTEGER
) STRICT;
CREATE INDEX bulk_shard_state ON bulk_shard (state);

CREATE TABLE bulk_count (
  shard_id INTEGER NOT NULL REFERENCES bulk_shard (id) ON DELETE CASCADE,
  fate TEXT NOT NULL CHECK (fate IN ('stored', 'gated out', 'deleted', 'older', 'left out')),
  why TEXT NOT NULL,
  records INTEGER NOT NULL,
  PRIMARY KEY (shard_id, fate, why)
) STRICT, WITHOUT ROWID;

CREATE TABLE bulk_gated (
  shard_id INTEGER NOT NULL REFERENCES bulk_shard (id) ON DELETE CASCADE,
  why TEXT NOT NULL,
  steps TEXT NOT NULL,
  PRIMARY KEY (shard_id, why)
) STRICT, WITHOUT ROWID;

CREATE TABLE bulk_record (
  pmid INTEGER PRIMARY KEY,
  shard_id INTEGER NOT NULL REFERENCES bulk_shard (id) ON DELETE CASCADE,
  deleted INTEGER NOT NULL CHECK (deleted IN (0, 1)),
  document_id INTEGER REFERENCES document (id) ON DELETE SET NULL
) STRICT;
CREATE INDEX bulk_record_shard ON bulk_record (shard_id);
CREATE INDEX bulk_record_document ON bulk_record (document_id);

CREATE VIEW bulk_gated_record AS
  SELECT g.shard_id, s.name AS shard, g.why, sum(j.value) OVER (PARTITION BY g.shard_id, g.why ORDER BY j.key) AS pmid
  FROM bulk_gated g JOIN bulk_shard s ON s.id = g.shard_id, json_each(g.steps) j;

CREATE VIEW bulk_account AS
  SELECT s.name AS shard, s.state, s.records,
    coalesce(sum(c.records) FILTER (WHERE c.fate = 'stored'), 0) AS stored,
    coalesce(sum(c.records) FILTER (WHERE c.fate = 'gated out'), 0) AS gated_out,
    coalesce(sum(c.records) FILTER (WHERE c.fate = 'deleted'), 0) AS deleted,
    coalesce(sum(c.records) FILTER (WHERE c.fate = 'older'), 0) AS older,
    coalesce(sum(c.records) FILTER (WHERE c.fate = 'left out'), 0) AS left_out,
    coalesce(s.records, 0) - coalesce(sum(c.records), 0) AS unaccounted
  FROM bulk_shard s LEFT JOIN bulk_count c ON c.shard_id = s.id
  GROUP BY s.id ORDER BY s.year, s.number, s.name;
"""
