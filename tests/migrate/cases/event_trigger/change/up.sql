DROP EVENT TRIGGER e;
create event trigger e on ddl_command_start when tag in ('DROP TABLE') execute function ef();
alter event trigger e disable;
