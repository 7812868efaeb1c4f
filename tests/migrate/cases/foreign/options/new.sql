create foreign data wrapper w options (a 'c');
create server s version '2' foreign data wrapper w options (host 'two', dbname 'x');
create foreign table ft (a int) server s;
create user mapping for public server s options (u 'w', p 'q');
