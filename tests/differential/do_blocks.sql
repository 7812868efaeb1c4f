-- Each case: a name after "-- case", "passed over" where querygen has to warn; before the line "-- block" what is there.
-- case then without ddl
CREATE TABLE t (id uuid, a text);
-- block
DO $$ BEGIN IF EXISTS (SELECT FROM pg_class WHERE relname = 'nope') THEN RAISE NOTICE 'x'; ELSE CREATE TABLE zz (); END IF; END $$;
-- case return in a guard that holds
CREATE TABLE t (id int);
-- block
DO $$ BEGIN IF EXISTS (SELECT FROM pg_tables WHERE tablename = 't') THEN RETURN; END IF; CREATE TABLE zz (); END $$;
-- case return in a guard that does not hold
-- block
DO $$ BEGIN IF EXISTS (SELECT FROM pg_tables WHERE tablename = 't') THEN RETURN; END IF; CREATE TABLE zz (); END $$;
-- case raise exception in a guard that does not hold
-- block
DO $$ BEGIN IF to_regclass('t') IS NOT NULL THEN RAISE EXCEPTION 'no'; END IF; CREATE TABLE zz (); END $$;
-- case raise exception in a guard that holds
CREATE TABLE t (id int);
-- block
DO $$ BEGIN CREATE TABLE zz (); IF to_regclass('t') IS NOT NULL THEN RAISE EXCEPTION 'no'; END IF; END $$;
-- case statistics, passed over
CREATE TABLE users (id int);
-- block
DO $$ BEGIN IF (SELECT count(*) FROM pg_stat_user_tables) > 1000 THEN DROP TABLE users; END IF; END $$;
-- case another data type
CREATE TABLE t (id uuid, a text);
-- block
DO $$ BEGIN IF EXISTS (SELECT FROM information_schema.columns WHERE table_name = 't' AND column_name = 'id' AND data_type = 'text') THEN ALTER TABLE t DROP COLUMN id; END IF; END $$;
-- case the data type
CREATE TABLE t (id uuid, a text, b int[], c varchar(3), d numeric(4,2));
-- block
DO $$ BEGIN
  IF EXISTS (SELECT FROM information_schema.columns WHERE table_name = 't' AND column_name = 'a' AND data_type = 'text') THEN ALTER TABLE t DROP COLUMN a; END IF;
  IF EXISTS (SELECT FROM information_schema.columns WHERE table_name = 't' AND column_name = 'b' AND data_type = 'ARRAY' AND udt_name = '_int4') THEN ALTER TABLE t DROP COLUMN b; END IF;
  IF (SELECT character_maximum_length FROM information_schema.columns WHERE table_name = 't' AND column_name = 'c') < 5 THEN ALTER TABLE t ALTER c TYPE varchar(5); END IF;
  IF (SELECT data_type FROM information_schema.columns WHERE table_name = 't' AND column_name = 'd') = 'numeric' THEN ALTER TABLE t ADD e int; END IF;
END $$;
-- case another column
CREATE TABLE t (y int);
-- block
DO $$ BEGIN IF NOT EXISTS (SELECT FROM information_schema.columns WHERE table_schema = 'public' AND table_name = 't' AND column_name = 'y') THEN ALTER TABLE t ADD z int; END IF; END $$;
-- case a joined constraint
CREATE TABLE t (id int, CONSTRAINT positive CHECK (id > 0));
-- block
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid JOIN pg_namespace n ON n.oid = r.relnamespace WHERE n.nspname = 'public' AND r.relname = 't' AND c.conname = 'positive') THEN ALTER TABLE t ADD wrong int; END IF;
  IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'other' AND conrelid = 't'::regclass) THEN ALTER TABLE t ADD CONSTRAINT other CHECK (id < 9); END IF;
END $$;
-- case a primary key
CREATE TABLE t (id int);
-- block
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 't'::regclass AND contype = 'p') THEN ALTER TABLE t ADD PRIMARY KEY (id); END IF;
  IF NOT EXISTS (SELECT FROM information_schema.table_constraints WHERE table_name = 't' AND constraint_type = 'PRIMARY KEY') THEN ALTER TABLE t ADD wrong int; END IF;
