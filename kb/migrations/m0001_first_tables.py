"""Documents, studies, arms, outcomes, effects, claims and the evidence behind them."""

SQL = """
CREATE TABLE run (
  id INTEGER PRIMARY KEY,
  command TEXT NOT NULL,
  arguments TEXT NOT NULL,
  started TEXT NOT NULL,
  ended TEXT,
  versions TEXT NOT NULL,
  added INTEGER NOT NULL DEFAULT 0,
  replaced INTEGER NOT NULL DEFAULT 0,
  unchanged INTEGER NOT NULL DEFAULT 0,
  left_out INTEGER NOT NULL DEFAULT 0,
  exit_code INTEGER,
  library_digest TEXT
) STRICT;

CREATE TABLE concept (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  label TEXT NOT NULL,
  broader TEXT,
  better TEXT CHECK (better IN ('lower', 'higher')),
  harm INTEGER NOT NULL DEFAULT 0 CHECK (harm IN (0, 1)),
  class TEXT,
  route TEXT,
  cell_source TEXT,
  donor TEXT,
  pack TEXT
) STRICT;
CREATE INDEX concept_broader ON concept (broader);

CREATE TABLE concept_name (
  name TEXT NOT NULL,
  concept_id TEXT NOT NULL REFERENCES concept (id) ON DELETE CASCADE,
  written TEXT NOT NULL,
  PRIMARY KEY (name, concept_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE document (
  id INTEGER PRIMARY KEY,
  came_as TEXT NOT NULL,
  title TEXT NOT NULL,
  text TEXT NOT NULL,
  sections TEXT NOT NULL,
  year INTEGER,
  journal TEXT,
  doi TEXT,
  pmid TEXT,
  pmcid TEXT,
  read TEXT NOT NULL,
  report TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'ok' CHECK (status IN ('ok', 'retracted', 'concern', 'corrected', 'superseded')),
  level TEXT NOT NULL CHECK (level IN ('trial', 'pooled', 'other')),
  design TEXT,
  sample_size INTEGER,
  pooled_studies INTEGER,
  publication_types TEXT NOT NULL,
  keywords TEXT NOT NULL,
  mesh TEXT NOT NULL,
  authors TEXT NOT NULL,
  registry_ids TEXT NOT NULL,
  study_registry_ids TEXT NOT NULL,
  url TEXT,
  origin TEXT,
  format TEXT,
  content_digest TEXT NOT NULL,
  added_in INTEGER NOT NULL REFERENCES run (id),
  changed_in INTEGER NOT NULL REFERENCES run (id)
) STRICT;
CREATE INDEX document_came_as ON document (came_as);

CREATE TABLE document_identifier (
  document_id INTEGER NOT NULL REFERENCES document (id) ON DELETE CASCADE,
  scheme TEXT NOT NULL CHECK (scheme IN ('doi', 'pmid', 'pmcid', 'registry')),
  value TEXT NOT NULL,
  PRIMARY KEY (document_id, scheme, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_identifier_value ON document_identifier (value, scheme);

CREATE TABLE document_reports_on (
  document_id INTEGER NOT NULL REFERENCES document (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  doi TEXT,
  pmid TEXT,
  pmcid TEXT,
  registry_id TEXT,
  citation TEXT,
  PRIMARY KEY (document_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_reports_on_doi ON document_reports_on (doi);
CREATE INDEX document_reports_on_pmid ON document_reports_on (pmid);
CREATE INDEX document_reports_on_pmcid ON document_reports_on (pmcid);
CREATE INDEX document_reports_on_registry ON document_reports_on (registry_id);

CREATE TABLE document_condition (
  document_id INTEGER NOT NULL REFERENCES document (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  concept_id TEXT NOT NULL REFERENCES concept (id),
  label TEXT NOT NULL,
  PRIMARY KEY (document_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE study (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  level TEXT NOT NULL CHECK (level IN ('trial', 'pooled', 'other')),
  design TEXT,
  sample_size INTEGER,
  pooled_studies INTEGER,
  registry_ids TEXT NOT NULL,
  best_document_id INTEGER NOT NULL REFERENCES document (id) ON DELETE CASCADE,
  known_from TEXT NOT NULL
) STRICT;
CREATE INDEX study_best_document ON study (best_document_id);

CREATE TABLE study_document (
  document_id INTEGER PRIMARY KEY REFERENCES document (id) ON DELETE CASCADE,
  study_id INTEGER NOT NULL REFERENCES study (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX study_document_study ON study_document (study_id);

CREATE TABLE evidence (
  id INTEGER PRIMARY KEY,
  document_id INTEGER NOT NULL REFERENCES document (id) ON DELETE CASCADE,
  start_char INTEGER NOT NULL CHECK (start_char >= 0),
  end_char INTEGER NOT NULL,
  quote TEXT NOT NULL,
  CHECK (end_char >= start_char),
  UNIQUE (document_id, start_char, end_char)
) STRICT;

CREATE TABLE arm (
  id INTEGER PRIMARY KEY,
  document_id INTEGER NOT NULL REFERENCES document (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  evidence_id INTEGER NOT NULL REFERENCES evidence (id),
  role TEXT NOT NULL CHECK (role IN ('intervention', 'comparator', 'exposure')),
  label TEXT NOT NULL,
  concept_id TEXT REFERENCES concept (id),
  class TEXT,
  route TEXT,
  cell_source TEXT,
  donor TEXT,
  dose TEXT,
  schedule TEXT,
  n INTEGER,
  UNIQUE (document_id, position)
) STRICT;
CREATE INDEX arm_evidence ON arm (evidence_id);
CREATE INDEX arm_concept ON arm (concept_id);

CREATE TABLE outcome (
  id INTEGER PRIMARY KEY,
  label TEXT NOT NULL,
  name TEXT NOT NULL,
  concept_id TEXT REFERENCES concept (id),
  better TEXT CHECK (better IN ('lower', 'higher'))
) STRICT;
CREATE UNIQUE INDEX outcome_once ON outcome (label, coalesce(concept_id, ''), coalesce(better, ''));
CREATE INDEX outcome_concept ON outcome (concept_id);

CREATE TABLE effect (
  id INTEGER PRIMARY KEY,
  document_id INTEGER NOT NULL REFERENCES document (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  evidence_id INTEGER NOT NULL REFERENCES evidence (id),
  measure TEXT NOT NULL,
  outcome_id INTEGER NOT NULL REFERENCES outcome (id),
  outcome_text TEXT NOT NULL,
  whose TEXT NOT NULL CHECK (whose IN ('difference', 'intervention', 'comparator', 'pooled')),
  estimate REAL,
  ci_low REAL,
  ci_high REAL,
  ci_level REAL,
  p_value REAL,
  p_operator TEXT,
  i2 REAL,
  tau2 REAL,
  k INTEGER,
  se REAL,
  sd REAL,
  iqr_low REAL,
  iqr_high REAL,
  events INTEGER,
  total INTEGER,
  n INTEGER,
  unit TEXT,
  time_text TEXT,
  time_days REAL,
  kind TEXT,
  subgroup TEXT,
  analysis_set TEXT,
  adjusted INTEGER CHECK (adjusted IN (0, 1)),
  arm_id INTEGER REFERENCES arm (id),
  versus_id INTEGER REFERENCES arm (id),
  confidence REAL,
  stated_sign INTEGER,
  UNIQUE (document_id, position)
) STRICT;
CREATE INDEX effect_evidence ON effect (evidence_id);
CREATE INDEX effect_outcome ON effect (outcome_id);
CREATE INDEX effect_arm ON effect (arm_id);
CREATE INDEX effect_versus ON effect (versus_id);

CREATE TABLE printed_number (
  effect_id INTEGER NOT NULL REFERENCES effect (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  field TEXT NOT NULL,
  printed TEXT NOT NULL,
  PRIMARY KEY (effect_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit_finding (
  effect_id INTEGER NOT NULL REFERENCES effect (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  check_name TEXT NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('consistent', 'inconsistent', 'unchecked')),
  detail TEXT NOT NULL,
  PRIMARY KEY (effect_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE claim (
  id INTEGER PRIMARY KEY,
  document_id INTEGER NOT NULL REFERENCES document (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  evidence_id INTEGER NOT NULL REFERENCES evidence (id),
  question TEXT NOT NULL,
  intervention TEXT,
  intervention_concept TEXT REFERENCES concept (id),
  comparator TEXT,
  comparator_concept TEXT REFERENCES concept (id),
  comparator_class TEXT,
  arm_id INTEGER REFERENCES arm (id),
  versus_id INTEGER REFERENCES arm (id),
  route TEXT,
  cell_source TEXT,
  condition TEXT,
  condition_concept TEXT REFERENCES concept (id),
  outcome_id INTEGER NOT NULL REFERENCES outcome (id),
  outcome_text TEXT NOT NULL,
  time_text TEXT,
  time_days REAL,
  direction TEXT NOT NULL,
  point_direction TEXT,
  significant INTEGER CHECK (significant IN (0, 1)),
  null_kind TEXT,
  analysis_set TEXT,
  hedged INTEGER NOT NULL CHECK (hedged IN (0, 1)),
  spin INTEGER NOT NULL CHECK (spin IN (0, 1)),
  confidence REAL,
  UNIQUE (document_id, position)
) STRICT;
CREATE INDEX claim_evidence ON claim (evidence_id);
CREATE INDEX claim_outcome ON claim (outcome_id);
CREATE INDEX claim_intervention ON claim (intervention_concept);
CREATE INDEX claim_arm ON claim (arm_id);
CREATE INDEX claim_versus ON claim (versus_id);

CREATE TABLE claim_effect (
  claim_id INTEGER NOT NULL REFERENCES claim (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  effect_id INTEGER NOT NULL REFERENCES effect (id) ON DELETE CASCADE,
  PRIMARY KEY (claim_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX claim_effect_effect ON claim_effect (effect_id);

CREATE TABLE problem (
  id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES run (id),
  document_id INTEGER REFERENCES document (id) ON DELETE CASCADE,
  place TEXT NOT NULL,
  what TEXT NOT NULL,
  advice TEXT,
  quote TEXT
) STRICT;
CREATE INDEX problem_document ON problem (document_id);

CREATE VIEW document_name AS
  SELECT document_id, scheme, value, 'itself' AS of FROM document_identifier
  UNION ALL SELECT document_id, 'doi', doi, 'reported' FROM document_reports_on WHERE doi IS NOT NULL
  UNION ALL SELECT document_id, 'pmid', pmid, 'reported' FROM document_reports_on WHERE pmid IS NOT NULL
  UNION ALL SELECT document_id, 'pmcid', pmcid, 'reported' FROM document_reports_on WHERE pmcid IS NOT NULL
  UNION ALL SELECT document_id, 'registry', registry_id, 'reported' FROM document_reports_on WHERE registry_id IS NOT NULL;

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
    claim.arm_id, claim.versus_id, document.sample_size, evidence.quote, evidence.start_char, evidence.end_char,
    document.title, document.year, document.journal, document.doi, document.pmid, document.pmcid, document.url
  FROM claim
    JOIN document ON document.id = claim.document_id
    JOIN study_document ON study_document.document_id = document.id
    JOIN study ON study.id = study_document.study_id
    JOIN outcome ON outcome.id = claim.outcome_id
    JOIN evidence ON evidence.id = claim.evidence_id
    LEFT JOIN arm ON arm.id = claim.arm_id
    LEFT JOIN arm AS versus ON versus.id = claim.versus_id;
"""
