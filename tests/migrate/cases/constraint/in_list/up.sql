ALTER TABLE public.orders ADD CONSTRAINT status_known CHECK ((status)::text = ANY (ARRAY['pending'::character varying, 'shipped'::character varying]));
ALTER TABLE public.orders ADD CONSTRAINT mood_known CHECK ((mood)::text <> ALL (ARRAY['bad'::character varying, 'sad'::character varying]));
ALTER TABLE public.orders ADD CONSTRAINT mood_cast CHECK ((mood)::text = ANY (ARRAY[('good'::character varying)::text, ('fair'::character varying)::text]));
CREATE INDEX orders_open_idx ON public.orders USING btree (id) WHERE ((status)::text = ANY (ARRAY['pending'::character varying, 'shipped'::character varying]));
