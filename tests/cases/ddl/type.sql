create type mood as enum ('sad', 'ok');
alter type mood add value 'happy';
alter type mood add value if not exists 'happy';
alter type mood add value 'so-so' before 'ok';
alter type mood add value 'fine' after 'ok';
alter type mood rename value 'sad' to 'blue';
comment on type mood is 'how one feels';
create type pair as (a int, b varchar(10) collate "C");
alter type pair add attribute c mood, drop attribute a, alter attribute b type text;
alter type pair rename attribute b to bb;
create type pairs as (p pair, many pair[], moods mood[]);
create type _twin as enum ('array name is taken');
create type twin as enum ('x');
create type span as range (subtype = float8);
create type "Spans" as range (subtype = pair, multirange_type_name = manypairs);
create type metre;
create function metre_in(cstring) returns metre language internal immutable strict as 'int4in';
create function metre_out(metre) returns cstring language internal immutable strict as 'int4out';
create type metre (input = metre_in, output = metre_out, like = int4, category = 'N');
create type waits;
create table uses (m mood, ms mood[], p pair, s span, sm span_multirange, t metre);
alter type mood rename to feeling;
create schema app;
alter type feeling set schema app;
alter type span rename to stretch;

----
schema app
enum app.feeling (blue, so-so, ok, fine, happy)  -- how one feels
function "Spans"(pair, pair) → "Spans", immutable
function "Spans"(pair, pair, text) → "Spans", immutable
range "Spans" of pair, multirange manypairs
enum _twin (array name is taken)
function manypairs("Spans") → manypairs, strict, immutable
function manypairs() → manypairs, strict, immutable
function manypairs(variadic "Spans"[]) → manypairs, strict, immutable
base type metre
function metre_in(cstring) → metre, strict, immutable
function metre_out(metre) → cstring, strict, immutable
type pair
    bb text
    c app.feeling
type pairs
    p pair
    many pair[]
    moods app.feeling[]
function span(double precision, double precision) → stretch, immutable
function span(double precision, double precision, text) → stretch, immutable
function span_multirange() → span_multirange, strict, immutable
function span_multirange(stretch) → span_multirange, strict, immutable
function span_multirange(variadic stretch[]) → span_multirange, strict, immutable
range stretch of double precision, multirange span_multirange
enum twin (x)
table uses
    m app.feeling
    ms app.feeling[]
    p pair
    s stretch
    sm span_multirange
    t metre
shell type waits
cast "Spans" as manypairs explicit
cast stretch as span_multirange explicit
