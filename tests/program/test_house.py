"""The rooms of the house: what a package says of itself, and where modules are imported."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import REPOSITORY

PACKAGE = REPOSITORY / "src/auris"
MODULES = sorted(PACKAGE.rglob("*.py"))
HIDING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.If, ast.Try)


def imports_of(tree: ast.AST) -> Iterator[str]:
    """The modules that are imported anywhere within a piece of code."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "auris" if node.level else node.module or ""


def hidden_imports(code: str) -> list[str]:
    """The modules of our own that are imported in functions, or under conditions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, HIDING):
            names.update(imports_of(node))
    return sorted(name for name in names if name.partition(".")[0] == "auris")


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("from auris.core import log", []),
        ("def f():\n    import scipy", []),
        (
            "class A:\n    def f(self):\n        from auris.core import log",
            ["auris.core"],
        ),
        ("if TYPE_CHECKING:\n    import auris.core.log", ["auris.core.log"]),
        ("def f():\n    from . import log", ["auris"]),
    ],
)
def test_hidden_imports_are_found(code: str, found: list[str]) -> None:
    assert hidden_imports(code) == found


def test_modules_of_our_own_are_imported_at_the_top() -> None:
    found = {}
    for path in MODULES:
        if names := hidden_imports(path.read_text(encoding="utf-8")):
            found[str(path.relative_to(PACKAGE))] = names
    assert found == {}


@pytest.mark.parametrize(
    "path",
    [path for path in MODULES if path.name == "__init__.py"],
    ids=lambda path: str(path.parent.relative_to(PACKAGE)),
)
def test_a_package_is_one_docstring(path: Path) -> None:
    first, *others = ast.parse(path.read_text(encoding="utf-8")).body
    assert isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    if path.parent == PACKAGE:  # which holds the version, and offers the interface
        kinds = [type(other) for other in others]
        assert kinds == [
            ast.ImportFrom,
            ast.ImportFrom,
            ast.Assign,
            ast.Assign,
            ast.FunctionDef,
            ast.FunctionDef,
        ]
    else:
        assert others == []
