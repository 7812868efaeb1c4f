create table t (a int, b text, c timestamptz, d jsonb); create table u (a int, e numeric);
create view v1 as with recursive r(n) as (select 1 union all select n + 1 from r where n < 5) select n, (select max(a) from t where t.a = r.n) as m from r;
create view v2 as select t.a, u.e, row_number() over (partition by t.b order by t.c desc) as rn, sum(u.e) filter (where u.e > 0) over w as s from t left join u using (a) window w as (order by t.a rows between 1 preceding and current row);
create view v3 as select distinct on (b) b, case when a > 1 then 'x' when a is null then null else b end as k, coalesce(b, 'n') || 'z' as j, d ->> 'k' as dk, extract(year from c) as y, c at time zone 'utc' as z, a between 1 and 3 as bt, b like 'a%' as l, a in (1, 2, 3) as i, not (a = any (array[1, 2])) as na from t order by b, a desc nulls last limit 5 offset 1;
create view v4 as select b, count(*), array_agg(distinct a order by a) as arr, string_agg(b, ',') as sa, grouping(b) as g from t group by rollup (b) having count(*) > 1;
create view v5 as select a from t union all select a from u except select 3 order by 1;
create view v6 as select x.*, y.value from t x cross join lateral jsonb_each_text(x.d) as y(key, value) where exists (select 1 from u where u.a = x.a) and x.a not in (select a from u);
create view v7 as select g.n, vv.n as m, s from generate_series(1, 3) with ordinality as g(n, o) full join (values (1, 'a'), (2, 'b')) as vv(n, s) on g.n = vv.n;
create view v8 as select row(a, b) = row(1, 'x') as r, array[a, 2] as ar, (array[a, 2])[1] as el, b::varchar(3) as vc, substring(b from 1 for 2) as sub, trim(both from b) as tr, nullif(a, 1) as nu, greatest(a, 2) as gr, a is distinct from 3 as df, current_date as cd, interval '1 day' as iv from t;
