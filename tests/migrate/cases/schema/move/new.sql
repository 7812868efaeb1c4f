create schema b; create table b.t (x int); comment on schema b is 'here';
