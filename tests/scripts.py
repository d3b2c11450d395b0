"""Scripts that are no part of the package, as modules."""

import importlib.util
from types import ModuleType

from tests.conftest import ROOT


def load(path: str) -> ModuleType:
    """The script at a path of the repository, not run as a program."""
    spec = importlib.util.spec_from_file_location(path.replace("/", "_").removesuffix(".py"), ROOT / path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
