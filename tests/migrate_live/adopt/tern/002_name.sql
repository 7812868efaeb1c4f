ALTER TABLE account ADD name text;