END $$;
-- case an enum and its label
CREATE TYPE mood AS ENUM ('sad');
-- block
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'mood') THEN CREATE TYPE mood AS ENUM ('x'); END IF;
  IF NOT EXISTS (SELECT 1 FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE typname = 'level' AND nspname = 'public') THEN CREATE TYPE level AS ENUM ('low'); END IF;
  IF NOT EXISTS (SELECT FROM pg_enum e, pg_type t WHERE e.enumtypid = t.oid AND t.typname = 'mood' AND e.enumlabel = 'sad') THEN CREATE TABLE wrong (); END IF;
  IF NOT EXISTS (SELECT FROM pg_enum WHERE enumtypid = 'mood'::regtype AND enumlabel = 'ok') THEN CREATE TABLE no_ok (); END IF;
END $$;
-- case to_reg
CREATE FUNCTION f(int, text) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE SCHEMA app;
-- block
DO $$ BEGIN
  IF to_regtype('mood') IS NULL THEN CREATE TYPE mood AS ENUM ('x'); END IF;
  IF to_regprocedure('f(int, text)') IS NULL THEN CREATE TABLE wrong1 (); END IF;
  IF to_regproc('f') IS NULL THEN CREATE TABLE wrong2 (); END IF;
  IF to_regclass('app.t') IS NULL THEN CREATE TABLE app.t (); END IF;
  IF to_regclass('nope.t') IS NOT NULL THEN CREATE TABLE wrong3 (); END IF;
  IF to_regnamespace('app') IS NULL OR to_regtype('integer[]') IS NULL THEN CREATE TABLE wrong4 (); END IF;
END $$;
-- case counts
CREATE TABLE t (a int, b int);
-- block
DO $$ DECLARE n int; BEGIN
  IF (SELECT count(*) FROM information_schema.columns WHERE table_name = 't') = 2 THEN ALTER TABLE t ADD c int; END IF;
  SELECT count(*) INTO n FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0 AND NOT attisdropped;
  IF n = 3 THEN ALTER TABLE t ADD d int; END IF;
  IF n <> 3 THEN ALTER TABLE t ADD wrong int; END IF;
END $$;
-- case select into and found
CREATE TABLE t (a int);
-- block
DO $$ DECLARE what text; BEGIN
  SELECT data_type INTO what FROM information_schema.columns WHERE table_name = 't' AND column_name = 'a';
  IF what = 'integer' THEN ALTER TABLE t ALTER a TYPE bigint; END IF;
  SELECT data_type INTO what FROM information_schema.columns WHERE table_name = 't' AND column_name = 'b';
  IF NOT FOUND AND what IS NULL THEN ALTER TABLE t ADD b int; END IF;
  PERFORM 1 FROM pg_type WHERE typname = 'mood';
  IF NOT FOUND THEN CREATE TYPE mood AS ENUM ('x'); END IF;
  PERFORM 1 FROM pg_type WHERE typname = 'mood';
  IF NOT FOUND THEN CREATE TYPE wrong AS ENUM ('x'); END IF;
END $$;
-- case policies and triggers and indexes
CREATE TABLE t (a int);
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE INDEX i ON t (a);
-- block
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_trigger WHERE tgname = 'tr' AND NOT tgisinternal) THEN CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f(); END IF;
  IF NOT EXISTS (SELECT 1 FROM pg_trigger WHERE tgname = 'tr' AND tgrelid = 't'::regclass) THEN CREATE TABLE wrong1 (); END IF;
  IF NOT EXISTS (SELECT 1 FROM pg_policies WHERE tablename = 't' AND policyname = 'p') THEN CREATE POLICY p ON t; END IF;
  IF NOT EXISTS (SELECT 1 FROM pg_policies WHERE tablename = 't' AND policyname = 'p') THEN CREATE TABLE wrong2 (); END IF;
  IF NOT EXISTS (SELECT 1 FROM pg_indexes WHERE schemaname = 'public' AND indexname = 'i') THEN CREATE TABLE wrong3 (); END IF;
  IF EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relname = 'i' AND c.relkind = 'i' AND n.nspname = current_schema()) THEN DROP INDEX i; END IF;
