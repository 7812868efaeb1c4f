CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE authors (id int PRIMARY KEY, name text NOT NULL, mood mood);
CREATE TABLE books (id int PRIMARY KEY, author_id int REFERENCES authors, title text NOT NULL, moods mood[] NOT NULL);
CREATE TABLE notes (book_id int, note text);
