CREATE TABLE run (
  id TEXT PRIMARY KEY,
  folder TEXT NOT NULL UNIQUE,
  stamp TEXT NOT NULL,          -- size and time of its evidence when it was read
  taken_at TEXT NOT NULL,       -- UTC, RFC 3339, always of the same length
  scope TEXT NOT NULL,          -- what was looked at, as canonical JSON
  verdict TEXT NOT NULL,
  policy TEXT NOT NULL,
  failed INTEGER NOT NULL,
  unknown INTEGER NOT NULL,
  waived INTEGER NOT NULL,
  passed INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE finding (
  id TEXT NOT NULL,
  run TEXT NOT NULL REFERENCES run ON DELETE CASCADE,
  taken_at TEXT NOT NULL,
  outcome TEXT NOT NULL,        -- fail, unknown, pass, not_applicable, or waived
  PRIMARY KEY (id, taken_at, run)
) WITHOUT ROWID;
CREATE INDEX finding_of_run ON finding (run);

CREATE TABLE failing (
  run TEXT NOT NULL REFERENCES run ON DELETE CASCADE,
  id TEXT NOT NULL,
  severity TEXT NOT NULL,
  title TEXT NOT NULL,
  subject TEXT NOT NULL,
  subject_name TEXT NOT NULL,
  outcome TEXT NOT NULL,
  PRIMARY KEY (run, id)
) WITHOUT ROWID;

CREATE TABLE call (
  run TEXT NOT NULL REFERENCES run ON DELETE CASCADE,
  taken_at TEXT NOT NULL,
  deployment TEXT NOT NULL,     -- account/deployment
  outcome TEXT NOT NULL,
  latency_ms REAL,
  PRIMARY KEY (deployment, taken_at, run)
) WITHOUT ROWID;
CREATE INDEX call_of_run ON call (run);

CREATE TABLE quota (
  run TEXT NOT NULL REFERENCES run ON DELETE CASCADE,
  taken_at TEXT NOT NULL,
  pool TEXT NOT NULL,           -- location/name
  used INTEGER NOT NULL,
  most INTEGER NOT NULL,
  PRIMARY KEY (pool, taken_at, run)
) WITHOUT ROWID;
CREATE INDEX quota_of_run ON quota (run);
