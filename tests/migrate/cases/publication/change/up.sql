DROP PUBLICATION p;
create publication q for all tables;
CREATE TABLE public.u (
    a integer NOT NULL,
    CONSTRAINT u_pkey PRIMARY KEY (a)
);
create publication p for table public.t, public.u with (publish = 'insert');
