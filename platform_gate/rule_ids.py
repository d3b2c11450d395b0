"""The parts of a rule's id, and what a rule's kind says of its findings."""

from typing import Final

MANIFEST: Final = "manifest"
UNSELECTED: Final = "manifest/unselected"
"""The one rule about manifests that keeps nothing from being judged."""
BROKEN_LINE: Final = "measurement/invalid"
"""The rule of lines of a snapshot, which keep the values of services from being read."""
UNKNOWN_SERVICE: Final = "measurement/unknown-service"
"""The rule of lines of a snapshot that are about no service of the fleet."""
WAIVER: Final = "waiver"


def kind_of(rule: str) -> str:
    """The first part of a rule's id: a subsystem, ``manifest``, ``waiver``, or the namespace of a policy's own rule."""
    return rule.partition("/")[0]


def leaves_unjudged(rule: str) -> bool:
    """Whether a finding of a rule, given by its id, keeps something from being judged."""
    return (kind_of(rule) == MANIFEST and rule != UNSELECTED) or rule == BROKEN_LINE


def is_about_services(rule: str) -> bool:
    """Whether services break a rule, given by its id, so that they can have a waiver or an exemption from it."""
    return kind_of(rule) not in (MANIFEST, WAIVER) and rule not in (BROKEN_LINE, UNKNOWN_SERVICE)
