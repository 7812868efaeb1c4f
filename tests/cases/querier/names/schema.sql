CREATE TABLE people (
    uuid uuid PRIMARY KEY, name text NOT NULL, bio text, list text[], models int, "class" text, "Weird col" int,
    _hidden text
);
CREATE TABLE user_accounts (id int PRIMARY KEY, datetime timestamptz NOT NULL, other timestamptz, str text NOT NULL);
CREATE TABLE metadata_items (id int NOT NULL);
CREATE TABLE old_things (id int NOT NULL);
CREATE TABLE drives (id int NOT NULL);
CREATE TABLE "Any" (anything json);
CREATE FUNCTION greet(name text, loudness int) RETURNS text LANGUAGE sql AS 'SELECT name';
