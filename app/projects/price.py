"""What audio costs, where whoever runs the product has set a price."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from app.settings import Settings

_CENT = Decimal("0.01")


def cost(settings: Settings, audio_s: float) -> float | None:
    """For so many seconds of audio, rounded once to hundredths; None: no price is set.

    By the second, not by the minute begun: a hundred short clips cost what one long recording does.
    """
    if settings.price_per_minute is None:
        return None
    amount = Decimal(str(round(audio_s, 3))) / 60 * settings.price_per_minute
    return float(amount.quantize(_CENT, ROUND_HALF_UP))
