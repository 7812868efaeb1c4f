-- name: Positional :many
SELECT $1, $3, $1::int;
-- name: Named :many
SELECT @a, @b, @a, sqlc.arg(c), sqlc.narg('a'), SQLC . ARG ( "D" );
-- name: Mixed :many
SELECT @x, $1, $3, @y, @z;
-- name: Folding :many
SELECT @Name, @name, @"Name", sqlc.arg(NAME), sqlc.arg('Name'), sqlc.arg("NAME"), @ÄB;
-- name: Keywords :many
SELECT 1 LIMIT @limit OFFSET @offset;
-- name: Operators :many
SELECT 1 FROM t WHERE id=@id AND id<>@id AND a <@b AND a@>b AND t @@q AND x=@ 5 AND @-5 = @ x AND y->@k AND -@z < +@w AND a>=@a_1;
-- name: Glued :many
SELECT@x FROM t WHERE a IN(@"b"), 5 AND c=sqlc.arg(c)AND d=@"e"AND f=5+@a-@b*@c/@d%@e;
-- name: Slices :many
SELECT 1 WHERE a IN (sqlc.slice(ids)) AND b NOT  IN ( sqlc.slice('names') ) AND c = ANY(sqlc.slice(cs)::int[]) AND d IN (@d) AND e in/* ( */( -- x
 qg.list(es));
-- name: SlicesInList :many
SELECT 1 WHERE a IN (sqlc.slice(ids), 5);
-- name: Embeds :many
SELECT sqlc.embed(u), sqlc.embed("Posts"), sqlc.embed(app . users), qg.embed_many('x y'), @a::int FROM u;
-- name: Hidden :many
SELECT '@a sqlc.arg(b) $1', "@c", $$ @d $1 $$, $q$ sqlc.arg(x) $$ $q$, E'\'@e', U&'@f', a$1, /* @g $2 /* @g */ */ 1 -- @h $3
, N'@i', B'1', 'a'
  '@j', x.sqlc.arg(5), sqlc.id, qg.a FROM sqlc;
-- name: Zero :one
SELECT $0;
----
Positional :many
  sql> SELECT $1, $3, $1::int
  $1 positional - at 2:8 2:16
  $3 positional - at 2:12
Named :many
  sql> SELECT $1, $2, $1, $3, $1, $4
  $1 narg a at 4:8 4:16 4:33
  $2 arg b at 4:12
  $3 arg c at 4:20
  $4 arg D at 4:49
Mixed :many
  sql> SELECT $2, $1, $3, $4, $5
  $1 positional - at 6:12
  $2 arg x at 6:8
  $3 positional - at 6:16
  $4 arg y at 6:20
  $5 arg z at 6:24
Folding :many
  sql> SELECT $1, $1, $2, $1, $2, $3, $4
  $1 arg name at 8:8 8:15 8:31
  $2 arg Name at 8:22 8:47
  $3 arg NAME at 8:65
  $4 arg Äb at 8:83
Keywords :many
  sql> SELECT 1 LIMIT $1 OFFSET $2
  $1 arg limit at 10:16
  $2 arg offset at 10:30
Operators :many
  sql> SELECT 1 FROM t WHERE id=$1 AND id<>$1 AND a <@b AND a@>b AND t @@q AND x=@ 5 AND @-5 = @ x AND y->$2 AND -$3 < +$4 AND a>=$5
  $1 arg id at 12:26 12:38
  $2 arg k at 12:102
  $3 arg z at 12:110
  $4 arg w at 12:116
  $5 arg a_1 at 12:126
Glued :many
  sql> SELECT $1 FROM t WHERE a IN($2), 5 AND c=$3 AND d=$4 AND f=5+$5-$2*$3/$6%$4
  $1 arg x at 14:7
  $2 arg b at 14:28 14:75
  $3 arg c at 14:43 14:78
  $4 arg e at 14:60 14:84
  $5 arg a at 14:72
  $6 arg d at 14:81
Slices :many
  sql> SELECT 1 WHERE a = ANY($1) AND b <> ALL( $2 ) AND c = ANY($3::int[]) AND d IN ($4) AND e = ANY( -- x
  sql>  $5)
  $1 slice ids at 16:22
  $2 slice names at 16:55
  $3 slice cs at 16:89
  $4 arg d at 16:122
  $5 slice es at 17:2
Embeds :many
  sql> SELECT u.*, "Posts".*, app.users.*, "x y".*, $1::int FROM u
  $1 arg a at 21:91
  embed - u as u.*
  embed - Posts as "Posts".*
  embed app users as app.users.*
  embed many - x y as "x y".*
Hidden :many
  sql> SELECT '@a sqlc.arg(b) $1', "@c", $$ @d $1 $$, $q$ sqlc.arg(x) $$ $q$, E'\'@e', U&'@f', a$1, /* @g $2 /* @g */ */ 1 -- @h $3
  sql> , N'@i', B'1', 'a'
  sql>   '@j', x.sqlc.arg(5), sqlc.id, qg.a FROM sqlc
Zero :one
  sql> SELECT $0
  $0 positional - at 27:8
19:22 error QG122 sqlc.slice(ids) has to be alone between the parentheses of IN | Write the other values as a further condition with OR.
