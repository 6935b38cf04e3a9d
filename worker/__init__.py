"""The transcription pipeline, the model host and the Celery tasks that drive them."""
