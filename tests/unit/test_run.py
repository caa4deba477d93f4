"""What `./taraz run` sets before it starts anything."""

from __future__ import annotations

import os

import pytest

from config.dev import run


@pytest.fixture
def networks(monkeypatch):
    """What insurers' systems may be called in, once a run on a host found its port in use."""
    monkeypatch.setattr(run, "prepare", lambda: None)
    monkeypatch.setattr(run, "_free", lambda host, port: False)

    def started(host: str | None, said: str | None = None) -> str | None:
        for name, value in (("HOST", host), ("WEBHOOK_NETWORKS", said)):
            # Set before it is removed: what the run sets is undone after the test.
            monkeypatch.setenv(name, value or "")
            if value is None:
                monkeypatch.delenv(name)
        assert run.run([]) == 1
        return os.environ.get("WEBHOOK_NETWORKS")

    return started


@pytest.mark.parametrize("host", [None, "127.0.0.1", "localhost", "::1"])
def test_on_this_machine_its_own_systems_may_be_called(networks, host):
    assert networks(host) == "127.0.0.0/8 ::1/128"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.8", "taraz.example"])
def test_where_others_reach_us_only_what_was_said(networks, host):
    assert networks(host) is None
    assert networks(host, "10.20.0.0/16") == "10.20.0.0/16"


def test_what_was_said_stays(networks):
    assert networks("127.0.0.1", "10.20.0.0/16") == "10.20.0.0/16"


def test_a_second_run_in_the_same_folder_is_told_where_the_first_serves(tmp_path):
    file = tmp_path / "run.lock"
    with file.open("a+") as first, file.open("a+") as second:
        assert run._running(first, "http://localhost:8000/") == ""
        assert run._running(second, "http://localhost:8001/") == "http://localhost:8000/"
    with file.open("a+") as third:
        assert run._running(third, "http://localhost:8001/") == ""
    assert file.read_text() == "http://localhost:8001/"
