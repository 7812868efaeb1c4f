CREATE SEQUENCE public.book_id_seq;
CREATE TABLE public.author (
    id bigint GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME public.author_id_seq) NOT NULL,
    name text NOT NULL,
    born date,
    CONSTRAINT author_pkey PRIMARY KEY (id)
);
CREATE TABLE public.book (
    id bigint DEFAULT nextval('public.book_id_seq'::regclass) NOT NULL,
    author_id bigint NOT NULL,
    title character varying(200),
    price numeric(8,2),
    tags text[] DEFAULT '{}'::text[],
    CONSTRAINT book_price_check CHECK (price >= (0)::numeric),
    CONSTRAINT book_pkey PRIMARY KEY (id),
    CONSTRAINT book_title_key UNIQUE (title)
);
ALTER SEQUENCE public.book_id_seq OWNED BY public.book.id;
ALTER TABLE public.book ADD CONSTRAINT book_author_id_fkey FOREIGN KEY (author_id) REFERENCES public.author(id) ON DELETE CASCADE;