END $$;
-- case schemas, extensions, functions
-- block
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM information_schema.schemata WHERE schema_name = 'app') THEN CREATE SCHEMA app; END IF;
  IF NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'app') THEN CREATE TABLE wrong1 (); END IF;
  IF EXISTS (SELECT FROM pg_extension WHERE extname = 'nope') THEN CREATE TABLE wrong2 (); END IF;
  IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'plpgsql') THEN CREATE TABLE wrong3 (); END IF;
  IF NOT EXISTS (SELECT FROM pg_proc WHERE proname = 'lower') THEN CREATE TABLE wrong4 (); END IF;
  IF NOT EXISTS (SELECT FROM pg_proc p JOIN pg_namespace n ON p.pronamespace = n.oid WHERE n.nspname = 'app' AND proname = 'f') THEN CREATE FUNCTION app.f() RETURNS int LANGUAGE sql AS 'SELECT 1'; END IF;
END $$;
-- case nullable and defaults
CREATE TABLE t (a int NOT NULL, b int DEFAULT 1, c int GENERATED ALWAYS AS IDENTITY);
-- block
DO $$ BEGIN
  IF (SELECT is_nullable FROM information_schema.columns WHERE table_name = 't' AND column_name = 'a') = 'NO' THEN ALTER TABLE t ALTER a DROP NOT NULL; END IF;
  IF (SELECT attnotnull FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'a') THEN ALTER TABLE t ADD wrong int; END IF;
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'b' AND atthasdef) THEN ALTER TABLE t ALTER b DROP DEFAULT; END IF;
  IF EXISTS (SELECT FROM information_schema.columns WHERE table_name = 't' AND column_name = 'b' AND column_default IS NULL) THEN ALTER TABLE t ADD d int; END IF;
  IF EXISTS (SELECT FROM information_schema.columns WHERE table_name = 't' AND column_name = 'c' AND is_identity = 'YES' AND column_default IS NULL) THEN ALTER TABLE t ADD e int; END IF;
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'c' AND atthasdef) THEN ALTER TABLE t ADD wrong2 int; END IF;
END $$;
-- case a table that is not there
-- block
DO $$ BEGIN IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'nope'::regclass AND attname = 'a') THEN CREATE TABLE zz (); END IF; END $$;
-- case rows of tables, passed over
CREATE TABLE t (a int);
-- block
DO $$ BEGIN IF EXISTS (SELECT FROM t) THEN CREATE TABLE zz (); END IF; END $$;
-- case rows decide whether to go on, passed over
CREATE TABLE t (a int);
INSERT INTO t VALUES (1);
-- block
DO $$ BEGIN IF EXISTS (SELECT FROM t) THEN RETURN; END IF; CREATE TABLE zz (); END $$;
-- case rows decide whether to raise, passed over
CREATE TABLE t (a int);
INSERT INTO t VALUES (1);
-- block
DO $$ BEGIN BEGIN CREATE TABLE zz (); IF EXISTS (SELECT FROM t WHERE a = 2) THEN RAISE EXCEPTION 'x'; END IF; EXCEPTION WHEN others THEN CREATE TABLE yy (); END; END $$;
-- case rows change no schema
CREATE TABLE t (a int);
-- block
DO $$ BEGIN IF EXISTS (SELECT FROM t) THEN UPDATE t SET a = 1; END IF; CREATE TABLE zz (); END $$;
-- case a name in capitals
-- block
DO $$ DECLARE N text := 'a'; BEGIN N := 'b'; EXECUTE 'CREATE TABLE ' || n || ' ()'; END $$;
-- case execute into, passed over
-- block
DO $$ DECLARE n text := 'a'; BEGIN EXECUTE 'SELECT NULL::text' INTO n; IF n IS NOT NULL THEN EXECUTE 'CREATE TABLE ' || n || ' ()'; END IF; END $$;
-- case get diagnostics, passed over
CREATE TABLE t (a int);
-- block
DO $$ DECLARE n int := 5; BEGIN UPDATE t SET a = 1; GET DIAGNOSTICS n = ROW_COUNT; IF n = 5 THEN CREATE TABLE zz (); END IF; END $$;
-- case set in a loop over rows, passed over
CREATE TABLE t (a int);
-- block
DO $$ DECLARE n int := 5; r record; BEGIN FOR r IN SELECT a FROM t WHERE a = 3 UNION SELECT 7 LOOP n := r.a; END LOOP; IF n = 5 THEN CREATE TABLE zz (); END IF; END $$;
-- case declared once per entry
-- block
DO $$
BEGIN
  FOR i IN 1..2 LOOP
    DECLARE
      n text := 'x' || i;
    BEGIN
      EXECUTE 'CREATE TABLE ' || n || ' ()';
      n := 'never';
    END;
  END LOOP;
