"""Real processes under test: the site in a terminal of its own, and what can be seen of it from outside."""

import contextlib
import fcntl
import os
import pty
import select
import shutil
import signal
import socket
import subprocess
import sys
import termios
import threading
import time
import urllib.request
import uuid
from pathlib import Path

import psycopg
import redis
from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 180  # seconds that a start may take on a busy machine; a condition that holds ends the wait at once


def until(condition, what, seconds=PATIENCE):
    """Wait until `condition()` is true and return what it returned. Fail with `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"Not within {seconds} s: {what}")
        time.sleep(0.05)
    return result


def free_port():
    """Return a port of this machine that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def own_environment(folder, *, like=None):
    """Yield the environment of real processes: a folder, a port, a database and a broker of their own.

    They are empty, or a copy of what another such environment, `like`, holds.
    """
    environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    environment |= {"VAR_DIR": str(folder / "var"), "PORT": str(free_port())}
    environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
    if like:
        shutil.copytree(like["VAR_DIR"], environment["VAR_DIR"])
    if settings.REDIS_URL:
        redis.Redis.from_url(settings.REDIS_URL).flushdb()
        environment["REDIS_URL"] = settings.REDIS_URL
    with _own_database(like) as database:
        yield environment | database
        end(environment["VAR_DIR"])


@contextlib.contextmanager
def _own_database(like):
    """Yield the variable that names a new PostgreSQL database, or none: SQLite's is a file in the folder."""
    here = os.environ.get("DATABASE_URL")
    if not here:
        yield {}
        return
    base, _slash, _name = here.rpartition("/")
    name = f"live_{uuid.uuid4().hex[:12]}"
    template = like["DATABASE_URL"].rpartition("/")[2] if like else "template1"
    with psycopg.connect(here, dbname="postgres", autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield {"DATABASE_URL": f"{base}/{name}"}
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def prepare(environment):
    """Do what the first start does before anything runs: database, static files, demo."""
    code = "import django; django.setup(); from config.processes import prepare; prepare()"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True)


def worker_command(name, *, app="config"):
    """Return the command by which the Procfile starts a worker."""
    procfile = (ROOT / "Procfile").read_text()
    line = next(line for line in procfile.splitlines() if line.startswith("worker: "))
    arguments = line.removeprefix("worker: exec celery ").replace("--app config", f"--app {app}")
    return [sys.executable, "-m", "celery", *arguments.split(), f"--hostname={name}"]


def processes(var_dir):
    """Return the id and command of every living process that was started with this VAR_DIR."""
    mark, found = f"VAR_DIR={var_dir}".encode(), {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    found.pop(os.getpid(), None)
    return found


def end(var_dir):
    """Kill whatever a test left running."""
    for pid in processes(var_dir):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


class Workbench:
    """The site as `make run` starts it, in the foreground of a pseudo-terminal."""

    def __init__(self, environment):
        self.var_dir = Path(environment["VAR_DIR"])
        self.url = f"http://127.0.0.1:{environment['PORT']}"
        self.printed = ""
        self._terminal, other_end = pty.openpty()
        self.manager = subprocess.Popen(
            [sys.executable, "-m", "config.processes"],
            cwd=ROOT,
            env=environment,
            stdin=other_end,
            stdout=other_end,
            stderr=other_end,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - makes it the terminal's owner
        )
        os.close(other_end)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        if self.manager.poll() is None:
            self.manager.terminate()
        self.wait_until_it_ended()
        end(self.var_dir)
        if self._terminal is not None:
            self.close_terminal()

    def processes(self):
        """Return the id and command of each of its living processes."""
        return processes(self.var_dir)

    def answers(self):
        """Tell whether its web process answers."""
        with contextlib.suppress(OSError):
            return urllib.request.urlopen(f"{self.url}/healthz", timeout=1).status == 200
        return False

    def wait_until_it_answers(self):
        """Wait for the web process, and for worker and beat to be there."""
        until(lambda: self.manager.poll() is not None or self.answers(), f"the site answers\n{self.printed}")
        assert self.manager.poll() is None, self.printed
        until(
            lambda: all(any(role in command for command in self.processes().values()) for role in ("worker", "beat")),
            "worker and beat run",
        )

    def wait_until_it_ended(self, seconds=PATIENCE):
        """Wait for the manager to end and return its exit code."""
        until(lambda: self.manager.poll() is not None, f"the manager ends\n{self.printed}", seconds)
        return self.manager.returncode

    def press_ctrl_c(self):
        """Do what the terminal does at Ctrl-C: interrupt its foreground."""
        os.write(self._terminal, b"\x03")

    def close_terminal(self):
        """Close the window; first let nobody read from it, since the kernel keeps it open that long."""
        terminal, self._terminal = self._terminal, None
        self._reader.join()
        os.close(terminal)

    def _read(self):
        with contextlib.suppress(OSError):  # nobody has the other end open any more
            while terminal := self._terminal:
                if select.select([terminal], [], [], 0.05)[0]:
                    self.printed += os.read(terminal, 65536).decode(errors="replace")
