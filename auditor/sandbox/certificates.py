"""A certificate authority made for the occasion, and one certificate for all of Azure's names."""

from __future__ import annotations

import ssl
import warnings
from dataclasses import dataclass
from pathlib import Path

from auditor.sandbox.hosts import CERTIFICATE_NAMES

_UNIT = "made for the occasion"
"""Said, because the default is another in each run, and reports quote it."""


@dataclass(frozen=True)
class Identities:
    """The server's side of TLS, in three ways."""

    trusted: ssl.SSLContext
    untrusted: ssl.SSLContext
    """Signed by somebody whom no client trusts."""
    old: ssl.SSLContext
    """Trusted, and speaks TLS 1.0 and 1.1 too, where this machine's OpenSSL still can."""


def authorities(folder: Path) -> tuple[Path, Identities]:
    """The bundle that clients are to trust, and what servers show them."""
    import trustme

    bundle = folder / "sandbox-ca.pem"
    trusted = trustme.CA(organization_name="sandbox: not Azure", organization_unit_name=_UNIT)
    trusted.cert_pem.write_to_path(str(bundle))
    stranger = trustme.CA(organization_name="a proxy that opens TLS", organization_unit_name=_UNIT)
    old = _context(trusted)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that these versions are old is the point
        old.set_ciphers("ALL:@SECLEVEL=0")
        old.minimum_version = ssl.TLSVersion.TLSv1
    return bundle, Identities(_context(trusted), _context(stranger), old)


def _context(authority: object) -> ssl.SSLContext:
    import trustme

    if not isinstance(authority, trustme.CA):
        raise TypeError("not a certificate authority")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*CERTIFICATE_NAMES).configure_cert(context)
    return context
