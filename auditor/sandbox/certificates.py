"""A certificate authority made for the occasion, and one certificate for all of Azure's names."""

from __future__ import annotations

import ssl
from pathlib import Path

from auditor.sandbox.hosts import CERTIFICATE_NAMES


def authorities(folder: Path) -> tuple[Path, ssl.SSLContext, ssl.SSLContext]:
    """The bundle that clients are to trust, the server's side of TLS, and one that no client trusts."""
    import trustme

    bundle = folder / "sandbox-ca.pem"
    trusted = trustme.CA(organization_name="sandbox: not Azure")
    trusted.cert_pem.write_to_path(str(bundle))
    stranger = trustme.CA(organization_name="a proxy that opens TLS")
    return bundle, _context(trusted), _context(stranger)


def _context(authority: object) -> ssl.SSLContext:
    import trustme

    if not isinstance(authority, trustme.CA):
        raise TypeError("not a certificate authority")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*CERTIFICATE_NAMES).configure_cert(context)
    return context
