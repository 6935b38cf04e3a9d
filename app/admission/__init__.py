"""What cannot be done soon is refused early; what was accepted is done.

`check_upload` decides from a request's headers, before its body is read; `check_job` decides when
the length of the recording is known; `receiving` counts the uploads of an owner that are under
way. `app/admission/concurrency.py` bounds the requests answered at once.
"""

from __future__ import annotations

from app.admission.queue import check_job
from app.admission.uploads import check_upload, receiving

__all__ = ["check_job", "check_upload", "receiving"]
