"""What the reader chose: the language and the size of the text. Kept in cookies, so also before signing in."""

from urllib.parse import urlparse

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

TEXT_SIZE_COOKIE = "text_size"
SIZES = ("1", "2", "3")
YEAR = 365 * 24 * 3600


def text_size_of(request: HttpRequest | None) -> str:
    """The chosen step, 1 to 3; what is none of them counts as 1."""
    chosen = request.COOKIES.get(TEXT_SIZE_COOKIE, "1") if request else "1"
    return chosen if chosen in SIZES else "1"


def next_size(size: str) -> str:
    """The step that the button leads to; after the largest comes the first again."""
    return SIZES[(SIZES.index(size) + 1) % len(SIZES)]


def back(request: HttpRequest, otherwise: str = "/") -> str:
    """Where the reader came from, if that is a page of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or otherwise
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours and not urlparse(wanted).netloc else otherwise


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Show the pages in another language from now on."""
    response = HttpResponseRedirect(back(request))
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, max_age=YEAR, samesite="Lax")
    return response


@require_POST
def text_size(request: HttpRequest) -> HttpResponse:
    """Show larger text from now on, or the first size again after the largest."""
    response = HttpResponseRedirect(back(request))
    size = request.POST.get("size", "")
    if size in SIZES:
        response.set_cookie(TEXT_SIZE_COOKIE, size, max_age=YEAR, samesite="Lax")
    return response
