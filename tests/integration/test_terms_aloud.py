"""Terms read aloud by the real synthesiser, where `make setup-training` was run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import pytest

from app.domains.speech import Speaker, SpeechIn
from app.errors import Unprocessable


@pytest.fixture
def speaker(tmp_path: Path, synthesis: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Speaker]:
    monkeypatch.setenv("LECTERN_SYNTHESIS", str(synthesis))
    opened = Speaker(tmp_path)
    yield opened
    opened.close()


def seconds(path: Path) -> float:
    with av.open(str(path)) as container:
        return sum(f.samples / f.sample_rate for f in container.decode(audio=0))


def test_a_term_is_said_as_it_is_respelled_and_kept(speaker: Speaker) -> None:
    plain = speaker.clip(SpeechIn(text="Nokogiri"))
    respelled = speaker.clip(SpeechIn(text="Nokogiri", sounds_like="no ko gear ee"))
    assert 0.5 < seconds(plain) < 4
    assert plain.read_bytes() != respelled.read_bytes()
    speaker.close()
    before = respelled.stat().st_mtime_ns
    assert speaker.clip(SpeechIn(text=" Nokogiri ", sounds_like="no ko gear ee")) == respelled
    assert respelled.stat().st_mtime_ns == before


def test_a_synthesiser_that_died_is_started_again(speaker: Speaker) -> None:
    speaker.clip(SpeechIn(text="Gini"))
    assert speaker._process is not None
    speaker._process.kill()
    speaker._process.wait()
    assert speaker.clip(SpeechIn(text="RSpec", sounds_like="are spec")).is_file()


def test_what_is_no_term_is_refused(speaker: Speaker) -> None:
    with pytest.raises(Unprocessable, match="no letter"):
        speaker.clip(SpeechIn(text="…"))
