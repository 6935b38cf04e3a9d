"""Tests are found by their chapter marks, without importing them."""

from pathlib import Path

import pytest

from app.chapters.checks import find_checks


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("@pytest.mark.chapter(7)\ndef test_a(): ...\n", {7: ["test_a"]}),
        ("@mark.chapter(7, 27)\nasync def test_a(): ...\n", {7: ["test_a"], 27: ["test_a"]}),
        (
            "@pytest.mark.chapter(7)\nclass TestA:\n    def test_b(self): ...\n"
            "    @pytest.mark.chapter(9)\n    def test_c(self): ...\n    def helper(self): ...\n",
            {7: ["TestA::test_b", "TestA::test_c"], 9: ["TestA::test_c"]},
        ),
        (
            "pytestmark = [pytest.mark.slow, pytest.mark.chapter(3)]\ndef test_a(): ...\n",
            {3: ["test_a"]},
        ),
        ("TEXT = 'pytest.mark.chapter(7)'\ndef test_a(): ...\n", {}),
        ("@pytest.mark.chapter(7)\ndef test_half(:\n", {}),
    ],
)
def test_marks(tmp_path: Path, source: str, expected: dict[int, list[str]]) -> None:
    (tmp_path / "tests" / "unit").mkdir(parents=True)
    (tmp_path / "tests" / "unit" / "test_x.py").write_text(source, encoding="utf-8")
    assert find_checks(tmp_path) == {
        number: [f"tests/unit/test_x.py::{name}" for name in names]
        for number, names in expected.items()
    }


def test_no_tests_folder(tmp_path: Path) -> None:
    assert find_checks(tmp_path) == {}
