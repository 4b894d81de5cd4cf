# SPDX-License-Identifier: Apache-2.0
"""Sizes, headers and words that style asks for."""

import os
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILE_LINES_MAX = 800
FUNCTION_LINES_MAX = 80
WIDTH_MAX = 100


def tracked(*suffixes):
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True,
                           capture_output=True, text=True).stdout.split("\n")
    return [n for n in names if n.endswith(suffixes) and (ROOT / n).is_file()]


CODE = tracked(".h", ".cc", ".py", ".sh", ".proto")
CPP = tracked(".h", ".cc")


@pytest.mark.parametrize("name", CODE)
def test_file_fits_one_sitting(name):
    text = (ROOT / name).read_text()
    assert text.count("\n") <= FILE_LINES_MAX, "which noun is missing?"
    assert "SPDX-License-Identifier: Apache-2.0" in "\n".join(text.split("\n")[:3])


@pytest.mark.parametrize("name", CPP)
def test_lines_are_not_too_wide(name):
    for number, line in enumerate((ROOT / name).read_text().split("\n"), 1):
        if line.lstrip().startswith(("#include", "// http")) or 'R"' in line:
            continue
        assert len(line) <= WIDTH_MAX, f"{name}:{number}: {len(line)} columns"


@pytest.mark.parametrize("name", tracked(".h"))
def test_header_is_guarded(name):
    assert "#pragma once" in (ROOT / name).read_text()


@pytest.mark.parametrize("name", CPP)
def test_functions_are_short(name):
    """A body that opens at the left edge (all of ours do: namespaces are not indented)."""
    start = None
    signature = False  # Inside a signature that goes over several lines.
    for number, line in enumerate((ROOT / name).read_text().split("\n"), 1):
        opens = re.search(r"\)( const| noexcept| override| ->.*)* \{$", line)
        if start is None and (re.match(r"^[A-Za-z~].*\(", line) or signature):
            signature = not opens and line.endswith((",", "("))
            if opens:
                start = number
        elif start is not None and line == "}":
            assert number - start <= FUNCTION_LINES_MAX, f"{name}:{start}: {number - start} lines"
            start = None


def test_no_sleep_in_tests():
    for name in tracked(".cc", ".h"):
        if name.startswith("tests/"):
            text = (ROOT / name).read_text()
            assert not re.search(r"sleep_for|usleep\(|\bsleep\(", text), name


def test_no_machine_paths_and_no_unfinished_marks():
    for name in CODE + tracked(".md", ".txt", ".cmake", ".json"):
        if name == "tests/lint/test_style.py":
            continue
        text = (ROOT / name).read_text(errors="replace")
        assert not re.search(r"(^|[^a-zA-Z0-9_])/(work|farm)/|/root/\.", text), name
        assert not re.search(r"\b(TODO|FIXME|XXX|HACK)\b", text), name


def test_exceptions_are_caught_only_at_the_seams():
    for name in CPP:
        if name.startswith("tests/"):
            continue
        for match in re.finditer(r"catch \(\.\.\.\) *\{ *\}", (ROOT / name).read_text()):
            raise AssertionError(f"{name}: swallows everything at {match.start()}")


def test_configuration_page_is_generated_from_the_rows():
    binary = pathlib.Path(os.environ.get("CAIRN_BIN", ROOT / "build" / "bin" / "cairn"))
    if not binary.exists():
        pytest.skip("not built")
    page = subprocess.run([binary, "getconf", "-docs"], check=True, capture_output=True).stdout
    assert page == (ROOT / "docs" / "configuration.md").read_bytes(), \
        "run: build/bin/cairn getconf -docs > docs/configuration.md"
