"""`make run`: prepare what the site needs, then run web, worker and beat together until Ctrl-C.

Honcho starts the lines of the Procfile and ends them all as soon as one ends. It cannot help it if it is killed itself:
its children then live on. So one lock in VAR_DIR tells whether a run is alive, and every process of a run carries the
name of its VAR_DIR in its environment, by which the next run finds and ends what a killed one left behind.
"""

import fcntl
import io
import multiprocessing
import os
import select
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path

import django
import redis
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import OperationalError, connections
from honcho import manager as honcho
from honcho.environ import parse_procfile

MARK = "WORKBENCH_RUN"
PATIENCE = 5  # seconds that a process is given to end before it is killed


class Manager(honcho.Manager):
    """Honcho's manager, able to stop while it is still starting, when it does not yet know whom to end."""

    def terminate(self):
        if self._all_started():  # otherwise its loop comes back to it, by what stands below
            super().terminate()

    def _any_stopped(self):
        return self.returncode is not None or super()._any_stopped()


def main():
    """Run the site; return the exit code."""
    os.chdir(Path(__file__).resolve().parent.parent)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    _carry_mark()
    django.setup()
    with (settings.VAR_DIR / "run.lock").open("a+") as lock:
        if not _take(lock):
            lock.seek(0)
            print(f"It already runs, in another terminal: {lock.read()}  (Ctrl-C there stops it.)\n{_sign_ins()}")
            return 0
        if ended := end_leftovers():
            print(f"The last run was killed; ended {ended} processes that it left behind.")
        if not _port_is_free():
            sys.exit(f"Port {settings.PORT} is taken by another program. Choose a free one: PORT=8001 make run")
        prepare()
        print(f"\nThe workbench: {settings.BASE_URL}/  (Ctrl-C stops it.)\n{_sign_ins()}", flush=True)
        return _manage()


def end_leftovers():
    """End the processes that a killed run of the same VAR_DIR left behind; return how many there were."""
    handles = list(_marked())
    running = set(handles)
    for number, patience in ((signal.SIGTERM, PATIENCE), (signal.SIGKILL, PATIENCE)):
        for handle in running:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(handle, number)
        running = _wait(running, patience)
    for handle in handles:
        os.close(handle)
    return len(handles)


def prepare():
    """Bring database, cache table, static files and demo up to date. What is there already is kept."""
    if settings.REDIS_URL:
        redis.Redis.from_url(settings.REDIS_URL).ping()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    try:
        call_command("load_demo", stdout=io.StringIO())  # its sign-ins are shown from their file, at every start
    except CommandError as refusal:
        print(refusal)  # a site that has a Kyrgyzstan of its own starts all the same
    connections.close_all()


def _carry_mark():
    """Begin anew with the mark in the environment, for only what a process began with can be read by the next run."""
    mark = str(settings.VAR_DIR)
    if os.environ.get(MARK) != mark:
        os.execve(sys.executable, [sys.executable, "-m", "config.processes"], os.environ | {MARK: mark})  # noqa: S606


def _take(lock):
    """Try to become the one run of this VAR_DIR. The kernel gives the lock back however this process ends."""
    try:
        fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # not flock: children would hold it on
    except BlockingIOError:
        return False
    lock.truncate(0)
    lock.write(f"{settings.BASE_URL}/")
    lock.flush()
    return True


def _marked():
    """Yield a handle on every other process that carries our mark; a handle never means a later process of its id."""
    mark = f"{MARK}={settings.VAR_DIR}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        if int(folder.name) == os.getpid():
            continue
        with suppress(OSError):  # gone meanwhile, or another user's
            handle = os.pidfd_open(int(folder.name))
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                yield handle
            else:
                os.close(handle)


def _wait(handles, seconds):
    """Wait for processes to end; return the handles of those that did not."""
    running, poller = set(handles), select.poll()
    for handle in running:
        poller.register(handle, select.POLLIN)
    deadline = time.monotonic() + seconds
    while running and (left := deadline - time.monotonic()) > 0:
        for handle, _event in poller.poll(left * 1000):
            poller.unregister(handle)
            running.discard(handle)
    return running


def _port_is_free():
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", settings.PORT))
        except OSError:
            return False
    return True


def _sign_ins():
    """Return the demo's sign-ins, as load_demo wrote them."""
    path = settings.VAR_DIR / "demo-sign-ins.txt"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _manage():
    """Run the Procfile until Ctrl-C, a closed terminal, or the end of any of its processes."""
    multiprocessing.set_start_method("fork")  # honcho's own processes need the signal handlers set here
    signal.signal(signal.SIGHUP, _hang_up)
    honcho.KILL_WAIT = PATIENCE
    manager = Manager()
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "PORT": str(settings.PORT), "PYTHONUNBUFFERED": "1"}
    for name, command in parse_procfile(Path("Procfile").read_text(encoding="utf-8")).processes.items():
        manager.add_process(name, command, env=environment)
    try:
        manager.loop()
    except OSError:  # nobody reads what it prints any more
        _print_nowhere()
        manager.terminate()
        deadline = time.monotonic() + PATIENCE
        for process in multiprocessing.active_children():
            process.join(max(0, deadline - time.monotonic()))
        manager.kill()
    return manager.returncode


def _hang_up(_signum, _frame):
    """End as at Ctrl-C when the terminal was closed, without printing to it."""
    _print_nowhere()
    os.kill(os.getpid(), signal.SIGTERM)


def _print_nowhere():
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
    except CommandError as error:
        sys.exit(str(error))
    except OperationalError as error:
        sys.exit(f"The database of DATABASE_URL cannot be used: {error}")
    except redis.RedisError as error:
        sys.exit(f"The Redis server of REDIS_URL cannot be used: {error}")
