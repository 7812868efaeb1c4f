ALTER TABLE account ADD size integer;
