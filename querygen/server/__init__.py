"""Everything that talks to a running PostgreSQL: starting one, finding one, and asking it. `build` never comes here."""
