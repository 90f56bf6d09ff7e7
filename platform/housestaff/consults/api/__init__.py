"""The outside contract of a consult: thin doors that parse, check the permission, call one action, answer."""

from .consents import ConsentViewSet
from .consults import ConsultViewSet

__all__ = ["ConsentViewSet", "ConsultViewSet"]
