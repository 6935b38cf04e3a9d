"""Matrix products of numpy in one thread, so that their last bits are everywhere the same."""

# Ch 24 · Versioning, Provenance, and Reproducibility: the number of threads must not decide a last bit

from __future__ import annotations

from functools import cache

from threadpoolctl import threadpool_limits


@cache
def one_thread() -> None:
    """For the rest of this process, whatever the environment says.

    How a product is split among threads decides in which order its sums are formed. Features that
    differ in a last bit give word times that differ by 20 ms.
    """
    threadpool_limits(limits=1, user_api="blas")
