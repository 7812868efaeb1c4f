DROP RULE q ON public.t;
DROP RULE r ON public.t;
ALTER TABLE public.log DROP COLUMN at;
create rule r as on insert to public.t do also insert into public.log values (new.a);
