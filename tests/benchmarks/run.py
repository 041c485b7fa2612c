"""Measure subjects on the database of the environment, and print what was found as a table."""

import logging
import os
import sys
from contextlib import contextmanager
from importlib import import_module

import django
from django.conf import settings
from django.db import connection

WIDTHS = (58, 10, 8, 8, 8, 9, 9)
HEADINGS = ("what", "median ms", "at most", "ratio", "at most", "queries", "at most")


def main(subjects):
    """Print a table a subject."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    logging.disable(logging.WARNING)
    settings.ROOT_URLCONF = "tests.benchmarks.urls"
    for name in subjects:
        subject = import_module(f"tests.benchmarks.{name}")
        print(f"\n{subject.__doc__.splitlines()[0]}", flush=True)
        if why := getattr(subject, "why_left_out", str)():
            print(f"Left out: {why}", flush=True)
            continue
        print(_line(*HEADINGS), flush=True)
        with fresh_database():
            for figure in subject.measure():
                print(
                    _line(
                        figure.what,
                        f"{figure.milliseconds:.1f}",
                        _number(figure.most_milliseconds),
                        _number(figure.ratio),
                        _number(figure.most),
                        _number(figure.queries),
                        _number(figure.most_queries),
                        figure.verdict,
                    ),
                    flush=True,
                )


@contextmanager
def fresh_database():
    """Give a subject a database of its own, as tests have one, under a name no test uses."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "postgresql":
        connection.settings_dict["TEST"]["NAME"] = f"benchmark_{os.getpid()}"
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield
    finally:
        if connection.vendor == "postgresql":
            _end_other_sessions()
        connection.creation.destroy_test_db(name, verbosity=0)


def _end_other_sessions():
    """A browser's last request may still hold one: the database could not be dropped."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def _line(what, *columns):
    *numbers, verdict = (*columns, "") if len(columns) < len(WIDTHS) else columns
    told = "".join(f"{number:>{width}}" for number, width in zip(numbers, WIDTHS[1:], strict=True))
    return f"{what:<{WIDTHS[0]}}{told}  {verdict}".rstrip()


def _number(number):
    return "" if number is None else f"{number:g}" if isinstance(number, int) else f"{number:.2f}"


if __name__ == "__main__":
    main(sys.argv[1:])
