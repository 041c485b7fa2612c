"""The settings under test: the project's own, in a folder of their own and without what only costs time."""

import atexit
import os
import shutil
import tempfile

# Before anything else: no test may write into the checkout's own var/.
os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="workbench-tests-")
atexit.register(shutil.rmtree, os.environ["VAR_DIR"], ignore_errors=True)

from config.settings import *  # noqa: E402, F403
from config.settings import STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # argon2 is slow by design
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
# A nudge to a worker goes nowhere: tests of real workers start them as processes, with the project's own settings.
CELERY_BROKER_URL = "memory://"
WHITENOISE_AUTOREFRESH = True  # no static files are collected for tests
