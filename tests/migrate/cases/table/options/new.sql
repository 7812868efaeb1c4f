create unlogged table t (a int) with (fillfactor = 80, autovacuum_enabled = off); alter table t enable row level security; alter table t force row level security;
