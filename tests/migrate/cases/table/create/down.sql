DROP TABLE public.book;
DROP TABLE public.author;
