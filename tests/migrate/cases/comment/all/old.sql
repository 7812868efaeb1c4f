create table t (a int constraint nn not null, constraint ck check (a > 0)); create index i on t (a); comment on table t is 'x'; comment on column t.a is 'old';
