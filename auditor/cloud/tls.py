"""Ways to speak TLS: as every request does, as somebody who only wants to see, and as it was spoken before 2008."""

from __future__ import annotations

import ssl
import warnings
from functools import cache

from auditor.cloud.redaction import bounded

_OLD_CIPHERS = "ALL:@SECLEVEL=0"
"""Without it OpenSSL 3 has nothing to offer below TLS 1.2.

https://docs.openssl.org/3.0/man3/SSL_CTX_set_security_level/
"""


def verifying() -> ssl.SSLContext:
    """Trusts what the environment says that this machine trusts."""
    return ssl.create_default_context()


@cache
def accepting() -> ssl.SSLContext:
    """Trusts anybody: only for looking at a certificate that was refused; nothing may be sent over it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@cache
def legacy() -> ssl.SSLContext | None:
    """Offers TLS 1.0 and 1.1 alone and trusts anybody; None where this machine's OpenSSL can't."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # that these versions are old is the point
            context.set_ciphers(_OLD_CIPHERS)
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
    except (ssl.SSLError, ValueError):
        return None
    return context if ssl.HAS_TLSv1_1 else None


def issuer_of(certificate: bytes) -> str | None:
    """Who signed a DER certificate, as RFC 4514 writes names; None for bytes that are none."""
    from cryptography import x509

    try:
        name = x509.load_der_x509_certificate(certificate).issuer.rfc4514_string()
    except ValueError:
        return None
    return bounded(name, 200)
