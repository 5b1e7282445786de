"""Whatever is done to a bundle is noticed, and the file is named."""

from __future__ import annotations

import gzip
import json
import os
import random
import shutil
import tracemalloc
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.bundle import open_bundle
from auditor.bundle.alteration import Kind
from auditor.bundle.manifest import FileRecord, Manifest, digest
from auditor.bundle.public_key import PublicKey
from auditor.bundle.raw import Bodies
from auditor.bundle.signature import SignatureState
from auditor.bundle.verification import State
from auditor.errors import AlteredError, BundleError
from tests.bundle.conftest import verified


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def sealed(folder: Path, **changes: Any) -> None:
    """The manifest made anew over what lies in the folder, unsigned, as one would who covers an alteration up."""
    (folder / "manifest.dsse.json").unlink(missing_ok=True)
    manifest = open_bundle(folder).manifest
    paths = {path.relative_to(folder).as_posix(): path.read_bytes() for path in files(folder)}
    listed = {name: data for name, data in paths.items() if not name.startswith("manifest.")}
    records = tuple(
        FileRecord(path=name, bytes=len(listed[name]), sha256=digest(listed[name])) for name in sorted(listed)
    )
    made = Manifest(**{**manifest.model_dump(), "files": records, **changes})
    (folder / "manifest.json").write_bytes(made.written())


