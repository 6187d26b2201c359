"""What CONTRIBUTING says is so: its recipes run word by word, its lists are those of the code."""

import ast
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import pytest
from conftest import RATE, REPOSITORY, call, fill, noise, sine, write

TEXT = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
PACKAGE = REPOSITORY / "src/auris"
PLUGIN = REPOSITORY / "tests/plugin"
MAX_HOPS = 4
MAX_LINES = 200  # of all that is read from the command to the loss
BY_LIGHTNING = {"training_step": "fit"}  # what its trainer calls, and in which method
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HEADER = "# @package _global_\n"  # Hydra asks for it before anything else
QUICK = ("trainer.max_epochs=1", "logger=csv", "report=false")


class File(NamedTuple):
    """A block that begins with the name of a file."""

    path: str
    text: str

    @property
    def exists(self) -> bool:
        """Whether the repository has it, so that the block is an excerpt."""
        return (REPOSITORY / self.path).exists()


class Function(NamedTuple):
    """One that is named as `training/fit.py:fit`."""

    path: str
    name: str

    @property
    def node(self) -> ast.FunctionDef:
        """Its definition."""
        body = ast.parse((PACKAGE / self.path).read_text(encoding="utf-8")).body
        *outer, last = self.name.split(".")
        for name in outer:
            body = find_definition(body, name).body
        node = find_definition(body, last)
        assert isinstance(node, ast.FunctionDef)
        return node

    @property
    def called_as(self) -> str:
        """The name under which the one before it calls it."""
        *outer, last = self.name.split(".")
        return outer[-1] if last == "__call__" else BY_LIGHTNING.get(last, last)

    @property
    def size(self) -> int:
        """Its lines, from its name to its end."""
        return self.node.end_lineno - self.node.lineno + 1


def find_definition(body: list[ast.stmt], name: str) -> ast.FunctionDef | ast.ClassDef:
    """The function or class of this name."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name:
            return node
    raise LookupError(name)


def section(title: str) -> str:
    """The text below a title."""
    return TEXT.split(f"\n## {title}\n")[1].split("\n## ")[0]


def files_of(languages: tuple[str, ...] = ("python", "yaml")) -> list[File]:
    """The blocks that are files, in order."""
    blocks = [text for language, text in BLOCK.findall(TEXT) if language in languages]
    first = rf"(?:{HEADER})?# ([\w/]+\.\w+)\n"
    named = [(re.match(first, text), text) for text in blocks]
    assert all(match for match, _ in named), "a block begins with the name of its file"
    return [File(match[1], text) for match, text in named if match]


def hops() -> list[list[Function]]:
    """The functions from the command to the loss, hop by hop."""
    items = re.split(r"^\d\. ", section("From the command to the loss"), flags=re.M)
    names = [re.findall(r"`([\w/]+\.py):([\w.]+)`", item) for item in items[1:]]
    return [[Function(*name) for name in item] for item in names]


def names_in(node: ast.AST) -> Iterator[str]:
    """The names that a piece of code uses."""
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.Attribute):
            yield part.attr
        elif isinstance(part, ast.Constant):
            yield from re.findall(r"^auris\..*\b(\w+)$", str(part.value))  # found late


FILES = files_of()
RECIPES = [
    re.sub(r"\\\n\s*", "", text).splitlines()
    for language, text in BLOCK.findall(TEXT)
    if language == "sh"
]
TRAIN = [line for lines in RECIPES for line in lines if line.startswith("python")]
MOVES = dict(re.findall(r"^\| `([^`]+)` \| `(src/[^`]+)` \|$", TEXT, re.MULTILINE))


def record(place: Path) -> None:
    """The recordings that the recipes speak of."""
    fill(place / "recordings")
    (place / "takes").mkdir()
    rows = ["path,label"]
    for path in sorted((place / "recordings").glob("*/*.wav")):
        label = path.parent.name
        rows.append(f"{label}/{path.name},{label}")
        shutil.copy(path, place / f"takes/{label}_{path.name}")
    (place / "recordings/clips.csv").write_text("\n".join(rows))
    for count in (1, 2, 3):
        for take in range(6):
            beeps = 0.01 * noise(take, 1.0) + count / 4 * sine(500 + 20 * take, 1.0)
            write(place / f"counted/{count}/{take}.wav", beeps, RATE)


def forget_plugins() -> None:
    """Let the next import of a plug-in find the files of its own test."""
    for name in list(sys.modules):
        if name.partition(".")[0] in ("my_package", "beeps"):
            del sys.modules[name]


def save(path: Path, text: str) -> None:
    """Write a file, or more of one that is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the recordings and all files of the recipes, and the path to it."""
    place = tmp_path_factory.mktemp("contributing")
    record(place)
    (place / "tests").symlink_to(REPOSITORY / "tests")
    for file in FILES:
        if not file.exists:
            save(place / file.path, file.text)
    forget_plugins()
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(place)
        yield place
    forget_plugins()


@pytest.mark.parametrize("lines", RECIPES, ids=" && ".join)
def test_a_recipe_works_in_a_package_of_ones_own(lines: list[str], place: Path) -> None:
    for line in lines:
        words = shlex.split(line)
        if words[0] == "python":
            done = call(*words[1:], "trainer.max_epochs=1", cwd=place)
        else:
            done = subprocess.run(words, cwd=place, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of Auris with the recipes inside of it, and the path to it."""
    checkout = tmp_path_factory.mktemp("inside")
    for name in ("src/auris", "configs"):
        shutil.copytree(REPOSITORY / name, checkout / name)
    shutil.copy(REPOSITORY / "train.py", checkout)
    record(checkout)
    move_into_auris(checkout)
    with pytest.MonkeyPatch.context() as patch:
        for name in auris_modules():
            patch.delitem(sys.modules, name)
        patch.syspath_prepend(checkout / "src")
        yield checkout
        for name in auris_modules():
            del sys.modules[name]


