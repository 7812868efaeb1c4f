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

-- name: HasMoods :one
SELECT EXISTS (SELECT FROM mood_count WHERE persons > 1) AS moods;

-- name: CountAnyMood :many
SELECT id, (SELECT max(persons) FROM mood_count) AS most FROM person;

-- name: ListRareWords :many
SELECT word FROM rare_word;

-- name: KeepReading :exec
MERGE INTO reading USING (SELECT @taken_on::date AS taken_on) AS new ON reading.taken_on = new.taken_on
WHEN MATCHED THEN UPDATE SET amount = 1;
