"""`make test`: the tests on SQLite and the embedded broker, on PostgreSQL and Redis, and in a browser; two suites at a time.

What a browser does is the same on either database, so it is tried on one; the whole job is walked on both.
What cannot run here is named at the end. Under CI=true nothing may be left out. Arguments go to pytest.
"""

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

from tests import services

USUAL = "not browser and not processes"
SERVERS = threading.Lock()  # suites on them share a database: one at a time
NOTHING_TO_RUN = 5  # pytest's exit code where the arguments chose none of a suite's tests


def main(arguments):
    """Run the suites; return the exit code."""
    left_out = services.missing()
    if left_out and os.environ.get("CI") == "true":
        print(*left_out, "Nothing may be left out under CI=true.", sep="\n")
        return 1
    with ThreadPoolExecutor(max_workers=2) as pool:
        running = [pool.submit(run, *suite, arguments) for suite in suites()]
        codes = [suite.result() for suite in running]
    print(*left_out, sep="\n")
    return max((code for code in codes if code != NOTHING_TO_RUN), default=NOTHING_TO_RUN)


def suites():
    """Return each suite as (title, environment, which tests), in the order that keeps two busy to the end."""
    here = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    browser = [
        ("in a browser: every page", here, "every_page"),
        ("in a browser", here, "browser and not processes and not every_page"),
    ]
    embedded = "on SQLite and the embedded broker"
    if not services.both_servers_answer():
        return [(embedded, here, USUAL), *browser, (f"{embedded}: processes", here, "processes")]
    servers = here | {"DATABASE_URL": services.postgresql_url(), "REDIS_URL": services.redis_url()}
    return [
        ("on PostgreSQL and Redis", servers, USUAL),
        (embedded, here, f"{USUAL} and not once"),
        *browser,
        (f"{embedded}: processes", here, "processes and not once"),
        ("on PostgreSQL and Redis: processes", servers, "processes"),
    ]


def run(title, environment, chosen, arguments):
    """Run one suite, showing how far it is; then print what else it said, and return its exit code."""
    command = [sys.executable, "-m", "pytest", "-m", chosen, *arguments]
    said = []
    with (
        SERVERS if "DATABASE_URL" in environment else nullcontext(),
        subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as suite,
    ):
        for line in suite.stdout:
            if line.endswith("%]\n"):
                print(f"{title}: {line}", end="", flush=True)
            else:
                said.append(line)
    print(f"\n=== The suite {title}\n", *said, sep="", flush=True)
    return suite.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
