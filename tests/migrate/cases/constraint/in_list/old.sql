CREATE TABLE orders (
    id integer NOT NULL,
    status varchar(10) NOT NULL,
    mood varchar
);
