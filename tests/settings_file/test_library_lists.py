"""The versions that a project's files name are read from each kind of file, and nothing in one can do harm."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.settings_file.library_lists import ELSEWHERE, LONGEST, WATCHED, Found, UnreadableListError, libraries_in

FILES = {
    "requirements.txt": "# a comment\nopenai==1.66.3 --hash=sha256:ab # pinned\nrequests>=2\n",
    "pyproject.toml": '[project]\nname = "x"\ndependencies = ["openai[aiohttp] == 1.66.3; python_version > \'3.9\'"]\n',
    "poetry.lock": '[[package]]\nname = "openai"\nversion = "1.66.3"\n[[package]]\nname = "other"\nversion = "9"\n',
    "uv.lock": 'version = 1\n[[package]]\nname = "openai"\nversion = "1.66.3"\nsource = { registry = "x" }\n',
    "Pipfile.lock": json.dumps({"default": {"openai": {"version": "==1.66.3", "hashes": []}}}),
    "package.json": json.dumps({"dependencies": {"openai": "1.66.3", "left-pad": "1"}}),
    "package-lock.json": json.dumps({"packages": {"": {}, "node_modules/openai": {"version": "1.66.3"}}}),
    "App.csproj": '<Project><ItemGroup><PackageReference Include="openai" Version="1.66.3" /></ItemGroup></Project>',
    "Directory.Packages.props": (
        '<Project xmlns="urn:x"><ItemGroup><PackageVersion Include="OpenAI"><Version>1.66.3</Version></PackageVersion>'
        "</ItemGroup></Project>"
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_a_pin_is_read_from_each_kind_of_file(name: str) -> None:
    (library,) = libraries_in(f"app/{name}", FILES[name]).libraries
    assert (library.name.lower(), library.version, library.least) == ("openai", "1.66.3", None)


@pytest.mark.parametrize(
    ("line", "version", "least", "spec"),
    [
        ("OpenAI==1.66.3", "1.66.3", None, "==1.66.3"),
        ("openai===1.66.3", "1.66.3", None, "===1.66.3"),
        ("openai", None, None, ""),
        ("openai>=1.66,<2", None, "1.66", ">=1.66,<2"),
        ("openai (>=1.66)", None, "1.66", ">=1.66"),
        ("openai~=1.66.1", None, "1.66.1", "~=1.66.1"),
        ("openai==1.66.*", None, "1.66", "==1.66.*"),
        ("openai<2", None, None, "<2"),
        ("openai @ https://user:hunter2@example.com/openai.whl", None, None, ELSEWHERE),
        ("openai @ git+https://token@github.com/x/y", None, None, ELSEWHERE),
        ("openai==2.0.0rc1", "2.0.0rc1", None, "==2.0.0rc1"),
        ("openai; sys_platform == 'win32'", None, None, ""),
        ("semantic_kernel==1.27.0", "1.27.0", None, "==1.27.0"),
        ("azure.ai.projects==2.0.0", "2.0.0", None, "==2.0.0"),
    ],
)
def test_a_python_requirement_tells_a_pin_a_range_or_nothing(
    line: str, version: str | None, least: str | None, spec: str
) -> None:
    (library,) = libraries_in("requirements.txt", line).libraries
    assert (library.version, library.least, library.spec) == (version, least, spec)


@pytest.mark.parametrize("line", ["openai-whisper==1.0", "myopenai==1", "# openai==1.0", "--pre", "-e ."])
def test_what_only_resembles_a_library_is_none(line: str) -> None:
    assert libraries_in("requirements.txt", line).libraries == ()


@pytest.mark.parametrize(
    ("spec", "version", "least"),
    [
        ("4.87.0", "4.87.0", None),
        ("=4.87.0", "4.87.0", None),
        ("^4.87.0", None, "4.87.0"),
        ("~4.87.0", None, "4.87.0"),
        (">=4.87.0 <5", None, "4.87.0"),
        ("4.x", None, "4"),
        ("next-14", None, None),
        ("latest", None, None),
        ("^3 || ^4", None, None),
        ("https://token@example.com/openai.tgz", None, None),
    ],
)
def test_an_npm_range_tells_its_least(spec: str, version: str | None, least: str | None) -> None:
    (library,) = libraries_in("package.json", json.dumps({"dependencies": {"openai": spec}})).libraries
    assert (library.version, library.least) == (version, least)
    assert "token" not in library.spec


@pytest.mark.parametrize(
    ("spec", "version", "least"),
    [
        ("2.2.0-beta.3", "2.2.0-beta.3", None),
        ("[2.2.0]", "2.2.0", None),
        ("[2.1.0,3.0)", None, "2.1.0"),
        ("2.*", None, None),
        ("$(OpenAIVersion)", None, None),
    ],
)
def test_a_nuget_version_is_what_is_restored(spec: str, version: str | None, least: str | None) -> None:
    text = f'<Project><PackageReference Include="Azure.AI.OpenAI" Version="{spec}"/></Project>'
    (library,) = libraries_in("x.csproj", text).libraries
    assert (library.name, library.version, library.least) == ("Azure.AI.OpenAI", version, least)


def test_poetry_and_groups_are_read_too() -> None:
    text = """
[project.optional-dependencies]
ai = ["openai>=1.66"]
[dependency-groups]
test = ["semantic-kernel==1.27.0", {include-group = "x"}]
[tool.poetry.dependencies]
openai = "1.66.0"
azure-ai-projects = {version = "^2.0", extras = ["x"]}
[tool.poetry.group.dev.dependencies]
openai = {git = "https://x"}
"""
    found = libraries_in("pyproject.toml", text).libraries
    assert [(one.name, one.version, one.least) for one in found] == [
        ("openai", None, "1.66"),
        ("semantic-kernel", "1.27.0", None),
        ("openai", None, "1.66.0"),
        ("azure-ai-projects", None, "2.0"),
        ("openai", None, None),
    ]


def test_files_that_are_drawn_in_are_named() -> None:
    assert libraries_in("requirements.in", "-r base.txt\n--requirement=more.txt\n").includes == ("base.txt", "more.txt")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", "[project\n"),
        ("package.json", "{"),
        ("package-lock.json", "[" * 100_000),
        ("uv.lock", "x = " + "[" * 100_000),
        ("x.csproj", "<Project>"),
        ("x.csproj", '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Project>&b;</Project>'),
        ("setup.py", "openai==1.0"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(name: str, text: str) -> None:
    with pytest.raises(UnreadableListError):
        libraries_in(name, text)


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".json") or "lock" in name.lower()])
def test_other_shapes_hold_no_library(name: str) -> None:
    text = "a = 1" if name in {"poetry.lock", "uv.lock"} else "[1]"
    assert libraries_in(name, text) == Found(())


@given(st.sampled_from(sorted(FILES)), st.text(max_size=300), st.integers(0, 200))
def test_whatever_a_file_holds_entries_stay_bounded_and_printable(name: str, words: str, at: int) -> None:
    """Hostile text is read or refused; a version is digits, letters and dots, and a spec is one short line."""
    text = FILES[name][:at] + words + FILES[name][at:]
    try:
        found = libraries_in(name, text).libraries
    except UnreadableListError:
        return
    for library in found:
        assert library.name in WATCHED[library.ecosystem]
        assert len(library.spec) <= LONGEST
        assert library.spec.isprintable()
        for version in (library.version, library.least):
            assert version is None or re.fullmatch(r"[\w.+-]{1,120}", version)
