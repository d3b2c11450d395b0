"""What a file is that is no service manifest: a descriptor that can be imported, or something well known."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from platform_gate.importers import format_of, importer, lenient_yaml
from platform_gate.importers.lenient_yaml import Odd

_OURS: Final = re.compile(rb"apiVersion[\"']?[ \t]*:[ \t]*[\"']?platform-gate")
_API_VERSION: Final = re.compile(r"(?:[a-z0-9.-]+/)?v[0-9][a-z0-9]*")
_VALUES: Final = re.compile(r"(?:^|[/.-])values(?:[._-][\w.-]+)?\.ya?ml$", re.IGNORECASE)


class Kind(NamedTuple):
    """What something is, in a sentence, and the format that ``import`` knows it by, if any."""

    title: str
    format: str = ""


Test = Callable[[Mapping[str, Any], str], bool]


def _is_workflow(data: Mapping[str, Any], _path: str) -> bool:
    return isinstance(data.get("jobs"), dict) and ("on" in data or "true" in data or "name" in data)


def _is_compose(data: Mapping[str, Any], _path: str) -> bool:
    services = data.get("services")
    if "apiVersion" in data or not isinstance(services, dict) or not services:
        return False
    return any(
        isinstance(service, dict) and ("image" in service or "build" in service) for service in services.values()
    )


def _is_kubernetes(data: Mapping[str, Any], _path: str) -> bool:
    version, kind = data.get("apiVersion"), data.get("kind")
    if not isinstance(version, str) or version.startswith("platform-gate"):
        return False
    metadata = data.get("metadata")
    ours = kind == "Service" and isinstance(metadata, dict) and "team" in metadata
    return not ours and bool(_API_VERSION.fullmatch(version)) and isinstance(kind, str) and kind[:1].isupper()


def _is_chart(data: Mapping[str, Any], path: str) -> bool:
    return path.rpartition("/")[2].lower() in ("chart.yaml", "chart.yml") and "version" in data


def _is_values(_data: Mapping[str, Any], path: str) -> bool:
    return bool(_VALUES.search(path))


def _is_openapi(data: Mapping[str, Any], _path: str) -> bool:
    return ("openapi" in data or "swagger" in data) and ("info" in data or "paths" in data)


def _is_rules(data: Mapping[str, Any], _path: str) -> bool:
    groups = data.get("groups")
    return isinstance(groups, list) and any(isinstance(group, dict) and "rules" in group for group in groups)


OTHERS: Final[tuple[tuple[str, Test], ...]] = (
    ("a GitHub workflow", _is_workflow),
    ("a Docker Compose file", _is_compose),
    ("a Helm chart", _is_chart),
    ("a Helm values file", _is_values),
    ("a Kubernetes manifest", _is_kubernetes),
    ("an OpenAPI document", _is_openapi),
    ("a Prometheus rules file", _is_rules),
)
"""Well known files that no importer reads, the most telling ones first."""

TEMPLATE: Final = Kind("a template that has not been rendered")


def recognise(content: bytes, path: str) -> Kind | None:
    """What a file is; None where nobody knows, or where it means to be one of our own."""
    if _OURS.search(content):
        return None
    documents, troubles = lenient_yaml.read(content, path)
    kinds = [kind_of(document.data, path) for document in documents]
    if not documents:
        return TEMPLATE if any(trouble.message == lenient_yaml.TEMPLATE for trouble in troubles) else None
    return kinds[0] if all(kinds) else None


def kind_of(data: Any, path: str) -> Kind | None:
    """What a document is."""
    if not isinstance(data, dict):
        return TEMPLATE if data is Odd.TEMPLATE else None
    if form := format_of(data):
        return Kind(importer(form).TITLE, form)
    return next((Kind(title) for title, test in OTHERS if test(data, path)), None)
