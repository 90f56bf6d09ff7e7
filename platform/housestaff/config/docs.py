"""`/api/docs/`: the schema as a plain page, without a script (strict CSP)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views import View
from drf_spectacular.generators import SchemaGenerator

WRITTEN = ("post", "put", "patch")


class ApiDocs(View):
    """Every operation of the schema with its fields, one section a resource."""

    def get(self, request: HttpRequest) -> HttpResponse:
        schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
        groups: dict[str, list[dict[str, Any]]] = {}
        for path, methods in schema["paths"].items():
            name = path.removeprefix("/api/v1/").split("/")[0]
            for method, told in methods.items():
                groups.setdefault(name, []).append(_operation(schema, method, path, told))
        return TemplateResponse(request, "config/api_docs.html", {"groups": groups, "info": schema["info"]})


def _operation(schema: dict[str, Any], method: str, path: str, told: dict[str, Any]) -> dict[str, Any]:
    bodies = told.get("requestBody", {}) if method in WRITTEN else {}
    good: dict[str, Any] = next(
        (answer for code, answer in told["responses"].items() if code.startswith("2")), {}
    )
    return {
        "method": method.upper(),
        "path": path,
        "told": told.get("description", ""),
        "id": told["operationId"],
        "query": [one for one in told.get("parameters", []) if one["in"] == "query"],
        "sends": _fields(schema, bodies),
        "answers": _fields(schema, good),
        "status": ", ".join(told["responses"]),
    }


def _fields(schema: dict[str, Any], body: dict[str, Any]) -> list[dict[str, Any]]:
    """The fields of a JSON body, one level deep."""
    shape = _resolved(schema, body.get("content", {}).get("application/json", {}).get("schema", {}))
    wanted = shape.get("required", [])
    return [
        {"name": name, "kind": _kind(schema, field), "required": name in wanted}
        for name, field in shape.get("properties", {}).items()
    ]


def _resolved(schema: dict[str, Any], shape: dict[str, Any]) -> dict[str, Any]:
    """What a reference points to."""
    reference = shape.get("$ref", "").removeprefix("#/components/schemas/")
    found: dict[str, Any] = schema["components"]["schemas"][reference] if reference else shape
    return found


def _kind(schema: dict[str, Any], field: dict[str, Any]) -> str:
    """A field's type in a word: `string`, `array of object`, `en | zh-hans`."""
    parts = field.get("allOf") or field.get("oneOf") or [field]
    shape = _resolved(schema, parts[0])
    if "enum" in shape:
        return " | ".join(str(one) for one in shape["enum"])
    if shape.get("type") == "array":
        return f"array of {_kind(schema, shape.get('items', {}))}"
    return str(shape.get("format") or shape.get("type") or "any")
