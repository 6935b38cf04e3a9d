"""How good and how fast: metrics, statistics, benchmarks, and the results they write."""
