create table "order" ("select" bigint not null, "Mixed Case" varchar(10) default 'it''s');
