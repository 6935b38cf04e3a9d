"""The README says what the settings and the results files say."""

from __future__ import annotations

import re

from app.settings import REPOSITORY, Settings
from deploy.readme import rendered
from deploy.settings_table import settings_table


def test_the_readme_is_what_make_readme_writes() -> None:
    text = (REPOSITORY / "README.md").read_text()
    assert rendered(text) == text


def test_every_setting_is_in_the_table_with_a_description() -> None:
    table = settings_table()
    for name, field in Settings.model_fields.items():
        assert f"`LECTERN_{name.upper()}`" in table
        assert field.description, f"{name} has no description"


def test_every_variable_the_source_reads_is_documented() -> None:
    text = (REPOSITORY / "README.md").read_text()
    for folder in ("app", "worker", "ui", "data", "deploy", "evaluation", "tests"):
        for path in (REPOSITORY / folder).rglob("*.py"):
            for name in set(re.findall(r"\bLECTERN_[A-Z_]*[A-Z]\b", path.read_text())):
                assert f"`{name}`" in text, f"{name} of {path}"


def test_every_picture_and_page_the_readme_names_exists() -> None:
    text = (REPOSITORY / "README.md").read_text()
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
        assert (REPOSITORY / target).exists(), target
