create table t (id serial, n int); alter sequence t_id_seq increment by 5;
