"""Load a policy document: follow ``extends``, apply overrides, keep the origin of every value. Opens no files."""

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

from platform_gate.documents import schema, shipped
from platform_gate.documents.document import Document, DocumentError, read_one
from platform_gate.matching import applies, as_list, needle
from platform_gate.model import At, GateError, Problem, Rule, Subject
from platform_gate.numbers import number
from platform_gate.policy import named_rules
from platform_gate.policy.gate import USUAL, Choice, lists_of_exemptions, refuse_scopes_of_services
from platform_gate.policy.layers import Layered, Origin
from platform_gate.policy.limits import Effective, typed
from platform_gate.text import quote, suggestion

Read = Callable[[str], tuple[bytes, str]]
"""Reads a file: its bytes, and its path as shown. Raises ``GateError``."""

MAX_PARENTS: Final = 10


class Source(StrEnum):
    """Where a policy comes from."""

    SHIPPED = "shipped"
    FILE = "file"
    PACKAGE = "package"
    ADOPTION = "adoption"
    MERGED = "merged"


class Policy(NamedTuple):
    """A policy merged with all its parents.

    ``path`` is its own file, as shown. ``choice`` says which gate it is used for.
    """

    name: str
    source: Source
    path: str
    layered: Layered
    choice: Choice = USUAL

    @property
    def sha256(self) -> str:
        """The digest of the merged settings."""
        import hashlib  # noqa: PLC0415 - loads OpenSSL, and only reports for programs contain a digest
        import json  # noqa: PLC0415

        canonical = json.dumps(self.layered.data, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    @property
    def overrides(self) -> Sequence[Mapping[str, Any]]:
        """The overrides in order, as written."""
        return self.layered.data["overrides"]  # type: ignore[no-any-return]

    def effective(self, subject: Subject) -> Effective:
        """The policy of a service: the settings, with every matching override on top.

        Raises:
            GateError: the overrides that match make no sense together.
        """
        possible = [index for index, part in enumerate(_parts_of_names(self.layered)) if part in subject.name]
        matching = tuple(index for index in possible if applies(self.overrides[index]["match"], subject))
        return _effective(self.layered, matching, self.choice)

    def base(self) -> Effective:
        """The policy of a service that no override matches."""
        return _effective(self.layered, (), self.choice)

    def override(self, index: int) -> Effective:
        """What holds where one override matches, and no other."""
        return _effective(self.layered, (index,), self.choice)

    def known_rules(self) -> dict[str, Rule]:
        """Every rule of every service, by id. An override may add rules: governance checks."""
        return dict(_known_rules(self.layered, self.choice))

    @property
    def kinds_of_change(self) -> list[str]:
        """The kinds of change that any exemption is for, sorted."""
        gates = (gate for _, gate in named_rules.sections(self.layered.data, "gate"))
        lists = (entries for gate in gates for _, entries in lists_of_exemptions(gate))
        return sorted({entry["change"] for entries in lists for entry in entries})

    def chosen(self, choice: Choice) -> "Policy":
        """The same policy for one of the gates, for a change of some kinds.

        Raises:
            GateError: a word of ``fail_on`` is neither a health nor the id of a rule.
        """
        known = [*named_rules.FAILING_HEALTHS, *self.known_rules()] if choice.fail_on else []
        for word in choice.fail_on:
            if word not in known:
                raise GateError(f"--fail-on: there is no health or rule {quote(word)}", suggestion(word, known))
        return self._replace(choice=choice)


@lru_cache(maxsize=16)
def _parts_of_names(layered: Layered) -> tuple[str, ...]:
    """For each override a part of the names of all services that it can match; empty if they may have any name.

    To look for that is much faster than to match, and a policy may have hundreds of overrides.
    """
    globs = [as_list(override["match"].get("name", "*")) for override in layered.data["overrides"]]
    return tuple(needle(several[0]) if len(several) == 1 else "" for several in globs)


@lru_cache(maxsize=16)
def _known_rules(layered: Layered, choice: Choice) -> dict[str, Rule]:
    base = _effective(layered, (), choice)
    rules = dict(base.rules)
    for index in range(len(layered.data["overrides"])):
        # Typed one after the other and not kept: each override must make sense on its own.
        alone = typed(_with_overrides(layered, (index,)), choice, base)
        if alone.rules is not base.rules:
            rules |= alone.rules
    return rules


@lru_cache(maxsize=128)
def _effective(layered: Layered, overrides: tuple[int, ...], choice: Choice) -> Effective:
    """The typed policy with some of its overrides (by index) on top.

    Cached because a fleet's services share few combinations of overrides, and typing one takes as long as judging many.
    """
    if not overrides:
        return typed(layered, choice)
    return typed(_with_overrides(layered, overrides), choice, _effective(layered, (), choice))


def _with_overrides(layered: Layered, overrides: Iterable[int]) -> Layered:
    """The settings with some overrides on top, in order."""
    layers = []
    for index in overrides:
        override, origin = layered.data["overrides"][index], layered.origin(("overrides", index))
        layer = Origin(origin.document, (*origin.at, "spec"), override.get("reason", ""))
        layers.append((override["spec"], layer))
    return layered.over_all(layers)


def kind(reference: str) -> Source:
    """Whether a reference names a file of an installed package, a shipped policy (no slash, no dot), or a file."""
    if reference.startswith(shipped.PACKAGE_PREFIX):
        return Source.PACKAGE
    return Source.FILE if "/" in reference or "." in reference else Source.SHIPPED


def load(reference: str, read: Read) -> Policy:
    """Load a policy by shipped name, by path, or as ``package:NAME/FILE``, with everything it extends.

    Raises:
        GateError: it can't be read, breaks its schema, or makes no sense.
    """
    chain = list(_chain(reference, read))
    layered = Layered({}, {})
    for document in reversed(chain):
        own = {key: _whole(value) for key, value in document.data["spec"].items() if key != "extends"}
        layered = layered.over(own, Origin(document, ("spec",)))
    first = chain[0]
    name = first.data.get("metadata", {}).get("name", posixpath.basename(reference).strip(".").split(".")[0])
    policy = Policy(name, kind(reference), first.path, layered)
    named_rules.check(layered, policy.known_rules())
    refuse_scopes_of_services(layered)
    return policy


def _whole(value: Any) -> Any:
    """Data with 2 for 2.0: JSON Schema takes both for an integer."""
    if isinstance(value, dict):
        return {key: _whole(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_whole(inner) for inner in value]
    return number(value) if isinstance(value, float) else value


def _chain(reference: str, read: Read) -> Iterator[Document]:
    """The policy's document, that of its parent, and so on up to the default's."""
    seen: list[str] = []
    child: Document | None = None
    while True:
        try:
            document = shipped.policy(reference) if kind(reference) is Source.SHIPPED else _read(reference, read)
        except DocumentError:
            raise
        except GateError as error:
            if child is None:
                raise
            raise child.refuse(Problem(("spec", "extends"), error.message, error.fix)) from None
        yield document
        child = document
        seen.append(reference)
        if reference == shipped.DEFAULT_POLICY:
            return
        extends = document.data["spec"].get("extends", shipped.DEFAULT_POLICY)
        place: At = ("spec", "extends")
        if _leads_out(document.path, extends):
            fix = "Extend a file in the repository, a shipped policy, or package:NAME/FILE."
            raise document.refuse(Problem(place, "a policy in the repository can't extend a file outside it", fix))
        reference = _parent(extends, reference)
        if reference in seen:
            raise document.refuse(Problem(place, "the policy extends itself", "Remove one `extends` of the cycle."))
        if len(seen) > MAX_PARENTS:
            raise document.refuse(
                Problem(place, f"more than {MAX_PARENTS} policies extend one another", "Merge some of them.")
            )


def _leads_out(path: str, extends: str) -> bool:
    """Whether a policy of the repository extends a file outside of it, which error messages would then quote."""
    if path.startswith(("/", "../", shipped.PACKAGE_PREFIX)) or kind(extends) is not Source.FILE:
        return False
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), extends)).startswith(("/", "../"))


def _parent(extends: str, child: str) -> str:
    """The reference of the parent. A path is relative to the child's file, also within a package."""
    if kind(extends) is not Source.FILE:
        return extends
    if kind(child) is Source.PACKAGE:
        inside = posixpath.join(posixpath.dirname(child.removeprefix(shipped.PACKAGE_PREFIX)), extends)
        return shipped.PACKAGE_PREFIX + posixpath.normpath(inside)
    return posixpath.normpath(posixpath.join(posixpath.dirname(child), extends))


def _read(reference: str, read: Read) -> Document:
    content, path = shipped.package_file(reference) if kind(reference) is Source.PACKAGE else read(reference)
    document = read_one(content, path)
    if problems := schema.validate(document.data, "policy"):
        raise document.refuse(*problems)
    return document


def nothing_to_read(reference: str) -> tuple[bytes, str]:
    """A ``Read`` for shipped policies, which need no file."""
    raise GateError(f"cannot read {quote(reference)} here")


@cache
def default() -> Effective:
    """The typed default policy, by which the Python API judges."""
    return load(shipped.DEFAULT_POLICY, nothing_to_read).base()
