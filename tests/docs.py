"""`make docs`: makes the generated parts of the documentation anew; a test holds them to what this makes.

README.md between its markers, policies/README.md and policies/dependencies.yaml; with `--sample` also reports/sample/,
from the demo, with a screenshot where there is a Chromium.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import yaml
from click.testing import CliRunner

from auditor.policy.check import Check

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
SAMPLE = ROOT / "reports" / "sample"
SCREENSHOT = ROOT / "reports" / "sample.png"
BLOCK = re.compile(r"(<!-- begin (?P<name>\w+) -->\n).*?(<!-- end (?P=name) -->)", re.DOTALL)


def fenced(text: str, language: str = "") -> str:
    return f"```{language}\n{text.rstrip()}\n```\n"


def command_output(*arguments: str) -> str:
    """What a command prints, in this process, at 100 columns."""
    from auditor.cli import cli

    done = CliRunner().invoke(cli, list(arguments), env={"COLUMNS": "100", "NO_COLOR": "1"}, prog_name="auditor")
    assert done.exit_code == 0, done.output
    return done.output


def demo_block() -> str:
    """The result as a person sees it at 80 columns, from the sample's own evidence; the middle is left out."""
    from auditor.report.terminal import render
    from auditor.run import load_run

    lines = render(load_run(SAMPLE / "evidence.json"), width=80, color=False).splitlines()
    head, tail = lines[:60], lines[-12:]
    return fenced("\n".join([*head, "", f"… {len(lines) - len(head) - len(tail)} lines …", "", *tail]))


def settings_block() -> str:
    return fenced((ROOT / "tests" / "readme.auditor.yaml").read_text(encoding="utf-8"), "yaml")


def environment_block() -> str:
    from auditor.settings_file.overrides import VARIABLES

    rows = [f"| `{variable.name}` | {variable.meaning} |" for variable in VARIABLES]
    return "\n".join(["| variable | lays over |", "|---|---|", *rows]) + "\n"


def actions_block() -> str:
    from auditor.collect import required_actions

    return fenced("\n".join(required_actions().body["actions"]))


def exits_block() -> str:
    from auditor.errors import EXIT_MEANINGS

    rows = [f"| {code.value} | {meaning} |" for code, meaning in EXIT_MEANINGS.items()]
    return "\n".join(["| exit code | meaning |", "|---|---|", *rows]) + "\n"


def help_block() -> str:
    return fenced(command_output("--help"))


def checks_block() -> str:
    from auditor.policy.pack import load_policy

    applied = load_policy(("regulated",), {}, ROOT).checks
    areas = sorted({one.check.area for one in applied})
    rows = [_area_row(area, [one.check for one in applied if one.check.area == area]) for area in areas]
    head = [f"{len(applied)} checks in the pack `regulated`, by area; the gravest of each as an example:\n"]
    return "\n".join([*head, "| area | checks | such as |", "|---|---:|---|", *rows]) + "\n"


def _area_row(area: str, checks: list[Check]) -> str:
    gravest = sorted(checks, key=lambda one: (-one.severity.rank, one.id))[:3]
    links = (f"[{one.title}](policies/README.md#{one.id})" for one in gravest)
    return f"| {area} | {len(checks)} | {'; '.join(links)} |"


def frameworks_block() -> str:
    from auditor.policy.frameworks import load_frameworks

    rows = [
        f"| [`{one.id}`](policies/frameworks/{one.id}.yaml) | {one.title} {one.version} | {len(one.controls)} | "
        f"{'; '.join(f'{source.title} (`{source.id}`)' for source in one.sources.values())} |"
        for one in load_frameworks()
    ]
    return "\n".join(["| framework | | controls | mapping published by |", "|---|---|---:|---|", *rows]) + "\n"


def probes_block() -> str:
    return command_output("probes", "--markdown")


def check_block() -> str:
    return fenced((ROOT / "policies/checks/identity/api-keys-accepted.yaml").read_text(encoding="utf-8"), "yaml")


def explain_block() -> str:
    said = "Error code: 429 - {'error': {'code': 'RateLimitReached', 'message': 'Please retry after 12 seconds.'}}"
    return fenced(f'$ auditor explain "{said}"\n\n{command_output("explain", said)}')


BLOCKS: dict[str, Callable[[], str]] = {
    "demo": demo_block,
    "probes": probes_block,
    "settings": settings_block,
    "environment": environment_block,
    "actions": actions_block,
    "exits": exits_block,
    "help": help_block,
    "checks": checks_block,
    "check": check_block,
    "frameworks": frameworks_block,
    "explain": explain_block,
}


def readme() -> str:
    """README.md with every block made anew; raises KeyError for a marker that nothing makes."""
    return BLOCK.sub(lambda found: found[1] + BLOCKS[found["name"]]() + found[3], README.read_text(encoding="utf-8"))


def catalogue() -> str:
    return command_output("checks", "--markdown")


def dependencies(kinds: dict[str, dict[str, list[str]]]) -> str:
    """The content of policies/dependencies.yaml."""
    head = (
        "# Made by `make docs` from runs over the sandbox in which one kind of read is refused; not edited by hand.\n"
    )
    return head + yaml.safe_dump({"kinds": kinds}, sort_keys=False, width=120)


def make_sample() -> None:
    """A fresh run of the demo's world, as the command makes it: a whole bundle, which verifies."""
    shutil.rmtree(SAMPLE, ignore_errors=True)
    command = [sys.executable, "-m", "auditor", "demo", "--output", "reports/sample"]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def screenshot() -> None:
    """reports/sample.png, the first screen at desktop width."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    if chromium is None:
        print("no chromium: reports/sample.png is not made anew", file=sys.stderr)  # noqa: T201 - a command's word
        return
    flags = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        page = browser.new_page(viewport={"width": 1280, "height": 1000}, color_scheme="light")
        page.goto((SAMPLE / "report.html").as_uri())
        page.screenshot(path=SCREENSHOT)
        browser.close()


def main() -> None:
    if "--sample" in sys.argv:
        make_sample()
        screenshot()
    from tests.dependencies import derived

    (ROOT / "policies" / "dependencies.yaml").write_text(dependencies(derived()), encoding="utf-8")
    (ROOT / "policies" / "README.md").write_text(catalogue(), encoding="utf-8")
    README.write_text(readme(), encoding="utf-8")


if __name__ == "__main__":
    main()
