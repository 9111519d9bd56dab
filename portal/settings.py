"""One settings file: development, tests and production differ by environment only."""

from pathlib import Path

from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

from portal.lib import env

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.text("PORTAL_DATA_DIR", str(BASE_DIR / "var")))

DEBUG = env.flag("PORTAL_DEBUG")
PRODUCTION = env.flag("PORTAL_PRODUCTION")
SECRET_KEY = env.text("PORTAL_SECRET_KEY", "" if PRODUCTION else "development-only-" + "x" * 50)
ALLOWED_HOSTS = env.words("PORTAL_HOSTS", "" if PRODUCTION else "localhost,127.0.0.1,[::1]")
PUBLIC_URL = env.text("PORTAL_PUBLIC_URL", "http://localhost:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "simple_history",
    "allauth",
    "allauth.account",
    "ninja",
    "portal",
    "portal.accounts",
    "portal.outbox",
    "procedures",
    "dossiers",
    "payments",
    "reporting",
]

MIDDLEWARE = [
    "portal.middleware.SecurityHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.middleware.DatabaseDownMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "portal.middleware.ChosenLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "portal.middleware.NoNulMiddleware",
    "portal.middleware.ReadOnlyGetMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

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
                "portal.context.chrome",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "portal.templatetags.portal",
            ],
        },
    }
]

DATABASES = {
    "default": {
        **env.database(env.text("DATABASE_URL", "postgresql:///portal")),
        "CONN_MAX_AGE": env.number("PORTAL_DB_MAX_AGE", 60),
    }
}

REDIS_URL = env.text("REDIS_URL", "redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "portal.lib.cache.ResilientRedisCache",
        "LOCATION": env.text("PORTAL_CACHE_URL", REDIS_URL),
        "KEY_PREFIX": "portal",
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_NAME = "__Host-session" if PRODUCTION else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if PRODUCTION else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "portal.views.csrf_failure"
LANGUAGE_COOKIE_NAME = "language"
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "accounts:after-sign-in"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USERNAME_MIN_LENGTH = 6
ACCOUNT_USER_MODEL_USERNAME_FIELD = "username"
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
# Django's own generator reads only; allauth's would write an address row while the link is opened.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
PASSWORD_RESET_TIMEOUT = 15 * 60
ACCOUNT_ADAPTER = "portal.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "change_password": "portal.accounts.forms.ChangePasswordForm",
    "reauthenticate": "portal.accounts.forms.ReauthenticateForm",
    "reset_password": "portal.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "portal.accounts.forms.ResetPasswordKeyForm",
    "login": "portal.accounts.forms.SignInForm",
    "signup": "portal.accounts.forms.RegisterForm",
}
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "signup": "20/m/ip",
}
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("PORTAL_TRUSTED_PROXIES", 0)

