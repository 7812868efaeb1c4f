ALTER TYPE public.s ADD VALUE 'a' BEFORE 'b';
ALTER TYPE public.s ADD VALUE 'c' BEFORE 'd';
ALTER TYPE public.s ADD VALUE 'e';
