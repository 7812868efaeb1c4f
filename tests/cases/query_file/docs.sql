-- Copyright: the authors
-- name of this file: docs

-- -----------------------
-- Users
-- -----------------------
-- name: GetUser :one
-- Reads one user.
--
--   - indented
-- @param id the user's   number
-- @param  name  what it says
-- @sqlc-vet-disable rule-a rule-b
-- @sqlc-vet-disable
-- @deprecated since 2
/* a block
 * of lines
   and another
*/
SELECT 1 -- the one
  /* inside */ + 2 -- behind
  -- below
; -- on the line of the semicolon
-- Above.
/* name: GetB :one */
SELECT 2;

/*
 * name: GetC :many
 * Documented below.
 */
SELECT 3
----
GetUser :one
  sql> SELECT 1 -- the one
  sql>   /* inside */ + 2
  doc> Reads one user.
  doc>
  doc>   - indented
  doc> @deprecated since 2
  doc> a block
  doc> of lines
  doc> and another
  sqlc-vet-disable: rule-a rule-b
  @param id: the user's   number
  @param name: what it says
GetB :one
  sql> SELECT 2
  doc> Above.
GetC :many
  sql> SELECT 3
  doc> Documented below.
