-- schema
create table log (id int, v int);
create table ruled (id int primary key, v int not null);
create rule ruled_d as on delete to ruled do instead delete from log returning id, v;
create view over_ruled as select id, v from ruled;
create table base (id int primary key, v int not null);
create function clear() returns trigger language plpgsql as 'begin if tg_op = ''DELETE'' then return old; end if; new.v := null; return new; end';
create view seen as select id, v from base;
create trigger seen_row instead of insert or update or delete on seen for each row execute function clear();
create view over_seen as select id, v from seen;
-- cases
delete from ruled where id = 1 returning id, v;
----
id int4 null: a rule or trigger on ruled may return anything
v int4 null: a rule or trigger on ruled may return anything
rows: many: nothing bounds the number of rows

delete from over_ruled where id = 1 returning id, v;
----
id int4 null: a rule or trigger on over_ruled may return anything
v int4 null: a rule or trigger on over_ruled may return anything
rows: many: nothing bounds the number of rows

update over_seen set v = 1 where id = 1 returning id, v;
----
id int4 null: a rule or trigger on over_seen may return anything
v int4 null: a rule or trigger on over_seen may return anything
rows: many: nothing bounds the number of rows

delete from base as x where id = 1 returning (select max(y.v) from base y where y.v = x.v), x.v;
----
max int4 null: max() over no rows is NULL: there is no GROUP BY
v int4 not null: x.v is NOT NULL
rows: at most one: x has one such row at most
