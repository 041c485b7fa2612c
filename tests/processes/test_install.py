"""The first step of every make target: .venv holds what the lock names, and nothing is done twice."""

import os
import shutil
import subprocess
import sys

import pytest

from tests import live

pytestmark = pytest.mark.once

FAKE_UV = """#!/bin/sh
echo "$@" >> "$LOG"
case "$*" in
    venv*) mkdir -p "$HERE/.venv/bin"; ln -s /bin/true "$HERE/.venv/bin/python" ;;
    *broken.txt) exit 2 ;;
esac
"""


@pytest.fixture
def checkout(tmp_path):
    """A checkout that holds the installer, a lock, and a uv that writes down what it is told."""
    (tmp_path / "config").mkdir()
    shutil.copy(live.ROOT / "config" / "install.py", tmp_path / "config")
    (tmp_path / "lock.txt").write_text("django==5.2\n")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "uv").write_text(FAKE_UV)
    (tmp_path / "bin" / "uv").chmod(0o755)
    return tmp_path


def install(checkout, lock="lock.txt", *, uv=True, without=()):
    """Run the installer, on a Python that lacks some modules if asked to."""
    hide = "".join(f"sys.modules[{module!r}] = None; " for module in without)
    program = (
        f"import runpy, sys; {hide}sys.argv = ['', {lock!r}]; runpy.run_path('config/install.py', None, '__main__')"
    )
    environment = {
        "PATH": f"{checkout / 'bin'}:{os.defpath}" if uv else "/nowhere",
        "HERE": str(checkout),
        "LOG": str(checkout / "log"),
    }
    return subprocess.run(
        [sys.executable, "-c", program], cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )


def told(checkout):
    """Return what uv was told to do, one word for each time."""
    return [line.split()[0] for line in (checkout / "log").read_text().splitlines()]


def test_what_is_installed_already_is_not_installed_again(checkout):
    assert install(checkout).returncode == 0
    assert told(checkout) == ["venv", "pip"]
    assert "--require-hashes" in (checkout / "log").read_text()
    assert install(checkout).returncode == 0
    assert told(checkout) == ["venv", "pip"]


def test_a_changed_lock_is_installed(checkout):
    install(checkout)
    (checkout / "lock.txt").write_text("django==5.2.19\n")
    install(checkout)
    assert told(checkout) == ["venv", "pip", "pip"]


def test_an_environment_whose_python_went_away_is_made_anew(checkout):
    install(checkout)
    shutil.rmtree(checkout / ".venv" / "bin")
    install(checkout)
    assert told(checkout)[2] == "venv"


def test_a_failed_install_is_told_and_tried_again(checkout):
    (checkout / "broken.txt").write_text("django==5.2\n")
    for _attempt in range(2):
        failed = install(checkout, "broken.txt")
        assert failed.returncode == 1
        assert "could not be installed" in failed.stderr
    assert told(checkout) == ["venv", "pip", "pip"]


def test_a_machine_without_ensurepip_is_told_what_to_install(checkout):
    failed = install(checkout, uv=False, without=["ensurepip"])
    assert failed.returncode == 1
    assert (
        failed.stderr.strip() == "Python's venv is incomplete on this machine. On Debian: apt-get install python3-venv"
    )
