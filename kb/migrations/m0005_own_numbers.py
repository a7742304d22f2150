"""Registration numbers that are a study's own beside those that a document merely names, decisions that others replaced, and counts as of a run.

Every document's derived rows are behind after this: the next run works them out by the new rules.
"""

SQL = """
CREATE TABLE document_registration (
  document_id INTEGER NOT NULL REFERENCES document (id) ON DELETE CASCADE,
  value TEXT NOT NULL,
  own INTEGER NOT NULL CHECK (own IN (0, 1)),
  PRIMARY KEY (document_id, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_registration_value ON document_registration (value, own);

CREATE TABLE identity_decision_was (
  id INTEGER PRIMARY KEY,
  document_id INTEGER NOT NULL REFERENCES document (id) ON DELETE CASCADE,
  other_id INTEGER REFERENCES document (id) ON DELETE CASCADE,
  decision TEXT NOT NULL CHECK (decision IN ('same', 'other', 'apart')),
  why TEXT NOT NULL,
  run_id INTEGER NOT NULL REFERENCES run (id)
) STRICT;
CREATE INDEX identity_decision_was_document ON identity_decision_was (document_id, other_id);

CREATE INDEX inconsistent_report_b ON inconsistent_report (claim_b);

CREATE TABLE run_count (
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  value INTEGER NOT NULL,
  PRIMARY KEY (run_id, name)
) STRICT, WITHOUT ROWID;

DROP VIEW document_name;
CREATE VIEW document_name AS
  SELECT document_id, scheme, value, 'itself' AS of FROM document_identifier WHERE scheme <> 'registry'
  UNION ALL SELECT document_id, 'registry', value, 'itself' FROM document_registration WHERE own = 1
  UNION ALL SELECT document_id, 'doi', doi, 'reported' FROM document_reports_on WHERE doi IS NOT NULL
  UNION ALL SELECT document_id, 'pmid', pmid, 'reported' FROM document_reports_on WHERE pmid IS NOT NULL
  UNION ALL SELECT document_id, 'pmcid', pmcid, 'reported' FROM document_reports_on WHERE pmcid IS NOT NULL
  UNION ALL SELECT document_id, 'registry', registry_id, 'reported' FROM document_reports_on WHERE registry_id IS NOT NULL;

CREATE VIEW names_study AS
  SELECT DISTINCT n.document_id, n.value, owning.study_id
  FROM document_registration n
    JOIN document_registration o ON o.value = n.value AND o.own = 1 AND o.document_id <> n.document_id
    JOIN study_document owning ON owning.document_id = o.document_id
    LEFT JOIN study_document naming ON naming.document_id = n.document_id
  WHERE n.own = 0 AND owning.study_id IS NOT naming.study_id;

DROP VIEW cites_retracted;
CREATE VIEW cites_retracted AS
  SELECT citing.id AS document_id, citing.came_as AS document, citing.level, cited.id AS retracted_id, cited.came_as AS retracted, min(how) AS how
  FROM (
      SELECT c.document_id, d.id AS retracted_id, 'cites' AS how FROM document_cites c JOIN document d ON d.doi = c.doi OR d.pmid = c.pmid
      UNION ALL SELECT n.document_id, o.document_id, 'names' FROM document_registration n
        JOIN document_registration o ON o.value = n.value AND o.own = 1 WHERE n.own = 0
      UNION ALL SELECT same.document_id, other.document_id, 'one study' FROM study_document same JOIN study_document other ON other.study_id = same.study_id
    ) AS stands
    JOIN document AS citing ON citing.id = stands.document_id
    JOIN document AS cited ON cited.id = stands.retracted_id
  WHERE cited.status = 'retracted' AND cited.id <> citing.id AND citing.deleted_in IS NULL AND citing.status <> 'retracted'
  GROUP BY citing.id, cited.id;

DROP VIEW edge;
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
  UNION ALL SELECT DISTINCT 'study:' || r.id, 'study:' || n.study_id, 'pools', n.value
    FROM names_study n JOIN study_document rd ON rd.document_id = n.document_id JOIN study r ON r.id = rd.study_id JOIN study t ON t.id = n.study_id
    WHERE r.level = 'pooled' AND t.level <> 'pooled'
  UNION ALL SELECT DISTINCT 'document:' || n.document_id, 'study:' || n.study_id, 'cites', n.value
    FROM names_study n JOIN document d ON d.id = n.document_id JOIN study t ON t.id = n.study_id
    WHERE d.level <> 'pooled' OR t.level = 'pooled'
  UNION ALL SELECT DISTINCT 'document:' || c.document_id, 'document:' || d.id, 'cites', NULL
    FROM document_cites c JOIN document d ON d.doi = c.doi OR d.pmid = c.pmid WHERE d.id <> c.document_id
  UNION ALL SELECT DISTINCT 'document:' || n.document_id, 'document:' || d.id, 'retracts', n.said_by
    FROM document_notifies n JOIN document d ON d.doi = n.doi OR d.pmid = n.pmid WHERE n.kind = 'retracted' AND d.id <> n.document_id
  UNION ALL SELECT 'concept:' || c.id, 'concept:' || b.id, 'is_a', NULL FROM concept c JOIN concept b ON b.id = c.broader;

INSERT OR IGNORE INTO stale SELECT id FROM document;
"""
