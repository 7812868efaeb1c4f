CREATE VIEW public.v AS
SELECT id, name, kind FROM ((SELECT t.id, t.name, 'first'::text AS kind FROM public.t UNION SELECT t.id, COALESCE(t.name, '?'::character varying) AS name, 'second'::text AS kind FROM public.t) UNION ALL SELECT (t.id + 1), upper((t.name)::text) AS upper, 'third'::text AS "?column?" FROM public.t) x;
CREATE VIEW public.w AS
SELECT t.id, 'a'::text AS kind FROM public.t UNION ALL SELECT 2 AS id, 'b'::text AS kind;