END $$;
-- case an inner variable
-- block
DO $$
DECLARE n text := 'a';
BEGIN
  DECLARE n text := 'b';
  BEGIN
    EXECUTE format('CREATE TABLE %I ()', n);
    n := 'c';
  END;
  EXECUTE format('CREATE TABLE %I ()', n);
END $$;
-- case exit and continue when
-- block
DO $$ BEGIN
  FOR i IN 1..5 LOOP CONTINUE WHEN i = 2; EXIT WHEN i = 4; EXECUTE 'CREATE TABLE x' || i || ' ()'; END LOOP;
  CREATE TABLE zz ();
END $$;
-- case exit of an outer loop
-- block
DO $$ BEGIN
  <<o>> FOR i IN 1..3 LOOP FOR j IN 1..3 LOOP EXIT o WHEN i = 2 AND j = 2; EXECUTE format('CREATE TABLE x%s_%s ()', i, j); END LOOP; END LOOP;
  CREATE TABLE zz ();
END $$;
-- case while, loop and case
-- block
DO $$ DECLARE n int := 0; BEGIN
  WHILE n < 2 LOOP n := n + 1; EXECUTE 'CREATE TABLE w' || n || ' ()'; END LOOP;
  LOOP n := n + 1; EXIT WHEN n > 3; EXECUTE 'CREATE TABLE l' || n || ' ()'; END LOOP;
  CASE n WHEN 1, 2 THEN CREATE TABLE wrong (); WHEN 4 THEN CREATE TABLE c4 (); ELSE CREATE TABLE wrong2 (); END CASE;
  CASE WHEN n = 1 THEN CREATE TABLE wrong (); ELSE CREATE TABLE d4 (); END CASE;
END $$;
-- case a variable in static sql, passed over
-- block
DO $$ DECLARE n int := 1; BEGIN CREATE TABLE t AS SELECT n; END $$;
-- case division is caught
CREATE TABLE t (a int);
-- block
DO $$ BEGIN ALTER TABLE t ADD b int DEFAULT 'x'; EXCEPTION WHEN invalid_text_representation THEN CREATE TABLE zz (); END $$;
-- case grouping is caught
CREATE TABLE t (a int, b int);
-- block
DO $$ BEGIN CREATE VIEW v AS SELECT a, count(*) FROM t; EXCEPTION WHEN grouping_error THEN CREATE TABLE zz (); END $$;
-- case cast is caught
CREATE TABLE t (a int);
-- block
DO $$ BEGIN CREATE VIEW v AS SELECT a::uuid FROM t; EXCEPTION WHEN cannot_coerce THEN CREATE TABLE zz (); END $$;
-- case raised by name
-- block
DO $$ BEGIN BEGIN CREATE TABLE a (); RAISE duplicate_table; EXCEPTION WHEN duplicate_table THEN CREATE TABLE b (); END; BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '22012'; EXCEPTION WHEN data_exception THEN CREATE TABLE c (); END; END $$;
-- case raised again
-- block
DO $$ BEGIN CREATE TABLE a (); BEGIN CREATE TABLE a (); EXCEPTION WHEN others THEN RAISE; END; END $$;
-- case what is not caught
CREATE TABLE t ();
-- block
DO $$ BEGIN CREATE TABLE a (); CREATE TABLE t (); EXCEPTION WHEN undefined_table THEN NULL; END $$;
-- case in, like, any
CREATE TABLE t (aa int, ab int, b int);
-- block
DO $$ BEGIN
  IF (SELECT count(*) FROM information_schema.columns WHERE table_name = 't' AND column_name LIKE 'a%') = 2 THEN CREATE TABLE x1 (); END IF;
  IF (SELECT count(*) FROM pg_attribute WHERE attrelid = 't'::regclass AND attname IN ('aa', 'b', 'c')) = 2 THEN CREATE TABLE x2 (); END IF;
  IF 't' = ANY (ARRAY['t', 'u']) AND 'b' IN (SELECT column_name FROM information_schema.columns WHERE table_name = 't') THEN CREATE TABLE x3 (); END IF;
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid::regclass::text = 't') THEN CREATE TABLE wrong (); END IF;
  IF EXISTS (SELECT FROM pg_class WHERE relname = 't' AND (relkind = 'v' OR NOT relkind = 'r')) THEN CREATE TABLE wrong2 (); END IF;
