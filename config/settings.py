"""Every setting, read from the environment; what differs between machines and nothing else."""

import os
from pathlib import Path

import environ

from config import embedded, safety

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DATA_DIR = Path(env.str("HEADWATER_DATA", default=str(BASE_DIR / ".data"))).expanduser().resolve()
# OWNER_DATABASE_URL, DATABASE_URL, COLLECTOR_DATABASE_URL and REDIS_URL where given, else the servers we bring along.
_addresses = embedded.addresses(DATA_DIR)

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or embedded.secret_key(DATA_DIR)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
BASE_URL = env.str("BASE_URL", default="http://127.0.0.1:8000")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    # Before the library, whose pages it replaces.
    "accounts",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "tracking",
    "campaigns",
    "attribution",
    "funnels",
    "reports",
    "web",
]

MIDDLEWARE = [
    "config.logs.RequestId",
    "django.middleware.security.SecurityMiddleware",
    # Before WhiteNoise, so that scripts that lie there unpacked are sent small as well.
    "django.middleware.gzip.GZipMiddleware",
    "config.static_files.StaticFiles",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "web.middleware.ContentSecurityPolicy",
    "web.middleware.WrongMethodInWords",
]

ROOT_URLCONF = "config.urls"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# Three roles, three addresses: `owner` migrates, `default` serves pages and tasks, the collector only inserts.
DATABASES = {
    "default": {
        **env.db_url_config(_addresses.app_url, engine="config.database"),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "TIME_ZONE": "UTC",
    },
    "owner": env.db_url_config(_addresses.owner_url),
}
DATABASE_URL = _addresses.app_url
COLLECTOR_DATABASE_URL = _addresses.collector_url
DATABASE_ROUTERS: list[str] = []
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = _addresses.redis_url
CACHES = {"default": {"BACKEND": "config.cache.CacheThatMayBeAway", "LOCATION": REDIS_URL}}

CELERY_BROKER_URL = _addresses.celery_broker_url

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "log-in"
LOGIN_REDIRECT_URL = "home"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
# There is no page to sign up; the library only wants to hear that an address and a password make a log-in.
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_MAX_EMAIL_ADDRESSES = 1
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# A new password is not a log-in: whoever has a second factor is asked for it afterwards.
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
# At most 20 wrong passwords or codes an hour for one log-in, wherever they come from.
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,20/h/key", "login": "30/m/ip", "reset_password": "20/m/ip,5/h/key"}
ACCOUNT_FORMS = {
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
}
MFA_ADAPTER = "accounts.adapters.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Clocks of phones are off by some seconds.
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "accounts.forms.CodeForm",
    "reauthenticate": "accounts.forms.CodeAgainForm",
    "activate_totp": "accounts.forms.ActivateTOTPForm",
}
# Without an address of a mail server, e-mails are files that the operator can read.
EMAIL_SETTINGS = env.email_url("EMAIL_URL", default=f"filemail://{DATA_DIR}/mail")
vars().update(EMAIL_SETTINGS)
if EMAIL_SETTINGS["EMAIL_BACKEND"] == "django.core.mail.backends.filebased.EmailBackend":
    # The same files, with weekly reports in folders of their own, so that a page can show them.
    EMAIL_BACKEND = "reports.ways_out.mail_folder.EmailBackend"
    # The reader of addresses takes the first slash away, and so would put the folder below the working directory.
    EMAIL_FILE_PATH = "/" + str(EMAIL_SETTINGS["EMAIL_FILE_PATH"]).lstrip("/")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Headwater <headwater@localhost>")

SESSION_COOKIE_AGE = 30 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BASE_URL.startswith("https://")
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
LOCALE_PATHS = [BASE_DIR / "locale"]

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
WHITENOISE_USE_FINDERS = True

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.permissions.TokenScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "accounts.api.operations.ApiSchema",
    "EXCEPTION_HANDLER": "accounts.api.errors.answer_exception",
    "COERCE_DECIMAL_TO_STRING": True,
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Headwater",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    # What is sent and what is answered are described apart: only one of them may be blank, or be made by us.
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "accounts.api.operations.add_errors"],
    "ENUM_NAME_OVERRIDES": {"MemberRoleEnum": "accounts.models.Role", "RoleEnum": "tracking.api.serializers.ROLES"},
}

# Events a second that one write key may post, with a burst of a minute.
INGEST_RATE = env.int("INGEST_RATE", default=10_000)
# How many addresses in front of us may be trusted to name the client (0 = none: the socket's own address counts).
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
safety.refuse_unsafe_settings(secret_key=SECRET_KEY, debug=DEBUG, base_url=BASE_URL, proxies=TRUSTED_PROXIES)
# Connections that one address may hold, 0 for any number; behind a proxy all of them are the proxy's.
MAX_CONNECTIONS_PER_ADDRESS = env.int("MAX_CONNECTIONS_PER_ADDRESS", default=0 if TRUSTED_PROXIES else 250)
# After so many days audit entries go, 0 for never.
AUDIT_RETENTION_DAYS = safety.read_audit_retention(env.int("AUDIT_RETENTION_DAYS", default=0))
# Who is told of alarms; None for the owners of the agencies.
ALARM_EMAILS = safety.read_alarm_emails(env.str("ALARM_EMAILS", default=""))
# With it /metrics can be read from anywhere; without, from this machine alone.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"whose": {"()": "config.logs.Whose"}},
    "formatters": {"key_value": {"()": "config.logs.KeyValue"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "key_value", "filters": ["whose"]}},
    "loggers": {
        # Celery says every two seconds that it has looked; what was refused is in our own line on the request.
        "celery": {"level": "WARNING"},
        "kombu": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
}

# Asked by pages; a name, for no app imports what puts them together.
KERNELS_ARE_BEING_MADE = "config.kernels.is_preparing"
os.environ.setdefault("NUMBA_CACHE_DIR", str(DATA_DIR / "numba"))
