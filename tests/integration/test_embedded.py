import os
from pathlib import Path

import psycopg2
import pytest
import redis

from config import embedded
from config.embedded import PostgreSQL, Valkey, services

pytestmark = pytest.mark.slow


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.delenv("REDIS_URL")
    return tmp_path / "a home with spaces"


def trigrams(url: str) -> int:
    """How many trigrams the server sees in a Persian word; a wrong locale makes it none."""
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        cursor.execute("SELECT cardinality(show_trgm('سلام'))")
        (number,) = cursor.fetchone()
    connection.close()
    return number


def test_both_servers_start_below_a_path_with_a_space_and_stop(home):
    with services(home, throwaway=True) as addresses:
        assert trigrams(addresses["DATABASE_URL"]) > 0
        assert redis.Redis.from_url(addresses["REDIS_URL"]).ping()
    assert not PostgreSQL(home).running()
    assert not Valkey(home).running()


def test_data_is_there_again_the_second_time(home):
    server = PostgreSQL(home)
    for attempt in range(2):
        connection = psycopg2.connect(server.start())
        with connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE IF NOT EXISTS kept (attempt int)")
            cursor.execute("SELECT count(*) FROM kept")
            assert cursor.fetchone() == (attempt,)
            cursor.execute("INSERT INTO kept VALUES (1)")
        connection.close()
        server.stop()


def test_the_last_of_two_commands_stops_the_servers(home):
    with services(home, throwaway=True):
        with services(home, throwaway=True):
            pass
        assert PostgreSQL(home).running()
        assert Valkey(home).running()
    assert not PostgreSQL(home).running()


def test_what_the_environment_names_is_not_started(home, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/taraz")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere")
    with services(home) as addresses:
        assert addresses == {}
    assert not (home / "postgresql").exists()


def test_a_socket_below_a_long_path_goes_to_the_temporary_folder(home):
    deep = home / ("long" * 30)
    folder = embedded.socket_folder(deep, name=".s.PGSQL.5432")
    assert len(os.fsencode(folder / ".s.PGSQL.5432")) <= embedded.LONGEST_SOCKET
    assert embedded.socket_folder(Path("/srv"), name="s") == Path("/srv")


def test_both_servers_start_below_a_long_path(home):
    with services(home / ("long" * 30), throwaway=True) as addresses:
        assert trigrams(addresses["DATABASE_URL"]) > 0
        assert redis.Redis.from_url(addresses["REDIS_URL"]).ping()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to step down")
def test_root_steps_down_to_a_lesser_account_where_namespaces_are_refused(home):
    server = PostgreSQL(home, throwaway=True, use_namespace=False)
    try:
        assert trigrams(server.start()) > 0
        assert (server.data / "PG_VERSION").stat().st_uid == embedded.lesser_account().pw_uid
    finally:
        server.stop()


def test_no_port_is_opened(home):
    server = PostgreSQL(home, throwaway=True)
    connection = psycopg2.connect(server.start())
    with connection, connection.cursor() as cursor:
        cursor.execute("SHOW listen_addresses")
        assert cursor.fetchone() == ("",)
    connection.close()
    server.stop()
