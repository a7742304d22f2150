"""What competes: claims with their keys and analysis scale, disputes, inconsistent reports, decisions about identity, screening, and history.

`stale` names the documents whose derived rows are behind; triggers fill it, so that no path of writing can forget it, and a run that
was killed leaves it for the next one.
"""

#: What a claim was, as answers showed it, kept when it goes; which claims go is the trigger's to say.
_REMEMBER = """\
  INSERT INTO claim_was (document_id, from_run, until_run, shown, compared, effect)
  SELECT f.document_id, d.changed_in, (SELECT max(id) FROM run),
    json_object(
    'claim_id', f.claim_id, 'document_id', f.document_id, 'document', f.document, 'study_id', f.study_id, 'study', f.study, 'known_from', f.known_from,
    'report', f.report, 'level', f.level, 'design', f.design, 'status', f.status, 'question', f.question, 'intervention', f.intervention,
    'intervention_concept', f.intervention_concept, 'comparator', f.comparator, 'comparator_concept', f.comparator_concept,
    'comparator_class', f.comparator_class, 'direction', f.direction, 'point_direction', f.point_direction, 'significant', f.significant,
    'null_kind', f.null_kind, 'hedged', f.hedged, 'spin', f.spin, 'confidence', f.confidence, 'analysis_set', f.analysis_set, 'condition', f.condition,
    'condition_concept', f.condition_concept, 'outcome', f.outcome, 'outcome_text', f.outcome_text, 'outcome_name', f.outcome_name,
    'outcome_concept', f.outcome_concept, 'better', f.better, 'time_text', f.time_text, 'time_days', f.time_days, 'route', f.route,
    'cell_source', f.cell_source, 'donor', f.donor, 'versus_route', f.versus_route, 'versus_cell_source', f.versus_cell_source,
    'versus_donor', f.versus_donor, 'arm_id', f.arm_id, 'versus_id', f.versus_id, 'sample_size', f.sample_size, 'quote', f.quote,
    'start_char', f.start_char, 'end_char', f.end_char, 'pointer', f.pointer, 'title', f.title, 'year', f.year, 'journal', f.journal, 'doi', f.doi,
    'pmid', f.pmid, 'pmcid', f.pmcid, 'url', f.url
    ),
    json_object(
    'claim_id', c.claim_id, 'document_id', c.document_id, 'study_id', c.study_id, 'family', c.family, 'intervention_key', c.intervention_key,
    'against', c.against, 'condition_key', c.condition_key, 'outcome_key', c.outcome_key, 'document', c.document, 'report', c.report, 'level', c.level,
    'design', c.design, 'status', c.status, 'question', c.question, 'intervention', c.intervention, 'comparator', c.comparator,
    'comparator_class', c.comparator_class, 'comparator_concept', c.comparator_concept, 'product', c.product, 'route', c.route,
    'cell_source', c.cell_source, 'donor', c.donor, 'dose', c.dose, 'schedule', c.schedule, 'versus_route', c.versus_route,
    'versus_cell_source', c.versus_cell_source, 'condition', c.condition, 'outcome', c.outcome, 'better', c.better, 'time_days', c.time_days,
    'time_text', c.time_text, 'direction', c.direction, 'point_direction', c.point_direction, 'significant', c.significant, 'null_kind', c.null_kind,
    'analysis_set', c.analysis_set, 'subgroup', c.subgroup, 'kind', c.kind, 'measure', c.measure, 'scale', c.scale, 'yi', c.yi, 'sei', c.sei,
    'sei_from', c.sei_from, 'minimal', c.minimal, 'flagged', c.flagged, 'sample_size', c.sample_size, 'year', c.year, 'changed_in', c.changed_in
    ),
    CASE WHEN e.id IS NOT NULL THEN json_object(
    'measure', e.measure, 'estimate', e.estimate, 'ci_low', e.ci_low, 'ci_high', e.ci_high, 'ci_level', e.ci_level, 'p_value', e.p_value,
    'p_operator', e.p_operator, 'i2', e.i2, 'k', e.k, 'se', e.se, 'sd', e.sd, 'events', e.events, 'total', e.total, 'unit', e.unit, 'whose', e.whose,
    'subgroup', e.subgroup, 'analysis_set', e.analysis_set, 'effect_quote', ev.quote
    ) END
  FROM comparison c
    JOIN claim_in_full f ON f.claim_id = c.claim_id AND f.document_id = c.document_id
    JOIN document d ON d.id = f.document_id
    LEFT JOIN effect e ON e.id = (SELECT ce.effect_id FROM claim_effect ce JOIN effect x ON x.id = ce.effect_id WHERE ce.claim_id = f.claim_id
      AND (x.estimate IS NOT NULL OR x.p_value IS NOT NULL)
      ORDER BY (x.whose = 'difference') DESC, (x.estimate IS NOT NULL) DESC, (x.ci_low IS NOT NULL) DESC, ce.position LIMIT 1)
    LEFT JOIN evidence ev ON ev.id = e.evidence_id
"""

