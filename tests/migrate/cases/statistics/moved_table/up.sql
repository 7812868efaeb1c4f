ALTER TABLE s."T" ADD COLUMN more integer;
