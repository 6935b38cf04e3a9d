"""The hypothesis of a long recording, divided among the sentences or turns of its reference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evaluation.metrics.alignment import align
from evaluation.metrics.counts import count_all
from evaluation.metrics.texts import normalise
from evaluation.metrics.tokens import continuing, written
from evaluation.runs.format import HeardWord
from evaluation.wer import Errors


@dataclass(frozen=True, slots=True)
class Part:
    """What was heard of one sentence."""

    text: str
    words: tuple[HeardWord, ...]
    start_s: float
    end_s: float
    """Of its words. A sentence of which nothing was heard lies where the words before it end."""
    counts: dict[str, Errors]


def split_hypothesis(sentences: Sequence[str], words: Sequence[HeardWord]) -> list[Part]:
    """Divide the words among the sentences, in order; every word belongs to exactly one.

    All sentences are aligned at once, word by normalised word. What was inserted between two
    sentences is divided at the longest pause there; without one it belongs to the sentence
    before. Each part is then counted by itself, so that numbers at a boundary ("... in 1818.
    Twenty men ...") are not joined across it.
    """
    if not sentences:
        if words:
            raise ValueError(f"{len(words)} words, but no sentence they could belong to")
        return []
    owners = _owners(sentences, words)
    shares: list[list[HeardWord]] = [[] for _ in sentences]
    for word, owner in zip(words, owners, strict=True):
        shares[owner].append(word)
    texts = [written([word.word for word in share]) for share in shares]
    parts, reached_s = [], 0.0
    for text, share, counted in zip(texts, shares, count_all(sentences, texts), strict=True):
        start_s = share[0].start_s if share else reached_s
        reached_s = max([reached_s, *(word.end_s for word in share)])
        end_s = max(word.end_s for word in share) if share else reached_s
        parts.append(Part(text, tuple(share), start_s, end_s, counted))
    return parts


def errors_by_sentence(sentences: Sequence[str], hypothesis: str) -> list[Errors]:
    """Word errors of each sentence when the words have no times."""
    words = [HeardWord(word, 0.0, 0.0, 0.0) for word in hypothesis.split()]
    return [part.counts["english"] for part in split_hypothesis(sentences, words)]


def _owners(sentences: Sequence[str], words: Sequence[HeardWord]) -> list[int]:
    """The sentence of each word. Words that the alignment leaves open go by the pauses."""
    wanted = [_tokens(sentence) for sentence in sentences]
    heard = [normalise(word.word).split() for word in words]
    sentence_of = [i for i, tokens in enumerate(wanted) for _ in tokens]
    word_of = [i for i, tokens in enumerate(heard) for _ in tokens]
    owners: list[int | None] = [None] * len(words)
    chunks = align(
        [token for tokens in wanted for token in tokens],
        [token for tokens in heard for token in tokens],
    )
    for chunk in chunks:
        if chunk.kind in ("equal", "substitute"):
            for step in range(chunk.end - chunk.start):
                word = word_of[chunk.heard_start + step]
                if owners[word] is None:
                    owners[word] = sentence_of[chunk.start + step]
    found = _filled(owners, words)
    for i, piece in enumerate(continuing([word.word for word in words])):
        if piece:
            found[i] = found[i - 1]
    return found


def _tokens(sentence: str) -> list[str]:
    """Word for word, as the hypothesis: a number of several words must not become one here."""
    return [token for word in sentence.split() for token in normalise(word).split()]


def _filled(owners: Sequence[int | None], words: Sequence[HeardWord]) -> list[int]:
    """Every run of open words is cut at its longest pause, between the sentences around it."""
    done: list[int] = []
    at = 0
    while at < len(owners):
        owner = owners[at]
        if owner is not None:
            done.append(owner)
            at += 1
            continue
        end = at
        while end < len(owners) and owners[end] is None:
            end += 1
        following = owners[end] if end < len(owners) else None
        before = done[-1] if done else following if following is not None else 0
        after = following if following is not None else before
        cut = _longest_pause(words, at, end) if before != after else end
        done += [before] * (cut - at) + [after] * (end - cut)
        at = end
    return done


def _longest_pause(words: Sequence[HeardWord], at: int, end: int) -> int:
    """The word of `words[at:end + 1]` with the longest pause before it; of equals the last."""
    return max(
        range(at, end + 1), key=lambda i: (round(words[i].start_s - words[i - 1].end_s, 3), i)
    )
