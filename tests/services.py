"""`make services`: which of PostgreSQL, Redis, Chromium and LibreOffice are here, and which tests that turns on."""

import os
import shutil
import zlib
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import redis

WAIT = 2  # seconds; a server on this machine answers at once
TESTS_REDIS = "15"  # tests empty the database they use, so it is never number 0, the one everybody uses


def postgresql_url():
    """Return the address of the PostgreSQL to test on: DATABASE_URL, or the standard local port."""
    url = os.environ.get("DATABASE_URL", "")
    if url.startswith("postgres"):
        return url
    # Named after the checkout: two of them do not meet, and what a broken run left is replaced by the next.
    checkout = zlib.crc32(str(Path(__file__).parent).encode())
    return f"postgres://postgres@127.0.0.1:5432/mapping_{checkout:08x}"


def redis_url():
    """Return the address of the Redis to test on: REDIS_URL, or the standard local port."""
    parts = urlsplit(os.environ.get("REDIS_URL") or "redis://127.0.0.1:6379")
    number = parts.path.strip("/")
    return parts._replace(path=f"/{number if number not in {'', '0'} else TESTS_REDIS}").geturl()


def chromium():
    """Return the path of Debian's Chromium, or None."""
    return shutil.which("chromium")


def libreoffice():
    """Return the path of LibreOffice, or None."""
    return shutil.which("soffice")


def missing():
    """Return a sentence for each service that is not here: which tests are left out without it, and why."""
    sentences = []
    if reason := _postgresql_refuses() or _redis_refuses():
        sentences.append(f"The suite on PostgreSQL and Redis is left out: {reason}")
    if not chromium():
        sentences.append("The browser tests are left out: there is no chromium. On Debian: apt-get install chromium")
    if not libreoffice():
        sentences.append(
            "The workbook's way through LibreOffice is left out: there is no soffice."
            " On Debian: apt-get install libreoffice-calc-nogui"
        )
    return sentences


def postgresql_answers():
    """Tell whether there is a PostgreSQL to measure on."""
    return not _postgresql_refuses()


def both_servers_answer():
    """Tell whether the suite can run on PostgreSQL and Redis."""
    return not (_postgresql_refuses() or _redis_refuses())


def _postgresql_refuses():
    try:
        # Not the database itself: the tests make their own beside it.
        psycopg.connect(postgresql_url(), dbname="postgres", connect_timeout=WAIT).close()
    except psycopg.OperationalError as error:
        return f"PostgreSQL does not answer ({str(error).splitlines()[0]})."
    return ""


def _redis_refuses():
    try:
        with redis.Redis.from_url(redis_url(), socket_connect_timeout=WAIT) as client:
            client.ping()
    except redis.RedisError as error:
        return f"Redis does not answer ({error})."
    return ""


def main():
    """Print what was found."""
    print("The suite on SQLite and the embedded broker runs everywhere.")
    if both_servers_answer():
        print("PostgreSQL and Redis answer: the suite runs on them too.")
    if chromium():
        print(f"Chromium is {chromium()}: the browser tests run.")
    if libreoffice():
        print(f"LibreOffice is {libreoffice()}: a workbook goes through it.")
    for sentence in missing():
        print(sentence)


if __name__ == "__main__":
    main()
