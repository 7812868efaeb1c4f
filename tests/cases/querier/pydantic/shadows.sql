CREATE TABLE shadows (json int, schema text, model_name text NOT NULL, copy int, _private int);
