"""Shapes of requests and answers, for parsing and for the schema."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from housestaff.access.errors import Problem


class OpenConsult(serializers.Serializer[Any]):
    agent = serializers.CharField(max_length=100)
    language = serializers.CharField(max_length=20)
    subject = serializers.UUIDField(required=False, allow_null=True)


class PostMessage(serializers.Serializer[Any]):
    client_key = serializers.CharField(max_length=100)
    text = serializers.CharField(max_length=10_000)


class Posted(serializers.Serializer[Any]):
    seq = serializers.IntegerField()
    urgency = serializers.CharField()
    card = serializers.DictField(allow_null=True)


class Sign(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=10_000)
    last_seen_seq = serializers.IntegerField(required=False, min_value=0, allow_null=True)
    urgency = serializers.CharField(required=False, allow_null=True, max_length=20)
    disposition = serializers.CharField(required=False, allow_null=True, max_length=20)
    reason = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=2_000)


class SaveDraft(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=10_000)
    version = serializers.IntegerField(min_value=0)


class Acknowledge(serializers.Serializer[Any]):
    answer = serializers.ChoiceField(choices=["called", "safe"])


class Decide(serializers.Serializer[Any]):
    purpose = serializers.CharField(max_length=40)
    version = serializers.CharField(max_length=40)
    granted = serializers.BooleanField()
    subject = serializers.UUIDField(required=False, allow_null=True)


class EventShape(serializers.Serializer[Any]):
    seq = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=["message", "start", "end", "card", "state"])
    at = serializers.DateTimeField()
    author = serializers.ChoiceField(choices=["patient", "agent", "clinician", "system"])
    author_name = serializers.CharField()
    ai = serializers.BooleanField()
    release = serializers.CharField(allow_null=True)
    text = serializers.CharField()
    reply_to = serializers.IntegerField(allow_null=True)


class EventList(serializers.Serializer[Any]):
    events = EventShape(many=True)
    last_seq = serializers.IntegerField()


class ConsultShape(serializers.Serializer[Any]):
    id = serializers.CharField()
    state = serializers.CharField()
    facts = serializers.ListField(child=serializers.DictField())
    messages = EventShape(many=True)
    last_seq = serializers.IntegerField()


def an_object(request: Request) -> dict[str, Any]:
    """The body as it came, if it is a JSON object."""
    if not isinstance(request.data, dict):
        raise Problem(_("The body must be a JSON object."), code="invalid")
    return request.data


def parsed(shape: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """The body in a shape; raises a problem naming the fields that are wrong."""
    read = shape(data=an_object(request))
    read.is_valid(raise_exception=True)
    return dict(read.validated_data)
