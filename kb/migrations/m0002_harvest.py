"""What a harvest brings: saved searches, records and the answers they came in, notices, references, tombstones, runs by source, changes.

The table of evidence is made anew, since a registry's structured result has a pointer in place of offsets.
"""

SQL = """
DROP VIEW claim_in_full;

CREATE TABLE evidence_with_pointer (
  id INTEGER PRIMARY KEY,
  document_id INTEGER NOT NULL REFERENCES document (id) ON DELETE CASCADE,
  start_char INTEGER CHECK (start_char >= 0),
  end_char INTEGER,
  pointer TEXT,
  quote TEXT NOT NULL,
  CHECK (end_char >= start_char),
  CHECK ((start_char IS NULL) = (end_char IS NULL) AND (start_char IS NULL) = (pointer IS NOT NULL)),
  UNIQUE (document_id, start_char, end_char)
) STRICT;
INSERT INTO evidence_with_pointer (id, document_id, start_char, end_char, quote) SELECT id, document_id, start_char, end_char, quote FROM evidence;
DROP TABLE evidence;
ALTER TABLE evidence_with_pointer RENAME TO evidence;
CREATE INDEX evidence_pointer ON evidence (document_id, pointer);

ALTER TABLE document ADD COLUMN language TEXT;
ALTER TABLE document ADD COLUMN original_title TEXT;
ALTER TABLE document ADD COLUMN pmid_version INTEGER;
ALTER TABLE document ADD COLUMN entered TEXT;
ALTER TABLE document ADD COLUMN revised TEXT;
ALTER TABLE document ADD COLUMN deleted_in INTEGER REFERENCES run (id);
ALTER TABLE document ADD COLUMN deleted_why TEXT;
CREATE INDEX document_doi ON document (doi);
CREATE INDEX document_pmid ON document (pmid);

CREATE TABLE document_notice (
  document_id INTEGER NOT NULL REFERENCES document (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  source TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('retracted', 'concern', 'corrected')),
  said_by TEXT NOT NULL,
  doi TEXT,
  pmid TEXT,
  pmcid TEXT,
  date TEXT,
  citation TEXT,
  found_in INTEGER NOT NULL REFERENCES run (id),
  PRIMARY KEY (document_id, source, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE document_notifies (
  document_id INTEGER NOT NULL REFERENCES document (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('retracted', 'concern', 'corrected')),
  said_by TEXT NOT NULL,
  doi TEXT,
  pmid TEXT,
  pmcid TEXT,
  date TEXT,
  PRIMARY KEY (document_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_notifies_doi ON document_notifies (doi);
CREATE INDEX document_notifies_pmid ON document_notifies (pmid);

CREATE TABLE document_cites (
  document_id INTEGER NOT NULL REFERENCES document (id) ON DELETE CASCADE,
  source TEXT NOT NULL,
  position INTEGER NOT NULL,
  doi TEXT,
  pmid TEXT,
  pmcid TEXT,
  citation TEXT,
  PRIMARY KEY (document_id, source, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_cites_doi ON document_cites (doi);
CREATE INDEX document_cites_pmid ON document_cites (pmid);

CREATE TABLE document_other_text (
  document_id INTEGER NOT NULL REFERENCES document (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  language TEXT,
  sort TEXT,
  text TEXT NOT NULL,
  PRIMARY KEY (document_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE answer (
  hash TEXT PRIMARY KEY,
  body BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE record (
  source TEXT NOT NULL,
  external_id TEXT NOT NULL,
  answer_hash TEXT REFERENCES answer (hash),
  mark TEXT,
  state TEXT NOT NULL CHECK (state IN ('stored', 'read', 'unreadable', 'gone')),
  why TEXT,
  document_id INTEGER REFERENCES document (id) ON DELETE SET NULL,
  fetched TEXT NOT NULL,
  changed_in INTEGER NOT NULL REFERENCES run (id),
  PRIMARY KEY (source, external_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX record_document ON record (document_id);
CREATE INDEX record_state ON record (state) WHERE state <> 'read';

CREATE TABLE search (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  source TEXT NOT NULL,
  query TEXT NOT NULL,
  since TEXT,
  watermark TEXT,
  UNIQUE (name, source)
) STRICT;

CREATE TABLE search_item (
  search_id INTEGER NOT NULL REFERENCES search (id) ON DELETE CASCADE,
  external_id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('asked', 'here', 'failed', 'left', 'gone')),
  listed_as_revised INTEGER NOT NULL DEFAULT 0 CHECK (listed_as_revised IN (0, 1)),
  mark TEXT,
  why TEXT,
  PRIMARY KEY (search_id, external_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_source (
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  search TEXT NOT NULL,
  source TEXT NOT NULL,
  asked INTEGER NOT NULL DEFAULT 0,
  got INTEGER NOT NULL DEFAULT 0,
  new INTEGER NOT NULL DEFAULT 0,
  revised INTEGER NOT NULL DEFAULT 0,
  deleted INTEGER NOT NULL DEFAULT 0,
  retracted INTEGER NOT NULL DEFAULT 0,
  skipped INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  cache_hits INTEGER NOT NULL DEFAULT 0,
  requests INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL DEFAULT 0,
  seconds REAL NOT NULL DEFAULT 0,
  error TEXT,
  PRIMARY KEY (run_id, search, source)
) STRICT, WITHOUT ROWID;

CREATE TABLE change (
  id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  document_id INTEGER,
  document TEXT,
  kind TEXT NOT NULL,
  what TEXT NOT NULL,
  before TEXT,
  after TEXT
) STRICT;
CREATE INDEX change_run ON change (run_id);

CREATE TABLE verdict (
  intervention TEXT NOT NULL,
  comparator TEXT NOT NULL,
  condition TEXT NOT NULL,
  outcome TEXT NOT NULL,
  level TEXT NOT NULL,
  verdict TEXT NOT NULL,
  counts TEXT NOT NULL,
  PRIMARY KEY (intervention, comparator, condition, outcome, level)
) STRICT, WITHOUT ROWID;

CREATE VIEW cites_retracted AS
  SELECT citing.id AS document_id, citing.came_as AS document, citing.level, cited.id AS retracted_id, cited.came_as AS retracted
  FROM document_cites
    JOIN document AS citing ON citing.id = document_cites.document_id
    JOIN document AS cited ON (cited.doi = document_cites.doi OR cited.pmid = document_cites.pmid)
  WHERE cited.status = 'retracted' AND cited.id <> citing.id AND citing.deleted_in IS NULL
  GROUP BY citing.id, cited.id;

CREATE VIEW claim_in_full AS
  SELECT
    claim.id AS claim_id, claim.document_id, document.came_as AS document, study.id AS study_id, study.name AS study,
    study.known_from, document.report, document.level, coalesce(document.design, study.design) AS design, document.status,
    claim.question, claim.intervention, claim.intervention_concept, claim.comparator, claim.comparator_concept,
    claim.comparator_class, claim.direction, claim.point_direction, claim.significant, claim.null_kind, claim.hedged, claim.spin,
    claim.confidence, claim.analysis_set, claim.condition, claim.condition_concept,
    outcome.label AS outcome, claim.outcome_text, outcome.name AS outcome_name, outcome.concept_id AS outcome_concept,
    outcome.better, claim.time_text, claim.time_days,
    coalesce(claim.route, arm.route) AS route, coalesce(claim.cell_source, arm.cell_source) AS cell_source, arm.donor,
    versus.route AS versus_route, versus.cell_source AS versus_cell_source, versus.donor AS versus_donor,
    claim.arm_id, claim.versus_id, document.sample_size, evidence.quote, evidence.start_char, evidence.end_char, evidence.pointer,
    document.title, document.year, document.journal, document.doi, document.pmid, document.pmcid, document.url
  FROM claim
    JOIN document ON document.id = claim.document_id
    JOIN study_document ON study_document.document_id = document.id
    JOIN study ON study.id = study_document.study_id
    JOIN outcome ON outcome.id = claim.outcome_id
    JOIN evidence ON evidence.id = claim.evidence_id
    LEFT JOIN arm ON arm.id = claim.arm_id
    LEFT JOIN arm AS versus ON versus.id = claim.versus_id
  WHERE document.deleted_in IS NULL;
"""
