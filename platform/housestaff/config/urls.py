"""Every address of the house. Two small routers for the API; pages below; health beside."""

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from housestaff.agents.api import AgentViewSet
from housestaff.config import health
from housestaff.config.docs import ApiDocs
from housestaff.consults.api import ConsentViewSet, ConsultViewSet
from housestaff.worklists.api import WorklistViewSet

router = SimpleRouter()
router.register("agents", AgentViewSet, basename="agents")
router.register("consents", ConsentViewSet, basename="consents")
router.register("consults", ConsultViewSet, basename="consults")
router.register("worklist", WorklistViewSet, basename="worklist")

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include(router.urls)),
    path(
        "api/schema/",
        SpectacularAPIView.as_view(permission_classes=[], authentication_classes=[]),
        name="schema",
    ),
    path("api/docs/", ApiDocs.as_view(), name="api-docs"),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("", include("housestaff.pages.urls")),
]

handler400 = "housestaff.pages.errors.bad_request"
handler403 = "housestaff.pages.errors.forbidden"
handler404 = "housestaff.pages.errors.not_found"
handler500 = "housestaff.pages.errors.broken"
