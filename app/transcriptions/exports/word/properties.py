"""What a document says about itself where file managers and libraries look for it."""

from __future__ import annotations

from docx.document import Document as DocumentType

from app.transcriptions.exports.made import note
from app.transcriptions.exports.options import Options
from app.transcriptions.exports.written import for_xml
from app.transcriptions.schemas import TranscriptionOut

_MOST = 255
"""Characters of a core property, as python-docx and Word take them."""


def title_of(job: TranscriptionOut) -> str:
    return for_xml(job.name.rsplit(".", 1)[0] or job.name) or "Transcript"


def set_properties(document: DocumentType, job: TranscriptionOut, options: Options) -> None:
    """Title, dates, language, and by whom: a machine."""
    # Ch 29 · Transparency and Accountability: the label is in the properties, so it survives an editor
    made = (job.finished_at or job.created_at).replace(tzinfo=None)
    properties = document.core_properties
    properties.title = title_of(job)[:_MOST]
    properties.subject = "Transcript made by machine"
    properties.author = "Lectern (speech recognition)"
    properties.last_modified_by = "Lectern"
    properties.comments = for_xml(" ".join(note(job, options)))[:_MOST]
    properties.keywords = "transcript, machine-generated"
    properties.language = job.language or ""
    properties.identifier = job.id
    properties.created = properties.modified = made
    properties.revision = 1
