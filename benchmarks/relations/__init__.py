"""What `benchmarks/nested.py` compares."""
