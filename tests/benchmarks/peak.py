"""Apply a file of several exercises in a process of its own, and print the megabytes that it took at most.

python -m tests.benchmarks.peak DATABASE PERSON FILE
"""

import os
import re
import sys
from pathlib import Path

import django
from django.db import connection


def main(database, person, path):
    """Apply the file at `path` on behalf of the person with that id."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    from accounts.models import User
    from mapping.workbook.models import WorkbookImport
    from mapping.workbook.services import apply_import, upload

    connection.settings_dict["NAME"] = database
    actor = User.objects.get(pk=person)
    pk = upload(actor=actor, exercise=None, name="region.xlsx", content=Path(path).read_bytes()).pk
    apply_import(actor=actor, workbook_import=WorkbookImport(pk=pk))
    # Not `ru_maxrss`: that begins with what the process had that started this one.
    print(int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) // 1024)


if __name__ == "__main__":
    main(*sys.argv[1:])
