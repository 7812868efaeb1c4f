---- tern: disable-tx ----
CREATE INDEX CONCURRENTLY account_id_idx ON account (id);
