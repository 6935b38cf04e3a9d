"""Opens the container with everything switched off that could open something else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NoReturn

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition

from app.media.containers import DEMUXERS
from app.media.errors import MediaError
from worker.decoder.declared import declared_s, has_frame_count, is_cut, lacks_moov
from worker.decoder.source import Descriptor

CODECS: Final = (
    "aac,aac_latm,ac3,adpcm_ima_qt,adpcm_ima_wav,adpcm_ms,alac,amrnb,amrwb,dca,eac3,flac,g722,"
    "g723_1,g726,g729,gsm,gsm_ms,ilbc,libopencore_amrnb,libopencore_amrwb,mace3,mace6,mp1,"
    "mp1float,mp2,mp2float,mp3,mp3float,opus,pcm_alaw,pcm_f32be,pcm_f32le,pcm_f64be,pcm_f64le,"
    "pcm_mulaw,pcm_s16be,pcm_s16le,pcm_s24be,pcm_s24le,pcm_s32be,pcm_s32le,pcm_s8,pcm_u8,qcelp,"
    "qdm2,speex,truespeech,tta,vorbis,wavpack,wmalossless,wmapro,wmav1,wmav2,wmavoice"
)
"""FFmpeg's decoders that may run. All others, pictures included, are never even opened."""
_CODECS: Final = frozenset(CODECS.split(","))
_NO_PROTOCOL: Final = "none"
_READ_BYTES: Final = 64 * 1024
_ESTIMATED: Final = frozenset({"aac", "amr", "mpegts"})
_ONE_DURATION_FOR_ALL: Final = frozenset({"matroska", "asf"})


@dataclass(frozen=True, slots=True)
class Opened:
    """An open container and its best audio stream; all other streams are discarded."""

    container: InputContainer
    stream: AudioStream
    has_video: bool
    duration_s: float | None
    duration_is_estimate: bool

    @property
    def declared_s(self) -> float | None:
        return None if self.duration_is_estimate else self.duration_s


def open_audio(source: Descriptor, demuxer: str) -> Opened:
    """Raises MediaError: not this container, cut off, without sound, or an unknown codec."""
    if demuxer not in DEMUXERS:
        raise MediaError("unsupported_format", "This kind of file cannot be read here.")
    try:
        container = av.open(
            source,
            mode="r",
            format=demuxer,
            container_options={
                "format_whitelist": demuxer,
                "protocol_whitelist": _NO_PROTOCOL,
                "codec_whitelist": CODECS,
            },
            metadata_errors="replace",
            buffer_size=_READ_BYTES,
            io_open=_refuse,
        )
    except MemoryError:
        raise
    except (av.FFmpegError, OSError, ValueError) as error:
        if (demuxer == "mov" and lacks_moov(source)) or is_cut(source, demuxer):
            raise MediaError(
                "truncated_file",
                "The file ends before its index: the recording or the upload broke off. Upload "
                "it again; if it does not play on your device either, it was never finished.",
            ) from error
        raise _unreadable() from error
    return _choose(container, source, demuxer)


def _choose(container: InputContainer, source: Descriptor, demuxer: str) -> Opened:
    has_video = any(not s.disposition & Disposition.attached_pic for s in container.streams.video)
    if not container.streams.audio:
        raise MediaError(
            "no_audio_stream",
            "There is no sound in this file. Check that the microphone was on when it was "
            "recorded, or that the export includes the sound track.",
        )
    stream = container.streams.best("audio")
    if not isinstance(stream, AudioStream):
        stream = container.streams.audio[0]
    # Typed as always there, but None for a codec this FFmpeg has no decoder of.
    context: object = stream.codec_context
    if context is None or stream.codec_context.codec.name not in _CODECS:
        name = "of an unknown kind" if context is None else stream.codec_context.name
        raise MediaError(
            "unsupported_format",
            f"The sound in this file is encoded in a way that is not supported ({name}). Export "
            "it as WAV, FLAC, MP3 or M4A and use that.",
        )
    for other in container.streams:
        if other.index != stream.index:
            other.discard = av.stream.Discard.all
    stream.codec_context.thread_count = 1
    return Opened(container, stream, has_video, *_duration(container, stream, source, demuxer))


def _duration(
    container: InputContainer, stream: AudioStream, source: Descriptor, demuxer: str
) -> tuple[float | None, bool]:
    """Seconds, and whether that is a guess from size and bit rate or the length of a picture."""
    whole: int | None = container.duration
    whole_s = None if whole is None or whole <= 0 else whole / av.time_base
    own = stream.duration
    own_s = None if own is None or own <= 0 or not stream.time_base else own * stream.time_base
    if own_s is None or whole_s is None:
        duration_s = whole_s if own_s is None else float(own_s)
    else:
        # An edit list shows less of a track than it holds; the movie's header knows of that.
        duration_s = min(float(own_s), whole_s)
    if duration_s is not None:
        duration_s = declared_s(source, demuxer, duration_s)
        # Less than a byte for a second is no length but a damaged or an invented number
        duration_s = None if duration_s > source.size else duration_s
    shared = demuxer in _ONE_DURATION_FOR_ALL and len(container.streams) > 1
    guessed = demuxer == "mp3" and not has_frame_count(source)
    return duration_s, duration_s is None or demuxer in _ESTIMATED or shared or guessed


def _refuse(*_: object) -> NoReturn:
    """Stands where FFmpeg asks for a second file by name."""
    raise PermissionError("an uploaded file may not open another one")


def _unreadable() -> MediaError:
    return MediaError(
        "unreadable_audio",
        "The file starts like a recording, but what follows is damaged or incomplete. Play it "
        "on your device; if that works, export it as WAV or FLAC and use that.",
    )
