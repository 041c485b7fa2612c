"""Settings, read from the environment. Every variable is told in docs/administrators.md."""

from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = env.directory("VAR_DIR", default=BASE_DIR / "var")

# --- Where it runs -----------------------------------------------------------

DEBUG = env.flag("DEBUG", default=False)
PORT = env.integer("PORT", default=8000, low=1, high=65535)
BASE_URL = env.base_url("BASE_URL", default=f"http://127.0.0.1:{PORT}")
ALLOWED_HOSTS = env.hosts("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
SECRET_KEY = env.secret_key("SECRET_KEY", path=VAR_DIR / "secret_key")
# Served over HTTPS, or on this machine only: there is no third case.
SECURE = BASE_URL.startswith("https://")

DATABASES = {"default": env.database("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'db.sqlite3'}")}
REDIS_URL = env.redis("REDIS_URL")
# The embedded default is one machine, one person trying it out: what only holds there asks this.
EMBEDDED = DATABASES["default"]["ENGINE"].endswith("sqlite3") and REDIS_URL is None

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"

# --- What it is made of ------------------------------------------------------

INSTALLED_APPS = [
    "config.apps.WorkbenchAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_filters",
    "import_export",
    "accounts",
    "mapping",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # pages; its padding of random length hides what the token's length tells
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.PreferencesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Language, time ----------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ru", _("Russian"))]
FORMAT_MODULE_PATH = ["config.formats"]
LOCALE_PATHS = [BASE_DIR / "mapping" / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

# --- Files -------------------------------------------------------------------

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
MEDIA_ROOT = VAR_DIR / "uploads"  # never served by address: views check who asks, and send it as a download
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.static_files.StaticFilesStorage"},
}
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # a section's plain form has a field or three a cell
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
ATTACHMENT_MAX_BYTES = 20 * 1024 * 1024
ATTACHMENT_EXTENSIONS = [
    "csv",
    "doc",
    "docx",
    "eml",
    "jpg",
    "jpeg",
    "ods",
    "odt",
    "pdf",
    "png",
    "txt",
    "xls",
    "xlsx",
    "zip",
]

# --- Sign-in -----------------------------------------------------------------

AUTHENTICATION_BACKENDS = [
    "accounts.backends.SignInBackend",
    "mapping.countries.backends.RoleBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "name"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 24 * 3600  # seconds
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.forms.SignInForm",
    "reauthenticate": "accounts.forms.PasswordAgainForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "reset_password": "accounts.forms.ForgottenPasswordForm",
    "reset_password_from_key": "accounts.forms.NewPasswordForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # people come by invitation: following its link is the proof
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # strangers get no mail from us
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # the other sessions end, the one at hand goes on
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900  # seconds
ACCOUNT_RATE_LIMITS = {
    "login_failed": "10/m/ip,5/10m/key",
    "reset_password": "20/h/ip,3/h/key",
    "answer_data_request": "120/h/ip,30/h/key",  # the key is the agency's link
}
USERSESSIONS_TRACK_ACTIVITY = False  # it would write into the database on every page
MFA_ADAPTER = "accounts.adapter.MFAAdapter"
MFA_FORMS = {
    "authenticate": "accounts.forms.SecondFactorForm",
    "reauthenticate": "accounts.forms.SecondFactorAgainForm",
    "activate_totp": "accounts.forms.ActivateSecondFactorForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Migration data mapping"
# Coordinators and superusers need a second factor whatever this says.
SECOND_FACTOR_FOR_ALL = env.flag("SECOND_FACTOR_FOR_ALL", default=False)
INVITATION_VALID_SECONDS = 14 * 24 * 3600

# --- Security ----------------------------------------------------------------

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = SECURE
# One proxy of ours in front says by headers who asks, and how; without one, nobody's word is taken.
BEHIND_PROXY = env.flag("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0  # throttles and the sign-in log go by the client's address
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = [BASE_URL]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    },
}

# --- Cache: sign-in throttles must be shared by all processes ----------------

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},  # beyond it rows go before their time, such as uploads to be confirmed
    },
}

# --- Background work ---------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL or "files://localhost"
if REDIS_URL:
    # A message is given to another worker when its own says nothing for this long: above every time limit.
    CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 15 * 60}
    CELERY_TASK_ACKS_LATE = True
else:
    # No server: messages are files under VAR_DIR (config/broker.py). Prefork ends badly on it, threads warmly.
    CELERY_BROKER_TRANSPORT_OPTIONS = {"folder": str(VAR_DIR / "broker"), "polling_interval": 0.1}
    CELERY_WORKER_POOL = "threads"
    CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True  # how work ended is told by its row
CELERY_TASK_SOFT_TIME_LIMIT = 4 * 60
CELERY_TASK_TIME_LIMIT = 5 * 60  # below accounts.work.LEASE; threads do not keep it, the row's lease does
CELERY_TASK_ALWAYS_EAGER = False
CELERY_WORKER_CONCURRENCY = 2
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
SCAN_SECONDS = 30
# Every entry scans for rows that are due, and so finds again what a lost message or a dead worker left behind:
# `expires` keeps scans from piling up while no worker runs.
CELERY_BEAT_SCHEDULE = {
    "scan account mail": {"task": "accounts.scan_mail", "schedule": SCAN_SECONDS, "options": {"expires": SCAN_SECONDS}},
    "scan data requests": {
        "task": "data_requests.scan",
        "schedule": SCAN_SECONDS,
        "options": {"expires": SCAN_SECONDS},
    },
    "scan notifications": {
        "task": "notifications.scan",
        "schedule": SCAN_SECONDS,
        "options": {"expires": SCAN_SECONDS},
    },
    "scan due sections": {"task": "duties.scan", "schedule": 900, "options": {"expires": 900}},
    "scan summaries": {"task": "summaries.scan", "schedule": SCAN_SECONDS, "options": {"expires": SCAN_SECONDS}},
    "scan workbooks": {"task": "workbook.scan", "schedule": SCAN_SECONDS, "options": {"expires": SCAN_SECONDS}},
}

# --- Mail --------------------------------------------------------------------

globals().update(env.email("EMAIL_URL", default=f"file://{VAR_DIR / 'mail'}"))
EMAIL_TIMEOUT = 20  # seconds
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", default="Migration data mapping <noreply@localhost>")

# --- Import and export -------------------------------------------------------

IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "change"
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "view"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}
