"""The architecture and the style, as tests: every offender is named with file and line.

Rules are functions from a module to its offences, kept in one tuple; each has a small example that it must refuse and
one that it must accept, so that a rule cannot rot into one that never fires.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
ORDER = ("chain", "proposals", "governance", "treasury", "dao")
"""Imports run one way: a package may import itself and what stands left of it."""

MODULE_LINES = 400
FUNCTION_LINES = 70

EFFECTS = frozenset({
    "aiohttp", "asyncio", "concurrent", "eth", "eth_tester", "fcntl", "getpass", "glob", "gql", "http", "io",
    "ipfshttpclient", "locale", "logging", "multiprocessing", "os", "pathlib", "platform", "random", "requests", "rich",
    "safe_eth", "secrets", "shutil", "signal", "socket", "sqlalchemy", "sqlite3", "ssl", "subprocess", "sys",
    "tempfile", "threading", "time", "typer", "urllib", "urllib3", "uuid", "web3", "websockets",
})  # fmt: skip
"""Modules that reach network, disk, clock, randomness or environment, or print."""
EFFECT_CALLS = frozenset({"open", "input", "exec", "eval", "__import__", "breakpoint"})
EFFECT_ATTRIBUTES = frozenset(
    {"now", "utcnow", "today", "urandom", "token_bytes", "read_bytes", "write_bytes", "write_text"}
)

DOUBLES = frozenset({"governance/counting/doubles.py", "governance/counting/javascript.py"})
"""Reproduce the doubles of Snapshot and are the only modules below that may use floats."""
JSON_NUMBERS = "chain/json_text.py"
"""Reads and refuses JSON's floats, so it has to name them."""

GATHERERS = frozenset({
    ("proposals/outline.py", "Outline"), ("dao/record/case.py", "Case"), ("dao/record/verify.py", "_Opening"),
})  # fmt: skip
"""Classes that gather as one pass goes on and are values only when it has ended; every other dataclass is frozen."""

