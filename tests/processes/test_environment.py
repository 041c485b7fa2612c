"""A wrong environment value stops the start with one sentence that names the variable."""

import os
import subprocess
import sys

import pytest

from config import environment as env
from tests import live

pytestmark = pytest.mark.once

WRONG = [
    (lambda name: env.flag(name, default=False), "maybe"),
    (lambda name: env.integer(name, default=1, low=1, high=65535), "0"),
    (lambda name: env.integer(name, default=1, low=1, high=65535), "65536"),
    (lambda name: env.integer(name, default=1, low=1, high=65535), "-1"),
    (lambda name: env.integer(name, default=1, low=1, high=65535), "eighty"),
    (lambda name: env.directory(name, default=""), "/dev/null/folder"),
    (lambda name: env.base_url(name, default=""), "mapping.example.org"),
    (lambda name: env.base_url(name, default=""), "ftp://mapping.example.org"),
    (lambda name: env.base_url(name, default=""), "https://"),
    (lambda name: env.base_url(name, default=""), "https://[half"),
    (lambda name: env.database(name, default=""), "mysql://root@localhost/mapping"),
    (lambda name: env.database(name, default=""), "mapping"),
    (lambda name: env.database(name, default=""), "postgres://localhost"),
    (lambda name: env.database(name, default=""), "postgres://localhost:port/mapping"),
    (lambda name: env.database(name, default=""), "postgres://[half/mapping"),
    (env.redis, "localhost:6379"),
    (env.redis, "http://localhost:6379"),
    (env.redis, "redis://"),
    (env.redis, "redis://[half"),
    (env.redis, "redis://localhost:port/0"),
    (env.redis, "redis://localhost:6379/zero"),
    (lambda name: env.email(name, default=""), "mail.example.org"),
    (lambda name: env.email(name, default=""), "smtp://"),
    (lambda name: env.email(name, default=""), "smtp://localhost:port"),
    (lambda name: env.email(name, default=""), "smtp://[half"),
    (lambda name: env.email(name, default=""), "file:///dev/null/folder"),
    (lambda name: env.secret_key(name, path=None), "short"),
]


@pytest.mark.parametrize(("read", "value"), WRONG)
def test_a_wrong_value_is_refused_in_one_sentence(monkeypatch, read, value):
    monkeypatch.setenv("VARIABLE", value)
    with pytest.raises(SystemExit) as stop:
        read("VARIABLE")
    assert str(stop.value).startswith("The environment variable VARIABLE cannot be used: ")
    assert "\n" not in str(stop.value)


@pytest.mark.parametrize(
    ("read", "value", "result"),
    [
        (lambda name: env.flag(name, default=False), "Yes", True),
        (lambda name: env.flag(name, default=True), "off", False),
        (lambda name: env.flag(name, default=True), "", True),
        (lambda name: env.integer(name, default=7, low=1, high=9), "", 7),
        (lambda name: env.integer(name, default=7, low=1, high=9), " 8 ", 8),
        (lambda name: env.hosts(name, default=["a"]), "", ["a"]),
        (lambda name: env.hosts(name, default=["a"]), "b, c,", ["b", "c"]),
        (lambda name: env.base_url(name, default=""), "https://example.org/", "https://example.org"),
        (env.redis, "", None),
        (env.redis, "redis://localhost/2", "redis://localhost/2"),
    ],
)
def test_a_right_value_is_read(monkeypatch, read, value, result):
    monkeypatch.setenv("VARIABLE", value)
    assert read("VARIABLE") == result


def test_the_generated_key_is_the_owners_alone_and_stays(monkeypatch, tmp_path):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    first = env.secret_key("SECRET_KEY", path=tmp_path / "key")
    assert env.secret_key("SECRET_KEY", path=tmp_path / "key") == first
    assert len(first) >= env.SHORTEST_SECRET
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ALLOWED_HOSTS", "https://mapping.example.org"),
        ("BASE_URL", "mapping.example.org"),
        ("DATABASE_URL", "mysql://root@localhost/mapping"),
        ("DEBUG", "perhaps"),
        ("EMAIL_URL", "mail.example.org"),
        ("PORT", "http"),
        ("REDIS_URL", "localhost"),
        ("SECRET_KEY", "secret"),
        ("VAR_DIR", "/dev/null/var"),
    ],
)
def test_every_variable_is_read_before_anything_starts(tmp_path, variable, value):
    ended = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=live.ROOT,
        env={"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), variable: value},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"The environment variable {variable} cannot be used: ")
    assert len(ended.stderr.splitlines()) == 1
