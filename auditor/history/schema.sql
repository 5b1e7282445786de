CREATE TABLE run (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  folder TEXT NOT NULL UNIQUE,
  stamp TEXT NOT NULL,          -- size and time of its evidence when it was read
  taken_at TEXT NOT NULL,       -- UTC, RFC 3339, always of the same length
  scope TEXT NOT NULL,          -- what was looked at, as canonical JSON
  verdict TEXT NOT NULL,
  failed INTEGER NOT NULL,
  unknown INTEGER NOT NULL,
  waived INTEGER NOT NULL,
  passed INTEGER NOT NULL
);

CREATE TABLE finding (
  id BLOB NOT NULL,
  run INTEGER NOT NULL,
  outcome TEXT NOT NULL,        -- f failed, u unknown, w waived, p passed, n not applicable
  PRIMARY KEY (id, run)
) WITHOUT ROWID;

CREATE TABLE failing (
  run INTEGER NOT NULL,
  id TEXT NOT NULL,
  severity TEXT NOT NULL,
  title TEXT NOT NULL,
  subject TEXT NOT NULL,
  subject_name TEXT NOT NULL,
  outcome TEXT NOT NULL,
  PRIMARY KEY (run, id)
) WITHOUT ROWID;

CREATE TABLE call (
  run INTEGER NOT NULL,
  deployment TEXT NOT NULL,     -- account/deployment
  latency_ms REAL,
  answered INTEGER NOT NULL,    -- 1 where the call was completed
  PRIMARY KEY (run, deployment)
) WITHOUT ROWID;

CREATE TABLE quota (
  run INTEGER NOT NULL,
  pool TEXT NOT NULL,           -- location/name
  used INTEGER NOT NULL,
  most INTEGER NOT NULL,
  PRIMARY KEY (run, pool)
) WITHOUT ROWID;
