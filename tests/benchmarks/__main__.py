"""`make bench`: what things cost, as ratios to a floor measured in the same minute, on each database that answers.

Figures, not tests: it ends well whatever they are. Arguments are subjects, such as `lists`; without any, all are
measured. A subject is a module of this package with a function `measure` that yields figures; each subject has a fresh
database, which is dropped afterwards. Where something a subject needs is missing, its function `why_left_out` says so.
"""

import os
import subprocess
import sys

from tests import services

SUBJECTS = ("section_page", "keys", "saves", "lists", "imports", "summaries", "workbook")


def main(chosen):
    """Measure the subjects on every database; return the exit code."""
    if unknown := set(chosen) - set(SUBJECTS):
        print(f"No subject: {', '.join(sorted(unknown))}. Subjects: {', '.join(SUBJECTS)}.")
        return 2
    here = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    databases = {"SQLite": here}
    if services.postgresql_answers():
        databases["PostgreSQL"] = here | {"DATABASE_URL": services.postgresql_url()}
    codes = []
    for title, environment in databases.items():
        print(f"\n=== {title}", flush=True)
        command = [sys.executable, "-m", "tests.benchmarks.run", *(chosen or SUBJECTS)]
        codes.append(subprocess.call(command, env=environment))
    if len(databases) == 1:
        print("PostgreSQL does not answer: measured on SQLite only.")
    return max(codes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
