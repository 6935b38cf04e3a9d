"""The Domains page, and the choice of a domain on Transcribe, in each of their states."""

from __future__ import annotations

import pandas  # noqa: F401 (loaded before a page's time runs: tables need it)
import pytest

from tests.unit.ui.fake_client import SCRIPT, domain, job, recording
from ui import wire_domains as wire
from ui.client import ApiError
from ui.parts.domains.facts import short_name
from ui.parts.domains.making import NOTICE


def labels(test):
    return [button.label for button in test.button]


def primary(test):
    return [b.label for b in test.button if b.proto.type == "primary"]


def proposals(*terms: str, prose: bool = True, **changed) -> wire.Proposals:
    found = [
        wire.ProposedTerm(term=t, why="an abbreviation", examples=[f"See {t}."]) for t in terms
    ]
    facts = {"text": "A page of text.", "words": 400, "language": "en", "prose": prose}
    return wire.Proposals(**(facts | {"terms": found} | changed))


def test_the_list_says_what_each_domain_has_and_whose_it_is(open_page, fake, words):
    fake.own_domains["housing"] = domain("housing", model_version=2)
    test = open_page("domains")
    said = words(test)
    assert "2 terms · glossary only · comes with Lectern" in said
    assert "2 terms · whisper-base with adapter version 2 · yours" in said
    assert {link.proto.query_string for link in test.page_link} == {"name=ruby", "name=housing"}
    assert primary(test) == ["New domain"]


def test_a_domain_that_comes_with_lectern_is_read_and_copied_but_not_changed(
    open_page, fake, words
):
    test = open_page("domains", name="ruby")
    assert primary(test) == ["Transcribe with this domain"]
    assert "Save as version 2" not in labels(test)
    assert "Remove this domain" not in labels(test)
    shown = test.dataframe[0].value
    assert list(shown["term"]) == ["RSpec", "Sidekiq"]
    test.button(key="copy-domain").click().run()
    assert "2 terms from Ruby" in words(test)
    assert primary(test) == ["Make this domain of 2 terms"]


def test_ones_own_domain_can_be_changed_and_removed(open_page, fake, words):
    fake.own_domains["housing"] = domain("housing")
    fake.texts["housing"] = wire.DomainText(text="…", sentences=30, words=400)
    test = open_page("domains", name="housing")
    assert "400 words in 30 sentences" in words(test)
    assert test.button(key="save-glossary").disabled
    test.button(key="remove-domain").click().run()
    test.button(key="remove-yes").click().run()
    assert ("remove_domain", "housing") in fake.calls


def test_a_domain_that_is_not_there_says_so(open_page, words):
    said = words(open_page("domains", name=SCRIPT))
    assert "There is no domain" in said
    assert "<script" not in said


@pytest.mark.chapter(9)
def test_a_pasted_text_becomes_a_domain_with_its_text_kept(open_page, fake, words):
    fake.proposed = proposals("EU-SILC", "Gini")
    test = open_page("domains", new="1")
    assert primary(test) == ["Find the terms"]
    test.text_area(key="making-text").input("A page of text.").run()
    test.button(key="making-find").click().run()
    assert "2 terms in 400 words" in words(test)
    assert primary(test) == ["Make this domain of 2 terms"]
    test.button(key="making-make").click().run()
    assert "It needs a name" in words(test)
    assert not [call for call in fake.calls if call[0] == "make_domain"]
    test.text_input(key="making-title").input("Poverty Research").run()
    assert "called poverty-research" in words(test)
    test.button(key="making-make").click().run()
    name, given = next(call[1:] for call in fake.calls if call[0] == "make_domain")
    assert name == "poverty-research"
    assert [term.term for term in given["terms"]] == ["EU-SILC", "Gini"]
    assert fake.texts["poverty-research"].text == "A page of text."


def test_a_list_is_no_text_to_train_with(open_page, fake):
    fake.proposed = proposals("EU-SILC", prose=False)
    test = open_page("domains", new="1")
    test.text_input(key="making-title").input("Lists").run()
    test.text_area(key="making-text").input("EU-SILC").run()
    test.button(key="making-find").click().run()
    test.button(key="making-make").click().run()
    assert "lists" in fake.own_domains
    assert not fake.texts


