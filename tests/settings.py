"""The settings under test: the project's own, in a folder of their own and without what only costs time."""

import atexit
import os
import shutil
import tempfile

from tests import services

# Before the settings are read: no test writes into the checkout's var/, none depends on who runs it.
for name in ("ALLOWED_HOSTS", "BASE_URL", "BEHIND_PROXY", "DEBUG", "EMAIL_URL", "PORT", "SECRET_KEY"):
    os.environ.pop(name, None)
if os.environ.get("REDIS_URL"):
    os.environ["REDIS_URL"] = services.redis_url()
os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="workbench-tests-")
atexit.register(shutil.rmtree, os.environ["VAR_DIR"], ignore_errors=True)

from config.settings import *  # noqa: E402, F403
from config.settings import DATABASES, STORAGES, VAR_DIR  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # argon2 is slow by design
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
# A nudge to a worker goes nowhere: tests of real workers start them as processes, with the project's own settings.
CELERY_BROKER_URL = "memory://"
WHITENOISE_AUTOREFRESH = True  # no static files are collected for tests
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, as in life: in memory, threads share one cache whose locks do not wait for each other.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
