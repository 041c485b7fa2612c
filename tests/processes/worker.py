"""A worker of the project's own application with one task more, whose runs can be counted from outside."""

import os
import uuid
from pathlib import Path

from config.celery import app


@app.task(name="tests.note")
def note(number):
    """Leave a file that tells which message ran, and one for each time that it did."""
    folder = Path(os.environ["VAR_DIR"], "notes")
    folder.mkdir(exist_ok=True)
    (folder / f"{number}-{uuid.uuid4()}").touch()
