import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env


def test_a_missing_setting_says_what_to_set(monkeypatch):
    monkeypatch.delenv("SOMETHING", raising=False)
    with pytest.raises(ImproperlyConfigured, match=r"SOMETHING is not set\. Set it to a word"):
        env.string("SOMETHING", help="Set it to a word.")


@pytest.mark.parametrize(
    ("value", "expected"),
    [("yes", True), ("TRUE", True), ("1", True), ("no", False), ("off", False), ("", True)],
)
def test_booleans(monkeypatch, value, expected):
    monkeypatch.setenv("SOMETHING", value)
    assert env.boolean("SOMETHING", default=True) is expected


@pytest.mark.parametrize(
    "read",
    [
        lambda: env.boolean("SOMETHING", default=True),
        lambda: env.integer("SOMETHING", default=1),
        lambda: env.secret("SOMETHING", length=50),
        lambda: env.choice("SOMETHING", default="a", allowed=("a", "b")),
    ],
)
def test_a_wrong_value_is_refused_with_its_name(monkeypatch, read):
    monkeypatch.setenv("SOMETHING", "maybe")
    with pytest.raises(ImproperlyConfigured, match="SOMETHING"):
        read()


def test_a_secret_is_never_repeated_in_the_message(monkeypatch):
    monkeypatch.setenv("SOMETHING", "hunter2")
    with pytest.raises(ImproperlyConfigured) as refused:
        env.secret("SOMETHING", length=50)
    assert "hunter2" not in str(refused.value)


def test_a_number_below_the_least_is_refused(monkeypatch):
    monkeypatch.setenv("SOMETHING", "0")
    with pytest.raises(ImproperlyConfigured, match="1 or more"):
        env.integer("SOMETHING", default=5, least=1)


def test_words_may_be_separated_by_commas_or_spaces(monkeypatch):
    monkeypatch.setenv("SOMETHING", "a.example, b.example  c.example")
    assert env.words("SOMETHING", default="") == ["a.example", "b.example", "c.example"]


def test_the_environment_wins_over_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv("FIRST", "environment")
    # Set first, so that what the file leaves behind is taken away after the test.
    monkeypatch.setenv("SECOND", "")
    monkeypatch.delenv("SECOND")
    file = tmp_path / ".env"
    file.write_text("# a comment\nFIRST=file\nSECOND='file'\n")
    env.load_file(file)
    assert env.string("FIRST") == "environment"
    assert env.string("SECOND") == "file"


def test_a_line_without_a_value_is_named(tmp_path):
    file = tmp_path / ".env"
    file.write_text("A=1\nnonsense\n")
    with pytest.raises(ImproperlyConfigured, match="line 2"):
        env.load_file(file)