EMAIL_BACKEND = env.text("PORTAL_EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
DEFAULT_FROM_EMAIL = env.text("PORTAL_FROM_EMAIL", "no-reply@localhost")

# Where notices go besides e-mail: services that take SMS and Zalo messages (docs/notices.md); unset: not offered.
SMS_URL = env.text("PORTAL_SMS_URL")
SMS_TOKEN = env.text("PORTAL_SMS_TOKEN")
ZALO_URL = env.text("PORTAL_ZALO_URL")
ZALO_TOKEN = env.text("PORTAL_ZALO_TOKEN")
# Development and trials: nothing leaves, the portal shows what would have.
NOTICES_ON_SCREEN = env.flag("PORTAL_NOTICES_ON_SCREEN")

# Vietnamese is the source language of the interface: official wording is Vietnamese, English translates it.
LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LOCALE_PATHS = [
    BASE_DIR / "locale" / area for area in ("portal", "procedures", "dossiers", "payments", "reporting")
]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = "portal.formats"
CITY_NAME = _("Thành phố Hà Nội")

STATIC_URL = "static/"
STATIC_ROOT = Path(env.text("PORTAL_STATIC_ROOT", str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
_STATICFILES = "whitenoise.storage.CompressedManifestStaticFilesStorage"
if env.flag("PORTAL_PLAIN_STATIC"):
    _STATICFILES = "django.contrib.staticfiles.storage.StaticFilesStorage"
    WHITENOISE_USE_FINDERS = True
    WHITENOISE_AUTOREFRESH = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _STATICFILES},
}
WHITENOISE_MAX_AGE = 0 if env.flag("PORTAL_PLAIN_STATIC") else 60

# Files live outside the web root, named by their SHA-256; every read goes through a view that authorises it.
FILES_ROOT = Path(env.text("PORTAL_FILES_ROOT", str(DATA_DIR / "files")))
KEYS_ROOT = Path(env.text("PORTAL_KEYS_ROOT", str(DATA_DIR / "keys")))
# "local" signs with test certificates of its own (portal/signing/local.py); production must allow that in words.
SIGNING_ADAPTER = env.text("PORTAL_SIGNING", "local")
SIGNING_ALLOW_TEST_KEYS = env.flag("PORTAL_SIGNING_ALLOW_TEST_KEYS")
UPLOAD_MAX_BYTES = env.number("PORTAL_UPLOAD_MAX_MB", 10) * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# Payment gateway (VNPAY 2.1.0 protocol). The development command starts a simulator and sets these.
VNPAY_PAY_URL = env.text("VNPAY_PAY_URL")
VNPAY_API_URL = env.text("VNPAY_API_URL")
VNPAY_TMN_CODE = env.text("VNPAY_TMN_CODE")
VNPAY_SECRET = env.text("VNPAY_SECRET")
# Where the gateway's own list of a day can be fetched (?day=yyyymmdd, CSV); the nightly check compares it.
VNPAY_REPORT_URL = env.text("VNPAY_REPORT_URL")

# Above this many VND a refund needs a second person; 0: always.
PAYMENTS_TWO_PERSONS_ABOVE = env.number("PORTAL_PAYMENTS_TWO_PERSONS_ABOVE", 0)

# The national payment platform (protocol 1.0.6); the development command's simulator speaks it too.
NATIONAL_PAY_URL = env.text("NATIONAL_PAY_URL")
NATIONAL_PAY_PARTNER = env.text("NATIONAL_PAY_PARTNER")
NATIONAL_PAY_SECRET = env.text("NATIONAL_PAY_SECRET")
NATIONAL_PAY_REPORT_URL = env.text("NATIONAL_PAY_REPORT_URL")

# The unit that collects for units without an account of their own (its code); empty: such units take no transfers.
PAYMENTS_DEFAULT_UNIT = env.text("PORTAL_PAYMENTS_DEFAULT_UNIT")

# The tax authority's service for daily summaries of receipts; without an address they are handed in by a person.
TAX_URL = env.text("PORTAL_TAX_URL")
TAX_TOKEN = env.text("PORTAL_TAX_TOKEN")

# Codes under H26 were found nowhere: the prefix and sub-codes are configuration, sample values marked as such.
AGENCY_PREFIX = env.text("PORTAL_AGENCY_PREFIX", "H26")

BROKER_URL = env.text("PORTAL_BROKER_URL", REDIS_URL)
CELERY_BROKER_URL = env.celery_broker(BROKER_URL)
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 900
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "unacked_restore_interval": 15,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 2,
    "socket_timeout": 5,
    "max_retries": 1,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = {
    "heartbeat": {"task": "portal.tasks.heartbeat", "schedule": 15.0, "options": {"expires": 60}},
    "sweep-exports": {"task": "reporting.tasks.sweep_exports", "schedule": 60.0},
    "issue-reports": {"task": "reporting.tasks.issue_reports", "schedule": crontab(minute=40)},
    "drain-outbox": {"task": "portal.outbox.tasks.drain", "schedule": 30.0},
    "poll-payments": {"task": "payments.tasks.poll_pending", "schedule": 60.0},
    "reconcile-money": {
        "task": "payments.tasks.reconcile_yesterday",
        "schedule": crontab(hour=1, minute=30),
    },
    "make-tax-summaries": {"task": "payments.tasks.make_tax_summaries", "schedule": crontab(minute=20)},
    "send-tax-summaries": {"task": "payments.tasks.send_tax_summaries", "schedule": 300.0},
    "fill-day-counts": {"task": "reporting.tasks.fill_dirty", "schedule": 20.0},
    "verify-day-counts": {
        "task": "reporting.tasks.compare_with_events",
        "schedule": crontab(hour=2, minute=30),
    },
    "look-for-warnings": {"task": "reporting.tasks.look_for_warnings", "schedule": 300.0},
    "send-warning-digests": {
        "task": "reporting.tasks.send_digests",
        "schedule": crontab(hour=7, minute="30,50"),
    },
    "follow-versions": {"task": "procedures.tasks.follow_versions", "schedule": crontab(minute=0)},
    "end-questions": {"task": "dossiers.tasks.end_questions", "schedule": 60.0},
    "sweep-drafts": {"task": "dossiers.tasks.sweep_drafts", "schedule": crontab(hour=3, minute=10)},
    "follow-supplements": {"task": "dossiers.tasks.follow_supplements", "schedule": crontab(minute=20)},
    "sweep-files": {"task": "dossiers.tasks.sweep_files", "schedule": crontab(hour=3, minute=40)},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.text("PORTAL_LOG_LEVEL", "INFO")},
    # Django prints the request path only; bodies, names and ID numbers never reach a log line.
    "loggers": {
        "django.server": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
        "pikepdf": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
    },
}

SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = False
NINJA_PAGINATION_PER_PAGE = 50
SILENCED_SYSTEM_CHECKS: list[str] = []
TEST_RUNNER = "django.test.runner.DiscoverRunner"
