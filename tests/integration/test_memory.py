"""Memory does not grow with the length of a recording: no process's, nor with reading its text."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import insert

from app.local.token import read_or_make
from app.transcriptions.tables import SegmentRow
from deploy.local.product import running_product
from evaluation.bench.memory import measure, slopes, warm_up
from evaluation.bench.product import Subject
from evaluation.bench.recording import write_recording
from tests.support.rows import Rows, new_context
from tests.support.served import served

pytestmark = [
    pytest.mark.chapter(12),
    pytest.mark.skipif(
        not Path("/proc/self/smaps_rollup").exists(), reason="only Linux tells what memory is whose"
    ),
]
MINUTES = (10, 60)
PAUSE_S = 120.0
"""After each half minute of talk. Silence costs little time to transcribe, and there are still
six times as many windows in the hour as in ten minutes."""
MOST_MB_AN_HOUR = {
    "api": 12.0,
    "broker": 4.0,
    "decoder": 4.0,
    "dispatcher": 4.0,
    "media workers": 24.0,
    "model host": 24.0,
    "supervisor": 4.0,
}
"""Measured: 8 MB at most, most of it chance. The sound of the windows alone, kept by anybody, would
be 46 MB an hour of this recording, and all of its sound 230 MB."""


def test_an_hour_needs_no_more_memory_than_ten_minutes(tmp_path: Path) -> None:
    rows = []
    # With two streams the peak depends on whether both happen to hear their longest windows at once
    environment = {"LECTERN_MODEL": "tiny.en", "LECTERN_STREAMS": "1"}
    with running_product(tmp_path / "home", env=environment) as product:
        supervisor = product.pids()["supervisor"]
        subject = Subject(product.home, product.api, product.token, supervisor)
        warm_up(subject, tmp_path)
        for minutes in MINUTES:
            recording = tmp_path / f"{minutes}-minutes.opus"
            write_recording(recording, 60 * minutes, PAUSE_S)
            rows.append(measure(subject, recording))
    short, long = rows
    assert long["audio_s"] > 3590
    assert long["windows"] > 4 * short["windows"], "too little more to keep for this to be a test"
    [found] = slopes(rows)
    growth = found["own_mb_an_hour"]
    assert set(growth) == set(MOST_MB_AN_HOUR)
    too_much = {role: mb for role, mb in growth.items() if mb > MOST_MB_AN_HOUR[role]}
    assert not too_much, f"MB an hour of audio: {growth}"


SEGMENTS = 6000
WORDS = [[f" word{i}", 5.0 * i, 5.0 * i + 0.25, 0.987] for i in range(15)]
"""With 15 words in each segment: what is said in ten hours."""
MOST_TIMES = 6
"""What reading may take in memory, in sizes of the answer. Measured: 3.5."""


def _kilobytes(pid: int, name: str) -> int:
    fields = Path(f"/proc/{pid}/status").read_text().split("\n")
    return next(int(line.split()[1]) for line in fields if line.startswith(name))


def test_reading_ten_hours_of_text_takes_a_small_multiple_of_it_and_leaves_nothing(
    tmp_path: Path,
) -> None:
    rows = Rows(new_context(tmp_path / "home"))
    context = rows.context
    job = rows.prepared(1)
    [window] = rows.windows(job)
    said = "".join(word[0] for word in WORDS)[1:]
    with context.database.write() as session:
        session.execute(
            insert(SegmentRow),
            [
                {
                    "id": f"seg_{i}",
                    "organisation_id": window.organisation_id,
                    "created_at": window.created_at,
                    "transcription_id": job,
                    "window_id": window.id,
                    "start_s": 6.0 * i,
                    "end_s": 6.0 * i + 5.0,
                    "text": said,
                    "machine_text": said,
                    "words": WORDS,
                    "flags": [],
                }
                for i in range(SEGMENTS)
            ],
        )
    rows.recognise_all()
    headers = {"Authorization": f"Bearer {read_or_make(context.settings.token_path)}"}
    with served(context, headers, tmp_path / "temporary") as api, api.client as client:
        address = f"/v1/transcriptions/{job}"
        client.get("/v1/transcriptions")
        at_rest = _kilobytes(api.pid, "VmRSS")
        size = len(client.get(address).content) / 1024
        assert size > 5000
        assert _kilobytes(api.pid, "VmHWM") - at_rest < MOST_TIMES * size
        forms = [address, f"{address}/export?format=json", f"{address}/export?format=srt"]
        for form in 2 * forms:
            assert client.get(form).status_code == 200
        kept = _kilobytes(api.pid, "VmRSS") - at_rest
        assert kept < 1.5 * size, "what was sent stays in memory"
        assert _kilobytes(api.pid, "VmHWM") - at_rest < MOST_TIMES * size
    context.database.dispose()
