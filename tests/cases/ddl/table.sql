-- columns, defaults, serial, identity, generated, every kind of constraint with its made-up name
create table owner (
    id bigint generated always as identity primary key,
    name varchar(40) not null unique,
    "Mixed Case" text default 'it''s' || 'x'
);

create table item (
    id serial,
    owner_id bigint references owner on delete cascade,
    code char(3) not null check (code <> ''),
    price numeric(10, 2) default 0 constraint positive check (price >= 0) not null,
    taken timestamptz(3) default now(),
    tags text[] not null default '{}',
    twice numeric generated always as (price * 2) stored,
    thrice numeric generated always as (price * 3),
    small smallserial,
    big bigserial constraint big_is_there not null,
    length interval day to second(3),
    bits bit(8),
    constraint pk primary key (id, code),
    unique nulls not distinct (price, taken) include (tags),
    check (id > 0 and price > 0),
    check (price < 100),
    not null taken no inherit,
    foreign key (id, code) references item (id, code) deferrable initially deferred
);
create unlogged table if not exists item (x int);
create unlogged table plain ();
create index on item (lower(code), price desc) where price > 0;
create unique index on item ((price + 1), (tags[1]));
create unique index named on item using btree (code bpchar_pattern_ops) include (price);
create index if not exists named on item (id);

----
table item
    id integer not null default nextval('public.item_id_seq'::regclass)
    owner_id bigint
    code character(3) not null
    price numeric(10,2) not null default 0
    taken timestamp(3) with time zone not null default now()
    tags text[] not null default '{}'
    twice numeric generated as (price * 2) stored
    thrice numeric generated as (price * 3) virtual
    small smallint not null default nextval('public.item_small_seq'::regclass)
    big bigint not null default nextval('public.item_big_seq'::regclass)
    length interval day to second(3)
    bits bit(8)
    constraint big_is_there not null (big)
    constraint item_check check (id > 0 and price > 0)
    constraint item_code_check check (code <> '')
    constraint item_code_not_null not null (code)
    constraint item_id_code_fkey foreign key (id, code) references item (id, code) deferrable
    constraint item_id_not_null not null (id)
    constraint item_owner_id_fkey foreign key (owner_id) references owner (id) on delete cascade
    constraint item_price_check check (price < 100)
    constraint item_price_not_null not null (price)
    constraint item_price_taken_tags_key unique (price, taken) nulls not distinct
    constraint item_small_not_null not null (small)
    constraint item_tags_not_null not null (tags)
    constraint item_taken_not_null not null (taken) no inherit
    constraint pk primary key (id, code)
    constraint positive check (price >= 0)
    unique index item_expr_tags_idx btree ((price + 1), (tags[1]))
    index item_lower_price_idx btree ((lower(code)), price desc) where price > 0
    unique index named btree (code bpchar_pattern_ops) include (price)
sequence item_big_seq
sequence item_id_seq
sequence item_small_seq
table owner
    id bigint not null generated always as identity
    name character varying(40) not null
    "Mixed Case" text default 'it''s' || 'x'
    constraint owner_id_not_null not null (id)
    constraint owner_name_key unique (name)
    constraint owner_name_not_null not null (name)
    constraint owner_pkey primary key (id)
sequence owner_id_seq
unlogged table plain
