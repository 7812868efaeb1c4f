-- querygen only: what changes neither names nor types is passed over, a server would need the roles and the rows
begin;
grant select on all tables in schema public to public;
create role somebody;
insert into nowhere values (1);
select 1;
do $$ begin perform 1; end $$;
vacuum;
create table t (id int);
alter table t owner to somebody;
alter table t enable row level security;
create policy p on t using (true);
create statistics s on id, id from t;
create publication pub for table t;
alter table t cluster on nothing;
commit;

----
table t
    id integer
    policy p
