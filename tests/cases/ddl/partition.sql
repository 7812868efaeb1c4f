create table event (
    id bigint generated always as identity,
    at timestamptz not null,
    kind text default 'none',
    primary key (id, at)
) partition by range (at);
create index on event (kind);
create table event_2024 partition of event for values from ('2024-01-01') to ('2025-01-01');
create table event_2025 partition of event (kind default 'new' not null) for values from ('2025-01-01') to ('2026-01-01');
create table event_rest partition of event default partition by hash (at);
create table event_rest_a partition of event_rest for values with (modulus 2, remainder 0);
create table event_2026 (id bigint not null, at timestamptz not null, kind text);
alter table event attach partition event_2026 for values from ('2026-01-01') to ('2027-01-01');
alter table event add column note text not null default '';
create index event_note on event (note);
alter table event detach partition event_2024;
alter table event drop column kind;
create function touch() returns trigger language plpgsql as 'begin return new; end';
create trigger touched before insert on event for each row execute function touch();
create table event_2027 partition of event for values from ('2027-01-01') to ('2028-01-01');

----
partitioned table event partition by range (at)
    id bigint not null generated always as identity
    at timestamp with time zone not null
    note text not null default ''
    constraint event_at_not_null not null (at)
    constraint event_id_not_null not null (id)
    constraint event_note_not_null not null (note)
    constraint event_pkey primary key (id, at)
    index event_note btree (note)
    trigger touched before insert for each row touch
table event_2024
    id bigint not null
    at timestamp with time zone not null
    kind text default 'none'
    note text not null default ''
    constraint event_2024_pkey primary key (id, at)
    constraint event_at_not_null not null (at)
    constraint event_id_not_null not null (id)
    constraint event_note_not_null not null (note)
    index event_2024_kind_idx btree (kind)
    index event_2024_note_idx btree (note)
table event_2025 partition of event FOR VALUES from ('2025-01-01') to ('2026-01-01')
    id bigint not null generated always as identity inherited
    at timestamp with time zone not null inherited
    note text not null default '' inherited
    constraint event_2025_pkey primary key (id, at) inherited
    constraint event_at_not_null not null (at) inherited
    constraint event_id_not_null not null (id) inherited
    constraint event_note_not_null not null (note) inherited
    index event_2025_note_idx btree (note)
    trigger touched before insert for each row touch
table event_2026 partition of event FOR VALUES from ('2026-01-01') to ('2027-01-01')
    id bigint not null generated always as identity inherited
    at timestamp with time zone not null inherited
    note text not null default '' inherited
    constraint event_2026_at_not_null not null (at) inherited
    constraint event_2026_id_not_null not null (id) inherited
    constraint event_2026_pkey primary key (id, at) inherited
    constraint event_note_not_null not null (note) inherited
    index event_2026_note_idx btree (note)
    trigger touched before insert for each row touch
table event_2027 partition of event FOR VALUES from ('2027-01-01') to ('2028-01-01')
    id bigint not null generated always as identity inherited
    at timestamp with time zone not null inherited
    note text not null default '' inherited
    constraint event_2027_pkey primary key (id, at) inherited
    constraint event_at_not_null not null (at) inherited
    constraint event_id_not_null not null (id) inherited
    constraint event_note_not_null not null (note) inherited
    index event_2027_note_idx btree (note)
    trigger touched before insert for each row touch
sequence event_id_seq
partitioned table event_rest partition of event DEFAULT partition by hash (at)
    id bigint not null generated always as identity inherited
    at timestamp with time zone not null inherited
    note text not null default '' inherited
    constraint event_at_not_null not null (at) inherited
    constraint event_id_not_null not null (id) inherited
    constraint event_note_not_null not null (note) inherited
    constraint event_rest_pkey primary key (id, at) inherited
    index event_rest_note_idx btree (note)
    trigger touched before insert for each row touch
table event_rest_a partition of event_rest FOR VALUES with (modulus 2, remainder 0)
    id bigint not null generated always as identity inherited
    at timestamp with time zone not null inherited
    note text not null default '' inherited
    constraint event_at_not_null not null (at) inherited
    constraint event_id_not_null not null (id) inherited
    constraint event_note_not_null not null (note) inherited
    constraint event_rest_a_pkey primary key (id, at) inherited
    index event_rest_a_note_idx btree (note)
    trigger touched before insert for each row touch
function touch() → trigger
