-- Columns that every list shows.
-- fragment: Shown
u.id, u.name;

-- fragment: visible
u.active AND u.role = @role AND qg.fragment(mine);

-- fragment: mine
u.name = qg.optional(name);

-- fragment: itself
qg.fragment(itself);

-- fragment: wrong
u.emial = 'x';

-- fragment: 1st
x;
-- fragment: mine
y;

-- name: List :many
SELECT qg.fragment(shown), qg.embed_many(s) AS sessions FROM "user" AS u
LEFT JOIN session AS s ON s.user_id = u.id WHERE qg.fragment(visible) ORDER BY qg.sort(u.id, name);
-- name: Unknown :many
SELECT id FROM "user" WHERE qg.fragment(visibel);
-- name: Itself :many
SELECT qg.fragment(itself);
-- name: Wrong :many
SELECT qg.fragment(shown) FROM "user" AS u WHERE qg.fragment(wrong);
-- name: WrongBehind :many
SELECT qg.fragment(shown), u.emial FROM "user" AS u;
----
17:4 error QG140 "1st" cannot be the name of a fragment
19:4 error QG140 there are two fragments named "mine" | Rename one. [the first one is here: 8]
26:41 error QG140 there is no fragment "visibel" | Did you mean visible?
12:13 error QG140 fragment "itself" contains itself
List :many, many
  $1 role user_role
  $2 name text
  may be NULL: token, user_id, expires_at, created_at, updated_at
  name
    SELECT u.id, u.name, s.token, s.user_id, s.expires_at, s.created_at, s.updated_at FROM "user" AS u
    LEFT JOIN session AS s ON s.user_id = u.id WHERE u.active AND u.role = $1 AND u.name = $2 ORDER BY u.id
  nothing
    SELECT u.id, u.name, s.token, s.user_id, s.expires_at, s.created_at, s.updated_at FROM "user" AS u
    LEFT JOIN session AS s ON s.user_id = u.id WHERE u.active AND u.role = $1 ORDER BY u.id
  name; id
    SELECT u.id, u.name, s.token, s.user_id, s.expires_at, s.created_at, s.updated_at FROM "user" AS u
    LEFT JOIN session AS s ON s.user_id = u.id WHERE u.active AND u.role = $1 AND u.name = $2 ORDER BY u.id
  nothing; id
    SELECT u.id, u.name, s.token, s.user_id, s.expires_at, s.created_at, s.updated_at FROM "user" AS u
    LEFT JOIN session AS s ON s.user_id = u.id WHERE u.active AND u.role = $1 ORDER BY u.id
  name; -id
    SELECT u.id, u.name, s.token, s.user_id, s.expires_at, s.created_at, s.updated_at FROM "user" AS u
    LEFT JOIN session AS s ON s.user_id = u.id WHERE u.active AND u.role = $1 AND u.name = $2 ORDER BY u.id DESC
  nothing; -id
    SELECT u.id, u.name, s.token, s.user_id, s.expires_at, s.created_at, s.updated_at FROM "user" AS u
    LEFT JOIN session AS s ON s.user_id = u.id WHERE u.active AND u.role = $1 ORDER BY u.id DESC
  name; name
    SELECT u.id, u.name, s.token, s.user_id, s.expires_at, s.created_at, s.updated_at FROM "user" AS u
    LEFT JOIN session AS s ON s.user_id = u.id WHERE u.active AND u.role = $1 AND u.name = $2 ORDER BY name
  nothing; name
    SELECT u.id, u.name, s.token, s.user_id, s.expires_at, s.created_at, s.updated_at FROM "user" AS u
    LEFT JOIN session AS s ON s.user_id = u.id WHERE u.active AND u.role = $1 ORDER BY name
  name; -name
    SELECT u.id, u.name, s.token, s.user_id, s.expires_at, s.created_at, s.updated_at FROM "user" AS u
    LEFT JOIN session AS s ON s.user_id = u.id WHERE u.active AND u.role = $1 AND u.name = $2 ORDER BY name DESC
  nothing; -name
    SELECT u.id, u.name, s.token, s.user_id, s.expires_at, s.created_at, s.updated_at FROM "user" AS u
    LEFT JOIN session AS s ON s.user_id = u.id WHERE u.active AND u.role = $1 ORDER BY name DESC
  folded by (0,)
  sessions of the root by (2,)
Wrong refused
  15:1 error 42703 column u.emial does not exist | Perhaps you meant to reference the column "u.email".
WrongBehind refused
  32:28 error 42703 column u.emial does not exist | Perhaps you meant to reference the column "u.email".