END $$;
-- case the path within a block
CREATE SCHEMA app;
-- block
DO $$ BEGIN PERFORM set_config('search_path', 'app', true); CREATE TABLE a (); END $$; CREATE TABLE b ();
-- case the server's version
-- block
DO $$ BEGIN IF current_setting('server_version_num')::int >= 180000 THEN CREATE TABLE new (); ELSE CREATE TABLE old (); END IF; END $$;
-- case tables of the database's own
-- block
DO $$ BEGIN IF EXISTS (SELECT FROM pg_type WHERE typname = 'int4') AND (SELECT count(*) FROM pg_tables WHERE schemaname = 'public') = 0 THEN CREATE TABLE zz (); END IF; END $$;
-- case a loop over the catalogue, passed over
CREATE TABLE t ();
-- block
DO $$ DECLARE r record; BEGIN FOR r IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP EXECUTE format('ALTER TABLE %I ADD z int', r.tablename); END LOOP; END $$;
-- case nothing that names the user's, passed over
-- block
DO $$ BEGIN IF EXISTS (SELECT FROM information_schema.columns WHERE column_name = 'typname') THEN CREATE TABLE zz (); END IF; END $$;
-- case a join by using
CREATE TABLE t (id int PRIMARY KEY, other int);
-- block
DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM information_schema.table_constraints tc JOIN information_schema.key_column_usage k USING (constraint_schema, constraint_name) WHERE tc.table_name = 't' AND tc.constraint_type = 'PRIMARY KEY' AND k.column_name = 'id') THEN ALTER TABLE t ADD yes int; END IF;
  IF EXISTS (SELECT 1 FROM information_schema.table_constraints tc JOIN information_schema.key_column_usage k USING (constraint_schema, constraint_name) WHERE tc.table_name = 't' AND k.column_name = 'other') THEN ALTER TABLE t ADD wrong int; END IF;
END $$;
-- case a variable that is a column, too
CREATE TABLE t (id int);
-- block
DO $$ DECLARE wanted text := 'id'; what text[] := ARRAY['id', 'more']; more text[] := '{x,y}'; one text; BEGIN
  FOREACH one IN ARRAY what LOOP
    IF NOT EXISTS (SELECT FROM information_schema.columns c WHERE c.table_name = 't' AND c.column_name = one) THEN EXECUTE format('ALTER TABLE t ADD %I int', one); END IF;
  END LOOP;
  FOREACH one IN ARRAY more || what LOOP EXECUTE format('CREATE TABLE %I ()', one); END LOOP;
END $$;
-- case domains, views, sequences and inheritance
CREATE DOMAIN positive AS int CONSTRAINT more CHECK (VALUE > 0);
CREATE TABLE parent (a positive, s serial);
CREATE TABLE child () INHERITS (parent);
CREATE VIEW v AS SELECT a FROM parent;
-- block
DO $$ BEGIN
  IF EXISTS (SELECT FROM information_schema.columns WHERE table_name = 'parent' AND column_name = 'a' AND data_type = 'integer' AND domain_name = 'positive') THEN CREATE TABLE x1 (); END IF;
  IF EXISTS (SELECT FROM pg_constraint WHERE conname = 'more' AND contypid = 'positive'::regtype) THEN CREATE TABLE x2 (); END IF;
  IF EXISTS (SELECT FROM pg_class WHERE relname = 'parent_s_seq' AND relkind = 'S') THEN CREATE TABLE x3 (); END IF;
  IF EXISTS (SELECT FROM pg_inherits WHERE inhrelid = 'child'::regclass AND inhparent = 'parent'::regclass) THEN CREATE TABLE x4 (); END IF;
  IF EXISTS (SELECT FROM information_schema.tables WHERE table_schema = 'public' AND table_name = 'v' AND table_type = 'VIEW') THEN CREATE TABLE x5 (); END IF;
  IF EXISTS (SELECT FROM pg_views WHERE viewname = 'parent') THEN CREATE TABLE wrong (); END IF;
END $$;
