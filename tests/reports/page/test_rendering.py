"""What a template shows of a value: everything, as text, and nothing that acts."""

import subprocess
import sys

import pytest

from platform_gate.reports.page import rendering
from tests.reports.formats.fleets import ATTACKS, UNSEEN
from tests.samples import manifest


def shown(value: object) -> str:
    return rendering.environment().from_string("<p title='{{ value }}'>{{ value }}</p>").render(value=value)


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_value_is_text_and_a_runner_finds_no_command(attack: str) -> None:
    text = shown(attack)
    assert text.count("<") == 2
    assert text.count("'") == 2
    assert "##[" not in text
    assert "::" not in text


def test_what_hides_is_spelled_out() -> None:
    text = shown("\x1b[31m\u202e\x85\udcff\n::error::\r")
    assert not UNSEEN.search(text)
    assert r"\x1b[31m\u202e\x85\udcff\x0a" in text


def test_numbers_and_markup_stay_as_they_are() -> None:
    assert shown(5) == "<p title='5'>5</p>"
    assert "><b>x</b></p>" in shown(rendering.markup("<b>x</b>"))


def test_a_misspelt_name_in_a_template_is_an_error() -> None:
    with pytest.raises(Exception, match="undefined"):
        rendering.environment().from_string("{{ verdikt }}").render()


def test_without_the_extra_an_error_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['jinja2'] = None\n"
        "from platform_gate.cli.main import run\n"
        "sys.exit(run(['check', '-f', 'html', '-']))"
    )
    text = manifest().encode()
    done = subprocess.run([sys.executable, "-c", code], input=text, capture_output=True, timeout=60, check=False)
    assert done.returncode == 2
    assert b"platform-gate[html]" in done.stderr
    assert b"Traceback" not in done.stderr


def test_other_formats_never_import_it() -> None:
    code = (
        "import sys; from platform_gate.cli.main import run\n"
        "run(['check', '-f', 'json', '-o', 'sarif=/dev/null', '-'])\n"
        "sys.exit('jinja2' in sys.modules or 'markupsafe' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], input=b"a", capture_output=True, timeout=60, check=False)
    assert done.returncode == 0
