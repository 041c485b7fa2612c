"""`make run` from outside: it starts, says where it is, and leaves nothing behind however it ends."""

import os
import signal
import socket
import subprocess
import sys

import pytest

from tests import live

pytestmark = pytest.mark.processes
LIMIT = 10  # seconds that all of it may take to end


def run_again(environment):
    """Start it a second time, without a terminal, and wait for its end."""
    return subprocess.run(
        [sys.executable, "-m", "config.processes"],
        cwd=live.ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=live.PATIENCE,
        check=False,
    )


def test_ctrl_c_ends_everything_within_ten_seconds(workbench):
    workbench.press_ctrl_c()
    live.until(lambda: not workbench.processes(), "no process is left", LIMIT)
    assert "Traceback" not in workbench.printed


def test_a_closed_terminal_ends_everything(workbench):
    workbench.close_terminal()
    live.until(lambda: not workbench.processes(), "no process is left", LIMIT)


def test_what_a_killed_manager_left_is_found_and_ended_by_the_next_start(workbench, live_environment):
    secret = (workbench.var_dir / "secret_key").read_text()
    os.kill(workbench.manager.pid, signal.SIGKILL)
    workbench.wait_until_it_ended()
    left = set(workbench.processes())
    assert left
    with live.Workbench(live_environment) as again:
        live.until(lambda: "The workbench: http" in again.printed, again.printed)
        assert "The last run was killed; ended" in again.printed
        assert not left & set(again.processes())
        again.wait_until_it_answers()
    assert (workbench.var_dir / "secret_key").read_text() == secret


def test_a_second_start_tells_where_the_first_runs_and_leaves_it_alone(workbench, live_environment):
    before = workbench.processes()
    second = run_again(live_environment | {"PORT": str(live.free_port())})
    assert (second.returncode, second.stderr) == (0, "")
    assert f"It already runs, in another terminal: {workbench.url}/" in second.stdout
    workbench.wait_until_it_answers()
    assert before.items() <= workbench.processes().items()


def test_ctrl_c_while_it_still_starts_ends_everything_too(live_environment):
    with live.Workbench(live_environment) as starting:
        live.until(lambda: "The workbench: http" in starting.printed, starting.printed)
        starting.press_ctrl_c()
        live.until(lambda: not starting.processes(), "no process is left", LIMIT)


@pytest.mark.parametrize("environment", ["empty_environment", "live_environment"])
def test_the_demos_sign_ins_are_shown_at_every_start(environment, request, tmp_path):
    """The first start and a later one."""
    with live.Workbench(request.getfixturevalue(environment)) as started:
        started.wait_until_it_answers()
        lines = (tmp_path / "var" / "demo-sign-ins.txt").read_text().splitlines()
        assert any("coordinator@example.org" in line for line in lines)
        assert all(line in started.printed for line in lines)


def test_a_taken_port_is_told_in_one_sentence(empty_environment):
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", int(empty_environment["PORT"])))
        stranger.listen()
        ended = run_again(empty_environment)
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"Port {empty_environment['PORT']} is taken by another program.")
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nothing", "The database of DATABASE_URL cannot be used:"),
        ("REDIS_URL", "redis://127.0.0.1:1/0", "The Redis server of REDIS_URL cannot be used:"),
        ("PORT", "eighty", "The environment variable PORT cannot be used:"),
    ],
)
def test_a_start_that_cannot_be_says_why_without_a_traceback(empty_environment, variable, value, sentence):
    ended = run_again(empty_environment | {variable: value})
    assert ended.returncode == 1
    assert ended.stderr.startswith(sentence)
    assert "Traceback" not in ended.stderr
