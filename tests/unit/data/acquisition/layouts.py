"""Small archives laid out like the public ones, with real audio in them."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

import av
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

RATE = 16_000
Samples = NDArray[np.int16]


def tone(number: int, seconds: float = 0.25) -> Samples:
    """A sound that is different for each number."""
    times = np.arange(int(RATE * seconds)) / RATE
    return (np.sin(2 * np.pi * (200 + 40 * number) * times) * 12_000).astype(np.int16)


def encoded(samples: Samples, form: str) -> bytes:
    """As a file of the form `flac`, `mp3`, `wav` or `float-wav`."""
    codec = {"mp3": "libmp3lame", "wav": "pcm_s16le", "float-wav": "pcm_f32le"}.get(form, form)
    buffer = io.BytesIO()
    container_format = "wav" if form.endswith("wav") else form
    with av.open(buffer, "w", format=container_format) as container:
        stream = container.add_stream(codec, rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples[np.newaxis, :], format="s16", layout="mono")
        frame.sample_rate = RATE
        stream.codec_context.open()
        size = stream.codec_context.frame_size or samples.size
        resampler = av.AudioResampler(
            format=stream.codec_context.format, layout="mono", rate=RATE, frame_size=size
        )
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return buffer.getvalue()


def sphere(samples: Samples) -> bytes:
    """NIST SPHERE, big-endian 16-bit PCM, as in AN4."""
    head = (
        "NIST_1A\n   1024\nchannel_count -i 1\n"
        f"sample_count -i {samples.size}\nsample_rate -i {RATE}\nsample_n_bytes -i 2\n"
        "sample_byte_format -s2 10\nsample_sig_bits -i 16\nsample_coding -s3 pcm\nend_head\n"
    )
    return head.encode().ljust(1024, b"\0") + samples.astype(">i2").tobytes()


def raw(samples: Samples) -> bytes:
    return samples.astype(">i2").tobytes()


def tar(files: Mapping[str, bytes | tarfile.TarInfo], mode: str = "w:gz") -> bytes:
    """An archive with these files; a `TarInfo` goes in as it is."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            if isinstance(content, tarfile.TarInfo):
                content.name = name
                archive.addfile(content)
            else:
                info = tarfile.TarInfo(name)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def librispeech(subset: str = "test-other", clips: int = 3) -> dict[str, bytes]:
    speakers = (
        "; Some pipe(|) separated metadata\n;ID  |SEX| SUBSET           |MINUTES| NAME\n"
        f"367  | M | {subset:16} | 8.10  | A Reader\n"
        f"1688 | F | {subset:16} | 8.02  | Another | Reader\n"
    )
    files = {
        "LibriSpeech/README.TXT": b"LibriSpeech",
        "LibriSpeech/SPEAKERS.TXT": speakers.encode(),
    }
    number = 0
    for reader, chapter in (("367", "130732"), ("1688", "142285")):
        folder = f"LibriSpeech/{subset}/{reader}/{chapter}"
        lines = ""
        for clip in range(clips):
            id_ = f"{reader}-{chapter}-{clip:04}"
            files[f"{folder}/{id_}.flac"] = encoded(tone(number), "flac")
            lines += f"{id_} THIS IS UTTERANCE {'I' * (clip + 1)} OF READER'S\n"
            number += 1
        files[f"{folder}/{reader}-{chapter}.trans.txt"] = lines.encode()
    return files


def an4(form: str = "sph") -> dict[str, bytes]:
    audio = sphere if form == "sph" else raw
    return {
        "an4/README": b"Census",
        "an4/etc/an4_train.fileids": b"an4_clstk/fash/an251-fash-b\nan4_clstk/mblb/cen1-mblb-b\n",
        "an4/etc/an4_train.transcription": (
            b"<s> YES </s> (an251-fash-b)\n<s> H I N I C H </s> (cen1-mblb-b)\n"
        ),
        "an4/etc/an4_test.fileids": b"an4test_clstk/mdms2/an401-mdms2-b\n",
        "an4/etc/an4_test.transcription": b"ENTER SEVEN ONE FIVE FOUR (an401-mdms2-b)\n",
        f"an4/wav/an4_clstk/fash/an251-fash-b.{form}": audio(tone(1)),
        f"an4/wav/an4_clstk/mblb/cen1-mblb-b.{form}": audio(tone(2)),
        f"an4/wav/an4test_clstk/mdms2/an401-mdms2-b.{form}": audio(tone(3)),
    }


