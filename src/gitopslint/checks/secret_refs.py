"""Do the Secrets that stacks and manifests refer to exist, with the keys that are asked of them?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any

from gitopslint.checks.check import Check, Outcome, check
from gitopslint.model.closest import closest
from gitopslint.model.contract import Contract
from gitopslint.model.document import Node, text_at
from gitopslint.model.finding import Doubt, Offence, Related
from gitopslint.model.layer import Manifest, Stack
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.platform import Gap, KnownSecret, Links, SecretUse, Unused
from gitopslint.model.platformsettings import PlatformSettings
from gitopslint.model.rule import Level
from gitopslint.model.secretref import makes_certificates, secret_name, secret_uses
from gitopslint.model.span import Span

# What makes a Secret names it without needing it, and an Application holds values that are judged as such.
_MAKERS = frozenset(
    {"Application", "ApplicationSet", "Certificate", "ExternalSecret", "ClusterExternalSecret", "Secret"}
)
_MOST_KEYS = 8


class _Place(NamedTuple):
    """Who refers to Secrets, and from which namespace."""

    subject: str
    namespace: str | None
    contract: Contract
    links: Links
    root: Node

    @property
    def settings(self) -> PlatformSettings:
        return self.contract.builds

    @property
    def certificates(self) -> bool:
        """Whether the cluster makes certificates, with their Secrets, for what stands here."""
        return makes_certificates(self.root)


@check("unused-secret", over=Unused)
def unused_secret(unused: Unused, _: object) -> Iterator[Outcome]:
    """A Secret that nothing refers to."""
    idle = [one for one in unused.secrets if one.name and not _is_used(one, unused)]
    if unused.gap is not None:
        if idle:
            yield Doubt(unused.gap.reason, unused.gap.remedy, idle[0].span)
        return
    for one in idle:
        where = f" in the namespace {one.namespace!r}" if one.namespace is not None else ""
        yield Offence(
            f"nothing refers to the Secret {one.name!r}{where}: remove it, or use it", one.span, at_most="note"
        )


def _is_used(secret: KnownSecret, unused: Unused) -> bool:
    # What a certificate makes by the way is nobody's to remove.
    return secret.kept or secret.name in unused.mentioned or secret.maker == "Certificate"


def _of_stack(stack: Stack) -> Iterator[tuple[_Place, list[SecretUse]]]:
    if stack.values is not None and stack.links is not None:
        written = frozenset(layer.path for layer in stack.layers if layer.role != "chart")
        uses = _uses_in(stack.values, written)
        yield _Place(str(stack), stack.namespace, stack.contract, stack.links, stack.values), uses


@lru_cache(1)  # two rules ask about one stack, one after the other
def _uses_in(values: Node, written: frozenset[str]) -> list[SecretUse]:
    return [_as_written(use, written) for use in secret_uses(values) if secret_name(use.name)]


def _as_written(use: SecretUse, written: frozenset[str]) -> SecretUse:
    """Forget a key that only defaults of a chart name for a Secret of ours: the chart may never ask for it."""
    ours, theirs = use.span.path in written, use.key_span.path not in written
    return use._replace(key=None) if ours and theirs and use.key_path[-1] != "name" else use


def _of_manifest(manifest: Manifest) -> Iterator[tuple[_Place, list[SecretUse]]]:
    if manifest.links is None:
        return
    for root in manifest.document.roots:
        kind = root.mapping.get("kind")
        if kind is None or not kind.is_scalar or "apiVersion" not in root.mapping or kind.text in _MAKERS:
            continue
        uses = [use for use in secret_uses(root) if secret_name(use.name)]
        name = f"{kind.text} {text_at(root, 'metadata', 'name')!r}"
        namespace = text_at(root, "metadata", "namespace") or manifest.namespace
        yield _Place(name, namespace, manifest.contract, manifest.links, root), uses


def _unresolved(place: _Place, uses: list[SecretUse]) -> Iterator[Outcome]:
    by_name: dict[str, list[SecretUse]] = {}
    for use in uses:
        by_name.setdefault(use.name, []).append(use)
    for name, same in by_name.items():
        if _declared(place, name) or _found(place, name):
            continue
        first = min(same, key=lambda use: use.optional)
        if (doubt := _why_unknown(place, name)) is not None:
            if not first.optional:
                yield Doubt(doubt.reason, doubt.remedy, first.span)
        elif all(use.made for use in same):
            if not place.certificates:
                yield Doubt(
                    "the Secret of a certificate is not among those that are known, and the cluster may make it",
                    "name it in `platform.cluster_secrets`, or add a Certificate or the Secret to the platform",
                    first.span,
                )
        else:
            yield _about_unresolved(place, name, first, same)


def _about_unresolved(place: _Place, name: str, first: SecretUse, same: list[SecretUse]) -> Offence:
    known = place.links.secrets.known
    elsewhere = place.links.secrets.named(name)
    near = closest(name, sorted({one.name for one in known if place.namespace is None or one.is_in(place.namespace)}))
    where = f"in the namespace {place.namespace!r}" if place.namespace is not None else "in any namespace"
    hint = ""
    related = [Related(use.span, "also here") for use in same if use is not first]
    if elsewhere:
        hint = f"; there is one in {' and in '.join(sorted(repr(str(one.namespace)) for one in elsewhere))}"
        related += [Related(one.span, f"the {one.maker} of this name") for one in elsewhere]
    elif near:
        hint = f"; did you mean {near!r}?"
        related += [Related(one.span, f"the {one.maker} {near!r}") for one in known if one.name == near][:1]
    return Offence(
        f"{place.subject} refers to the Secret {name!r}, and nothing makes it {where}{hint}",
        first.span,
        tuple(related),
        first.key_path,
        at_most="note" if all(use.optional for use in same) else None,
    )


def _why_unknown(place: _Place, name: str) -> Gap | None:
    """Say why nobody knows whether a Secret of this name is there, though none was found."""
    secrets = place.links.secrets
    candidates = secrets.named(name)
    span = candidates[0].span if candidates else None
    if candidates and place.namespace is None:
        reason = "the namespace is not known from which a Secret is referred to: no Application or manifest says it"
        return Gap(reason, "give the Application a destination.namespace, or the manifest its own", candidates[0].span)
    if span is not None and any(one.namespace is None for one in candidates):
        reason = "a Secret of the right name has no namespace in any file, so it is not known where it is"
        return Gap(reason, "say metadata.namespace, or namespace in its kustomization", span)
    if place.links.absent is not None:
        return place.links.absent
    return secrets.gaps[0] if secrets.gaps else None


def _found(place: _Place, name: str) -> list[KnownSecret]:
    if place.namespace is None:
        return []
    return [one for one in place.links.secrets.named(name) if one.is_in(place.namespace)]


def _declared(place: _Place, name: str) -> bool:
    """Tell whether the contract says that the cluster makes a Secret."""
    return any(one.fits(place.namespace, name) for one in place.settings.cluster_secrets)


def _missing_keys(place: _Place, uses: list[SecretUse]) -> Iterator[Outcome]:
    asked: set[tuple[str, str]] = set()
    for use in uses:
        found = _found(place, use.name)
        demanded = [(use.key, use.key_span)] if use.key is not None else []
        demanded += [
            (key, use.span)
            for one in place.settings.required_keys
            if one.fits(place.namespace, use.name)
            for key in one.keys
        ]
        for key, span in demanded:
            if (use.name, key) in asked:
                continue
            asked.add((use.name, key))
            if not found:
                yield from _key_unseen(place, use, key, span)
                continue
            if any(one.keys is None for one in found):
                yield Doubt(
                    f"which keys the Secret {use.name!r} has is not known: its {found[0].maker} does not list them",
                    "list them there, or look at it in the cluster",
                    span,
                )
            elif not any(key in (one.keys or ()) for one in found):
                yield _about_missing_key(place, use, key, span, found)


def _about_missing_key(place: _Place, use: SecretUse, key: str, span: Span, known: Iterable[KnownSecret]) -> Offence:
    found = list(known)
    have = sorted({have for one in found for have in one.keys or ()})
    return Offence(
        _lacking(place, use, key, have),
        span,
        tuple(Related(one.span, f"the {one.maker}") for one in found),
        (*use.key_path, key),
        at_most="note" if use.optional else None,
    )


def _lacking(place: _Place, use: SecretUse, key: str, have: list[str]) -> str:
    near = closest(key, have)
    listed = ", ".join(have[:_MOST_KEYS]) + (f" and {len(have) - _MOST_KEYS} more" if len(have) > _MOST_KEYS else "")
    hint = f"did you mean {near!r}?" if near else f"it has {listed or 'none'}"
    asked = "needs" if use.key == key else "must have, by the contract,"
    return f"{place.subject} {asked} the key {key!r} in the Secret {use.name!r}, and it is not there: {hint}"


def _key_unseen(place: _Place, use: SecretUse, key: str, span: Span) -> Iterator[Outcome]:
    """Judge a key of a Secret that no file makes: the contract may list it, or it may be unknown altogether.

    A Secret that surely is not there is the matter of another rule.
    """
    made = [one for one in place.settings.cluster_secrets if one.fits(place.namespace, use.name)]
    if made and not any(one.keys is None or key in one.keys for one in made):
        have = sorted({have for one in made for have in one.keys or ()})
        level: Level | None = "note" if use.optional else None
        yield Offence(_lacking(place, use, key, have), span, (), (*use.key_path, key), at_most=level)
    gap = None if made else _why_unknown(place, use.name)
    if gap is not None and not use.optional:
        yield Doubt(gap.reason, gap.remedy, use.span)


def _over_both(rule: str, judge: Callable[[_Place, list[SecretUse]], Iterator[Outcome]]) -> tuple[Check[Any], ...]:
    """Return the checks of a rule about references to Secrets: in stacks, and in Jobs and other manifests."""

    def in_stack(stack: Stack, _: object) -> Iterator[Outcome]:
        for place, uses in _of_stack(stack):
            yield from judge(place, uses)

    def in_manifest(manifest: Manifest, _: object) -> Iterator[Outcome]:
        for place, uses in _of_manifest(manifest):
            yield from judge(place, uses)

    return check(rule, over=Stack)(in_stack), check(rule, over=Manifest)(in_manifest)


CHECKS: tuple[Check[Any], ...] = (
    *_over_both("unresolved-secret-ref", _unresolved),
    *_over_both("missing-secret-key", _missing_keys),
    unused_secret,
)
