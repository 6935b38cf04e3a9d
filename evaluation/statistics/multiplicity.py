"""Who looks at twenty slices finds one significant by chance: p-values adjusted for that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from statsmodels.stats.multitest import multipletests


def adjusted(
    p: Sequence[float | None], method: Literal["holm", "bh"] = "holm"
) -> list[float | None]:
    """Adjusted p-values, in the same order; `None` (nothing could be tested) stays and counts not.

    `holm`: the chance of even one false finding stays below the level; for figures that decide.
    `bh` (Benjamini & Hochberg): the share of false ones among the findings does; for exploring.
    """
    known = [each for each in p if each is not None]
    if not known:
        return list(p)
    found = multipletests(known, method={"holm": "holm", "bh": "fdr_bh"}[method])[1]
    left = iter(float(each) for each in found)
    return [None if each is None else next(left) for each in p]
