create domain d as text default 'y' not null check (length(value) > 1); create table t (a d); comment on domain d is 'text';
