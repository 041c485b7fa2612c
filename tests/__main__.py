"""`make test`: the suite on SQLite and the embedded broker, then on PostgreSQL and Redis.

What cannot run here is named at the end. Under CI=true nothing may be left out. Arguments go to pytest.
"""

import os
import subprocess
import sys

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
    codes = []
    for title, environment in suites.items():
        print(f"\n=== The suite on {title}", flush=True)
        codes.append(subprocess.call([sys.executable, "-m", "pytest", *arguments], env=environment))
    print(*left_out, sep="\n")
    return max(codes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