def test_a_text_that_is_refused_for_training_leaves_the_domain_and_says_so(open_page, fake, words):
    fake.proposed = proposals("EU-SILC")
    fake.refused["text"] = ApiError("too_little_text", "Too few sentences.", 422)
    test = open_page("domains", new="1")
    test.text_input(key="making-title").input("Short").run()
    test.text_area(key="making-text").input("Text").run()
    test.button(key="making-find").click().run()
    test.button(key="making-make").click().run()
    assert "short" in fake.own_domains
    told = words(test) + test.session_state.get(NOTICE, "")
    assert "Its text was not kept: Too few sentences." in told


@pytest.mark.parametrize("taken", [True, False])
def test_what_is_refused_is_told_and_nothing_of_it_is_lost(open_page, fake, words, taken):
    test = open_page("domains", new="1")
    test.text_input(key="making-title").input("Ruby").run()
    test.text_area(key="making-text").input("three short words").run()
    if taken:
        fake.proposed = proposals("RSpec")
    test.button(key="making-find").click().run()
    if taken:
        test.button(key="making-make").click().run()
        assert "There is a domain &#39;ruby&#39; already." in words(test)
    else:
        assert "This text has 3 words." in words(test)
    assert test.text_area(key="making-text").value == "three short words"
    assert test.text_input(key="making-title").value == "Ruby"


def test_nothing_pasted_asks_for_something(open_page, words):
    test = open_page("domains", new="1")
    test.button(key="making-find").click().run()
    assert "There is nothing to look through yet." in words(test)


def test_what_was_left_out_is_said_and_hostile_terms_stay_text(open_page, fake, words):
    fake.proposed = proposals(SCRIPT, notes=[f"Only the first 300 pages were read. {SCRIPT}"])
    test = open_page("domains", new="1")
    test.text_area(key="making-text").input("Text").run()
    test.button(key="making-find").click().run()
    said = words(test)
    assert "Only the first 300 pages were read." in said
    assert "<script" not in said


def test_only_the_first_proposals_are_ticked(open_page, fake):
    fake.proposed = proposals(*(f"term{n}" for n in range(150)))
    test = open_page("domains", new="1")
    test.text_area(key="making-text").input("Text").run()
    test.button(key="making-find").click().run()
    assert primary(test) == ["Make this domain of 100 terms"]


def test_names_for_addresses_are_made_of_titles():
    assert short_name("  Poverty & Research! ") == "poverty-research"
    assert short_name("Łódź") == "d"
    assert short_name("日本") == ""
    assert len(short_name("x" * 200)) == 63


def test_the_domain_of_a_recording_is_chosen_kept_in_the_address_and_sent(open_page, fake, words):
    fake.recordings["rec_a"] = recording("rec_a")
    test = open_page("transcribe", recordings="rec_a")
    box = test.selectbox(key="option_domain")
    assert (box.label, box.value, box.options) == ("Domain", "", ["General", "Ruby"])
    assert fake.estimated_for is None
    box.select("ruby").run()
    assert test.query_params["domain"] == ["ruby"] or test.query_params["domain"] == "ruby"
    assert fake.estimated_for == "ruby"
    test.button(key="start").click().run()
    assert fake.calls[0][2]["domain"] == "ruby"


def test_the_domain_of_the_address_is_chosen_already(open_page, fake, words):
    assert "transcribed with the domain Ruby" in words(open_page("transcribe", domain="ruby"))
    fake.recordings["rec_a"] = recording("rec_a")
    test = open_page("transcribe", recordings="rec_a", domain="ruby")
    assert test.selectbox(key="option_domain").value == "ruby"
    test = open_page("transcribe", recordings="rec_a", domain="gone")
    assert test.selectbox(key="option_domain").value == ""


def test_lists_and_transcripts_say_which_domain_was_used(open_page, fake, words):
    used = {"name": "ruby", "glossary_version": 3, "model_version": 2}
    model = {"name": "whisper-base+0123456789ab", "version": "d01c3014881c9c6f"}
    fake.jobs = [job("tr_1", domain=used, model=model)]
    assert "domain ruby" in words(open_page("library"))
    said = words(open_page("transcript", id="tr_1"))
    assert "domain ruby, glossary version 3, adapter version 2" in said
    assert "whisper-base, adapted, weights d01c3014" in said
