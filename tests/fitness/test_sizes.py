"""The sizes of `style.md` §2, measured: a reader should never meet a function or module that cannot be held in the head."""

from __future__ import annotations

import ast
import statistics
import tokenize
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted(p for folder in ("dunghen", "services") for p in (ROOT / folder).rglob("*.py"))
LONGEST_FUNCTION, LONGEST_MODULE, USUAL_MODULE, USUAL_FUNCTION, MOST_PARAMETERS = 50, 300, 200, 8, 4


def functions_of(source: str) -> list[tuple[str, int, int]]:
    """(name, lines of code without its docstring, parameters without self) of each function."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
            first = body[0].lineno if body else node.lineno
            names = [a.arg for a in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs] if a.arg not in ("self", "cls")]
            found.append((node.name, (node.end_lineno or first) - first + 2, len(names)))
    return found


def everything() -> list[tuple[Path, str, int, int]]:
    return [(p, *f) for p in MODULES for f in functions_of(p.read_text(encoding="utf-8"))]


def test_no_function_is_longer_than_fifty_lines() -> None:
    assert [f"{p.relative_to(ROOT)}:{n} ({size})" for p, n, size, _ in everything() if size > LONGEST_FUNCTION] == []


def test_the_median_function_has_at_most_eight_lines() -> None:
    assert statistics.median(size for _, _, size, _ in everything()) <= USUAL_FUNCTION


def test_no_function_takes_more_than_four_parameters() -> None:
    waived = {"settings_customise_sources"}  # the library's signature
    routes = ROOT / "services"  # a route's query parameters are its public interface, a command's options are its own
    ours = [
        (p, n, k)
        for p, n, _, k in everything()
        if n not in waived and not (p.is_relative_to(routes) and p.name.startswith("routes")) and not p.is_relative_to(ROOT / "dunghen/cli")
    ]
    assert [f"{p.relative_to(ROOT)}:{n} ({k})" for p, n, k in ours if k > MOST_PARAMETERS] == []


def test_no_module_is_longer_than_three_hundred_lines_and_nine_in_ten_stay_below_two_hundred() -> None:
    sizes = {p: p.read_text(encoding="utf-8").count("\n") for p in MODULES}
    assert [f"{p.relative_to(ROOT)} ({n})" for p, n in sizes.items() if n > LONGEST_MODULE] == []
    assert statistics.quantiles(sizes.values(), n=10)[-1] <= USUAL_MODULE


def test_every_module_says_what_it_is_for() -> None:
    assert [
        str(p.relative_to(ROOT)) for p in MODULES if p.stat().st_size and not ast.get_docstring(ast.parse(p.read_text(encoding="utf-8")))
    ] == []


def test_nothing_is_named_utils_common_helpers_or_manager() -> None:
    assert [str(p.relative_to(ROOT)) for p in MODULES if p.stem in {"utils", "util", "common", "helpers", "manager", "misc"}] == []


def test_no_two_files_of_tests_have_one_name() -> None:
    """pytest imports them by it, and would stop at the second."""
    names = Counter(path.name for path in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name, count in names.items() if count > 1] == []


def test_no_file_names_a_path_of_a_machine() -> None:
    files = [
        p
        for f in ("dunghen", "services", "tests", "deploy", "docs", "wall/src")
        for p in (ROOT / f).rglob("*")
        if p.suffix in {".py", ".md", ".ts", ".tsx", ".toml", ".yml", ".sh"}
    ]
    bad = ["/" + "work/", "/" + "root/", "/" + "home/"]
    assert [
        str(p.relative_to(ROOT)) for p in files if "node_modules" not in p.parts and any(b in p.read_text(encoding="utf-8") for b in bad)
    ] == []


@pytest.mark.parametrize(("source", "size"), [("def f():\n    return 1\n", 2), ("def f():\n    'd'\n    a = 1\n    return a\n", 3)])
def test_the_measure_counts_code_not_docstrings(source: str, size: int) -> None:
    assert functions_of(source)[0][1] == size


def test_source_files_are_utf8() -> None:
    for module in MODULES:
        with tokenize.open(module) as file:
            assert file.encoding.lower().replace("_", "-") in {"utf-8", "utf-8-sig"}
