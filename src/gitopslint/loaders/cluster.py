"""What a cluster tells of Applications and Jobs: JSON of `argocd app get -o json`, `kubectl get -o json`, or Argo CD.

Fields by Argo CD 3.6 (`pkg/apis/application/v1alpha1/types.go`) and batch/v1.
"""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Iterator
from typing import Any

from gitopslint.loaders.http import Client, UnreachableError
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.verification import Job, JobState, Live, Trouble

_INSTANCE = ("argocd.argoproj.io/instance", "app.kubernetes.io/instance")
_TRACKING = "argocd.argoproj.io/tracking-id"
_PHASES: dict[str, JobState] = {"Succeeded": "succeeded", "Failed": "failed", "Error": "failed", "Running": "running"}
_HEALTH: dict[str, JobState] = {"Healthy": "succeeded", "Degraded": "failed", "Progressing": "running"}
_LONGEST = 200


class ClusterError(Exception):
    """What was given is no JSON of a cluster."""


class Cluster(NamedTuple):
    """What is known of a cluster. `trouble` is why something could not be asked."""

    applications: tuple[Live, ...] = ()
    jobs: tuple[Job, ...] = ()
    trouble: Trouble | None = None


def read_cluster(data: bytes) -> Cluster:
    """Read one or more JSON values: Applications, Jobs, and lists of them; anything else is passed over.

    Raises ClusterError where there is no JSON, or neither an Application nor a Job in it.
    """
    applications: list[Live] = []
    jobs: list[Job] = []
    for value in _values(data):
        for one in _objects(value):
            if one.get("kind") == "Application" or ("kind" not in one and "status" in one and "spec" in one):
                applications.append(_application(one))
            elif one.get("kind") == "Job":
                jobs.append(_job(one))
    if not applications and not jobs:
        raise ClusterError("neither an Application nor a Job is in it")
    return Cluster(tuple(applications), tuple(jobs))


def ask_argocd(client: Client, server: str, token: str, name: str, namespace: str | None) -> Cluster:
    """Ask the API of Argo CD for one Application. `server` is its URL, or only its host."""
    base = server.rstrip("/") if "://" in server else f"https://{server.rstrip('/')}"
    query = f"?{urllib.parse.urlencode({'appNamespace': namespace})}" if namespace else ""
    url = f"{base}/api/v1/applications/{urllib.parse.quote(name, safe='')}{query}"
    try:
        answer = client.ask(url, headers={"Authorization": f"Bearer {token}"} if token else {})
    except UnreachableError as error:
        return Cluster(trouble=Trouble(f"Argo CD: {error}", "ask from where it can be reached, or give `--cluster`"))
    if answer.status in (401, 403):
        return Cluster(
            trouble=Trouble(
                f"Argo CD does not let us look at {name} ({answer.status})",
                "set ARGOCD_AUTH_TOKEN to the token of an account that may get it",
            )
        )
    if answer.status == 404:
        return Cluster(trouble=Trouble(f"Argo CD has no Application {name}", "create it, or name its namespace"))
    if answer.status != 200:
        return Cluster(trouble=Trouble(f"Argo CD answers {answer.status}", "ask again later"))
    try:
        return read_cluster(answer.body)
    except ClusterError as error:
        return Cluster(trouble=Trouble(f"the answer is not one of Argo CD: {error}", "correct the address"))


