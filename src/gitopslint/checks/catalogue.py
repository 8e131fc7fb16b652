"""All checks in one place, in plain sight."""

from __future__ import annotations

from typing import Any

from gitopslint.checks import applications, chart_schema, images, layers, manifests
from gitopslint.checks.check import Check
from gitopslint.checks.secrets import rules as secrets

CHECKS: tuple[Check[Any], ...] = (
    layers.invalid_yaml,
    layers.duplicate_key,
    layers.missing_layer,
    layers.stray_release_key,
    layers.image_outside_release,
    layers.templated_value,
    layers.schema_violation,
    chart_schema.schema_violation_of_chart,
    layers.unwired_layer,
    layers.overlapping_layers,
    applications.missing_value_file,
    applications.crossed_layers,
    applications.wrong_self_heal,
    applications.floating_source,
    images.missing_tag,
    images.missing_repository,
    images.placeholder_image,
    images.mutable_tag,
    images.malformed_tag,
    images.malformed_repository,
    images.retyped_tag,
    images.untraceable_tag,
    images.mismatched_repository,
    manifests.mutable_tag_in_manifest,
    *secrets.CHECKS,
)
