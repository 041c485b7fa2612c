"""A real worker killed while it writes a long workbook: everything or nothing is there, and the job says which."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from tests import live
from tests.processes.long_workbook import NEW

pytestmark = pytest.mark.processes

NOTHING, EVERYTHING = (0, ""), (NEW, "not_available")


def desk(environment, deed):
    """Do something at the site in a process of its own; return what it prints."""
    command = [sys.executable, "-m", "tests.processes.long_workbook", deed]
    return subprocess.run(
        command, cwd=live.ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True
    ).stdout.strip()


@contextmanager
def worker(environment):
    """A worker as the Procfile starts it; whatever is left of it at the end is killed with its children."""
    with subprocess.Popen(
        live.worker_command("one@here"), cwd=live.ROOT, env=environment, start_new_session=True
    ) as process:
        try:
            yield process
        finally:
            kill(process)


def kill(process):
    """Kill a worker and its children, so that none of them does anything more."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(live.PATIENCE)


class Database:
    """The site's database, looked at from outside."""

    def __init__(self, environment):
        self._server = environment.get("DATABASE_URL")
        self._file = Path(environment["VAR_DIR"]) / "db.sqlite3"
        self.cell = int(desk(environment, "cell"))

    def _connect(self):
        if self._server:
            return psycopg.connect(self._server, autocommit=True)
        return sqlite3.connect(self._file, timeout=live.PATIENCE, isolation_level=None)

    def ask(self, sql):
        """Return the first row that a question finds, or None for a command."""
        with closing(self._connect()) as connection:
            found = connection.execute(sql)
            return found.fetchone() if found.description else None

    @property
    def job(self):
        """How the work stands, and what became of the workbook."""
        return self.ask("SELECT state, status FROM mapping_workbookimport")

    @property
    def content(self):
        """How many of the workbook's sources are there, and what its cell says."""
        (sources,) = self.ask("SELECT count(*) FROM mapping_source WHERE title LIKE 'Killed %'")
        return sources, self.ask(f"SELECT value FROM mapping_cell WHERE id = {self.cell}")[0]

    @contextmanager
    def in_the_workers_way(self):
        """Keep the cell locked, so that the worker comes no further than to it; where rows have no locks, do nothing."""
        if not self._server:
            yield
            return
        with psycopg.connect(self._server) as connection:
            connection.execute(f"SELECT id FROM mapping_cell WHERE id = {self.cell} FOR UPDATE")
            yield

    def is_being_written(self):
        """Tell whether the worker is inside its transaction: waiting for the cell, or the one who writes."""
        if self._server:
            waits = "datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%mapping_cell%'"
            return self.ask(f"SELECT count(*) FROM pg_stat_activity WHERE {waits}")[0]
        with closing(sqlite3.connect(self._file, timeout=0, isolation_level=None)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return self.ask("SELECT step FROM mapping_workbookimport WHERE step_title LIKE 'Writing%'")
        return self.job == ("done", "applied")  # too late: it was faster than the look


def test_a_worker_killed_while_it_writes_leaves_all_or_nothing_and_the_next_one_finishes(live_environment):
    database = Database(live_environment)
    desk(live_environment, "receive")
    with worker(live_environment) as first:
        live.until(lambda: database.job == ("done", "compared"), "the workbook is compared")
        with database.in_the_workers_way():
            desk(live_environment, "apply")
            live.until(database.is_being_written, "the worker is at it")
            kill(first)
    job, content = database.job, database.content
    assert (job, content) in [(("claimed", "compared"), NOTHING), (("done", "applied"), EVERYTHING)]
    if "DATABASE_URL" in live_environment:
        assert content == NOTHING
    database.ask("UPDATE mapping_workbookimport SET claimed_at = '2020-01-01 00:00:00+00:00'")  # its lease has run out
    with worker(live_environment):
        desk(live_environment, "scan")
        live.until(lambda: database.job == ("done", "applied"), "the next worker has applied it")
    assert database.content == EVERYTHING


def test_a_file_that_killed_every_worker_is_given_up_and_says_so(live_environment):
    database = Database(live_environment)
    desk(live_environment, "receive")
    with worker(live_environment):
        live.until(lambda: database.job == ("done", "compared"), "the workbook is compared")
    desk(live_environment, "apply")
    database.ask(
        "UPDATE mapping_workbookimport SET state = 'claimed', attempts = 3, claimed_at = '2020-01-01 00:00:00+00:00'"
    )
    with worker(live_environment):
        desk(live_environment, "scan")
        live.until(lambda: database.job == ("failed", "compared"), "the next worker gives it up")
    assert database.content == NOTHING
    assert "each time" in database.ask("SELECT last_error FROM mapping_workbookimport")[0]
