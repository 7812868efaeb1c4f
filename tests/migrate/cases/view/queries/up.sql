CREATE VIEW public.v1 AS
WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT (r_1.n + 1) FROM r r_1 WHERE (r_1.n < 5)) SELECT n, (SELECT max(t.a) AS max FROM public.t WHERE (t.a = r.n)) AS m FROM r;
CREATE VIEW public.v2 AS
SELECT t.a, u.e, row_number() OVER (PARTITION BY t.b ORDER BY t.c DESC) AS rn, sum(u.e) FILTER (WHERE (u.e > (0)::numeric)) OVER w AS s FROM public.t LEFT JOIN public.u USING (a) WINDOW w AS (ORDER BY t.a ROWS BETWEEN 1 PRECEDING AND CURRENT ROW);
CREATE VIEW public.v3 AS
SELECT DISTINCT ON (b) b, CASE WHEN (a > 1) THEN 'x'::text WHEN (a IS NULL) THEN NULL::text ELSE b END AS k, (COALESCE(b, 'n'::text) || 'z'::text) AS j, (d ->> 'k'::text) AS dk, EXTRACT(year FROM c) AS y, (c AT TIME ZONE 'utc'::text) AS z, ((a >= 1) AND (a <= 3)) AS bt, (b ~~ 'a%'::text) AS l, (a = ANY (ARRAY[1, 2, 3])) AS i, (NOT (a = ANY (ARRAY[1, 2]))) AS na FROM public.t ORDER BY b, a DESC NULLS LAST OFFSET 1 LIMIT 5;
CREATE VIEW public.v4 AS
SELECT t.b, count(*) AS count, array_agg(DISTINCT t.a ORDER BY t.a) AS arr, string_agg(t.b, ','::text) AS sa, GROUPING(t.b) AS g FROM public.t GROUP BY ROLLUP(t.b) HAVING (count(*) > 1);
CREATE VIEW public.v5 AS
(SELECT t.a FROM public.t UNION ALL SELECT u.a FROM public.u) EXCEPT SELECT 3 AS a ORDER BY 1;
CREATE VIEW public.v6 AS
SELECT x.a, x.b, x.c, x.d, y.value FROM public.t x CROSS JOIN LATERAL jsonb_each_text(x.d) y(key, value) WHERE ((EXISTS (SELECT 1 FROM public.u WHERE (u.a = x.a))) AND (NOT (x.a IN (SELECT u.a FROM public.u))));
CREATE VIEW public.v7 AS
SELECT g.n, vv.n AS m, vv.s FROM generate_series(1, 3) WITH ORDINALITY g(n, o) FULL JOIN (VALUES (1, 'a'::text), (2, 'b'::text)) vv(n, s) ON ((g.n = vv.n));
CREATE VIEW public.v8 AS
SELECT ((a = 1) AND (b = 'x'::text)) AS r, ARRAY[a, 2] AS ar, (ARRAY[a, 2])[1] AS el, (b)::character varying(3) AS vc, SUBSTRING(b FROM 1 FOR 2) AS sub, TRIM(BOTH FROM b) AS tr, NULLIF(a, 1) AS nu, GREATEST(a, 2) AS gr, (a IS DISTINCT FROM 3) AS df, CURRENT_DATE AS cd, '1 day'::interval AS iv FROM public.t;
