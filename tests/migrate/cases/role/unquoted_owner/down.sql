DROP POLICY p ON public.t;
