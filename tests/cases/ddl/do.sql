-- querygen only: it holds what is passed over. differential/do_blocks.sql is compared with the server.
-- A guard that catches what is there already, and one that asks the catalogues.
DO $$ BEGIN
  CREATE TYPE mood AS ENUM ('sad', 'ok');
EXCEPTION WHEN duplicate_object THEN null;
END $$;
DO $$ BEGIN
  CREATE TYPE mood AS ENUM ('never');
EXCEPTION WHEN duplicate_object THEN ALTER TYPE mood ADD VALUE 'happy';
END $$;
CREATE TABLE owner (id int PRIMARY KEY);
CREATE TABLE pet (id int PRIMARY KEY, owner int NOT NULL);
DO $$
DECLARE
  there bool;
  one text := 'zone';
  modulus int = 3;
BEGIN
  IF NOT EXISTS (SELECT FROM information_schema.columns WHERE table_name = 'pet' AND column_name = 'mood') THEN
    ALTER TABLE pet ADD COLUMN mood mood;
    ALTER TABLE pet ADD CONSTRAINT pet_owner FOREIGN KEY (owner) REFERENCES owner;
  END IF;
  IF EXISTS (SELECT FROM pg_attribute WHERE attname = 'name' AND attrelid = 'pet'::regclass) THEN
    ALTER TABLE pet RENAME COLUMN name TO title;
  ELSE
    ALTER TABLE pet ADD COLUMN title text;
  END IF;
  SELECT to_regclass('shop') IS NULL INTO there;
  IF there THEN CREATE TABLE shop (id int); END IF;
  IF current_setting('server_version_num')::int < 140000 THEN CREATE TABLE old (id int); END IF;
  IF EXISTS (SELECT FROM owner) THEN CREATE TABLE of_rows (id int); END IF;
  EXECUTE 'CREATE TABLE ' || quote_ident('In ' || one) || ' (id int)';
  CREATE TABLE part (id int) PARTITION BY HASH (id);
  FOR i IN 0..modulus - 1 LOOP
    EXECUTE format('CREATE TABLE %I PARTITION OF part FOR VALUES WITH (modulus %s, remainder %s)', 'part_' || i, modulus, i);
  END LOOP;
  FOREACH one IN ARRAY ARRAY['a', 'b'] LOOP
    EXECUTE format('ALTER TABLE part ADD COLUMN %I text DEFAULT %L', one, one);
  END LOOP;
END $$;
-- All of it or nothing; RETURN ends it; RAISE takes back.
DO $$ BEGIN
  CREATE TABLE half (id int);
  CREATE TABLE pet (id int);
EXCEPTION WHEN others THEN RAISE NOTICE 'there'; RETURN; CREATE TABLE after (id int);
END $$;
DO $$ BEGIN CREATE TABLE raised (id int); RAISE EXCEPTION 'no'; END $$;
DO 'BEGIN CREATE TABLE quoted (note text DEFAULT ''x''); END';
-- Errors are PostgreSQL's, at their place.
DO $$ BEGIN
  CREATE TABLE étage (id nosuch);
END $$;
DO $$ BEGIN
  CREATE TYPE mood AS ENUM ('x');
EXCEPTION WHEN undefined_table OR SQLSTATE '3F000' THEN NULL;
END $$;
-- Rows tell, and another language.
DO $$ DECLARE r record; BEGIN FOR r IN SELECT 1 LOOP EXECUTE 'CREATE TABLE no (id int)'; END LOOP; END $$;
DO LANGUAGE plpython3u $$ plpy.execute("CREATE TABLE no (id int)") $$;
----
31:3 warning QG403: querygen does not follow this IF: what its condition asks the schema does not tell
  hint: Write what it makes as statements of their own, outside the block.
47:6 error P0001: no
51:26 error 42704: type "nosuch" does not exist
54:3 error 42710: type "mood" already exists
58:7 warning QG403: querygen does not follow this loop over rows
  hint: Write what it makes as statements of their own, outside the block.
table "In zone"
    id integer
enum mood (sad, ok, happy)
table owner
    id integer not null
    constraint owner_id_not_null not null (id)
    constraint owner_pkey primary key (id)
partitioned table part partition by hash (id)
    id integer
    a text default 'a'
    b text default 'b'
table part_0 partition of part FOR VALUES WITH (modulus 3, remainder 0)
    id integer inherited
    a text default 'a' inherited
    b text default 'b' inherited
table part_1 partition of part FOR VALUES WITH (modulus 3, remainder 1)
    id integer inherited
    a text default 'a' inherited
    b text default 'b' inherited
table part_2 partition of part FOR VALUES WITH (modulus 3, remainder 2)
    id integer inherited
    a text default 'a' inherited
    b text default 'b' inherited
table pet
    id integer not null
    owner integer not null
    mood mood
    title text
    constraint pet_id_not_null not null (id)
    constraint pet_owner foreign key (owner) references owner (id)
    constraint pet_owner_not_null not null (owner)
    constraint pet_pkey primary key (id)
table quoted
    note text default 'x'
table shop
    id integer
