"""Uploads in resumable parts over HTTP: tus 1.0, and JSON for whoever wants to know more.

The tus answers carry no body. A client creates the upload, sends parts, and asks for the offset
after every mishap; the answer to the last part names the recording in `Lectern-Recording`.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from app.context import Context, ContextDep
from app.described import bodies
from app.errors import NotFound, Problem
from app.recordings import service as recordings
from app.recordings.routes import described
from app.uploads import finishing, protocol, receiving, service
from app.uploads.protocol import ALWAYS, Busy
from app.uploads.receiving import ConnectionCut, Part
from app.uploads.schemas import RefusalOut, UploadList, UploadOut, UploadSummary
from app.uploads.tables import Upload, UploadState

router = APIRouter(prefix="/v1/uploads", tags=["uploads"])

UploadId = Annotated[str, Path(max_length=64, examples=["up_0193c2f0a1b27c3d8e4f5a6b7c8d9e0f"])]
_BINARY = {"requestBody": {"content": bodies.content(protocol.PART_TYPE, "(bytes of the file)")}}


def _header(name: str, about: str, *, required: bool = True) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    return {"in": "header", "name": name, "required": required, "schema": schema} | {
        "description": about
    }


_VERSION = _header("Tus-Resumable", "`1.0.0`")
_CREATION = [
    _VERSION,
    _header("Upload-Length", "Size of the file in bytes."),
    _header(
        "Upload-Metadata",
        "`filename`, and `fingerprint` and `client` to find it again, in base64.",
        required=False,
    ),
]
_PART = [
    _VERSION,
    _header("Upload-Offset", "Where in the file this part begins."),
    _header("Upload-Checksum", "`sha256` or `sha1` and the digest in base64.", required=False),
]


_PROGRESS = {
    "Upload-Offset": "Where the next part begins.",
    "Upload-Expires": "When it is deleted if nothing more arrives.",
    protocol.RECORDING: "Id of the recording, once the file is complete.",
}
_PLACE = {"Location": "The address of the upload."}
_SIZE = {"Upload-Length": "Size of the file in bytes.", "Upload-Metadata": "As it was given."}
_ABLE = {
    "Tus-Version": "Versions of the protocol.",
    "Tus-Extension": "Its extensions that are there.",
    "Tus-Checksum-Algorithm": "For `Upload-Checksum`.",
    "Tus-Max-Size": "The largest file, in bytes.",
}


def _told(status: int, headers: dict[str, str]) -> dict[int | str, dict[str, Any]]:
    """An answer without a body, whose headers say it all."""
    described = {
        name: {"description": about, "schema": {"type": "string"}}
        for name, about in headers.items()
    }
    return {status: {"description": "Told by the headers alone.", "headers": described}}


@router.options(
    "", status_code=204, responses=_told(204, _ABLE), summary="Ask what resumable uploads can do"
)
def options(context: ContextDep) -> Response:
    """What this server can do."""
    able = {
        "Tus-Version": protocol.VERSION,
        "Tus-Extension": protocol.EXTENSIONS,
        "Tus-Checksum-Algorithm": protocol.CHECKSUMS,
        "Tus-Max-Size": str(context.settings.max_upload_bytes),
    }
    return Response(status_code=204, headers=ALWAYS | able)


@router.post(
    "",
    status_code=201,
    response_class=Response,
    responses=_told(201, _PROGRESS | _PLACE),
    openapi_extra={"parameters": _CREATION} | _BINARY,
    summary="Begin a resumable upload",
)
async def create(request: Request, context: ContextDep) -> Response:
    """Announce a file; a body, if there is one, is its first part."""
    headers = request.headers
    protocol.check_version(headers)
    size = protocol.number(headers, "upload-length")
    told = protocol.metadata(headers.get("upload-metadata", ""))
    with_part = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
    if with_part:
        protocol.check_part_type(headers)
    checksum = protocol.checksum(headers.get("upload-checksum"))
    upload = await run_in_threadpool(service.begin, context, size, told)
    location = {"Location": f"/v1/uploads/{upload.id}"}
    if not with_part:
        return Response(status_code=201, headers=_progress(upload) | location)
    try:
        upload = await receiving.receive(
            context, upload.id, Part(0, _length(request), checksum), request
        )
    except ConnectionCut:
        return _Cut()
    return Response(status_code=201, headers=_progress(upload) | location)


@router.get("", summary="List unfinished uploads")
def list_unfinished(
    context: ContextDep,
    fingerprint: Annotated[str | None, Query(max_length=64)] = None,
    client: Annotated[str | None, Query(max_length=64)] = None,
) -> UploadList:
    """Uploads that can be gone on with, the newest first."""
    with context.database.read() as session:
        found = service.unfinished(session, fingerprint=fingerprint, client=client)
    spool = service.spool_of(context)
    lengths = [spool.length(upload.id) for upload in found]
    pairs = zip(found, lengths, strict=True)
    return UploadList(items=[_summary(upload, n) for upload, n in pairs if n is not None])


@router.head(
    "/{upload_id}",
    response_class=Response,
    responses=_told(200, _PROGRESS | _SIZE),
    openapi_extra={"parameters": [_VERSION]},
    summary="Ask how much of an upload has arrived",
)
def ask(upload_id: UploadId, request: Request, context: ContextDep) -> Response:
    """How much has arrived: the next part begins at `Upload-Offset`."""
    protocol.check_version(request.headers)
    upload = _get(context, upload_id)
    refusal = service.refusal(upload)
    if refusal is not None:
        raise refusal
    upload.received_bytes = service.offset(upload, service.spool_of(context).length(upload_id))
    told = {"filename": upload.name, "fingerprint": upload.fingerprint, "client": upload.client}
    more = {
        "Upload-Length": str(upload.size_bytes),
        "Upload-Metadata": protocol.as_metadata(told),
    }
    return Response(status_code=200, headers=_progress(upload) | more)


@router.get("/{upload_id}", summary="Read an upload and its recording")
def read(upload_id: UploadId, context: ContextDep) -> UploadOut:
    """The upload, and the recording it became; a complete one is made a recording first."""
    upload = _get(context, upload_id)
    if upload.complete and not upload.state.settled:
        upload = _finished(context, upload)
    length = service.spool_of(context).length(upload_id)
    recording = None
    if upload.recording_id is not None:
        with context.database.read() as session:
            try:
                recording = recordings.get(session, upload.recording_id)
            except NotFound:
                recording = None  # deleted since
    shown = None if recording is None else described(context, recording, context.settings.model)
    problem = None if upload.problem is None else RefusalOut.model_validate(upload.problem)
    summary = _summary(upload, length)
    return UploadOut(**summary.model_dump(), recording=shown, problem=problem)


@router.patch(
    "/{upload_id}",
    status_code=204,
    responses=_told(204, _PROGRESS),
    openapi_extra={"parameters": _PART} | _BINARY,
    summary="Send a part of an upload",
)
async def send(upload_id: UploadId, request: Request, context: ContextDep) -> Response:
    """Send the part that begins at `Upload-Offset`."""
    headers = request.headers
    protocol.check_version(headers)
    protocol.check_part_type(headers)
    part = Part(
        protocol.number(headers, "upload-offset"),
        _length(request),
        protocol.checksum(headers.get("upload-checksum")),
    )
    await run_in_threadpool(_get, context, upload_id)
    try:
        upload = await receiving.receive(context, upload_id, part, request)
    except ConnectionCut:
        return _Cut()
    return Response(status_code=204, headers=_progress(upload))


@router.delete("/{upload_id}", status_code=204, summary="Forget an upload")
def cancel(upload_id: UploadId, context: ContextDep) -> Response:
    """Forget an upload, in any state; a recording it became stays."""
    service.cancel(context, upload_id)
    return Response(status_code=204, headers=ALWAYS)


def _get(context: Context, upload_id: str) -> Upload:
    with context.database.read() as session:
        return service.get(session, upload_id)


def _finished(context: Context, upload: Upload) -> Upload:
    """Finish what a process left that died at the end; unchanged while somebody else does."""
    try:
        file = service.spool_of(context).claim(upload.id)
    except Busy:
        return upload
    try:
        return finishing.finish(context, upload.id)
    except Problem:
        settled = _get(context, upload.id)
        if not settled.state.settled:
            raise
        return settled  # refused: that is an answer, not an error
    finally:
        file.close()


def _length(request: Request) -> int | None:
    declared = request.headers.get("content-length")
    return None if declared is None else protocol.number(request.headers, "content-length")


def _progress(upload: Upload) -> dict[str, str]:
    told = {
        "Upload-Offset": str(upload.received_bytes),
        "Upload-Expires": protocol.http_date(upload.expires_at),
    }
    if upload.recording_id is not None:
        told[protocol.RECORDING] = upload.recording_id
    return ALWAYS | told


def _summary(upload: Upload, length: int | None) -> UploadSummary:
    received = upload.received_bytes
    if not upload.state.settled:
        received = min(received, length or 0)
    checking = upload.state is UploadState.RECEIVING and received == upload.size_bytes
    return UploadSummary(
        **upload.model_dump(include=set(UploadSummary.model_fields) - {"state", "received_bytes"}),
        received_bytes=received,
        state="checking" if checking else upload.state.value,
    )


class _Cut(Response):
    """An answer that is announced and does not come: the server closes the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-length", b"1")]
        await send({"type": "http.response.start", "status": 503, "headers": headers})
