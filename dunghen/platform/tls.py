"""Which servers are believed by TLS: whose certificate is of their name and signed by an authority of the settings, else of the system."""

from __future__ import annotations

import ssl


def authorities(given: str) -> str:
    """Certificates in PEM, or "", as they are. Raises ValueError."""
    try:
        if given:
            ssl.create_default_context(cadata=given)
    except (ssl.SSLError, ValueError):
        raise ValueError("no certificates in PEM") from None
    return given


def verifying(signed_by: str = "") -> ssl.SSLContext:
    """For connections to servers that one of `signed_by` (PEM) has signed, or where it is empty one that the system trusts
    (`SSL_CERT_FILE`)."""
    context = ssl.create_default_context(cadata=signed_by or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
