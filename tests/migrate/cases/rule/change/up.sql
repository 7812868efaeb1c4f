DROP RULE r ON public.t;
ALTER TABLE public.log ADD COLUMN at timestamp with time zone DEFAULT now();
create rule r as on insert to public.t do also insert into public.log (a) values (new.a + 1);
create rule q as on delete to public.t where old.a > 5 do instead nothing;
