create foreign data wrapper w options (a 'b'); create server s foreign data wrapper w; create foreign table ft (a int) server s options (x '1');
