"""The recogniser benchmark: our pipeline beside faster-whisper's own call, in one run.

`python -m evaluation.bench` writes `evaluation/results/recogniser.json`; `.memory` and `.fairness`
measure the running product.
"""
