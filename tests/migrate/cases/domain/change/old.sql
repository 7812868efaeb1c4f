create domain d as text default 'x' check (value <> ''); create table t (a d);
