create sequence s as integer start with 5 increment by 3 maxvalue 1000 cycle; create table t (a int); create sequence o owned by t.a;
