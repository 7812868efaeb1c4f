-- nmae: GetA :one
SELECT 1;
-- Name: GetB :one
SELECT 1;
-- name GetC :one
SELECT 1;
-- names: of people, sorted
-- Name: users; Type: TABLE; Schema: public; Owner: -
-- note: this
-- name: GetD :one
-- nulable: a, b
-- notnull: a, b
-- nullable: c
-- notnull: d.e
-- row: Person
-- row: People
-- prepare:
-- rows: all of them
SELECT 1;
-- row: Lost
SELECT 2;
-- fragment: columns
SELECT 3;
----
1:4 warning QG112 "-- nmae:" is read as a comment | Write -- name: for the annotation.
3:4 warning QG112 "-- Name:" is read as a comment | Write -- name: for the annotation.
5:4 warning QG112 "-- name" is read as a comment | Write -- name: for the annotation.
11:4 warning QG112 "-- nulable:" is read as a comment | Write -- nullable: for the annotation.
16:4 error QG113 -- row: stands twice above one statement [the first one is here: 15]
17:4 error QG113 -- prepare: says nothing | Write a value after the colon.
20:4 warning QG114 -- row: stands above no query and is not used | Write a -- name: annotation above the same statement.
