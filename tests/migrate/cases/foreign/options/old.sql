create foreign data wrapper w options (a 'b');
create server s version '1' foreign data wrapper w options (host 'one', port '1');
create foreign table ft (a int) server s;
create user mapping for public server s options (u 'v');
