"""Signatures: made through securesystemslib, verified by the auditor, by the library, and by cryptography alone."""

from __future__ import annotations

import builtins
import json
import os
import shutil
import stat
from base64 import b64decode, b64encode
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_public_key,
)
from jsonschema import Draft202012Validator
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey

from auditor.bundle.public_key import PublicKey, public_keys
from auditor.bundle.signature import SignatureState
from auditor.bundle.signing import Signer, new_key, signer_of
from auditor.bundle.verification import State
from auditor.cli.schema import schema_of
from auditor.errors import ReportError, SigningError
from tests.bundle.conftest import verified, written
from tests.bundle.test_alterations import edited
from tests.conftest import Done


def pem_of(private: Any, encryption: Any = None) -> bytes:
    made: bytes = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())
    return made


def test_the_library_verifies_the_envelope(whole: Path, key: Path) -> None:
    """securesystemslib's own Envelope accepts it by the public key, and not once a byte of it is another."""
    data = json.loads((whole / "manifest.dsse.json").read_text(encoding="utf-8"))
    (keyid,) = [one["keyid"] for one in data["signatures"]]
    pem: Any = load_pem_public_key(key.with_name("audit.key.pub").read_bytes())
    known = SSlibKey.from_crypto(pem, keyid)
    envelope = Envelope.from_dict(json.loads(json.dumps(data)))
    assert list(envelope.verify([known], 1)) == [keyid]
    with pytest.raises(VerificationError):
        Envelope(envelope.payload + b" ", envelope.payload_type, envelope.signatures).verify([known], 1)


def test_cryptography_alone_verifies_it(whole: Path, key: Path) -> None:
    """By the words of the DSSE protocol: https://github.com/secure-systems-lab/dsse/blob/master/protocol.md."""
    envelope = json.loads((whole / "manifest.dsse.json").read_text(encoding="utf-8"))
    payload, kind = b64decode(envelope["payload"]), envelope["payloadType"]
    signed = " ".join(["DSSEv1", str(len(kind)), kind, str(len(payload)), ""]).encode() + payload
    pem: Any = load_pem_public_key(key.with_name("audit.key.pub").read_bytes())
    pem.verify(b64decode(envelope["signatures"][0]["sig"]), signed)
    with pytest.raises(InvalidSignature):
        pem.verify(b64decode(envelope["signatures"][0]["sig"]), signed + b" ")


def test_what_is_signed_is_an_in_toto_statement(whole: Path) -> None:
    """https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md."""
    envelope = json.loads((whole / "manifest.dsse.json").read_text(encoding="utf-8"))
    assert set(envelope) == {"payload", "payloadType", "signatures"}
    assert envelope["payloadType"] == "application/vnd.in-toto+json"
    said = json.loads(b64decode(envelope["payload"]))
    assert set(said) == {"_type", "subject", "predicateType", "predicate"}
    assert said["_type"] == "https://in-toto.io/Statement/v1"
    manifest = (whole / "manifest.json").read_bytes()
    assert said["subject"] == [{"name": "manifest.json", "digest": {"sha256": sha256(manifest).hexdigest()}}]
    evidence = json.loads((whole / "evidence.json").read_text(encoding="utf-8"))
    told = said["predicate"]
    assert said["predicateType"].startswith("urn:uuid:")
    Draft202012Validator(schema_of("attestation")).validate(told)
    assert told["verdict"] == evidence["verdict"]
    assert told["counts"]["passed"] == evidence["counts"]["pass"]
    assert told["reasons"] == evidence["reasons"]
    assert told["scope"] == evidence["settings"]["scope"]
    assert told["policy"]["sha256"] == evidence["policy"]["digest"]
    assert told["tool"]["version"] == evidence["tool"]["version"]
    assert told["evidence_sha256"] == sha256((whole / "evidence.json").read_bytes()).hexdigest()


def test_each_state_of_a_signature(tmp_path: Path, healthy: Done, copy: Path, public: PublicKey) -> None:
    unsigned = written(tmp_path / "unsigned", healthy)
    assert verified(unsigned).signature.state is SignatureState.NONE
    assert verified(unsigned).exit_code == 0
    missing = verified(unsigned, public)
    assert (missing.signature.state, missing.state, missing.exit_code) == (SignatureState.MISSING, State.SIGNATURE, 1)
    assert verified(copy).signature.state is SignatureState.UNCHECKED
    other, _ = new_key(tmp_path / "other.key")
    (stranger,) = public_keys([other])
    unknown = verified(copy, stranger)
    assert (unknown.signature.state, unknown.exit_code) == (SignatureState.UNKNOWN_KEY, 1)
    assert verified(copy, stranger, public).signature.keys == (public.id,)


