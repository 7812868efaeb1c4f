create table t (a bigint default 3, b varchar(20), c text default 'x', d timestamptz, e numeric(10,2), f integer, g text);
