"""`type: github`: DORA's metrics of stability from deployments, and from incidents that are issues with a label.

Reads GitHub's GraphQL API: deployments and issues, newest first, until they are older than 30 days.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from platform_gate.collectors import incidents
from platform_gate.collectors.incidents import Incident
from platform_gate.collectors.source import Answer, Source, SourceError, World, secret
from platform_gate.collectors.transport import Transport, succeed
from platform_gate.measurements.writing import Value

URL: Final = "https://api.github.com"
MAX_PAGES: Final = 100
ENVIRONMENT: Final = "production"
LABELS: Final = ("incident",)
LIVE: Final = frozenset({"ACTIVE", "INACTIVE", "SUCCESS"})
"""States of a deployment that went live; one that the next has replaced is inactive."""

_LIST: Final = """
query($owner: String!, $name: String!, $after: String, $filter: [String!]) {
  repository(owner: $owner, name: $name) {
    list: %s(first: 100, after: $after, %s: $filter, orderBy: {field: CREATED_AT, direction: DESC}) {
      nodes { createdAt %s }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""
DEPLOYMENTS: Final = _LIST.strip() % ("deployments", "environments", "state")
ISSUES: Final = _LIST.strip() % ("issues", "labels", "closedAt")


def provides(_settings: Mapping[str, Any]) -> tuple[str, ...]:
    """Incidents, recovery time and change failure rate."""
    return incidents.COUNT, incidents.RECOVERY, incidents.FAILURE_RATE


def queries(source: Source, _world: World) -> Iterator[str]:
    """The two queries, and the repositories."""
    yield DEPLOYMENTS
    yield ISSUES
    yield "for " + ", ".join(source.settings["repositories"])


def collect(source: Source, world: World) -> Answer:
    """The values of every repository's service."""
    headers = {"Authorization": f"Bearer {secret(world, source.settings['token_env'])}"}
    transport = Transport(source, world, headers, source.settings.get("url", URL))
    repositories = source.settings["repositories"].items()
    values = [v for name, service in repositories for v in _values(transport, source.settings, name, service, world.at)]
    return Answer(tuple(values))


def _values(
    transport: Transport, settings: Mapping[str, Any], repository: str, service: str, at: datetime
) -> Iterator[Value]:
    environment, labels = settings.get("environment", ENVIRONMENT), list(settings.get("incident_labels", LABELS))
    deployed = [
        _moment(node["createdAt"])
        for node in _nodes(transport, DEPLOYMENTS, repository, [environment], at)
        if node["state"] in LIVE
    ]
    issues = [
        Incident(_moment(node["createdAt"]), _moment(node["closedAt"]) if node["closedAt"] else None)
        for node in _nodes(transport, ISSUES, repository, labels, at)
    ]
    yield from incidents.values(service, issues, at)
    yield incidents.failure_rate(service, deployed, issues, at)


def _nodes(
    transport: Transport, query: str, repository: str, filters: list[str], at: datetime
) -> Iterator[Mapping[str, Any]]:
    """Every node that is young enough, page by page."""
    owner, _, name = repository.partition("/")
    after = None
    for _page in range(MAX_PAGES):
        variables = {"owner": owner, "name": name, "after": after, "filter": filters}
        page = _page_of(succeed(transport.post_json("/graphql", {"query": query, "variables": variables})), repository)
        young = [node for node in page["nodes"] if _moment(node["createdAt"]) > incidents.since(at)]
        yield from young
        if len(young) < len(page["nodes"]) or not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]
    raise SourceError(f"{repository}: more than {MAX_PAGES} pages within 30 days", "Narrow `incident_labels`.")


def _page_of(answer: Mapping[str, Any], repository: str) -> Mapping[str, Any]:
    """The list of an answer. GraphQL says 200 for errors too."""
    if errors := answer.get("errors"):
        fix = "Check the repository's name and the token's permissions."
        raise SourceError(f"{repository}: GitHub rejected the query", fix, str(errors[0].get("message", "")))
    page: Mapping[str, Any] = answer["data"]["repository"]["list"]
    return page


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
