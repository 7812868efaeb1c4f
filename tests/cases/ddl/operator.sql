create type num as (v int);
create function num_eq(num, num) returns bool language sql immutable as 'select $1.v = $2.v';
create function num_ne(num, num) returns bool language sql immutable as 'select $1.v <> $2.v';
create function num_lt(num, num) returns bool language sql immutable as 'select $1.v < $2.v';
create function num_cmp(num, num) returns int language sql immutable as 'select 0';
create function num_int(num) returns int language sql immutable as 'select $1.v';
create function num_neg(num) returns num language sql immutable as 'select $1';
create operator === (leftarg = num, rightarg = num, function = num_eq, commutator = ===, negator = <=!=>, hashes, merges);
create operator <=!=> (leftarg = num, rightarg = num, procedure = num_ne, negator = ===);
create operator <<< (leftarg = num, rightarg = num, function = num_lt, commutator = >>>);
create operator !!! (rightarg = num, function = num_neg);
create cast (num as int) with function num_int(num) as assignment;
create cast (text as num) with inout as implicit;
create operator class num_ops default for type num using btree as
    operator 1 <<<, operator 3 ===, function 1 num_cmp(num, num);
create operator family loose using hash;
alter operator family loose using hash rename to looser;
drop operator !!! (none, num);
drop cast (text as num);

----
operator <<< (num, num) → boolean
operator <=!=> (num, num) → boolean
operator === (num, num) → boolean
operator >>> (num, num) → shell
type num
    v integer
function num_cmp(num, num) → integer, immutable
function num_eq(num, num) → boolean, immutable
function num_int(num) → integer, immutable
function num_lt(num, num) → boolean, immutable
function num_ne(num, num) → boolean, immutable
function num_neg(num) → num, immutable
cast num as integer assignment
operator class num_ops default for num using btree