def _values(data: bytes) -> Iterator[Any]:
    """Yield the JSON values that stand behind each other: the output of several commands may be joined."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ClusterError("it is not UTF-8") from None
    decoder = json.JSONDecoder()
    at = len(text) - len(text.lstrip())
    if at == len(text):
        raise ClusterError("it is empty")
    while at < len(text):
        try:
            value, end = decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            raise ClusterError(f"it is no JSON: line {error.lineno}, column {error.colno}") from None
        except (RecursionError, ValueError):
            raise ClusterError("it is nested too deeply, or holds too long a number") from None
        yield value
        rest = text[end:]
        at = end + len(rest) - len(rest.lstrip())


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for one in value:
            yield from _objects(one)
    elif isinstance(value, dict):
        items = value.get("items")
        if isinstance(items, list) and str(value.get("kind", "List")).endswith("List"):
            for one in items:
                # Items of a typed list do not repeat its kind.
                kind = str(value.get("kind", "")).removesuffix("List")
                yield from _objects({"kind": kind, **one} if isinstance(one, dict) and kind else one)
        else:
            yield value


def _application(one: dict[str, Any]) -> Live:
    status = _mapping(one, "status")
    sync, health, operation = _mapping(status, "sync"), _mapping(status, "health"), _mapping(status, "operationState")
    result = _mapping(operation, "syncResult")
    revisions = [sync.get("revision"), *_list(sync, "revisions")]
    name = _text(_mapping(one, "metadata"), "name") or ""
    hooks = [_hook(hook) for hook in _list(result, "resources") if isinstance(hook, dict) and hook.get("hookType")]
    jobs = [
        _resource_job(resource)
        for resource in _list(status, "resources")
        if isinstance(resource, dict) and resource.get("kind") == "Job" and not resource.get("hook")
    ]
    return Live(
        name,
        _text(sync, "status"),
        _text(health, "status"),
        _short(health.get("message")),
        tuple(dict.fromkeys(one for one in revisions if isinstance(one, str) and one)),
        _text(operation, "phase"),
        _short(operation.get("message")),
        tuple(one for one in _list(_mapping(status, "summary"), "images") if isinstance(one, str)),
        (*hooks, *jobs),
    )


def _hook(hook: dict[str, Any]) -> Job:
    name = f"{_text(hook, 'hookType')} hook {_text(hook, 'name') or ''}".rstrip()
    return Job(name, _PHASES.get(str(hook.get("hookPhase")), "unknown"), _short(hook.get("message")), hook=True)


def _resource_job(resource: dict[str, Any]) -> Job:
    health = _mapping(resource, "health")
    name = f"Job {_text(resource, 'name') or ''}".rstrip()
    return Job(name, _HEALTH.get(str(health.get("status")), "unknown"), _short(health.get("message")))


def _job(one: dict[str, Any]) -> Job:
    metadata, status = _mapping(one, "metadata"), _mapping(one, "status")
    labels, annotations = _mapping(metadata, "labels"), _mapping(metadata, "annotations")
    owner = next((text for label in _INSTANCE if (text := _text(labels, label))), None)
    if (tracking := _text(annotations, _TRACKING)) is not None:
        owner = tracking.partition(":")[0].rpartition("_")[2]
    state: JobState = "running" if status.get("active") else "unknown"
    message = ""
    for condition in _list(status, "conditions"):
        if isinstance(condition, dict) and condition.get("status") == "True":
            if condition.get("type") == "Complete":
                state = "succeeded"
            elif condition.get("type") == "Failed":
                state, message = "failed", _short(condition.get("message"))
    pod = _mapping(_mapping(_mapping(one, "spec"), "template"), "spec")
    containers = [*_list(pod, "initContainers"), *_list(pod, "containers")]
    images = tuple(image for one in containers if isinstance(one, dict) and (image := _text(one, "image")))
    return Job(f"Job {_text(metadata, 'name') or ''}".rstrip(), state, message, images=images, owner=owner)


def _mapping(one: dict[str, Any], key: str) -> dict[str, Any]:
    found = one.get(key)
    return found if isinstance(found, dict) else {}


def _list(one: dict[str, Any], key: str) -> list[Any]:
    found = one.get(key)
    return found if isinstance(found, list) else []


def _text(one: dict[str, Any], key: str) -> str | None:
    found = one.get(key)
    return found if isinstance(found, str) and found else None


def _short(message: object) -> str:
    if not isinstance(message, str):
        return ""
    line = " ".join(message.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
