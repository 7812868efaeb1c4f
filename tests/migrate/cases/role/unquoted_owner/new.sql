create table t (a int); alter table t owner to current_user; create policy p on t to current_user using (true);
