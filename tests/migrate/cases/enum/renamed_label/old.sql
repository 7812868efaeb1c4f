CREATE TYPE mode AS ENUM ('closed', 'open', 'half open');
CREATE DOMAIN way AS mode DEFAULT 'closed' CHECK (VALUE <> 'closed' OR VALUE = 'open');
CREATE TABLE site (
  id int PRIMARY KEY,
  mode mode NOT NULL,
  note text CHECK (note <> 'closed'),
  many mode[] DEFAULT '{closed,open,"half open"}',
  more mode[] DEFAULT ARRAY['closed'::mode],
  way way,
  is_open boolean GENERATED ALWAYS AS (mode <> 'closed') STORED,
  CONSTRAINT ok CHECK (mode = 'closed' OR note = 'closed' OR mode IN ('open', 'closed')),
  CONSTRAINT other CHECK (many <> '{closed}' AND note <> '{closed}')
);
CREATE INDEX by_note ON site (note, (mode = 'closed'::mode)) WHERE mode <> 'closed' AND note <> 'closed';
CREATE VIEW shut AS SELECT id, 'closed' AS word, 'closed'::mode AS m FROM site WHERE mode = 'closed' AND note = 'closed';
CREATE POLICY p ON site USING (mode = 'closed');
CREATE TABLE parts (m mode, n int) PARTITION BY LIST (m);
CREATE TABLE part_closed PARTITION OF parts FOR VALUES IN ('closed', 'open');
CREATE TABLE odd (m mode CHECK (m = E'closed'));
ALTER TYPE mode RENAME VALUE 'closed' TO 'shut';
ALTER TYPE mode RENAME VALUE 'half open' TO 'it''s, ajar';
