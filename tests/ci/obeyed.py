"""What a CI agent would obey of a log, read the way the agents read it; written apart from what is tested."""

from __future__ import annotations

import re
from typing import NamedTuple


class Obeyed(NamedTuple):
    """A command that the agent took from a line."""

    name: str
    properties: dict[str, str]
    data: str


def github(log: str) -> list[Obeyed]:
    """As actions/runner does: `::name key=value,…::data` at a line's beginning, `##[name …]data` anywhere."""
    found = []
    for line in re.split(r"\r\n|\r|\n", log):
        if line.lstrip().startswith("::"):
            head, parted, data = line.lstrip()[2:].partition("::")
            if parted:
                name, _, given = head.partition(" ")
                pairs = (pair.partition("=") for pair in given.split(",") if pair)
                found.append(Obeyed(name, {key: _github(value, ":,") for key, _, value in pairs}, _github(data)))
        elif match := re.search(r"##\[([a-z-]+)[^\]]*\](.*)", line):
            found.append(Obeyed(match[1], {}, match[2]))
    return found


def azure(log: str) -> list[Obeyed]:
    """As the Azure Pipelines agent does: `##vso[area.action key=value;…]data` and `##[name]data` anywhere in a line."""
    found = []
    for line in re.split(r"\r\n|\r|\n", log):
        if match := re.search(r"##vso\[([^\s\]]+)\s*([^\]]*)\](.*)", line, re.IGNORECASE):
            pairs = (pair.partition("=") for pair in match[2].split(";") if pair)
            properties = {key: _azure(value, {"%3B": ";", "%5D": "]"}) for key, _, value in pairs}
            found.append(Obeyed(match[1], properties, _azure(match[3], {})))
        elif match := re.search(r"##\[([a-z]+)\](.*)", line):
            found.append(Obeyed(match[1], {}, match[2]))
    return found


def assigned(file: str) -> dict[str, str]:
    """GITHUB_OUTPUT as the runner reads it: `name=value` lines and `name<<delimiter` blocks."""
    values: dict[str, str] = {}
    lines = iter(file.split("\n"))
    for line in lines:
        name, parted, end = line.partition("<<")
        if parted and "=" not in name:
            block = []
            for each in lines:
                if each == end:
                    break
                block.append(each)
            else:
                raise AssertionError(f"the value of {name} has no end")
            values[name] = "\n".join(block)
        elif line:
            name, _, values_text = line.partition("=")
            values[name] = values_text
    return values


def _github(text: str, more: str = "") -> str:
    for each in f"\r\n{more}":
        text = text.replace(f"%{ord(each):02X}", each)
    return text.replace("%25", "%")


def _azure(text: str, more: dict[str, str]) -> str:
    for code, each in {"%0D": "\r", "%0A": "\n", **more}.items():
        text = text.replace(code, each)
    return text.replace("%AZP25", "%")
