CREATE DOMAIN email AS text CHECK (VALUE ~ '@');
CREATE TYPE pair AS (a int, b text);
CREATE TABLE authors (id int PRIMARY KEY, name text NOT NULL, email email, both_ pair);
CREATE TABLE books (id int PRIMARY KEY, author_id int NOT NULL REFERENCES authors, title text NOT NULL);
CREATE VIEW titles AS SELECT b.title, a.name FROM books b LEFT JOIN authors a ON a.id = b.author_id;
CREATE FUNCTION greet(name text) RETURNS text LANGUAGE sql AS 'SELECT ''hello '' || name';
