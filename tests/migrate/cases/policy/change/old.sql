create table t (a int, owner text); alter table t enable row level security; create policy p on t using (owner = current_user); create policy q on t for select using (true);
