"""Why a source gave no answer, in words of our own: a library's message may name addresses and secrets."""

from __future__ import annotations

from platform_gate.collectors.source import Limits, SourceError


class UnreachableError(SourceError):
    """No whole answer came: worth another try."""


def missing_extra(extra: str, package: str) -> SourceError:
    """The error for a collector whose library isn't installed."""
    return SourceError(f"{package} is not installed", f"Run: pip install 'platform-gate[{extra}]'")


def too_slow(limits: Limits) -> tuple[str, str]:
    """Message and fix for an answer that takes too long."""
    return f"no complete response within {limits.timeout:g} s", "Request less, or raise `timeout`."


def explain(error: Exception, limits: Limits) -> tuple[str, str]:
    """Message and fix for what urllib3 or the system raised."""
    cause = error.__cause__ or error.__context__ or (error.args[-1] if error.args else None)
    known = (_known(problem, limits) for problem in (cause, error))
    return next(filter(None, known), (f"the connection broke ({type(error).__name__})", "Try again."))


def _known(problem: object, limits: Limits) -> tuple[str, str] | None:
    import ssl  # noqa: PLC0415 - only where something failed

    from urllib3 import exceptions  # noqa: PLC0415 - as above

    if isinstance(problem, ssl.SSLCertVerificationError):
        return f"TLS: {problem.verify_message}", "Check `tls.ca`, and the name in the certificate."
    if isinstance(problem, exceptions.NameResolutionError):
        return "the server's name can't be resolved", "Check the `url`."
    if isinstance(problem, exceptions.NewConnectionError):
        return "the server can't be reached", "Check the `url`, and that no firewall is in the way."
    if isinstance(problem, (exceptions.TimeoutError, TimeoutError)):
        return too_slow(limits)
    if isinstance(problem, (ssl.SSLError, exceptions.SSLError)):
        return "TLS failed", "Check `tls.cert` and `tls.key`, and that the server speaks TLS."
    return None
