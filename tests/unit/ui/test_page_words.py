"""How lengths, moments and other people's text are written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from markupsafe import Markup

from ui import index
from ui.parts import words
from ui.parts.html import html, joined, with_code
from ui.parts.reader import FLAGS
from ui.parts.sample import marked


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "length unknown"),
        (0.0, "0 s"),
        (0.4, "less than 1 s"),
        (59.6, "1 min 00 s"),
        (130, "2 min 10 s"),
        (3000, "50 min"),
        (3599, "60 min"),
        (3900, "1 h 05 min"),
    ],
)
def test_lengths(seconds, said):
    assert words.length(seconds) == said


@pytest.mark.parametrize(("seconds", "said"), [(7.9, "0:07"), (187, "3:07"), (3765, "1:02:45")])
def test_places(seconds, said):
    assert words.clock(seconds) == said


@pytest.mark.parametrize(
    ("days", "said"),
    [(0, "14:05"), (1, "yesterday 14:05"), (3, "20 Nov 14:05"), (400, "19 Oct 2025")],
)
def test_moments(days, said):
    today = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
    assert words.moment(today - timedelta(days=days), today) == said


def test_markdown_in_a_name_is_not_markdown():
    said = words.plain("**a** [b](c) :red[d] $e$ <i>\nf")
    assert "\n" not in said
    for mark in ("**", "[", "]", "(", "$", "<", ">"):
        assert said.count(mark) == said.count("\\" + mark)
    assert ":red" not in said


def test_values_are_escaped_and_templates_are_not():
    value = html("<b>{x}</b>", x="<script>&\"'")
    assert value == "<b>&lt;script&gt;&amp;&#34;&#39;</b>"
    assert joined([value, Markup("<br>")]).endswith("</b><br>")


def test_backticks_are_code_and_nothing_else_is():
    assert with_code("a `<b>` <c>") == "a <code>&lt;b&gt;</code> &lt;c&gt;"


def test_terms_are_marked_in_escaped_text():
    assert marked("<i>eu-silc</i>", ["EU-SILC"]) == (
        '&lt;i&gt;<span class="l-right">eu-silc</span>&lt;/i&gt;'
    )
    assert marked("<i>", []) == "&lt;i&gt;"


def test_every_flag_of_the_api_is_explained():
    from app.transcriptions.schemas import SegmentOut

    described = SegmentOut.model_fields["flags"].description or ""
    assert set(described.split("`")[1::2]) <= set(FLAGS)


def test_the_document_is_ours_and_fetches_no_unused_font():
    text = index.document()
    assert "<title>Lectern</title>" in text
    assert "BACKEND_BASE_URL" in text
    assert "SourceSans" not in text
    assert 'src="./static/js/' in text
