"""Keep one comment on the pull request up to date, for the GitHub Action.

    comment.py MODE VERDICT REPORT     MODE is auto, always or never; REPORT is the Markdown report

A comment is a service to readers: whatever goes wrong here is written to the log, and the exit code is always 0. The
comment is found by a marker at its start, and only among those of the token's own account or of bots, because whoever
wrote a comment can edit it.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from http.client import HTTPException
from pathlib import Path
from typing import Any, Final, NamedTuple

MOST_CHARACTERS: Final = 65_536
"""GitHub refuses a longer comment."""
MOST_PAGES: Final = 30
PER_PAGE: Final = 100
SECONDS: Final = 20
CUT: Final = "\n\n*Cut here. The job summary has the rest.*\n"
NOT_JUDGED: Final = "**platform-gate could not judge this change.** The log of the run says why.\n"
FORBIDDEN: Final = (401, 403, 404)


class Api(NamedTuple):
    """GitHub's API for the comments of one pull request: `address` is that of the repository."""

    address: str
    number: int
    token: str

    def request(self, method: str, path: str, body: Mapping[str, str] | None = None) -> Any:
        """The answer's JSON; raises ``OSError``, ``HTTPException`` or ``ValueError`` where there is none."""
        headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "User-Agent": "platform-gate",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        data = json.dumps(body).encode() if body else None
        request = urllib.request.Request(f"{self.address}{path}", data, headers, method=method)  # noqa: S310 - the runner's
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=SECONDS) as answer:
            return json.load(answer)

    def comments(self) -> Iterator[Mapping[str, Any]]:
        """The comments of the pull request, oldest first."""
        for page in range(1, MOST_PAGES + 1):
            several = self.request("GET", f"/issues/{self.number}/comments?per_page={PER_PAGE}&page={page}")
            yield from several
            if len(several) < PER_PAGE:
                return


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would take the token to another host."""

    def redirect_request(self, *_words: object) -> None:
        return None


def text(report: Path, marker: str) -> str:
    """The body of the comment: the marker, and the report within GitHub's limit."""
    body = report.read_text(encoding="utf-8", errors="replace") if report.is_file() else NOT_JUDGED
    whole = f"{marker}\n{body}"
    return whole if len(whole) <= MOST_CHARACTERS else whole[: MOST_CHARACTERS - len(CUT)] + CUT


def marker(environment: Mapping[str, str]) -> str:
    """A line that nobody sees, different for every use of the Action in a repository."""
    names = ("GITHUB_WORKFLOW", "GITHUB_JOB", "GATE_DIRECTORY", "GATE_PATHS")
    key = hashlib.sha256("\0".join(environment.get(name, "") for name in names).encode()).hexdigest()
    return f"<!-- platform-gate {key[:16]} -->"


def post(api: Api, body: str, mark: str, *, always: bool, passed: bool) -> str:
    """Update the comment, or write it where it is wanted; say what was done."""
    own = next((comment for comment in api.comments() if _is_own(comment, mark)), None)
    if own is not None:
        if own.get("body") == body:
            return "the comment is up to date"
        api.request("PATCH", f"/issues/comments/{int(own['id'])}", {"body": body})
        return "the comment was updated"
    if passed and not always:
        return "no comment: everything passes (comment: always)"
    api.request("POST", f"/issues/{api.number}/comments", {"body": body})
    return "a comment was written"


def _is_own(comment: Mapping[str, Any], mark: str) -> bool:
    by_bot = (comment.get("user") or {}).get("type") == "Bot"
    return by_bot and str(comment.get("body") or "").startswith(mark)


def api_of(environment: Mapping[str, str]) -> Api | None:
    """The pull request that the event is about; None if it is about another thing."""
    event = json.loads(Path(environment["GITHUB_EVENT_PATH"]).read_bytes())
    number = (event.get("pull_request") or {}).get("number")
    if not isinstance(number, int):
        return None
    return Api(
        f"{environment['GITHUB_API_URL']}/repos/{environment['GITHUB_REPOSITORY']}", number, environment["TOKEN"]
    )


def main(words: Sequence[str], environment: Mapping[str, str]) -> str:
    """What was done, or why nothing was."""
    mode, verdict, report = words
    if mode == "never":
        return "no comment is wanted"
    if mode not in ("auto", "always"):
        return f"no comment: the input `comment` is auto, always or never, not {mode!a}"
    try:
        return _comment(Path(report), environment, always=mode == "always", passed=verdict == "passed")
    except urllib.error.HTTPError as error:
        if error.code in FORBIDDEN:
            return f"no comment: the token may not write to pull requests ({error.code}), as that of a fork may not"
        return f"no comment: GitHub answered {error.code}"
    except (OSError, HTTPException, ValueError, KeyError, TypeError, AttributeError) as error:
        return f"no comment: {type(error).__name__}"


def _comment(report: Path, environment: Mapping[str, str], *, always: bool, passed: bool) -> str:
    api = api_of(environment)
    if api is None:
        return "no comment: this is no pull request"
    mark = marker(environment)
    return post(api, text(report, mark), mark, always=always, passed=passed)


if __name__ == "__main__":
    print(f"platform-gate: {main(sys.argv[1:], os.environ)}")  # noqa: T201 - the log