def test_an_envelope_of_another_run_is_wrong(tmp_path: Path, healthy: Done, signer: Signer, public: PublicKey) -> None:
    one = written(tmp_path / "one", healthy, signer)
    other = written(tmp_path / "other", healthy, signer, run_id="other")
    shutil.copy(one / "manifest.dsse.json", other / "manifest.dsse.json")
    found = verified(other, public)
    assert (found.signature.state, found.state) == (SignatureState.WRONG, State.SIGNATURE)
    assert "another manifest" in found.signature.detail
    assert verified(other).exit_code == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.update(payloadType="text/plain"),
        lambda body: body.update(payload="no base64"),
        lambda body: body.update(payload=b64encode(b"{}").decode()),
        lambda body: body.update(payload=b64encode(b"[" * 99999).decode()),
        lambda body: body.update(signatures=[]),
        lambda body: body.update(signatures=None),
        lambda body: body.update(signatures=["x"]),
        lambda body: body["signatures"][0].update(sig="AAAA"),
        lambda body: body["signatures"][0].pop("sig"),
    ],
)
def test_an_envelope_that_proves_nothing_is_refused(copy: Path, public: PublicKey, change: Any) -> None:
    edited(copy / "manifest.dsse.json", change)
    found = verified(copy, public)
    assert found.signature.state in (SignatureState.WRONG, SignatureState.UNKNOWN_KEY)
    assert found.exit_code == 1


def test_the_key_id_in_an_envelope_is_but_a_hint(copy: Path, public: PublicKey) -> None:
    edited(copy / "manifest.dsse.json", lambda body: body["signatures"][0].update(keyid=["hostile"]))
    assert verified(copy, public).signature.state is SignatureState.VALID


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()])
def test_keys_on_the_curves_of_nist_sign_too(tmp_path: Path, healthy: Done, curve: ec.EllipticCurve) -> None:
    private = ec.generate_private_key(curve)
    (tmp_path / "ec.key").write_bytes(pem_of(private))
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "ec.pub").write_bytes(public)
    folder = written(tmp_path / "run", healthy, signer_of(str(tmp_path / "ec.key")))
    assert verified(folder, *public_keys([tmp_path / "ec.pub"])).signature.state is SignatureState.VALID


def test_a_new_key_is_private_and_overwrites_nothing(tmp_path: Path) -> None:
    public, name = new_key(tmp_path / "a.key")
    assert stat.S_IMODE((tmp_path / "a.key").stat().st_mode) == 0o600
    assert [one.id for one in public_keys([public])] == [name]
    before = (tmp_path / "a.key").read_bytes()
    with pytest.raises(SigningError, match="never overwrites"):
        new_key(tmp_path / "a.key")
    (tmp_path / "b.key.pub").write_text("mine", encoding="utf-8")
    with pytest.raises(SigningError, match="never overwrites"):
        new_key(tmp_path / "b.key")
    assert (tmp_path / "a.key").read_bytes() == before
    assert not (tmp_path / "b.key").exists()
    with pytest.raises(SigningError, match="can't be written"):
        new_key(tmp_path / "nowhere" / "c.key")


def test_a_key_that_can_not_be_used_is_said(tmp_path: Path, key: Path) -> None:
    made = rsa.generate_private_key(65537, 2048)
    files = {"text": b"hello", "rsa": pem_of(made), "locked": pem_of(made, BestAvailableEncryption(b"secret"))}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    for name, words in {
        "text": "no private key",
        "rsa": "neither",
        "locked": "password",
        "none": "can't be read",
    }.items():
        with pytest.raises(SigningError, match=words):
            signer_of(str(tmp_path / name))
    with pytest.raises(SigningError, match="is a private key"):
        public_keys([key])
    with pytest.raises(SigningError, match="no public key"):
        public_keys([tmp_path / "text"])
    with pytest.raises(SigningError, match="can't be read"):
        public_keys([tmp_path / "none"])


def test_without_the_extra_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    imported = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.startswith("securesystemslib"):
            raise ImportError(name)
        return imported(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(SigningError, match="not installed") as caught:
        signer_of(str(tmp_path / "any.key"))
    assert caught.value.next_step == "pip install 'aoai-auditor[sign]'"
    assert not caught.value.audited


def test_a_key_that_fails_at_the_end_loses_nothing(tmp_path: Path, healthy: Done, signer: Signer) -> None:
    """The bundle is whole, and unsigned; the error says so."""

    def refuse(payload: bytes) -> Any:
        raise TimeoutError

    failing = Signer(signer.key_id, SimpleNamespace(sign=refuse))  # type: ignore[arg-type]
    with pytest.raises(ReportError, match="could not be signed") as caught:
        written(tmp_path / "run", healthy, failing)
    assert caught.value.audited
    assert verified(tmp_path / "run").signature.state is SignatureState.NONE
    assert verified(tmp_path / "run").exit_code == 0


def test_the_key_id_is_what_openssl_gives(public: PublicKey) -> None:
    der = public.key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert public.id == sha256(der).hexdigest()
    assert os.path.basename(public.source) == "audit.key.pub"  # noqa: PTH119 - the source is text
