CREATE OR REPLACE VIEW old_account AS SELECT id FROM account;
