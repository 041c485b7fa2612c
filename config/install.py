"""Install the locked dependencies into .venv, if the lock changed since the last time.

    python3 config/install.py requirements.txt

Run by the Makefile with the machine's own Python, before anything is installed: only the standard library, and a
syntax that an older Python reads far enough to be told that it is too old.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

VENV = Path(__file__).resolve().parent.parent / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)


def main(lock):
    """Make .venv hold what `lock` names; do nothing where it already does."""
    if sys.version_info < OLDEST:
        sys.exit("Python {}.{} or newer is needed; this is {}.{}.".format(*OLDEST, *sys.version_info[:2]))
    uv = shutil.which("uv")
    if not _runs(PYTHON):
        _create(uv)
    stamp = VENV / ("installed-" + lock.name)
    if stamp.exists() and stamp.read_bytes() == lock.read_bytes():
        return
    print("Installing " + lock.name + " …", flush=True)
    pip = [uv, "pip", "install", "--python", PYTHON] if uv else [PYTHON, "-m", "pip", "install"]
    if subprocess.call([*pip, "--quiet", "--require-hashes", "--requirement", lock]) != 0:
        sys.exit("The dependencies could not be installed; the lines above say why. Then run the same command again.")
    shutil.copyfile(lock, stamp)


def _create(uv):
    command = [uv, "venv", "--quiet", "--clear", "--seed", "--python", sys.executable]
    if not uv:
        if not _has_ensurepip():
            sys.exit("Python's venv is incomplete on this machine. On Debian: apt-get install python3-venv")
        command = [sys.executable, "-m", "venv", "--clear"]
    if subprocess.call([*command, VENV]) != 0:
        sys.exit("The folder .venv could not be made; the lines above say why.")


def _runs(python):
    """Tell whether an environment is there and still finds its Python (an upgrade of the system may take it away)."""
    return (
        os.access(python, os.X_OK)
        and subprocess.call([python, "-m", "pip", "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        == 0
    )


def _has_ensurepip():
    try:
        import ensurepip  # noqa: F401 - Debian leaves it out of python3
    except ImportError:
        return False
    return True


if __name__ == "__main__":
    main(Path(sys.argv[1]))
