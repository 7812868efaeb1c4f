CREATE TABLE flyway_schema_history (installed_rank integer PRIMARY KEY, version varchar(50), description varchar(200) NOT NULL, type varchar(20) NOT NULL, script varchar(1000) NOT NULL, checksum integer, installed_by varchar(100) NOT NULL, installed_on timestamp NOT NULL DEFAULT now(), execution_time integer NOT NULL, success boolean NOT NULL);
INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, installed_by, execution_time, success) VALUES
    (1, '1', 'account', 'SQL', 'V1__account.sql', 'me', 1, true),
    (2, '1.1', 'name', 'SQL', 'V1.1__name.sql', 'me', 1, true),
    (3, NULL, 'old account', 'SQL', 'R__old_account.sql', 'me', 1, true),
    (4, '2', 'size', 'SQL', 'V2__size.sql', 'me', 1, true),
    (5, '2', 'size', 'UNDO_SQL', 'U2__size.sql', 'me', 1, true);
