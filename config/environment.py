"""Read the environment; a wrong value stops the start with one sentence."""

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.management.utils import get_random_secret_key

SHORTEST_SECRET = 32  # characters
HOST = re.compile(r"\*|\.?[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\]")

_env = environ.Env()


def refuse(name, sentence):
    """Stop the start of any process with one sentence about a variable."""
    raise SystemExit(f"The environment variable {name} cannot be used: {sentence}")


def _split(text):
    """Return the parts of an address, or None where it is none."""
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - reading it checks it
    except ValueError:
        return None
    return parts


def flag(name, *, default):
    """Return a yes/no variable as a bool."""
    text = os.environ.get(name, "").strip().lower()
    if not text:
        return default
    if text in {"1", "true", "yes", "on"}:
        return True
    if text in {"0", "false", "no", "off"}:
        return False
    return refuse(name, f"“{text}” is neither yes nor no. Write 1 or 0.")


def integer(name, *, default, low, high):
    """Return a whole number between `low` and `high`, both included."""
    text = os.environ.get(name, "").strip()
    if not text:
        return default
    if not text.isdecimal() or not low <= int(text) <= high:
        return refuse(name, f"“{text}” is not a whole number from {low} to {high}.")
    return int(text)


def hosts(name, *, default):
    """Return a comma-separated list of the names that the site answers to."""
    listed = [host.strip() for host in os.environ.get(name, "").split(",") if host.strip()]
    for host in listed:
        if not HOST.fullmatch(host):
            return refuse(name, f"“{host}” is not a host's name such as mapping.example.org.")
    return listed or default


def directory(name, *, default):
    """Return a folder's path, created if missing and writable by this process."""
    return _writable(name, Path(os.environ.get(name) or default).absolute())


def _writable(name, path):
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)  # secrets and personal data lie in them
    except OSError as error:
        return refuse(name, f"the folder {path} cannot be created ({error.strerror}).")
    if not os.access(path, os.W_OK):
        return refuse(name, f"the folder {path} cannot be written to.")
    return path


def base_url(name, *, default):
    """Return the public address of the site, without a closing slash."""
    text = (os.environ.get(name) or default).rstrip("/")
    parts = _split(text)
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        return refuse(name, f"“{text}” is not an address such as https://mapping.example.org.")
    return text


def database(name, *, default):
    """Return Django's database settings for a postgres:// or sqlite:// address."""
    text = os.environ.get(name) or default
    parts = _split(text)
    if parts is None or parts.scheme not in {"postgres", "postgresql", "sqlite"}:
        return refuse(name, "it must begin with postgres:// or sqlite:///.")
    try:
        config = environ.Env.db_url_config(text)
    except (ValueError, environ.ImproperlyConfigured) as error:
        return refuse(name, f"it is not a database address ({error}).")
    if not config.get("NAME"):
        return refuse(name, "it names no database.")
    if parts.scheme == "sqlite":
        # Measured: without IMMEDIATE and WAL, concurrent writers fail at once with "database is locked".
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
    else:
        # As on solid disks. Measured: else the claims of each exercise are found by reading those of all exercises.
        config.setdefault("OPTIONS", {}).setdefault("options", "-c random_page_cost=1.1")
    return config


def redis(name):
    """Return a redis:// address, or None where the embedded broker is to be used."""
    text = os.environ.get(name, "").strip()
    if not text:
        return None
    parts = _split(text)
    numbered = parts is not None and (parts.path.strip("/") or "0").isdecimal()
    if not numbered or parts.scheme not in {"redis", "rediss"} or not parts.hostname:
        return refuse(name, "it is not an address such as redis://localhost:6379/0.")
    return text


def email(name, *, default):
    """Return Django's e-mail settings for an smtp:// address or a file:// folder."""
    text = os.environ.get(name) or default
    parts = _split(text)
    if parts is not None and parts.scheme == "file" and parts.path:
        folder = _writable(name, Path(parts.path))
        return {"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend", "EMAIL_FILE_PATH": folder}
    if parts is None or parts.scheme not in {"smtp", "smtps", "smtp+tls", "smtp+ssl"} or not parts.hostname:
        return refuse(name, "it must be smtp://user:password@host:port, smtp+tls://…, smtp+ssl://… or file:///folder.")
    try:
        return {key: value for key, value in _env.email_url_config(text).items() if key != "OPTIONS"}
    except (ValueError, KeyError) as error:
        return refuse(name, f"it is not a mail server's address ({error}).")


def secret_key(name, *, path):
    """Return the signing key: the variable, or one generated once into `path` (owner-readable only)."""
    text = os.environ.get(name, "")
    if text:
        return (
            text if len(text) >= SHORTEST_SECRET else refuse(name, f"it is shorter than {SHORTEST_SECRET} characters.")
        )
    if not path.exists():
        _write_once(path, get_random_secret_key())
    return path.read_text().strip()


def _write_once(path, text):
    """Write a file whole or not at all, keeping the first of two racing processes."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def text(name, *, default):
    """Return a variable as it is, or the default where it is empty."""
    return os.environ.get(name, "").strip() or default
