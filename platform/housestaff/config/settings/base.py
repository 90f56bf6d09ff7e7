"""What is the same wherever Housestaff runs. What differs comes from `config/env.py`."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from housestaff.config import env

ROOT = env.ROOT
VAR = env.var()
DEBUG = False
SECRET_KEY = env.secret("HOUSESTAFF_SECRET_KEY")
ALLOWED_HOSTS = env.items("HOUSESTAFF_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = env.items("HOUSESTAFF_ORIGINS")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "channels",
    "housestaff.tenancy",
    "housestaff.privacy",
    "housestaff.people",
    "housestaff.access",
    "housestaff.agents",
    "housestaff.worklists",
    "housestaff.consults",
    "housestaff.learning",
    "housestaff.pages",
    "housestaff.config",
]

# The order matters: the session tells who, the membership tells the tenant, and only then may a row be read.
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "housestaff.access.headers.SecurityHeaders",
    "housestaff.access.parsing.OnlyUTF8",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "housestaff.access.middleware.ActingTenant",
]

ROOT_URLCONF = "housestaff.config.urls"
ASGI_APPLICATION = "housestaff.config.asgi.application"
AUTH_USER_MODEL = "people.User"
CSRF_FAILURE_VIEW = "housestaff.pages.errors.stale_form"
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = True

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

DATABASES: dict[str, Any] = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": env.text("HOUSESTAFF_DB_NAME", "housestaff"),
        "USER": env.text("HOUSESTAFF_DB_USER", "housestaff_app"),
        "PASSWORD": env.secret("HOUSESTAFF_DB_PASSWORD"),
        "HOST": env.text("HOUSESTAFF_DB_HOST", str(VAR / "run")),
        "PORT": env.text("HOUSESTAFF_DB_PORT", ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 5,
            # Timeouts per TRUST.md: a stuck statement or a forgotten transaction never holds a consult.
            "options": "-c statement_timeout=15000 -c lock_timeout=5000 "
            "-c idle_in_transaction_session_timeout=30000",
        },
    }
}

REDIS_URL = env.text("HOUSESTAFF_REDIS_URL", "redis://127.0.0.1:6379")
CHANNEL_LAYERS: dict[str, Any] = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {
            # The layer waits five seconds for a message (BZPOPMIN), and so would the client for an answer, by default: on a
            # busy machine every quiet socket would end with a timeout. So the client waits longer.
            "hosts": [{"address": REDIS_URL, "socket_timeout": 12}],
            "capacity": 1000,
            "expiry": 30,
        },
    }
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
SESSION_ENGINE = "housestaff.access.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [ROOT / "platform" / "housestaff" / "pages" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STORAGES: dict[str, Any] = {
    "staticfiles": {"BACKEND": "housestaff.config.static_files.HashedFiles"},
}

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "housestaff.access.authentication.TokenAuthentication",
        "housestaff.access.authentication.MembershipSessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["housestaff.access.permissions.DeniedByDefault"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["housestaff.access.parsing.SmallJSON"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "housestaff.access.errors.problem",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Housestaff",
    "DESCRIPTION": "Consults between patients, a specialty agent and its doctor.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "SWAGGER_UI_DIST": "SIDECAR",
}

# Celery: TRUST.md's "settings that carry it". Tasks are nudges; the truth stays in PostgreSQL.
CELERY: dict[str, Any] = {
    "broker_url": REDIS_URL.replace("unix://", "redis+socket://"),
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "task_ignore_result": True,
    "worker_prefetch_multiplier": 1,
    "worker_cancel_long_running_tasks_on_connection_loss": True,
    "worker_soft_shutdown_timeout": 20.0,
    # On a busy machine a child that takes a killed one's place needs longer than Celery's 4 s to say that it is up;
    # it would be killed in its turn, again and again.
    "worker_proc_alive_timeout": 30.0,
    "broker_connection_retry_on_startup": True,
    "broker_pool_limit": 20,
    "broker_transport_options": {
        "visibility_timeout": 300,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_timeout": 5,
        "socket_connect_timeout": 5,
        "socket_keepalive": True,
    },
    "task_publish_retry": False,
    # Celery would close the connection after each task, and a new one costs more than a task does. TenantTask asks
    # Django instead whether the kept one is still good.
    "CELERY_DB_REUSE_MAX": 1_000_000,
    "task_default_queue": "sync",
    "task_routes": {"consults.answer_turn": {"queue": "turns"}},
    "worker_hijack_root_logger": False,
}

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # psycopg2 inlines literals: a statement in a log would be a patient's words in clear.
        "django.db.backends": {"level": "CRITICAL", "propagate": False},
        "httpx": {"level": "WARNING"},
        # Two lines a nudge, in parent and child, say nothing that the rows do not; failures are warnings and errors.
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
    },
}

HOUSESTAFF: dict[str, Any] = {
    "ROOT_KEY": env.secret("HOUSESTAFF_ROOT_KEY"),
    "ENGINES": env.items("HOUSESTAFF_ENGINES"),
    "BASE_MODEL": env.text("HOUSESTAFF_BASE_MODEL", str(ROOT / "models" / "housestaff-nano")),
    "AUDIT_WITNESS": Path(env.text("HOUSESTAFF_AUDIT_WITNESS", str(VAR / "audit"))),
    "SPECIALTIES": Path(env.text("HOUSESTAFF_SPECIALTIES", str(ROOT / "specialties"))),
    "SECOND_READER": Path(
        env.text("HOUSESTAFF_SECOND_READER", str(ROOT / "var" / "second_reader" / "reader.json"))
    ),
    "TENANTS": ROOT / "tenants",
    # For demonstration and the exam's hall only: serve the declared level, whatever the exam earned.
    "DECLARED_LEVELS": env.flag("HOUSESTAFF_DECLARED_LEVELS"),
    # The console is a floor below the checks: it finds them by this name.
    "HEALTH": "housestaff.config.health.parts",
    "UNDO": timedelta(seconds=10),
    "TURN_LEASE": timedelta(seconds=20),
    "LIMITS": {
        "consults_per_minute": env.number("HOUSESTAFF_CONSULTS_PER_MINUTE", 60),
        "messages_per_minute": env.number("HOUSESTAFF_MESSAGES_PER_MINUTE", 120),
        "sign_ins_per_minute": env.number("HOUSESTAFF_SIGN_INS_PER_MINUTE", 20),
    },
}
