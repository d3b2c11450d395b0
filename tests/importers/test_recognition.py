import json

import pytest

from platform_gate.importers import IMPORTERS, importer
from platform_gate.importers.recognition import Kind, recognise
from tests.importers.test_collection import ROOTS


@pytest.mark.parametrize(
    ("text", "path", "title"),
    [
        ("apiVersion: v1\nkind: Service\nmetadata: {name: a}\n", "a.yaml", "a Kubernetes manifest"),
        (
            "apiVersion: apps/v1\nkind: Deployment\n---\napiVersion: v1\nkind: ConfigMap\n",
            "a.yaml",
            "a Kubernetes manifest",
        ),
        ("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n", "a.yaml", "a Kubernetes manifest"),
        ("on: push\njobs: {a: {}}\n", "ci.yml", "a GitHub workflow"),
        ("name: x\non:\n  push:\njobs:\n  a: {}\n", "ci.yml", "a GitHub workflow"),
        ("version: '3'\nservices:\n  web: {build: .}\n  db: {extends: x}\n", "compose.yaml", "a Docker Compose file"),
        ("a: 1\n", "chart/values.yaml", "a Helm values file"),
        ("a: 1\n", "values-prod.yml", "a Helm values file"),
        ("a: 1\n", "eu.values.yaml", "a Helm values file"),
        ("apiVersion: v2\nname: x\nversion: 1.0.0\n", "chart/Chart.yaml", "a Helm chart"),
        ("openapi: 3.1.0\ninfo: {title: a}\n", "api.yaml", "an OpenAPI document"),
        ("swagger: '2.0'\npaths: {}\n", "api.yaml", "an OpenAPI document"),
        ("groups:\n  - name: a\n    rules: []\n", "rules.yaml", "a Prometheus rules file"),
        ("{{- if .Values.x }}\na: 1\n{{- end }}\n", "a.yaml", "a template that has not been rendered"),
        ("{{ template }}\n", "a.yaml", "a template that has not been rendered"),
    ],
)
def test_well_known_files(text: str, path: str, title: str) -> None:
    assert recognise(text.encode(), path) == Kind(title)


@pytest.mark.parametrize("name", IMPORTERS)
def test_descriptors_name_their_format(name: str) -> None:
    assert recognise(json.dumps(ROOTS[name]).encode(), "a.yaml") == Kind(importer(name).TITLE, name)


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: platform-gate/v1\nkind: Service\nmetadata: {name: a}\n",
        "kind: Service\n'apiVersion' : \"platform-gate/v9\"\nspec: [*x]\n",
        "apiVersion: platform-gate/v1\nkind: {{ kind }}\n",
        '{"apiVersion": "platform-gate/v1"}',
        "apiVersion: v1\nkind: Service\nmetadata: {name: a, team: b}\n",
        "apiVersion: v1\nkind: Service\n---\na: 1\n",
        "metadata: {name: a}\nspec: {}\n",
        "a: 1\n",
        "- a\n",
        "text",
        "",
        "a: b: c\n",
        "\x00",
        "services: {}\n",
        "services: {a: b}\n",
    ],
)
def test_what_may_be_ours_or_anything_is_not_guessed(text: str) -> None:
    assert recognise(text.encode(), "a.yaml") is None
