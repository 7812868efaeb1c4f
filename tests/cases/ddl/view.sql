create table t (id int primary key, name varchar(20) not null, at timestamptz);
create view v as select id, name, upper(name) as loud, 'x' as word from t;
create view named (a, b) as select id, at from t;
create or replace view v as select id, name, upper(name) as loud, 'x'::text as word, at from t;
create recursive view numbers (n) as values (1) union all select n + 1 from numbers where n < 5;
create materialized view m as select name, count(*) from t group by name with no data;
create unique index on m (name);
create table copy as select *, 1.5 as half from v with no data;
create table aliased (x, y) as values (1, 'a');
select id, name into into_copy from t;
create view over as select v.loud, m.count from v join m on m.name = v.name;
alter table t rename column name to title;
alter view v rename column loud to louder;
alter view v alter column id set default 7;
create rule ins as on insert to v do instead insert into t values (new.id, new.name);
comment on view v is 'a view';
comment on column v.louder is 'shouted';
create temp table scratch (id int);
create view on_scratch as select * from scratch;
create schema s create view sv as select * from st create table st (id int);

----
schema pg_temp
view pg_temp.on_scratch
    id integer
table pg_temp.scratch
    id integer
table aliased
    x integer
    y text
table copy
    id integer
    name character varying(20)
    loud text
    word text
    at timestamp with time zone
    half numeric
table into_copy
    id integer
    name character varying(20)
materialized view m
    name character varying(20)
    count bigint
    unique index m_name_idx btree (name)
view named
    a integer
    b timestamp with time zone
view numbers
    n integer
view over
    loud text
    count bigint
table t
    id integer not null
    title character varying(20) not null
    at timestamp with time zone
    constraint t_id_not_null not null (id)
    constraint t_name_not_null not null (title)
    constraint t_pkey primary key (id)
view v  -- a view
    id integer default 7
    name character varying(20)
    louder text  -- shouted
    word text
    at timestamp with time zone
    rule ins on insert instead
schema s
table s.st
    id integer
view s.sv
    id integer
