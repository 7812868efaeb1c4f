ALTER TABLE account ADD age integer;
