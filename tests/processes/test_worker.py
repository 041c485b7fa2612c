"""Real workers: what is queued runs once, and a broken message stops nobody."""

import subprocess
from collections import Counter
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from kombu import Connection

from config.celery import app
from tests import live
from tests.processes import worker as worker_application

pytestmark = pytest.mark.processes


@contextmanager
def worker(environment, name):
    """A worker as the Procfile starts it, with the counted task."""
    command = live.worker_command(name, app="tests.processes.worker")
    with subprocess.Popen(command, cwd=live.ROOT, env=environment) as process:
        yield process
        process.terminate()
        assert process.wait(live.PATIENCE) == 0


@pytest.fixture
def queue(empty_environment):
    """Return a function that queues one counted task for the workers of this environment."""
    folder = Path(empty_environment["VAR_DIR"]) / "broker"
    url = empty_environment.get("REDIS_URL", "files://localhost")
    with Connection(url, transport_options={"folder": str(folder)}) as connection:
        folder.mkdir(parents=True, exist_ok=True)
        yield lambda number: worker_application.note.apply_async((number,), connection=connection)


def runs(environment):
    """Return how often each number's task ran so far."""
    folder = Path(environment["VAR_DIR"]) / "notes"
    return Counter(int(path.name.partition("-")[0]) for path in folder.glob("*-*"))


def test_two_workers_run_every_message_exactly_once(empty_environment, queue):
    numbers = range(200)
    for number in numbers[:100]:
        queue(number)
    with ExitStack() as workers:
        for name in ("one@here", "two@here"):
            workers.enter_context(worker(empty_environment, name))
        for number in numbers[100:]:
            queue(number)
        live.until(lambda: runs(empty_environment).keys() == set(numbers), "every message ran")
    assert set(runs(empty_environment).values()) == {1}


@pytest.mark.embedded
def test_a_half_written_message_is_set_aside_and_the_worker_goes_on(empty_environment, queue):
    queue(1)
    broker = Path(empty_environment["VAR_DIR"]) / "broker"
    (broker / "queue" / "0.celery.msg").write_text('{"body": "W1', encoding="utf-8")
    with worker(empty_environment, "one@here") as running:
        live.until(lambda: runs(empty_environment) == {1: 1}, "the next message ran")
        (broker / "queue" / "1.celery.msg").touch()
        queue(2)
        live.until(lambda: runs(empty_environment) == {1: 1, 2: 1}, "the message after an empty file ran")
        assert running.poll() is None
    assert sorted(path.name for path in (broker / "unreadable").iterdir()) == ["0.celery.msg", "1.celery.msg"]


def test_nothing_runs_inside_the_process_that_queues_it():
    assert app.conf.task_always_eager is False
