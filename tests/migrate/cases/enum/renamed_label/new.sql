CREATE TYPE mode AS ENUM ('shut', 'open', 'it''s, ajar');
CREATE DOMAIN way AS mode DEFAULT 'shut' CHECK (VALUE <> 'shut' OR VALUE = 'open');
CREATE TABLE site (
  id int PRIMARY KEY,
  mode mode NOT NULL,
  note text CHECK (note <> 'closed'),
  many mode[] DEFAULT '{shut,open,"it''s, ajar"}',
  more mode[] DEFAULT ARRAY['shut'::mode],
  way way,
  is_open boolean GENERATED ALWAYS AS (mode <> 'shut') STORED,
  CONSTRAINT ok CHECK (mode = 'shut' OR note = 'closed' OR mode IN ('open', 'shut')),
  CONSTRAINT other CHECK (many <> '{shut}' AND note <> '{closed}')
);
CREATE INDEX by_note ON site (note, (mode = 'shut'::mode)) WHERE mode <> 'shut' AND note <> 'closed';
CREATE VIEW shut AS SELECT id, 'closed' AS word, 'shut'::mode AS m FROM site WHERE mode = 'shut' AND note = 'closed';
CREATE POLICY p ON site USING (mode = 'shut');
CREATE TABLE parts (m mode, n int) PARTITION BY LIST (m);
CREATE TABLE part_closed PARTITION OF parts FOR VALUES IN ('shut', 'open');
CREATE TABLE odd (m mode CHECK (m = E'shut'));
ALTER TABLE odd ADD COLUMN added int;
