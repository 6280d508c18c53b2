"""How a Kubernetes API server words what it refuses; the tests put the same requests to a real one."""

from __future__ import annotations

from typing import Any

from . import field_ownership

Answer = tuple[int, dict[str, Any]]

_REASONS = {
    400: "BadRequest", 401: "Unauthorized", 403: "Forbidden", 404: "NotFound", 405: "MethodNotAllowed", 409: "Conflict",
    422: "Invalid",
}  # fmt: skip


def status(code: int, message: str) -> Answer:
    """A Status object; what fails within the server has no reason."""
    told = {"reason": _REASONS[code]} if code in _REASONS else {}
    return code, {"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": message, **told, "code": code}


def no_such_resource() -> tuple[int, bytes]:
    """A path that no API serves."""
    return 404, b"404 page not found\n"


def log_option(pod: str, query: dict[str, str]) -> Answer | None:
    """An option of a log that is out of range."""
    for option, least in (("limitBytes", 1), ("sinceSeconds", 1), ("tailLines", 0)):
        if option in query and int(query[option]) < least:
            bound = "greater than or equal to 0" if least == 0 else "greater than 0"
            told = f"{option}: Invalid value: {int(query[option])}: must be {bound}"
            return status(422, f'PodLogOptions "{pod}" is invalid: {told}')
    return None


def container_wanted(pod: dict[str, Any], query: dict[str, str]) -> Answer | None:
    """A question for the log of a pod with several containers that names none of them."""
    names, inits = ([entry["name"] for entry in pod["spec"].get(key, ())] for key in ("containers", "initContainers"))
    if query.get("container") or len(names) == 1:
        return None
    choices = f"choose one of: [{' '.join(names)}]"
    choices += f" or one of the init containers: [{' '.join(inits)}]" if inits else ""
    return status(400, f"a container name must be specified for pod {pod['metadata']['name']}, {choices}")


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
