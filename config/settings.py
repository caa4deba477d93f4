"""All settings. What differs between machines is read from the environment; `.env.example` lists it."""

from pathlib import Path

import dj_database_url
from celery.schedules import crontab
from csp.constants import NONE, SELF

from config import env, logs

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env.load_file(BASE_DIR / ".env")

# ---------------------------------------------------------------- what differs between machines
DEBUG = env.boolean("DEBUG", default=False)
HTTPS = env.boolean("HTTPS", default=True)
SECRET_KEY = env.secret("SECRET_KEY", length=50)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", default="localhost 127.0.0.1 [::1]")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", default="")
BEHIND_PROXY = env.boolean("BEHIND_PROXY", default=False)
DATABASE_URL = env.string(
    "DATABASE_URL",
    help="Set it to postgresql://user:password@host/name, or use ./taraz, which starts a server of its own.",
)
STATEMENT_TIMEOUT_SECONDS = env.integer("STATEMENT_TIMEOUT_SECONDS", default=30)
REDIS_URL = env.string(
    "REDIS_URL",
    help="Set it to redis://host:6379/0, or use ./taraz, which starts a server of its own.",
)
LOG_FORMAT = env.choice("LOG_FORMAT", default="json", allowed=("json", "console"))
LOG_LEVEL = env.choice("LOG_LEVEL", default="INFO", allowed=("DEBUG", "INFO", "WARNING", "ERROR"))
MEDIA_ROOT = Path(env.string("MEDIA_ROOT", default=str(VAR_DIR / "media")))
STATIC_ROOT = Path(env.string("STATIC_ROOT", default=str(VAR_DIR / "static")))
UPLOAD_LIMIT_MB = env.integer("UPLOAD_LIMIT_MB", default=100, least=1)
WEBHOOK_NETWORKS = env.networks("WEBHOOK_NETWORKS", default="127.0.0.0/8 ::1/128" if DEBUG else "")
SESSION_IDLE_MINUTES = env.integer("SESSION_IDLE_MINUTES", default=60, least=1)
SESSION_HOURS = env.integer("SESSION_HOURS", default=10, least=1)
SECOND_FACTOR_ROLES = env.choices(
    "SECOND_FACTOR_ROLES",
    default="headquarters auditor",
    allowed=("headquarters", "region", "hospital", "insurer", "auditor"),
)

# ---------------------------------------------------------------- apps
INSTALLED_APPS = [
    # django_jalali is used for its form fields only; listed here its admin files break collectstatic.
    "core",
    "organisations",
    "tariffs",
    "insurers",
    "billing",
    "deductions",
    "incentives",
    "budgets",
    "oversight",
    "reports",
    "demo",
    "bench",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "drf_spectacular",
    "pghistory",
    "pgtrigger",
    "rest_framework",
]
MIDDLEWARE = [
    "config.logs.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    # No LocaleMiddleware: the interface is Persian whatever the browser asks for.
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "organisations.middleware.Entrance",
    "core.faults.Refusals",
]
CSRF_FAILURE_VIEW = "core.faults.csrf_failure"
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
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
                "organisations.context_processors.navigation",
            ],
        },
    },
]

# ---------------------------------------------------------------- data
DATABASES = {"default": dj_database_url.parse(DATABASE_URL, conn_max_age=60, conn_health_checks=True)}
DATABASES["default"].setdefault("OPTIONS", {})["options"] = (
    f"-c statement_timeout={STATEMENT_TIMEOUT_SECONDS}s -c lock_timeout={STATEMENT_TIMEOUT_SECONDS}s"
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# ---------------------------------------------------------------- language and time
LANGUAGE_CODE = "fa"
LANGUAGES = [("fa", "فارسی")]
TIME_ZONE = "Asia/Tehran"
USE_TZ = True
USE_I18N = True

# ---------------------------------------------------------------- users
AUTH_USER_MODEL = "organisations.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "organisations.passwords.Length", "OPTIONS": {"min_length": 10}},
    {"NAME": "organisations.passwords.NotSimilar"},
    {"NAME": "organisations.passwords.Common"},
    {"NAME": "organisations.passwords.NotNumeric"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"
AXES_HANDLER = "organisations.throttle.Throttle"
AXES_FAILURE_LIMIT = 5  # a name from one address
NAME_FAILURE_LIMIT = 20  # a name from anywhere
ADDRESS_FAILURE_LIMIT = 100  # an address, whatever the names
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
# Knocking on a closed door does not keep it closed: the page says until when, and that is true.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_CALLABLE = "organisations.throttle.locked"
AXES_CLIENT_IP_CALLABLE = "core.clients.address"
OTP_TOTP_ISSUER = "Taraz"

# ---------------------------------------------------------------- browser security
SESSION_ENGINE = "organisations.sessions"
SESSION_COOKIE_AGE = SESSION_HOURS * 60 * 60
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
# A container's own health check speaks plain HTTP from inside.
SECURE_REDIRECT_EXEMPT = [r"^(healthz|livez)$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# ---------------------------------------------------------------- static files
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "config.vendored.VendoredFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "config.static.ModuleStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG

# ---------------------------------------------------------------- worker
# Celery names a socket's address its own way.
CELERY_BROKER_URL = (
    REDIS_URL.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
    if REDIS_URL.startswith("unix://")
    else REDIS_URL
)
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A job that is not acknowledged after this many seconds goes to another worker: longer than the longest job.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 6 * 60 * 60}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE = {
    "nightly": {"task": "nightly", "schedule": crontab(hour=2, minute=0)},
    "check_findings": {"task": "check_findings", "schedule": crontab(hour=4, minute=0)},
    "deliver_webhooks": {
        "task": "deliver_webhooks",
        "schedule": crontab(),
        "options": {"expires": 50},
    },
    "clear_sessions": {"task": "clear_sessions", "schedule": crontab(hour=3, minute=30)},
    # One that waits behind long work is not worth a second one.
    "recover": {"task": "recover", "schedule": crontab(minute="*/5"), "options": {"expires": 240}},
}

# ---------------------------------------------------------------- API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser", "rest_framework.parsers.MultiPartParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.LimitOffsetPagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": "600/min"},
    "EXCEPTION_HANDLER": "core.api.problem_handler",
    "PAGE_SIZE": 100,
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Taraz",
    "DESCRIPTION": "Claims, adjudication and remittance between a health organisation and its insurers.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "OAS_VERSION": "3.1.0",
    # Names of lists that more than one thing calls by the same field.
    "ENUM_NAME_OVERRIDES": {
        "ClaimKind": "billing.claims.choices.ClaimKind",
        "DeliveryState": "billing.choices.DeliveryState",
        "ClaimState": "billing.claims.choices.ClaimState",
        "RemittanceKind": "billing.claims.remittances.choices.RemittanceKind",
        "RemittanceState": "billing.claims.remittances.choices.RemittanceState",
    },
}

LOGGING = logs.configuration(level=LOG_LEVEL, format=LOG_FORMAT)
