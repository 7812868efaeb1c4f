"""The parts of benchmarks/runtime.py: schema, queries, a module for each contestant, measuring and reporting."""
