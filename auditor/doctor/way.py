"""The way to one host, as its name and its port tell: pure."""

from __future__ import annotations

import re

from auditor.cloud.addresses import is_private
from auditor.cloud.names import NameAnswer
from auditor.cloud.ports import PortAnswer
from auditor.cloud.problems import Problem
from auditor.doctor.checkup import Row, State

AREA = "Endpoints"

_AZURE_ISSUERS = re.compile(r"(?:^|,)O=(?:Microsoft Corporation|DigiCert Inc)\b")
"""In a certificate's issuer: the authorities that sign for Azure's host names.

https://learn.microsoft.com/azure/security/fundamentals/azure-certificate-authority-details
"""

_STEPS = {
    "dns": "nslookup {host}   # no address: look at the resolver, the private DNS zone and its links",
    "proxy": "see that the proxy leads to {host}:443, or name the host in NO_PROXY",
    "connect": "nc -vz -w 5 {host} 443   # nothing answers: a firewall, a route, a network security group",
    "tls": "openssl s_client -connect {host}:443 -servername {host} </dev/null",
}


def way(
    host: str, name: NameAnswer | Problem, port: PortAnswer | Problem, *, own_trust: bool, private: bool = False
) -> Row:
    """How far a connection to the host gets.

    `own_trust`: whether the environment names certificate authorities of its own; `private`: whether the workload is
    meant to be reached by private addresses alone.
    """
    if isinstance(port, Problem):
        return _row(host, State.UNKNOWN, port.detail, port.next_step)
    if not port.reachable:
        phase = port.phase or "connect"
        return _row(host, State.FAIL, f"{_where(name)}: {port.error} ({phase})", _STEPS[phase].format(host=host))
    if port.verified is False:
        says = f"{_where(name)}; its certificate is not trusted ({port.verify_error}), signed by {port.issuer}"
        step = (
            "something on the way opens TLS: name its authority's bundle in SSL_CERT_FILE, or exempt this host from it"
        )
        return _row(host, State.FAIL, says, step)
    says, opened = f"{_where(name)}, {port.version}", port.issuer is None or not _AZURE_ISSUERS.search(port.issuer)
    if opened:
        says += f", opened on the way by {port.issuer}: no authority of Azure's"
        says += "; SSL_CERT_FILE trusts it" if own_trust else ""
    if opened and not own_trust:
        return _row(host, State.WARN, says, "know who it is: it reads tokens, prompts and answers")
    doubt = None if port.proxied or isinstance(name, Problem) else _doubt(name, private=private)
    return _row(host, State.OK, says) if doubt is None else _row(host, State.WARN, f"{says}; {doubt[0]}", doubt[1])


def _doubt(name: NameAnswer, *, private: bool) -> tuple[str, str] | None:
    """What is odd about where a name leads although its port answers, and what to do."""
    if not name.addresses:
        step = f"nslookup {name.host}   # the resolver that settings name differs from this machine's"
        return f"but {name.resolver} knows no such name", step
    if private and not all(map(is_private, name.addresses)):
        return "the workload is meant to be private", "link the private DNS zones to this network, or run inside it"
    return None


def resolver(host: str, name: NameAnswer | Problem, *, proxied: bool) -> Row:
    """What the resolver says of a name that every cloud has."""
    if isinstance(name, Problem):
        return Row(area="Network", name="DNS", state=State.FAIL, says=name.detail, next_step=name.next_step)
    if name.addresses:
        says = f"{_asked(name)} answers: {host} has {_addresses(name)}"
        return Row(area="Network", name="DNS", state=State.OK, says=says)
    if proxied:
        says = f"{_asked(name)} knows no {host}; the proxy resolves names, and what they lead to from here is not seen"
        step = "name a resolver with `resolver` in settings, where host names are to be judged"
        return Row(area="Network", name="DNS", state=State.WARN, says=says, next_step=step)
    says, step = f"{_asked(name)} knows no {host}", f"nslookup {host}"
    return Row(area="Network", name="DNS", state=State.FAIL, says=says, next_step=step)


def _asked(name: NameAnswer) -> str:
    return "the system's resolver" if name.resolver == "system" else name.resolver


def _where(name: NameAnswer | Problem) -> str:
    if isinstance(name, Problem):
        return "its name was not resolved"
    return _addresses(name) if name.addresses else "no address from here"


def _addresses(name: NameAnswer) -> str:
    kind = "private " if all(map(is_private, name.addresses)) else ""
    return f"{kind}{', '.join(name.addresses[:4])}"


def _row(host: str, state: State, says: str, step: str | None = None) -> Row:
    return Row(area=AREA, name=host, state=state, says=says, next_step=step)
