-- PostgreSQL keeps the label's oid wherever an expression has one; texts that are no labels stay.
CREATE TYPE mode AS ENUM ('closed', 'open', 'half open');
CREATE DOMAIN way AS mode DEFAULT 'closed' CHECK (VALUE <> 'closed' OR VALUE = 'open');
CREATE TABLE site (
  id int PRIMARY KEY,
  mode mode NOT NULL,
  note text CHECK (note <> 'closed'),
  many mode[] DEFAULT '{closed, open,"half open"}',
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
----
enum mode (shut, open, it's, ajar)
table odd
    m mode
    constraint odd_m_check check (m = 'shut')
table part_closed partition of parts FOR VALUES IN ('shut', 'open')
    m mode inherited
    n integer inherited
partitioned table parts partition by list (m)
    m mode
    n integer
view shut
    id integer
    word text
    m mode
table site
    id integer not null
    mode mode not null
    note text
    many mode[] default '{shut, open,"it''s, ajar"}'
    more mode[] default ARRAY['shut'::mode]
    way way
    is_open boolean generated as (mode <> 'shut') stored
    constraint ok check (mode = 'shut' OR note = 'closed' OR mode IN ('open', 'shut'))
    constraint other check (many <> '{shut}' AND note <> '{closed}')
    constraint site_id_not_null not null (id)
    constraint site_mode_not_null not null (mode)
    constraint site_note_check check (note <> 'closed')
    constraint site_pkey primary key (id)
    index by_note btree (note, (mode = 'shut'::mode)) where mode <> 'shut' AND note <> 'closed'
    policy p
domain way mode default 'shut'
    constraint way_check check (VALUE <> 'shut' OR VALUE = 'open')
