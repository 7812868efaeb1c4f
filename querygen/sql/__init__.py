"""SQL text: the boundary to libpg_query, the scanner of parameters and macros, query files, deparsing."""
