-- name: ListPersons :many
SELECT id, email, name, mood, nickname FROM person;

-- name: ListHappy :many
SELECT id, name FROM happy_person;

-- name: GetPrice :one
SELECT app.price_of(@id::integer) AS price;

-- name: AddReading :exec
INSERT INTO reading (taken_on, amount) VALUES ($1, $2);

-- name: CountHappy :one
SELECT persons FROM happy_count;