SQL = """
ALTER TABLE concept ADD COLUMN mid REAL;
ALTER TABLE concept ADD COLUMN mid_source TEXT;
UPDATE concept SET label = '' WHERE id = 'counterclaim:packs';

CREATE TABLE comparison (
  claim_id INTEGER PRIMARY KEY,
  document_id INTEGER NOT NULL,
  study_id INTEGER NOT NULL,
  family TEXT,
  intervention_key TEXT NOT NULL,
  against TEXT NOT NULL,
  condition_key TEXT NOT NULL,
  outcome_key TEXT NOT NULL,
  document TEXT NOT NULL,
  report TEXT NOT NULL,
  level TEXT NOT NULL,
  design TEXT,
  status TEXT NOT NULL,
  question TEXT NOT NULL,
  intervention TEXT,
  comparator TEXT,
  comparator_class TEXT,
  comparator_concept TEXT,
  product TEXT,
  route TEXT,
  cell_source TEXT,
  donor TEXT,
  dose TEXT,
  schedule TEXT,
  versus_route TEXT,
  versus_cell_source TEXT,
  condition TEXT,
  outcome TEXT NOT NULL,
  better TEXT,
  time_days REAL,
  time_text TEXT,
  direction TEXT NOT NULL,
  point_direction TEXT,
  significant INTEGER,
  null_kind TEXT,
  analysis_set TEXT,
  subgroup TEXT,
  kind TEXT,
  measure TEXT,
  scale TEXT,
  yi REAL,
  sei REAL,
  sei_from TEXT,
  minimal REAL,
  flagged INTEGER NOT NULL CHECK (flagged IN (0, 1)),
  sample_size INTEGER,
  year INTEGER,
  changed_in INTEGER NOT NULL
) STRICT;
CREATE INDEX comparison_document ON comparison (document_id);
CREATE INDEX comparison_study ON comparison (study_id);
CREATE INDEX comparison_family ON comparison (family) WHERE family IS NOT NULL;
CREATE INDEX comparison_outcome ON comparison (outcome_key, intervention_key, condition_key, against, level);
CREATE INDEX comparison_intervention ON comparison (intervention_key, condition_key, against);
CREATE INDEX comparison_condition ON comparison (condition_key, outcome_key);

CREATE TABLE dispute (
  claim_a INTEGER NOT NULL,
  claim_b INTEGER NOT NULL,
  study_a INTEGER NOT NULL,
  study_b INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  type TEXT NOT NULL CHECK (type IN ('opposite', 'conclusion', 'magnitude')),
  estimates TEXT NOT NULL CHECK (estimates IN ('differ', 'compatible', 'not comparable')),
  scale TEXT,
  yi_a REAL,
  sei_a REAL,
  yi_b REAL,
  sei_b REAL,
  z REAL,
  p_difference REAL,
  overlap TEXT NOT NULL CHECK (overlap IN ('possible', 'none known')),
  explained_by TEXT NOT NULL,
  weight REAL NOT NULL,
  since INTEGER NOT NULL,
  PRIMARY KEY (claim_a, claim_b)
) STRICT, WITHOUT ROWID;
CREATE INDEX dispute_claim_b ON dispute (claim_b);
CREATE INDEX dispute_study_a ON dispute (study_a);
CREATE INDEX dispute_study_b ON dispute (study_b);
CREATE INDEX dispute_weight ON dispute (weight);

CREATE TABLE inconsistent_report (
  claim_a INTEGER NOT NULL,
  claim_b INTEGER NOT NULL,
  study_id INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  what TEXT NOT NULL CHECK (what IN ('direction', 'estimate')),
  a TEXT NOT NULL,
  b TEXT NOT NULL,
  PRIMARY KEY (claim_a, claim_b)
) STRICT, WITHOUT ROWID;
CREATE INDEX inconsistent_report_study ON inconsistent_report (study_id);

CREATE TABLE stale (
  document_id INTEGER PRIMARY KEY
) STRICT;
INSERT INTO stale SELECT id FROM document;

CREATE TRIGGER document_came AFTER INSERT ON document BEGIN INSERT OR IGNORE INTO stale VALUES (new.id); END;
CREATE TRIGGER document_went AFTER DELETE ON document BEGIN INSERT OR IGNORE INTO stale VALUES (old.id); END;
CREATE TRIGGER document_became AFTER UPDATE OF content_digest, status, deleted_in, came_as ON document BEGIN INSERT OR IGNORE INTO stale VALUES (new.id); END;
CREATE TRIGGER name_came AFTER INSERT ON document_identifier BEGIN INSERT OR IGNORE INTO stale VALUES (new.document_id); END;
CREATE TRIGGER name_went AFTER DELETE ON document_identifier BEGIN INSERT OR IGNORE INTO stale VALUES (old.document_id); END;
CREATE TRIGGER report_came AFTER INSERT ON document_reports_on BEGIN INSERT OR IGNORE INTO stale VALUES (new.document_id); END;
CREATE TRIGGER report_went AFTER DELETE ON document_reports_on BEGIN INSERT OR IGNORE INTO stale VALUES (old.document_id); END;

DELETE FROM verdict;

CREATE TABLE identity_decision (
  document_id INTEGER NOT NULL REFERENCES document (id) ON DELETE CASCADE,
  other_id INTEGER REFERENCES document (id) ON DELETE CASCADE,
  decision TEXT NOT NULL CHECK (decision IN ('same', 'other', 'apart')),
  why TEXT NOT NULL,
  run_id INTEGER NOT NULL REFERENCES run (id),
  CHECK ((other_id IS NULL) = (decision = 'apart'))
) STRICT;
CREATE UNIQUE INDEX identity_decision_once ON identity_decision (document_id, coalesce(other_id, 0));
CREATE INDEX identity_decision_other ON identity_decision (other_id);

CREATE TABLE title_key (
  document_id INTEGER NOT NULL REFERENCES document (id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  PRIMARY KEY (key, document_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX title_key_document ON title_key (document_id);

CREATE TABLE identity_doubt (
  document_id INTEGER NOT NULL REFERENCES document (id) ON DELETE CASCADE,
  other_id INTEGER NOT NULL REFERENCES document (id) ON DELETE CASCADE,
  likeness REAL NOT NULL,
  why TEXT NOT NULL,
  PRIMARY KEY (document_id, other_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX identity_doubt_other ON identity_doubt (other_id);

CREATE TABLE library_count (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO library_count (name, value) SELECT 'history_since', coalesce(max(id), 0) FROM run;
CREATE TABLE claim_was (
  id INTEGER PRIMARY KEY,
  document_id INTEGER NOT NULL,
  from_run INTEGER NOT NULL,
  until_run INTEGER NOT NULL,
  shown TEXT NOT NULL,
  compared TEXT NOT NULL,
  effect TEXT
) STRICT;
CREATE INDEX claim_was_until ON claim_was (until_run);

CREATE TABLE document_was (
  id INTEGER PRIMARY KEY,
  document_id INTEGER NOT NULL,
  until_run INTEGER NOT NULL,
  status TEXT,
  study_id INTEGER
) STRICT;
CREATE INDEX document_was_until ON document_was (until_run);

CREATE TRIGGER claim_goes BEFORE DELETE ON claim BEGIN
{REMEMBER}
  WHERE c.claim_id = old.id; END;
CREATE TRIGGER document_goes BEFORE UPDATE OF deleted_in ON document WHEN old.deleted_in IS NULL AND new.deleted_in IS NOT NULL BEGIN
{REMEMBER}
  WHERE c.document_id = old.id; END;
CREATE TRIGGER status_goes AFTER UPDATE OF status ON document WHEN old.status <> new.status BEGIN
  INSERT INTO document_was (document_id, until_run, status) SELECT old.id, max(id), old.status FROM run; END;

CREATE TABLE screening (
  question TEXT NOT NULL,
  document_id INTEGER NOT NULL REFERENCES document (id) ON DELETE CASCADE,
  decision TEXT NOT NULL CHECK (decision IN ('exclude', 'include')),
  why TEXT NOT NULL,
  run_id INTEGER NOT NULL REFERENCES run (id),
  PRIMARY KEY (question, document_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX screening_document ON screening (document_id);

CREATE TABLE document_print (
  document_id INTEGER PRIMARY KEY,
  high INTEGER NOT NULL,
  low INTEGER NOT NULL
) STRICT;
CREATE INDEX concept_name_concept ON concept_name (concept_id);
CREATE INDEX study_level ON study (level);
CREATE INDEX study_known_from ON study (known_from) WHERE known_from IN ('registry', 'protocol');

CREATE VIEW node AS
  SELECT 'concept:' || id AS id, 'concept' AS kind, label, kind AS detail FROM concept WHERE kind <> 'packs'
  UNION ALL SELECT 'study:' || id, 'study', name, level FROM study
  UNION ALL SELECT 'document:' || id, 'document', came_as, report || ', ' || CASE WHEN deleted_in IS NULL THEN status ELSE 'deleted' END FROM document
  UNION ALL SELECT 'arm:' || id, 'arm', label, role FROM arm
  UNION ALL SELECT 'outcome:' || id, 'outcome', label, better FROM outcome
  UNION ALL SELECT 'effect:' || id, 'effect', measure || coalesce(' ' || estimate, ''), whose FROM effect
  UNION ALL SELECT 'claim:' || id, 'claim', direction, question FROM claim;

CREATE VIEW edge AS
  SELECT 'document:' || document_id AS source, 'study:' || study_id AS target, 'reports' AS kind, NULL AS detail FROM study_document
  UNION ALL SELECT 'document:' || document_id, 'claim:' || id, 'reports', NULL FROM claim
  UNION ALL SELECT 'document:' || document_id, 'effect:' || id, 'reports', NULL FROM effect
  UNION ALL SELECT 'document:' || document_id, 'arm:' || id, 'has_arm', role FROM arm
  UNION ALL SELECT 'arm:' || id, 'concept:' || concept_id, 'uses', NULL FROM arm WHERE concept_id IS NOT NULL
  UNION ALL SELECT 'arm:' || arm.id, 'concept:' || concept.id, 'via', NULL FROM arm JOIN concept ON concept.kind = 'route' AND concept.label = arm.route
  UNION ALL SELECT 'arm:' || arm.id, 'concept:' || concept.id, 'from_source', NULL FROM arm JOIN concept ON concept.kind = 'cell_source' AND concept.label = arm.cell_source
  UNION ALL SELECT 'claim:' || id, 'arm:' || arm_id, 'uses', 'intervention' FROM claim WHERE arm_id IS NOT NULL
  UNION ALL SELECT 'claim:' || id, 'arm:' || versus_id, 'uses', 'comparator' FROM claim WHERE versus_id IS NOT NULL
  UNION ALL SELECT 'claim:' || id, 'outcome:' || outcome_id, 'measures', time_text FROM claim
  UNION ALL SELECT 'effect:' || id, 'outcome:' || outcome_id, 'measures', time_text FROM effect
  UNION ALL SELECT 'outcome:' || o.id, 'concept:' || o.concept_id, 'measures', NULL FROM outcome o JOIN concept c ON c.id = o.concept_id
  UNION ALL SELECT 'effect:' || effect_id, 'claim:' || claim_id, 'supports', NULL FROM claim_effect
  UNION ALL SELECT 'claim:' || claim_a, 'claim:' || claim_b, 'disputes', type || ', estimates ' || estimates FROM dispute
  UNION ALL SELECT 'claim:' || claim_a, 'claim:' || claim_b, 'explains',
      json_extract(f.value, '$[0]') || ': ' || coalesce(json_extract(f.value, '$[1]'), 'not told') || ' / ' || coalesce(json_extract(f.value, '$[2]'), 'not told')
    FROM dispute, json_each(explained_by) f
  UNION ALL SELECT DISTINCT 'study:' || r.id, 'study:' || t.id, 'pools', i.value
    FROM study r JOIN study_document rd ON rd.study_id = r.id JOIN document_identifier i ON i.document_id = rd.document_id AND i.scheme = 'registry'
      JOIN document_identifier j ON j.scheme = 'registry' AND j.value = i.value JOIN study_document td ON td.document_id = j.document_id
      JOIN study t ON t.id = td.study_id
    WHERE r.level = 'pooled' AND t.level <> 'pooled'
  UNION ALL SELECT DISTINCT 'document:' || c.document_id, 'document:' || d.id, 'cites', NULL
    FROM document_cites c JOIN document d ON d.doi = c.doi OR d.pmid = c.pmid WHERE d.id <> c.document_id
  UNION ALL SELECT DISTINCT 'document:' || n.document_id, 'document:' || d.id, 'retracts', n.said_by
    FROM document_notifies n JOIN document d ON d.doi = n.doi OR d.pmid = n.pmid WHERE n.kind = 'retracted' AND d.id <> n.document_id
  UNION ALL SELECT 'concept:' || c.id, 'concept:' || b.id, 'is_a', NULL FROM concept c JOIN concept b ON b.id = c.broader;
""".replace("{REMEMBER}\n", _REMEMBER)