UNFINISHED = re.compile(r"\b(?:" + "|".join(["TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"]) + r")\b")
MACHINE = re.compile(
    r"(?:^|[\s\"'`(=:])/(?:home|root|work|opt|mnt|Users)/\w"  # a path of somebody's machine
    r"|https?://(?:[\w.-]*\.)?(?:pypi|pythonhosted|npmjs|yarnpkg)\.(?:org|com)",  # the address of a package registry
    re.MULTILINE,
)
SKIPPED = frozenset({".git", ".venv", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", "demo", "dist"})
"""What stands at the root without being part of the repository."""
GENERATED = frozenset({"node_modules", "__pycache__"})


class Module(NamedTuple):
    """One Python module: where it is, its text and its tree."""

    path: str
    """Relative to the repository, with slashes."""
    text: str
    tree: ast.Module
    nodes: tuple[ast.AST, ...]
    """All nodes of the tree, walked once for all rules."""

    @property
    def package(self) -> str:
        return self.path.partition("/")[0]

    @property
    def is_package(self) -> bool:
        return self.path.endswith("/__init__.py")

    @property
    def is_product(self) -> bool:
        return self.package in ORDER

    @property
    def is_pure(self) -> bool:
        return self.is_product and "/clients/" not in self.path and not re.match("dao/(?!record/)", self.path)


Offence = tuple[int, str]
Rule = Callable[[Module], Iterator[Offence]]


def parse(path: str, text: str) -> Module:
    tree = ast.parse(text, path)
    return Module(path, text, tree, tuple(ast.walk(tree)))


@cache
def modules() -> tuple[Module, ...]:
    found = (file for package in (*ORDER, "tests", "benchmarks") for file in sorted((ROOT / package).rglob("*.py")))
    return tuple(
        parse(file.relative_to(ROOT).as_posix(), file.read_text("utf-8"))
        for file in found
        if not GENERATED & set(file.parts)
    )


def imports(module: Module) -> Iterator[tuple[int, str]]:
    """Give every module that is imported, by its absolute name, also below functions and `if TYPE_CHECKING`."""
    here = module.path.removesuffix(".py").split("/")[:-1]
    for node in module.nodes:
        match node:
            case ast.Import():
                yield from ((node.lineno, alias.name) for alias in node.names)
            case ast.ImportFrom(level=level):
                start = here[: len(here) - level + 1] if level else []
                name = ".".join([*start, *([node.module] if node.module else [])])
                yield node.lineno, name
                yield from ((node.lineno, f"{name}.{alias.name}") for alias in node.names)


def imports_run_one_way(module: Module) -> Iterator[Offence]:
    for line, name in imports(module):
        target = name.partition(".")[0]
        if module.is_product and target == "tests":
            yield line, "the product imports a test"
        if module.is_product and target in ORDER and ORDER.index(target) > ORDER.index(module.package):
            yield line, f"{module.package} imports {name}, which stands to its right"
        if module.is_pure and (".clients" in name or re.match(r"dao\.(?!record|errors)", name)):
            yield line, f"pure code imports {name}, which has effects"


def pure_modules_have_no_effects(module: Module) -> Iterator[Offence]:
    if not module.is_pure:
        return
    for line, name in imports(module):
        if name.partition(".")[0] in EFFECTS:
            yield line, f"imports {name}"
    for node in module.nodes:
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in EFFECT_CALLS:
                yield node.lineno, f"calls {name}()"
            case ast.Call(func=ast.Attribute(attr=name, value=ast.Name(id=owner))) if name in EFFECT_ATTRIBUTES or (
                owner,
                name,
            ) == ("Ed25519PrivateKey", "generate"):
                yield node.lineno, f"calls {owner}.{name}()"


def numbers_are_exact(module: Module) -> Iterator[Offence]:
    if not module.is_pure or module.path in DOUBLES | {JSON_NUMBERS}:
        return
    refused = {
        id(name)
        for call in module.nodes
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "isinstance"
        for name in ast.walk(call)
    }
    for node in module.nodes:
        match node:
            case ast.Constant(value=float()) | ast.Constant(value=complex()):
                yield node.lineno, f"the literal {node.value!r} is not an integer"
            case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()):
                yield node.lineno, "true division; name the rounding with // or cross-multiply"
            case ast.Name(id="float") if id(node) not in refused:
                yield node.lineno, "float, which is only named to refuse one with isinstance"
            case ast.Attribute(value=ast.Name(id="math"), attr=name) if name not in {"isqrt", "gcd", "lcm", "comb"}:
                yield node.lineno, f"math.{name} works with floats"


def modules_are_short(module: Module) -> Iterator[Offence]:
    lines = module.text.count("\n")
    if lines > MODULE_LINES:
        yield lines, f"{lines} lines, more than {MODULE_LINES}"


def functions_are_short(module: Module) -> Iterator[Offence]:
    for node in module.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
            lines = node.end_lineno - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield node.lineno, f"{node.name} has {lines} lines, more than {FUNCTION_LINES}"


def modules_say_what_they_decide(module: Module) -> Iterator[Offence]:
    if module.is_product and not ast.get_docstring(module.tree):
        yield 1, "no docstring; its first paragraph says what the module decides and what it does not"


def names_say_what_is_inside(module: Module) -> Iterator[Offence]:
    name = module.path.rpartition("/")[2].removesuffix(".py")
    if name in {"utils", "util", "helpers", "helper", "base", "common", "misc", "lib"}:
        yield 1, f"{name} says nothing about what is inside"


def packages_declare_what_is_public(module: Module) -> Iterator[Offence]:
    declared = [
        node
        for node in module.tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and target.id == "__all__"
    ]
    known = set(defined(module.tree))
    offered = {name for name in known - {"annotations"} if not name.startswith("_")}
    if module.is_product and module.is_package and offered and not declared:
        yield 1, f"a package that offers {', '.join(sorted(offered))} without __all__"
    for node in declared:
        for name in ast.literal_eval(node.value) if node.value else ():
            if name not in known:
                yield node.lineno, f"__all__ names {name}, which the module does not define"


def defined(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        match node:
            case ast.FunctionDef() | ast.ClassDef() | ast.AsyncFunctionDef():
                yield node.name
            case ast.Assign():
                yield from (
                    name.id for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)
                )
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.Import() | ast.ImportFrom():
                yield from (alias.asname or alias.name for alias in node.names)


def only_the_command_line_prints(module: Module) -> Iterator[Offence]:
    if not module.is_product or module.path.startswith("dao/cli/"):
        return
    for node in module.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            yield node.lineno, "print() outside dao/cli"


def nothing_is_pretended(module: Module) -> Iterator[Offence]:
    for line, name in imports(module):
        if "mock" in name.split("."):
            yield line, f"imports {name}; use the in-memory chain or a value"


def documents_are_frozen(module: Module) -> Iterator[Offence]:
    for node in module.nodes if module.is_pure else ():
        if not isinstance(node, ast.ClassDef) or (module.path, node.name) in GATHERERS:
            continue
        for told in map(ast.unparse, node.decorator_list):
            if re.match(r"(dataclasses\.)?dataclass\b", told) and not ("frozen=True" in told and "slots=True" in told):
                yield node.lineno, f"{node.name} is a dataclass that is not frozen and slotted"


def annotations_are_postponed(module: Module) -> Iterator[Offence]:
    if module.tree.body[1:] and not any(
        isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in module.tree.body
    ):
        yield 1, "no `from __future__ import annotations`"


RULES: tuple[Rule, ...] = (
    imports_run_one_way,
    pure_modules_have_no_effects,
    numbers_are_exact,
    modules_are_short,
    functions_are_short,
    modules_say_what_they_decide,
    names_say_what_is_inside,
    packages_declare_what_is_public,
    only_the_command_line_prints,
    nothing_is_pretended,
    documents_are_frozen,
    annotations_are_postponed,
)

EXAMPLES: tuple[tuple[Rule, str, str, str], ...] = (
    (imports_run_one_way, "chain/a.py", "import treasury.fund", "import chain.cid"),
    (
        imports_run_one_way,
        "governance/a.py",
        "def f():\n    from dao.store import x",
        "from proposals.parts import Part",
    ),
    (imports_run_one_way, "chain/a.py", "from chain.clients.node import Node", "from chain import cid"),
    (imports_run_one_way, "dao/record/a.py", "from dao import store", "from dao.errors import DaoError"),
    (pure_modules_have_no_effects, "treasury/a.py", "import time", "import hashlib"),
    (pure_modules_have_no_effects, "treasury/a.py", "from datetime import datetime as d\nd.now()", "import datetime"),
    (pure_modules_have_no_effects, "dao/record/a.py", "open('x')", "opened('x')"),
    (numbers_are_exact, "treasury/a.py", "x = 1 / 2", "x = 1 // 2"),
    (numbers_are_exact, "governance/counting/a.py", "x = 0.5", "x = 5"),
    (numbers_are_exact, "governance/tally.py", "x = float(y)", "isinstance(y, float)"),
    (numbers_are_exact, "treasury/a.py", "import math\nmath.sqrt(4)", "import math\nmath.isqrt(4)"),
    (modules_are_short, "chain/a.py", "x = 1\n" * (MODULE_LINES + 1), "x = 1\n" * MODULE_LINES),
    (functions_are_short, "chain/a.py", "def f():\n" + " x = 1\n" * FUNCTION_LINES, "def f():\n x = 1"),
    (modules_say_what_they_decide, "chain/a.py", "x = 1", '"""Decides a."""'),
    (names_say_what_is_inside, "chain/utils.py", "", ""),
    (packages_declare_what_is_public, "chain/__init__.py", "x = 1", "__all__ = ['x']\nx = 1"),
    (packages_declare_what_is_public, "chain/__init__.py", "__all__ = ['x']", "__all__ = []"),
    (only_the_command_line_prints, "dao/store/a.py", "print(1)", "sprint(1)"),
    (nothing_is_pretended, "tests/test_a.py", "from unittest import mock", "import unittest"),
    (
        documents_are_frozen,
        "chain/a.py",
        "@dataclass\nclass A: pass",
        "@dataclass(frozen=True, slots=True)\nclass A: pass",
    ),
    (annotations_are_postponed, "chain/a.py", "x = 1\ny = 1", "from __future__ import annotations\nx = 1"),
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule_holds_everywhere(rule: Rule) -> None:
    """No module of the repository offends against the rule."""
    offenders = [f"{module.path}:{line}: {told}" for module in modules() for line, told in rule(module)]

    assert [] == offenders, "\n" + "\n".join(offenders)


@pytest.mark.parametrize(("rule", "path", "bad", "good"), EXAMPLES)
def test_rule_tells_bad_from_good(rule: Rule, path: str, bad: str, good: str) -> None:
    """Every rule refuses its bad example and accepts the good one beside it."""
    good_path = "chain/keccak.py" if bad == good else path

    assert [] != list(rule(parse(path, bad)))
    assert [] == list(rule(parse(good_path, good)))


def texts() -> Iterator[tuple[str, str]]:
    """Give every text file of the repository, with its path."""
    for file in sorted(ROOT.rglob("*")):
        parts = file.relative_to(ROOT).parts
        if file.is_file() and parts[0] not in SKIPPED and not GENERATED & set(parts):
            try:
                yield "/".join(parts), file.read_text("utf-8")
            except UnicodeDecodeError:
                continue


def test_nothing_is_left_unfinished() -> None:
    """What is not done is an issue, not a remark in the code."""
    found = [
        f"{path}:{text[: hit.start()].count(chr(10)) + 1}: {hit[0]}"
        for path, text in texts()
        for hit in UNFINISHED.finditer(text)
    ]

    assert [] == found, "\n" + "\n".join(found)


def test_repository_names_no_machine() -> None:
    """No file names a path of one machine or the address of a package registry."""
    found = [
        f"{path}:{text[: hit.start() + 1].count(chr(10)) + 1}: {hit[0].strip()}"
        for path, text in texts()
        for hit in MACHINE.finditer(text)
    ]

    assert [] == found, "\n" + "\n".join(found)


def test_machine_words_are_recognised() -> None:
    """The pattern finds paths and registries where they stand, and nothing in ordinary prose."""
    assert MACHINE.search('open("/' + 'home/someone/x")')
    assert MACHINE.search("resolved: https://registry." + "npmjs.org/x")
    assert not MACHINE.search("root/branch, the store at demo/home/x, https://example.org/home/")


def test_every_due_hostile_line_has_a_test() -> None:
    """The hostile lines listed as due have named tests, and every named test is listed."""
    due = set(re.findall(r"^H\d+", (ROOT / "tests" / "hostile_due.txt").read_text("utf-8"), re.MULTILINE))
    named = {
        f"H{hit[1]}"
        for file in (ROOT / "tests").rglob("test_*.py")
        for hit in re.finditer(r"^\s*(?:async )?def test_H(\d+)_", file.read_text("utf-8"), re.MULTILINE)
    }

    assert set() == due - named, "due, but no test_Hnn_… exists"
    assert set() == named - due, "tested, but not listed in tests/hostile_due.txt"
