"""Where a text comes from, what became of its model, and what a recording taught."""

from __future__ import annotations

import pytest

from tests.unit.ui.fake_client import job
from tests.unit.ui.model_versions import adapter_used, learned, origin

pytestmark = pytest.mark.chapter(24)


def test_everything_that_decided_the_text_is_named(open_page, fake, words):
    fake.jobs = [job("tr_ok")]
    fake.origins["tr_ok"] = origin("tr_ok")
    fake.learned["rec_1"] = learned(1, 3)
    said = words(open_page("transcript", id="tr_ok"))
    for sum_ in ("1" * 64, "2" * 64, "3" * 64, "4" * 64, "5" * 64, "d" * 64):
        assert f'<code title="{sum_}">{sum_[:12]}</code>' in said
    assert 'With the adapter <a href="/models?domain=ruby&amp;version=2"' in said
    assert "With the glossary of ruby, version 7" in said
    assert "Asked for: language en, 2 terms" in said
    assert "4 windows: 3 by whisper-base+333333333333, 1 by tiny.en" in said
    assert "Code abcdef123456" in said
    assert "Computed as int8 on cpu, 2 streams, on a processor, 2 cores, Linux" in said
    assert "With ctranslate2 4.6.0" in said
    assert "3 windows were not prepared for the model again, which saved 1.2 s" in said
    assert "used to train" in said
    assert "ruby version 3" in said.replace("</a>", "")
    assert "<code>lectern reproduce tr_ok</code>" in said
    assert "rolled back" not in said


def test_terms_that_were_written_by_their_sound_are_told(open_page, fake, words):
    fake.jobs = [job("tr_ok")]
    repairs = [
        {"heard": "side kick", "term": "Sidekiq", "start_s": 61.0 + at, "end_s": 62.0 + at}
        for at in range(22)
    ]
    windows = [{"made_by": {}}, {"made_by": {"repairs": repairs}}]
    fake.origins["tr_ok"] = origin("tr_ok", windows=windows)
    said = words(open_page("transcript", id="tr_ok"))
    assert "Written by their sound: “Sidekiq” for “side kick” (1:01)" in said
    assert said.count("“Sidekiq”") == 20
    assert "and 2 more" in said
    fake.origins["tr_ok"] = origin("tr_ok")
    assert "by their sound" not in words(open_page("transcript", id="tr_ok"))


def test_a_text_of_a_withdrawn_model_says_so_and_can_be_made_again(open_page, fake, words):
    fake.jobs = [job("tr_old")]
    withdrawn = adapter_used(state="withdrawn", serves=False)
    fake.origins["tr_old"] = origin("tr_old", adapter=withdrawn)
    test = open_page("transcript", id="tr_old")
    assert "ruby version 2, was rolled back since." in words(test)
    test.button(key="again").click().run()
    assert fake.calls == [("transcribe_again", "ruby", 2, ["tr_old"])]


def test_what_was_made_again_leads_there_and_back(open_page, fake, words):
    fake.jobs = [job("tr_old"), job("tr_new")]
    withdrawn = adapter_used(state="withdrawn", serves=False)
    fake.origins["tr_old"] = origin("tr_old", adapter=withdrawn, replaced_by="tr_new")
    fake.origins["tr_new"] = origin("tr_new", adapter=None, instead_of="tr_old")
    old = open_page("transcript", id="tr_old")
    assert 'href="/transcript?id=tr_new"' in words(old)
    assert "again" not in [button.key for button in old.button]
    new = words(open_page("transcript", id="tr_new"))
    assert 'Made again in the place of <a href="/transcript?id=tr_old"' in new


def test_a_text_of_a_model_whose_data_was_deleted_says_what_to_do_first(open_page, fake, words):
    fake.jobs = [job("tr_ok")]
    marked = adapter_used(trained_on_deleted_data=True)
    fake.origins["tr_ok"] = origin("tr_ok", adapter=marked)
    test = open_page("transcript", id="tr_ok")
    assert "was trained on was deleted since. It still serves: roll it back first" in words(test)
    assert "again" not in [button.key for button in test.button]
    retired = adapter_used(trained_on_deleted_data=True, serves=False, state="retired")
    fake.origins["tr_ok"] = origin("tr_ok", adapter=retired)
    assert "again" in [b.key for b in open_page("transcript", id="tr_ok").button]


def test_a_running_job_is_not_asked_where_it_comes_from(open_page, fake, words):
    fake.jobs = [job("tr_run", "running")]
    assert "Where this text comes from" not in words(open_page("transcript", id="tr_run"))


@pytest.mark.parametrize(
    ("last", "said"), [(True, "Deleting it marks that there"), (False, "Another copy of it stays")]
)
def test_deleting_a_recording_says_which_models_learned_from_it(open_page, fake, words, last, said):
    fake.jobs = [job("tr_ok")]
    fake.learned["rec_1"] = learned(3, last=last)
    test = open_page("library")
    test.button(key="delete-tr_ok").click().run()
    assert "It was used to train ruby version 3." in words(test)
    assert said in words(test)
    fake.learned.clear()
    again = open_page("library")
    again.button(key="delete-tr_ok").click().run()
    assert "used to train" not in words(again)
