"""How a Kubernetes API server words what it refuses; the tests put the same requests to a real one."""

from __future__ import annotations

from typing import Any

from . import field_ownership
from .kubernetes_schema import Invalid

Answer = tuple[int, dict[str, Any]]

_REASONS = {
    400: "BadRequest", 401: "Unauthorized", 403: "Forbidden", 404: "NotFound", 405: "MethodNotAllowed", 409: "Conflict",
    422: "Invalid",
}  # fmt: skip


def status(code: int, message: str) -> Answer:
    """A Status object; what fails within the server has no reason."""
    reason = {"reason": _REASONS[code]} if code in _REASONS else {}
    return code, {"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": message, **reason, "code": code}


def invalid(kind: str, name: str, problems: list[Invalid]) -> Answer:
    """An object, or the options of a request, that the server finds invalid."""
    listed = ", ".join(f"{item.field}: {item.message}" for item in problems)
    code, body = status(422, f'{kind} "{name}" is invalid: {f"[{listed}]" if len(problems) > 1 else listed}')
    causes = [{"reason": item.reason, "message": item.message, "field": item.field} for item in problems]
    return code, {**body, "details": {"name": name, "kind": kind.partition(".")[0], "causes": causes}}


def no_such_resource() -> tuple[int, bytes]:
    """A path that no API serves."""
    return 404, b"404 page not found\n"


def conflict(error: field_ownership.ConflictError, version: str) -> Answer:
    """Fields of an apply that others own."""
    number = len(error.conflicts)
    causes = [
        {
            "reason": "FieldManagerConflict",
            "message": f'conflict with "{manager}" using {version}',
            "field": f".{'.'.join(route)}",
        }
        for manager, route in error.conflicts
    ]
    shown = causes[0]["message"] + ": " + causes[0]["field"]
    code, body = status(409, f"Apply failed with {number} conflict{'s' if number > 1 else ''}: {shown}")
    return code, {**body, "details": {"causes": causes}}