def speechocean(separator: str = "\t") -> dict[str, bytes]:
    root = "speechocean762"
    people = {"train": ("0001", "m", "6"), "test": ("9555", "f", "35")}
    files: dict[str, bytes] = {f"{root}/README.md": b"speechocean762"}
    for number, (split, (speaker, sex, age)) in enumerate(people.items()):
        utterances = [f"0{speaker}0{clip:03}" for clip in (13, 22)]
        tables = {
            "text": dict.fromkeys(utterances, "WE CALL IT BEAR"),
            "wav.scp": {u: f"WAVE/SPEAKER{speaker}/{u}.WAV" for u in utterances},
            "utt2spk": dict.fromkeys(utterances, speaker),
            "spk2gender": {speaker: sex},
            "spk2age": {speaker: age},
        }
        for name, rows in tables.items():
            text = "".join(f"{key}{separator}{value}\n" for key, value in rows.items())
            files[f"{root}/{split}/{name}"] = text.encode()
        for clip, utterance in enumerate(utterances):
            sound = encoded(tone(10 * number + clip), "wav")
            files[f"{root}/WAVE/SPEAKER{speaker}/{utterance}.WAV"] = sound
    return files


_OLD = "client_id path sentence up_votes down_votes age gender accent locale segment"
_NEW = (
    "client_id path sentence_id sentence sentence_domain up_votes down_votes age gender accents"
    " variant locale segment"
)


def common_voice(*, new: bool = True) -> dict[str, bytes]:
    root = "cv-corpus-17.0-2024-03-15/en"
    columns = (_NEW if new else _OLD).split()
    people = [
        {"age": "teens", "gender": "female_feminine" if new else "female", "accents": ""},
        {"age": "fourties", "gender": "male_masculine" if new else "male", "accents": "England"},
        {"age": "", "gender": "", "accents": ""},
    ]
    lines = ["\t".join(columns)]
    files: dict[str, bytes] = {}
    for number, person in enumerate([*people, people[1]]):
        speaker = (number if number < 3 else 1) + 1
        name = f"common_voice_en_{1000 + number}.mp3"
        row = {
            **person,
            "client_id": f"{speaker:0128x}"[::-1],
            "path": name,
            "sentence": f'He said "no" {number} times.',
            "accent": person["accents"],
            "locale": "en",
        }
        lines.append("\t".join(str(row.get(column, "")) for column in columns))
        files[f"{root}/clips/{name}"] = encoded(tone(number, 0.5), "mp3")
    files[f"{root}/test.tsv"] = ("\n".join(lines) + "\n").encode()
    files[f"{root}/validated.tsv"] = ("\n".join(lines[:2]) + "\n").encode()
    return files


def fleurs() -> tuple[bytes, bytes]:
    """`test.tsv` and `test.tar.gz`."""
    rows = [
        ("1660", "100.wav", 'He said: "Hello."', "he said hello", "h e", "4000", "MALE"),
        ("1660", "101.wav", 'He said: "Hello."', "he said hello", "h e", "4000", "FEMALE"),
        ("1661", "102.wav", "Bye.", "bye", "b y e", "4000", "OTHER"),
    ]
    table = "".join("\t".join(row) + "\n" for row in rows)
    audio = {f"test/{row[1]}": encoded(tone(n), "float-wav") for n, row in enumerate(rows)}
    return table.encode(), tar(audio)


def parquet(clips: int = 3, **columns: list[object]) -> bytes:
    """As the hub stores audio datasets."""
    table = pa.table(
        {
            "audio": [
                {"bytes": encoded(tone(n), "flac"), "path": f"clip{n}.flac"} for n in range(clips)
            ],
            "sentence": [f"this is number {n}" for n in range(clips)],
            "speaker_id": [n % 2 for n in range(clips)],
            "gender": ["F", "male", ""][:clips],
            **columns,
        }
    )
    buffer = io.BytesIO()
    pq.write_table(table, buffer, row_group_size=2)
    return buffer.getvalue()


def decoded(path: Path) -> Samples:
    """The samples of a file, 16 bit, one channel."""
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
        frames = [p for f in container.decode(audio=0) for p in resampler.resample(f)]
        return np.concatenate([frame.to_ndarray()[0] for frame in frames])
