CREATE EXTENSION citext;
CREATE EXTENSION hstore;
CREATE SCHEMA shop;
CREATE TYPE mood AS ENUM ('happy', 'so:so', 'very-sad', '1st', '+', '');
COMMENT ON TYPE mood IS 'How one feels.';
CREATE TYPE shop.size AS ENUM ('s', 'm');
CREATE TYPE shop.nothing AS ENUM ();
CREATE TYPE pair AS (a int, b text);
CREATE DOMAIN email AS text CHECK (VALUE ~ '@');
CREATE DOMAIN tags AS text[];
CREATE DOMAIN document AS jsonb;
CREATE TYPE price_range AS RANGE (subtype = numeric);

CREATE TABLE everything (
    id bigserial PRIMARY KEY,
    small smallint NOT NULL,
    four int,
    real real,
    double double precision NOT NULL,
    exact numeric(10, 2),
    cash money NOT NULL,
    yes bool,
    words varchar(20) NOT NULL,
    fixed char(3),
    loose citext,
    bytes bytea NOT NULL,
    day date,
    hour time,
    zoned timetz,
    moment timestamp NOT NULL,
    instant timestamptz,
    span interval,
    key uuid NOT NULL,
    plain json,
    binary_ jsonb NOT NULL,
    address inet,
    network cidr,
    card macaddr,
    store hstore,
    feeling mood NOT NULL,
    feelings mood[],
    size shop.size,
    address_ email NOT NULL,
    labels tags,
    page document,
    pages document[],
    addresses email[],
    matrix int[][],
    documents jsonb[],
    moments timestamptz[] NOT NULL,
    couple pair,
    pairs pair[],
    days daterange,
    prices price_range,
    numbers numrange NOT NULL,
    bits bit varying(8)
);
COMMENT ON TABLE everything IS 'One of each.';
COMMENT ON COLUMN everything.cash IS 'As PostgreSQL writes it.
In two lines.';

CREATE TABLE shop.orders (id int PRIMARY KEY, size shop.size NOT NULL);
CREATE TABLE void ();
CREATE TABLE parts (id int, day date) PARTITION BY RANGE (day);
CREATE TABLE parts_2030 PARTITION OF parts FOR VALUES FROM ('2030-01-01') TO ('2031-01-01');
CREATE VIEW sizes AS SELECT size, count(*) AS orders FROM shop.orders GROUP BY size;
CREATE TABLE shadows (json int, schema text, model_name text NOT NULL, copy int, _private int);
