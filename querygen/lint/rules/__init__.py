"""One rule a module: its docstring is what `lint --explain` shows, its `RULE` says where it looks and how."""
