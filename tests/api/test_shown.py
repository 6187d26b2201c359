"""What README and docs/python.md show of `import auris` is there."""

import ast
import re

import pytest
from conftest import REPOSITORY

import auris
from auris.api.model import TrainedModel
from auris.api.run import OpenedRun

PAGE = (REPOSITORY / "docs/python.md").read_text(encoding="utf-8")
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
SECTION = README.split("## In Python")[1].split("\n\n[")[0]
BLOCKS = [
    *re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL),
    re.sub(r"^    ", "", SECTION, flags=re.MULTILINE),
]
KINDS = {"auris": auris, "run": OpenedRun, "model": TrainedModel}
OF_A_RUN = ("folder", "result", "settings")  # which only an opened one has


@pytest.mark.parametrize("block", BLOCKS)
def test_what_is_shown_is_there(block: str) -> None:
    tree = ast.parse(block)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            owner = KINDS.get(node.value.id)
            known = owner is None or hasattr(owner, node.attr)
            assert known or node.attr in OF_A_RUN, ast.unparse(node)
    assert len(BLOCKS) > 5