def auris_modules() -> list[str]:
    """The modules of Auris that are imported."""
    return [name for name in sys.modules if name.partition(".")[0] == "auris"]


@pytest.mark.parametrize("line", TRAIN, ids=str)
def test_a_recipe_works_inside_of_auris(line: str, checkout: Path) -> None:
    outer = re.compile(r"--config-dir=|plugins=")
    words = [word for word in shlex.split(line)[2:] if not outer.match(word)]
    script = str(checkout / "train.py")
    done = call(script, *words, *QUICK, cwd=checkout)
    assert done.returncode == 0, done.stderr
    assert Path(sys.modules["auris"].__file__ or "").is_relative_to(checkout)


def move_into_auris(checkout: Path) -> None:
    """Put the files of the recipes where the table says that they go."""
    plugin = [
        File(str(path.relative_to(PLUGIN)), path.read_text(encoding="utf-8"))
        for path in sorted(PLUGIN.rglob("*"))
        if path.suffix in (".py", ".yaml")
    ]
    for file in [*FILES, *plugin]:
        if not file.exists:
            path = file.path.replace("conf/", "configs/")
            save(checkout / renamed(path, MOVES), renamed(file.text, modules()))


def modules() -> dict[str, str]:
    """The table of moves as the names of modules."""
    named = {}
    for old, new in MOVES.items():
        module = new.removeprefix("src/").removesuffix(".py").replace("/", ".")
        named[old.removesuffix(".py").replace("/", ".")] = module
    return named


def renamed(text: str, names: dict[str, str]) -> str:
    """The text with new names where an old one stands whole, or as a beginning."""
    for old, new in names.items():
        text = re.sub(rf"(?<![\w./]){re.escape(old)}(?=[./]|$)", new, text)
    return text


def test_each_recipe_has_its_place_in_auris() -> None:
    own = {file.path for file in FILES if file.path.startswith("my_package")}
    assert own == {path for path in MOVES if path.endswith(".py")}
    assert own and "beeps" in MOVES
    assert all((REPOSITORY / path).parent.is_dir() for path in MOVES.values())


def test_what_is_shown_of_a_file_is_in_it() -> None:
    excerpts = [file for file in FILES if file.exists]
    assert excerpts
    for path, text in excerpts:
        assert text.partition("\n")[2] in (REPOSITORY / path).read_text()


def test_a_task_is_what_the_table_says(monkeypatch: pytest.MonkeyPatch) -> None:
    row = r"^\| `(\w+)\.py` \| `(\w+)\((\w+)\)` \| (.+) \|$"
    rows = re.findall(row, section("Add a task"), re.MULTILINE)
    monkeypatch.syspath_prepend(PLUGIN)
    for module, name, base, methods in rows:
        cls = getattr(import_module(f"beeps.{module}"), name)
        (parent,) = (parent for parent in cls.__mro__ if parent.__name__ == base)
        assert set(re.findall(r"`(\w+)`", methods)) == parent.__abstractmethods__
    own = {path.stem for path in (PLUGIN / "beeps").glob("[a-z]*.py")}
    assert {module for module, *_ in rows} == own


def test_the_rooms_are_those_of_the_house() -> None:
    sentences = dict(re.findall(r"^- `(\w+)`: (.*)$", section("The rooms"), re.M))
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
    layers = project["tool"]["importlinter"]["contracts"][0]["layers"]
    floors = [room for layer in layers for room in layer.split(" | ")]
    assert list(sentences) == ["cli", *floors]
    for room, sentence in sentences.items():
        tree = ast.parse((PACKAGE / room / "__init__.py").read_text())
        assert sentence == " ".join((ast.get_docstring(tree) or "").split())


def test_from_the_command_to_the_loss_each_calls_the_next() -> None:
    caller: ast.AST = ast.parse((REPOSITORY / "train.py").read_text())
    for function in (function for hop in hops() for function in hop):
        assert function.called_as in names_in(caller), function
        caller = function.node
    assert ast.unparse(caller).endswith("return self.loss(output, target)")


def test_from_the_command_to_the_loss_are_few_hops_and_lines() -> None:
    assert 0 < len(hops()) <= MAX_HOPS
    assert sum(function.size for hop in hops() for function in hop) <= MAX_LINES


def test_every_file_that_is_named_is_there() -> None:
    named = set(re.findall(r"`((?:tests|configs|src)/[\w/.]+)`", TEXT))
    named -= set(MOVES.values())
    named |= {f"src/auris/{path}" for path in re.findall(r"\(`(\w+/\w+\.py)`\)", TEXT)}
    assert named and all((REPOSITORY / path).exists() for path in named)


def test_every_class_that_is_named_is_there() -> None:
    named = re.findall(r"`([A-Z][a-z]\w*)`", TEXT)
    paths = [*PACKAGE.rglob("*.py"), *PLUGIN.rglob("*.py")]
    code = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    assert named and set(named) <= set(re.findall(r"^class (\w+)", code, re.MULTILINE))
