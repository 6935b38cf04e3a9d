"""A model as the settings want it: weights checked, then loaded for as many streams as cores."""

from __future__ import annotations

from app.settings import Settings
from worker.features.store import FeatureStore
from worker.models.store import find_model
from worker.models.weights import Weights
from worker.pipeline.recognise import Recogniser


def load_recogniser(
    name: str, settings: Settings, features: FeatureStore | None = None
) -> tuple[Recogniser, Weights]:
    """Raises `ModelError` when the weights are missing, damaged or unknown.

    `name` may be a model, a model with an adapter, or the file of an adapter. With `features`,
    those of windows that say whose they are are kept and used again.
    """
    weights = find_model(name, settings.models_dir)
    recogniser = Recogniser(
        weights.folder,
        name=weights.name,
        device=settings.device,
        compute_type=settings.compute_type,
        streams=settings.stream_count,
        features=features,
    )
    return recogniser, weights
