create table a (id serial primary key, note text);
