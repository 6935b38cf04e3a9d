"""A model as the settings want it: weights checked, then loaded for as many streams as cores."""

from __future__ import annotations

from app.settings import Settings
from worker.models.weights import Weights, find
from worker.pipeline.recognise import Recogniser


def load_recogniser(name: str, settings: Settings) -> tuple[Recogniser, Weights]:
    """Raises `ModelError` when the weights are missing, damaged or unknown."""
    weights = find(name, settings.models_dir)
    recogniser = Recogniser(
        weights.folder,
        name=name,
        device=settings.device,
        compute_type=settings.compute_type,
        streams=settings.stream_count,
    )
    return recogniser, weights
