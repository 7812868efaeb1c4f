-- Domains over domains, arrays and composites of them, composites in composites, ranges over user types.
create domain positive as int check (value > 0);
create domain small as positive check (value < 100);
create domain tiny as small not null default 1;
create domain label as varchar(12);
create domain short_label as label check (length(value) < 5);
create domain tags as label[] check (array_length(value, 1) < 4);
create domain price as numeric(10, 2);
create type color as enum ('red', 'green', 'blue');
create domain warm as color check (value <> 'blue');
create type point3 as (x float8, y float8, z float8);
create type segment as (a point3, b point3, name label);
create type path3 as (segments segment[], lengths price[], kind color);
create domain far_segment as segment check ((value).name is not null);
create type version as (major small, minor small, pre short_label);
create type temperature as range (subtype = float8, subtype_diff = float8mi);
create type color_range as range (subtype = color);
create type label_range as range (subtype = text, collation = "C", multirange_type_name = label_spans);
create domain working_hours as int4range check (lower(value) >= 0);
create domain anyjson as jsonb;
create table thing (
  id tiny primary key,
  label short_label,
  labels tags,
  many small[],
  cost price,
  costs price[],
  shade warm,
  shades color[],
  seg segment,
  far far_segment,
  fars far_segment[],
  p path3,
  v version,
  vs version[],
  heat temperature,
  heats temperature[],
  tints color_range,
  spans label_spans,
  hours working_hours,
  doc anyjson
);
create table named_version (v version, note text);
create table of_type of version (primary key (major));
-- statements
select id, label, labels, many, cost, costs from thing;
select id + 1, id + id, many[1] + 1, many[1:2], cost * 2, costs[1] + cost, -id from thing;
select label || 'x', label || label, upper(label), length(label), label like 'a%', label = 'x' from thing;
select labels[1], labels[1:2], labels || 'x'::label, labels || array['x'], array_length(labels, 1), 'a' = any(labels) from thing;
select shade::color = 'red', shade::color < shades[1], shade::text, shades || 'red'::color, enum_range(shade::color), enum_first(shade::color) from thing;
select (seg).a.x, (seg).name, ((seg).b).z, (far).a, (far).a.y, (fars[1]).b.x, (p).segments[1].a.z, ((p).lengths)[1] from thing;
select (p).segments[1:2], (p).kind, ((p).segments[1]).name || 'x', (v).major + (v).minor, (vs[2]).pre from thing;
select (seg).*, (v).* from thing;
select (thing).seg.a.x, thing.v, (t2.v).major from thing, thing as t2;
select seg = row(row(1, 2, 3), row(4, 5, 6), 'x')::segment, seg is null, seg is not null, v < row(1, 2, 'a') from thing;
select row(1, 2, null)::version, row(1, 2, 'abc')::version = v, (row(1, 2, 'x')::version).pre from thing;
select row(row(1, 2, 3)::point3, null, 'n')::segment, row(null, row(1, '2', 3.5), 'n')::far_segment;
select '(1,2,a)'::version, '("(1,2,3)",,x)'::segment, '{"(1,2,)"}'::version[];
select 5::small, 5::tiny, '5'::tiny, 5.6::small, 5::bigint::positive, 'abc'::short_label, 'abcdefghijklmnop'::label;
select array[1, 2]::small[], array[1.5, 2]::small[], '{1,2}'::small[], array['a', 'b']::tags, array[1::small, 2], array[1::small, 2::tiny];
select coalesce(label, 'x'), coalesce(id, 1), case when true then id else 2 end, case when true then label else 'x'::text end, greatest(id, 3), nullif(id, 1) from thing;
select coalesce(cost, 1), coalesce(cost, cost), greatest(cost, 1.5), case shade::color when 'red' then 1 else 2 end from thing;
select heat, lower(heat), upper(heat) - lower(heat), heat @> 3.5::float8, heat @> $1, heat && heats[1], range_merge(heat, heats[2]) from thing;
select tints @> 'red'::color, tints @> shade::color, lower(tints), isempty(tints), tints * color_range('red', 'blue'), multirange(tints) from thing;
select spans @> 'x'::text, label_range('a', 'b'), label_range('a', 'b', '[]') <@ spans, lower(spans), unnest(spans) from thing;
select hours @> 5, lower(hours), hours + int4range(1, 2), hours = '[1,2)', hours::text, upper_inc(hours) from thing;
select doc -> 'a', doc ->> 'a', doc['a'], doc['a']['b'][0], doc || '{}', doc @> '{}', jsonb_typeof(doc) from thing;
select * from thing where v = $1 and many = $2 and shade::color = $3 and heat @> $4 and label = $5;
select * from thing where id = $1 and cost > $2 and labels = $3 and id in ($4, $5) and shade::color = any($6);
select $1::small, $2::tags, $3::segment, $4::temperature[], $5::warm, $6::color_range;
insert into thing (id, label, labels, many) values ($1, $2, $3, $4);
insert into thing (id, seg.a.x, seg.name, v.major, vs[1].minor, many[2], p.segments[1].b.y) values ($1, $2, $3, $4, $5, $6, $7);
insert into thing (id, labels[1], labels[2], costs[1:2]) values (1, 'a', 'b', '{1,2}');
insert into thing values (default, 'x', array['a'], '{1}', 1, '{2}', 'red');
insert into thing (far, fars, hours, doc) select far, array[far], hours, doc from thing;
update thing set seg.a.y = $1, seg.b = row($2, $3, $4), v = ($5, $6, $7), many[1] = $8, doc['a'] = $9;
update thing set far.a.x = 1, fars[1].b.z = 2, labels[1] = 'y', doc['a']['b'] = '1', hours = int4range(1, 5);
update thing set (label, cost) = ('a', 1), (seg, v) = (select seg, v from thing limit 1), (id, many) = row(2, default);
select id from thing where seg is distinct from far;
select t, t.v, (t).p, row_to_json(t), to_jsonb(t.seg) from thing t;
select array_agg(seg), array_agg(v order by v), array_agg(id), jsonb_agg(t.v), max(id), sum(id), avg(cost), max(label), min(shade::color), range_agg(heat), range_agg(tints), range_intersect_agg(heats[1]) from thing t;
select unnest(many), unnest(labels), unnest(vs), unnest(fars), unnest(heats) from thing;
select u.* from thing, unnest(vs) u;
select u.major, u.pre from thing, unnest(vs, many) as u(major, minor, pre, n);
select * from unnest(array[row(1, 2, 'x')::version, null]) with ordinality as t(a, b, c, n);
select * from jsonb_populate_record(null::version, '{}'), jsonb_populate_recordset(null::segment, '[]');
select * from jsonb_to_record('{}') as r(a small, b version, c tags, d warm);
select pg_typeof(id), id::text, id::numeric, label::text, label::char(3), cost::int, shades::text[], v::text from thing;
select cast(many as bigint[]), cast(many as text), many::small[]::int[], costs::float8[], labels::text[], vs::text[] from thing;
select id between 1 and $1, label between $2 and 'z', id in (1, 2), label in ('a', $3), (id, label) = (1, 'x'), (id, cost) < ($4, $5) from thing;
select n.v, n.note, (n.v).major from named_version n where (n.v).major > $1;
select major, minor, pre, o, (o).minor, o = row(1, 2, 'x')::version, o::version from of_type o;
select o::version from of_type o union select v from named_version;
select id from thing union select 1 union all select null;
select label from thing union select 'x'::text;
select label from thing union select label from thing;
select shade from thing union all select 'red';
select cost from thing union select 1.234;
values (1::small, 'a'::label), (2, 'b');
select f.* from (select seg, v from thing) s, lateral (select (s.seg).*) f;
select (s.x).f1, (s.x).f2.major from (select row(1, v) as x from thing) s;
select (select v from thing limit 1).major, (select seg from thing limit 1).a.x, array(select v from thing), array(select many from thing);
select exists (select from thing where v = any(vs)), v = any(select v from thing), v in (select v from named_version) from thing;
select num_nonnulls(id, label), format('%s', v), concat(id, label, shade), quote_literal(label), quote_nullable(id) from thing;
select json_build_object('v', v, 'p', p), jsonb_build_array(id, label, many), to_json(labels), array_to_json(many) from thing;
select id <> all (many), label = any (labels), 3 = any (many), shade::color = any ('{red,green}'), id = any (array[1, 2]) from thing;
select array_position(many, 3), array_remove(labels, 'x'), array_append(many, 3), array_cat(many, '{1}'), array_prepend('x', labels), many || 3, 3 || many, cardinality(vs) from thing;
select x from (values (1::tiny), (2::tiny)) t(x) where x > '1';
select interval '1 day' * id, date '2020-01-01' + id, id::int8 * cost, id % 2, id / 2.0, id ^ 2, sqrt(id), abs(id), id & 1, id << 1 from thing;
