create table "order" ("select" int, "Mixed Case" text);
