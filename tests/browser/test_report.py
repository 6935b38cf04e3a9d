"""The report in a real browser: the file's figures, only our script, nothing fetched."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from evaluation.report.figures import summary
from evaluation.report.page import Options, build
from evaluation.runs.format import HeardWord, Run
from evaluation.statistics.table import table
from tests.support.runs import made_run

pytestmark = pytest.mark.browser

HOSTILE = "</script><img src=http://127.0.0.1:9/x onerror=\"document.title='harmed'\"><b>&amp;'`"


@dataclass
class Opened:
    """A page and what it did behind our back."""

    page: Page
    document: dict[str, Any]
    addresses: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def detail(self, name: str) -> Any:
        return self.page.locator(f'.detail[data-run="{name}"]')


Show = Callable[..., Opened]


@pytest.fixture(scope="module")
def runs() -> list[Run]:
    noise = made_run(corpus="sounds", speakers=0, each=0, nonspeech=10)
    return [
        made_run(worse={"child": 2.0}, speakers=30, failed=2),
        made_run(model="tiny.en", rate=0.2, speakers=30, memory_mb=400, rtfx=70),
        made_run(condition="noise-5", rate=0.35, speakers=30),
        noise,
    ]


@pytest.fixture(scope="module")
def text(runs: list[Run]) -> str:
    return build([(run, summary(run)) for run in runs], Options(listed=12))


@pytest.fixture
def show(chrome: Browser, tmp_path: Path) -> Iterator[Show]:
    contexts = []

    def opened(text: str, **options: Any) -> Opened:
        path = tmp_path / "quality.html"
        path.write_text(text)
        context = chrome.new_context(**options)
        contexts.append(context)
        context.set_default_timeout(10_000)
        found = Opened(context.new_page(), {})
        found.page.on("request", lambda request: found.addresses.append(request.url))
        found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
        found.page.on("console", lambda said: found.complaints.append(said.text))
        found.page.goto(path.as_uri())
        found.document = json.loads(found.page.locator("#data").text_content() or "")
        return found

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.chapter(15)
def test_charts_show_the_figures_of_the_runs(show: Show, text: str, runs: list[Run]) -> None:
    opened = show(text)
    first = runs[0]
    wanted = summary(first)
    gender = next(group for group in wanted["groups"] if group["by"] == ["gender"])
    chart = opened.detail(first.name).locator('[data-key="gender|english"]')
    scale = chart.locator("tfoot text").last.text_content()
    top = float(scale.split()[0]) / 100
    for cell in gender["cells"]:
        row = chart.locator(f'tbody tr[data-label="{cell["values"][0]}"]')
        assert float(row.get_attribute("data-value")) == cell["wer"]["value"]
        assert f"{100 * cell['wer']['value']:.1f} %" in row.inner_text()
        drawn = float(row.locator("circle").get_attribute("cx").rstrip("%"))
        assert drawn == pytest.approx(100 * cell["wer"]["value"] / top, abs=0.02)
        ends = row.locator("line.range")
        assert float(ends.get_attribute("x1").rstrip("%")) == pytest.approx(
            100 * cell["wer"]["low"] / top, abs=0.02
        )
    bins = opened.detail(first.name).locator(".reliability tbody tr")
    assert [int(row.get_attribute("data-count")) for row in bins.all()] == [
        each["count"] for each in wanted["calibration"]["bins"]
    ]
    told = {run["name"]: run["summary"] for run in opened.document["runs"]}
    assert told[first.name]["wer"] == wanted["wer"]
    dark = opened.page.locator(".heat td[data-rate]")
    rates = [float(each.get_attribute("data-rate")) for each in dark.all()]
    assert rates == [wanted["wer"]["english"]["value"], summary(runs[2])["wer"]["english"]["value"]]
    kinds = opened.detail(runs[3].name).locator(".nonspeech tbody tr")
    assert [row.get_attribute("data-kind") for row in kinds.all()] == [
        *summary(runs[3])["nonspeech"]["kinds"],
        "all",
    ]


def test_groups_and_text_forms_are_switched(show: Show, text: str, runs: list[Run]) -> None:
    opened = show(text)
    detail = opened.detail(runs[0].name)
    expect(detail.locator('[data-key="gender|english"]')).to_be_visible()
    detail.get_by_label("Group by").select_option("age_group")
    detail.get_by_label("Counting").select_option("raw")
    shown = detail.locator('[data-key="age_group|raw"]')
    expect(shown).to_be_visible()
    expect(detail.locator(".chart:visible")).to_have_count(1)
    rows = table(runs[0], "raw")
    for value in ("adult", "child", "teen"):
        here = rows.fields["age_group"] == value
        row = shown.locator(f'tr[data-label="{value}"]')
        rate = rows.errors[here].sum() / rows.words[here].sum()
        assert float(row.get_attribute("data-value")) == pytest.approx(rate)
    opened.page.locator("#run").select_option(runs[1].name)
    expect(opened.detail(runs[1].name)).to_be_visible()
    expect(detail).to_be_hidden()


def test_groups_that_are_too_small_have_no_figure(show: Show) -> None:
    run = made_run(speakers=6)
    opened = show(build([(run, summary(run))], Options()))
    row = opened.detail(run.name).locator('[data-key="gender|english"] tbody tr').first
    expect(row).to_contain_text("insufficient data")
    assert row.locator("circle").count() == 0
    assert row.get_attribute("data-value") is None


def test_words_are_coloured_by_what_became_of_them(show: Show) -> None:
    run = made_run(speakers=5, each=20)
    first = replace(
        run.utterances[0],
        reference="the cat sat down",
        hypothesis="the dog sat right",
        words=tuple(
            HeardWord(f" {w}", 0, 1, p)
            for w, p in (("the", 0.99), ("dog", 0.3), ("sat", 0.7), ("right", 0.95))
        ),
    )
    run = replace(run, utterances=(first, *run.utterances[1:]), versions={"normaliser": "old"})
    opened = show(build([(run, summary(run))], Options(listed=100)))
    line = opened.page.locator(".utterance", has_text="clip-0000").locator(".al")
    kinds = [(each.get_attribute("class") or "equal") for each in line.locator("> span").all()]
    assert kinds[:3] == ["equal", "substituted", "equal"]
    wrong = line.locator(".substituted b").first

    def colour(locator: Any) -> str:
        return str(locator.evaluate("e => getComputedStyle(e).color"))

    assert colour(wrong) == "rgb(138, 75, 0)"
    assert colour(line.locator("> span").first.locator("b")) == "rgb(31, 36, 48)"
    doubted = [(each.inner_text(), each.get_attribute("class")) for each in line.locator("u").all()]
    assert doubted == [("dog", "d2"), ("sat", "d1")]


def test_the_worst_can_be_found_sorted_and_filtered(show: Show, text: str, runs: list[Run]) -> None:
    opened = show(text)
    detail = opened.detail(runs[0].name)
    shown = detail.locator(".utterance:visible")
    expect(shown).to_have_count(12)
    errors = [int(each.get_attribute("data-errors")) for each in shown.all()]
    assert errors == sorted(errors, reverse=True)
    detail.get_by_label("First").select_option("doubt")
    doubts = [float(each.get_attribute("data-doubt")) for each in shown.all()]
    assert doubts == sorted(doubts)
    detail.locator('[data-pick="group"]').select_option(label="age_group: child")
    for each in shown.all():
        assert json.loads(each.get_attribute("data-fields"))["age_group"] == "child"
    detail.get_by_label("Find").fill("no such words anywhere")
    expect(shown).to_have_count(0)
    expect(detail.get_by_role("status")).to_have_text("0 sentences")
    failures = detail.locator(".failures")
    expect(failures).to_contain_text("2 recordings failed")
    expect(failures).to_contain_text("clip-0001")


@pytest.mark.chapter(28)
def test_hostile_names_and_texts_stay_text(show: Show) -> None:
    run = made_run(speakers=5, each=20, failed=1)
    poisoned = replace(
        run,
        name=HOSTILE,
        corpus=HOSTILE,
        model=HOSTILE,
        machine=HOSTILE,
        command=HOSTILE,
        utterances=tuple(
            replace(
                each,
                id=f"{each.id}{HOSTILE}",
                reference=f"{each.reference} {HOSTILE}",
                hypothesis=f"{HOSTILE} {each.hypothesis}",
                speaker=HOSTILE if each.speaker == "speaker-00" else each.speaker,
                fields={**each.fields, "accent": HOSTILE, HOSTILE: "x"},
                words=(),
            )
            for each in run.utterances
        ),
        recordings=tuple(replace(each, error=each.error and HOSTILE) for each in run.recordings),
        versions={"normaliser": HOSTILE, "code": HOSTILE},
    )
    opened = show(build([(poisoned, summary(poisoned))], Options(title=HOSTILE)))
    page = opened.page
    assert page.title().startswith("</script><img")
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 2
    assert opened.complaints == []
    assert not [each for each in opened.addresses if each.startswith("http")]
    assert page.locator(".utterance").first.locator(".head").inner_text().count("<img") >= 1
    assert opened.document["runs"][0]["name"] == HOSTILE


def test_the_policy_stops_a_script_that_would_get_in(show: Show, text: str) -> None:
    planted = text.replace("</main>", '<img src="x" onerror="document.title=\'harmed\'"></main>')
    planted = planted.replace("</main>", "<script>document.title = 'harmed'</script></main>")
    opened = show(planted)
    assert opened.page.title() == "How good the transcripts are"
    assert any("Content Security Policy" in each for each in opened.complaints)


def test_nothing_is_fetched_and_nothing_complains(show: Show, text: str) -> None:
    opened = show(text)
    assert opened.complaints == []
    assert [each for each in opened.addresses if not each.startswith(("file:", "data:"))] == []
    assert len(text.encode()) < 3_000_000


def test_the_figures_can_be_downloaded(show: Show, text: str) -> None:
    opened = show(text)
    with opened.page.expect_download() as started:
        opened.page.get_by_role("link", name="Download the figures").click()
    assert json.loads(started.value.path().read_text()) == opened.document


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_the_screen_and_can_be_read(show: Show, text: str, width: int, scheme: Any) -> None:
    opened = show(text, viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = opened.page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == {"light": "rgb(251, 250, 247)", "dark": "rgb(22, 25, 31)"}[scheme]
    small = page.evaluate(
        "[...document.querySelectorAll('select, input, audio')].filter(e => e.offsetParent"
        " && e.offsetHeight < 32).length"
    )
    assert small == 0


def test_the_keyboard_reaches_everything(show: Show, text: str, runs: list[Run]) -> None:
    page = show(text).page
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="To the text")).to_be_focused()
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate("document.activeElement.id || document.activeElement.dataset.pick")
        )
    assert {"run", "field", "form", "text", "group", "order", "download"} <= reached


def test_without_scripts_and_on_paper_everything_is_there(
    show: Show, text: str, runs: list[Run], tmp_path: Path
) -> None:
    opened = show(text, java_script_enabled=False)
    for run in runs[:2]:
        expect(opened.detail(run.name)).to_be_visible()
    opened.page.emulate_media(media="print")
    expect(opened.page.locator("nav").first).to_be_hidden()
    expect(opened.page.locator(".utterance").first).to_be_visible()