def edited(path: Path, change: Callable[[Any], None]) -> None:
    body = json.loads(path.read_text(encoding="utf-8"))
    change(body)
    path.write_text(json.dumps(body, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def test_a_bundle_as_it_was_written_is_intact(whole: Path, public: PublicKey) -> None:
    found = verified(whole, public)
    assert (found.state, found.exit_code, found.alterations) == (State.INTACT, 0, ())
    assert found.signature.state is SignatureState.VALID
    assert found.judgement.findings > 100
    listed = json.loads((whole / "manifest.json").read_text(encoding="utf-8"))
    assert (found.run_id, found.verdict) == (listed["run_id"], listed["verdict"])
    assert found.made_at == open_bundle(whole).manifest.made_at
    assert found.manifest_sha256 == sha256((whole / "manifest.json").read_bytes()).hexdigest()
    assert (found.files, found.bodies) == (len(listed["files"]), len(files(whole / "raw")))


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data())
def test_no_byte_can_be_changed(data: st.DataObject, whole: Path, public: PublicKey, tmp_path: Path) -> None:
    """One bit of any file, a byte cut off or put on, a file removed or added: it is noticed, and named."""
    folder = tmp_path / f"altered-{random.getrandbits(64):x}"
    shutil.copytree(whole, folder)
    path = data.draw(st.sampled_from(files(folder)))
    body = bytearray(path.read_bytes())
    how = data.draw(st.sampled_from(("flip", "cut", "longer", "removed", "added")))
    if how == "flip":
        body[data.draw(st.integers(0, len(body) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    elif how == "cut":
        del body[-1]
    elif how == "longer":
        body += b"\n"
    path.write_bytes(body)
    if how == "removed":
        path.unlink()
    elif how == "added":
        path = path.with_name("added-" + path.name)
        path.write_bytes(body)
    name = path.relative_to(folder).as_posix()
    try:
        found = verified(folder, public)
    except BundleError:
        assert name == "manifest.json"
        return
    finally:
        shutil.rmtree(folder)
    assert found.exit_code == 1
    if name == "manifest.dsse.json":
        if how == "longer":  # white space after an envelope says nothing else
            return
        assert found.state is State.SIGNATURE
    elif name == "manifest.json":
        assert found.state in (State.ALTERED, State.SIGNATURE)
    else:
        assert name in [one.path for one in found.alterations]


def test_two_files_exchanged_are_swapped(copy: Path) -> None:
    one, other = sorted((copy / "raw").iterdir())[:2]
    body = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(body)
    found = verified(copy)
    assert {alteration.kind for alteration in found.alterations} == {Kind.SWAPPED}
    assert [alteration.path for alteration in found.alterations] == [f"raw/{one.name}", f"raw/{other.name}"]


@pytest.mark.parametrize("place", ["evidence.json", "raw", "manifest.json", "manifest.dsse.json"])
def test_a_link_is_never_followed(copy: Path, tmp_path: Path, place: str, public: PublicKey) -> None:
    """Not even one to the very file that belongs there."""
    (copy / place).rename(tmp_path / "elsewhere")
    (copy / place).symlink_to(tmp_path / "elsewhere")
    found = verified(copy, public)
    assert found.exit_code == 1
    assert any(one.kind is Kind.SYMLINK and one.path.startswith(place) for one in found.alterations)


def test_a_link_beside_is_named(copy: Path) -> None:
    (copy / "more").symlink_to("/etc")
    (one,) = verified(copy).alterations
    assert (one.path, one.kind) == ("more", Kind.SYMLINK)


def test_a_pipe_is_not_opened(copy: Path) -> None:
    (copy / "evidence.json").unlink()
    os.mkfifo(copy / "evidence.json")
    (one,) = verified(copy).alterations
    assert (one.path, one.kind) == ("evidence.json", Kind.NOT_A_FILE)


def test_a_folder_that_is_no_part_of_it_is_named(copy: Path) -> None:
    (copy / "more" / "below").mkdir(parents=True)
    (one,) = verified(copy).alterations
    assert (one.path, one.kind) == ("more", Kind.EXTRA)


@pytest.mark.parametrize(
    "path",
    ["../outside", "/etc/passwd", "raw/../../outside", "raw\\..\\outside", "C:evidence", "", ".", "..", "a/b/c", "a//b",
     "a\x00b", "a\nb", "manifest.json", "manifest.dsse.json", ".hidden", "raw/", "evidence.json\n"],
)  # fmt: skip
def test_a_manifest_that_leads_outside_is_refused(copy: Path, path: str) -> None:
    def leading(body: Any) -> None:
        body["files"] = sorted(
            [*body["files"], {"path": path, "bytes": 1, "sha256": "0" * 64}], key=lambda one: one["path"]
        )

    edited(copy / "manifest.json", leading)
    found = verified(copy)
    assert found.exit_code == 1
    assert [(one.path, one.kind) for one in found.alterations] == [("manifest.json", Kind.MANIFEST)]


def test_a_manifest_of_another_version_is_no_alteration(copy: Path) -> None:
    edited(copy / "manifest.json", lambda body: body.update(schema_version="9"))
    with pytest.raises(BundleError, match="schema version '9'") as caught:
        verified(copy)
    assert not isinstance(caught.value, AlteredError)


@pytest.mark.parametrize(
    "text", ["", "[]", "null", "{", "[" * 100_000, '{"schema_version":"1"}', '{"files":' + "9" * 9999]
)
def test_a_manifest_that_is_none_is_an_alteration(copy: Path, text: str) -> None:
    (copy / "manifest.json").write_text(text, encoding="utf-8")
    assert verified(copy).state is State.ALTERED


def test_a_bundle_of_before_is_said_to_be_one(copy: Path, tmp_path: Path) -> None:
    """Without a manifest the words say what that may mean; a folder of something else is no bundle, nor is a file."""
    (copy / "manifest.json").unlink()
    with pytest.raises(BundleError, match=r"holds evidence but no manifest\.json"):
        verified(copy)
    (tmp_path / "empty").mkdir()
    with pytest.raises(BundleError, match="no bundle"):
        verified(tmp_path / "empty")
    with pytest.raises(BundleError, match="is a file"):
        verified(copy / "evidence.json")
    with pytest.raises(BundleError, match="no such folder"):
        verified(tmp_path / "nowhere")


def test_a_zip_bomb_is_not_inflated(copy: Path) -> None:
    """A raw body that inflates beyond all bounds is named, in memory that stays small, though the manifest fits it."""
    path = next((copy / "raw").iterdir())
    path.write_bytes(gzip.compress(bytes(300 * 1024 * 1024), compresslevel=9))
    sealed(copy)
    tracemalloc.start()
    found = verified(copy)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    (one,) = found.alterations
    assert (one.path, one.kind) == (f"raw/{path.name}", Kind.BODY)
    assert "more than 268,435,456 bytes" in one.detail
    assert peak < 64 * 1024 * 1024


def test_many_bodies_are_bounded_together(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    names = []
    for number in range(3):
        body = bytes([number]) * 1000
        names.append(f"raw/{sha256(body).hexdigest()}.gz")
        (tmp_path / names[-1]).write_bytes(gzip.compress(body))
    bodies = Bodies(tmp_path, most=1500, most_of_all=2500)
    assert [bodies.alteration(name) is None for name in names] == [True, True, False]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"no gzip", id="no gzip"),
        pytest.param(gzip.compress(b"another"), id="another body"),
        pytest.param(gzip.compress(b"body") + b"more", id="more after it"),
        pytest.param(gzip.compress(b"body")[:-4], id="cut"),
        pytest.param(gzip.compress(b"bo") + gzip.compress(b"dy"), id="two members"),
    ],
)
def test_a_body_is_what_its_name_says(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "raw").mkdir()
    name = f"raw/{sha256(b'body').hexdigest()}.gz"
    (tmp_path / name).write_bytes(gzip.compress(b"body"))
    assert Bodies(tmp_path).alteration(name) is None
    (tmp_path / name).write_bytes(data)
    assert Bodies(tmp_path).alteration(name) is not None


def test_a_body_named_by_no_hash_is_named(copy: Path) -> None:
    (copy / "raw" / "notes.gz").write_bytes(gzip.compress(b"x"))
    sealed(copy)
    assert [one.path for one in verified(copy).alterations] == ["raw/notes.gz"]


def test_reading_believes_nothing_that_was_altered(copy: Path) -> None:
    opened = open_bundle(copy)
    assert opened.run().id == "test"
    with pytest.raises(BundleError, match="holds no"):
        opened.read("../outside")
    (copy / "evidence.json").write_bytes((copy / "evidence.json").read_bytes().replace(b'"test"', b'"tset"', 1))
    with pytest.raises(AlteredError, match=r"evidence\.json: is not what the manifest says"):
        opened.run()


@pytest.mark.parametrize("part", ["evidence.json", "settings.json", "snapshot.json", "judgement.json"])
def test_what_every_bundle_holds_can_not_be_left_out(copy: Path, part: str) -> None:
    (copy / part).unlink()
    sealed(copy)
    (one,) = verified(copy).alterations
    assert (one.path, one.kind) == (part, Kind.MISSING)


def test_a_manifest_about_another_run_is_a_contradiction(copy: Path) -> None:
    sealed(copy, verdict="incomplete")
    (one,) = verified(copy).alterations
    assert (one.path, one.kind) == ("manifest.json", Kind.CONTRADICTION)
    said = json.loads((copy / "evidence.json").read_text(encoding="utf-8"))["verdict"]
    assert one.detail == f"tells of the run test (incomplete), the evidence of test ({said})"
