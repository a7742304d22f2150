"""What people decided on single rows before pooling. No foreign key: a review outlives the document's next reading."""

SQL = """
CREATE TABLE review (
  id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES run (id),
  document TEXT NOT NULL,
  outcome TEXT NOT NULL,
  quote TEXT NOT NULL,
  est REAL,
  est_lb REAL,
  est_ub REAL,
  verdict TEXT NOT NULL CHECK (verdict IN ('accept', 'reject', 'correct', 'add')),
  new_measure TEXT,
  new_est REAL,
  new_lb REAL,
  new_ub REAL,
  new_level REAL,
  page TEXT,
  reviewer TEXT NOT NULL,
  reviewed TEXT NOT NULL,
  why TEXT
) STRICT;
CREATE INDEX review_document ON review (document);
"""
