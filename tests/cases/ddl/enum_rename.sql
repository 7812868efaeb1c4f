-- A default follows the name of its label: PostgreSQL keeps the label's oid.
CREATE TYPE mode AS ENUM ('closed', 'open');
CREATE TABLE site (id int, mode mode NOT NULL DEFAULT 'closed', next mode DEFAULT 'closed'::mode, note text DEFAULT 'closed');
ALTER TYPE mode RENAME VALUE 'closed' TO 'Closed';
ALTER TABLE site ADD COLUMN last mode DEFAULT 'Closed';
----
enum mode (Closed, open)
table site
    id integer
    mode mode not null default 'Closed'
    next mode default 'Closed'::mode
    note text default 'closed'
    last mode default 'Closed'
    constraint site_mode_not_null not null (mode)
