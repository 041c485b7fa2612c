"""`make test`: the suite on SQLite and the embedded broker and, side by side, on PostgreSQL and Redis.

What cannot run here is named at the end. Under CI=true nothing may be left out. Arguments go to pytest.
"""

import os
import subprocess
import sys
import tempfile

from tests import services


def main(arguments):
    """Run the suites; return the exit code."""
    left_out = services.missing()
    if left_out and os.environ.get("CI") == "true":
        print(*left_out, "Nothing may be left out under CI=true.", sep="\n")
        return 1
    here = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    suites = {"SQLite and the embedded broker": here}
    if services.both_servers_answer():
        servers = {"DATABASE_URL": services.postgresql_url(), "REDIS_URL": services.redis_url()}
        suites["PostgreSQL and Redis"] = here | servers
    aside = [(title, *begin(environment, arguments)) for title, environment in list(suites.items())[1:]]
    first = next(iter(suites))
    print(f"\n=== The suite on {first}", flush=True)
    codes = [subprocess.call([sys.executable, "-m", "pytest", *arguments], env=suites[first])]
    for title, suite, said in aside:
        codes.append(suite.wait())
        said.seek(0)
        print(f"\n=== The suite on {title}", said.read(), sep="\n", flush=True)
    print(*left_out, sep="\n")
    return max(codes)


def begin(environment, arguments):
    """Start a suite beside the one that is watched; return its process and the file that keeps what it says."""
    said = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - read when the suite has ended
    command = [sys.executable, "-m", "pytest", *arguments]
    return subprocess.Popen(command, env=environment, stdout=said, stderr=subprocess.STDOUT), said


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
