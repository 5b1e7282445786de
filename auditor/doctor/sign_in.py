"""Who asks, and until when each token lasts: pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from auditor.cloud.anteroom import Signed, TokenTold
from auditor.cloud.problems import Problem
from auditor.doctor.checkup import Row, State
from auditor.errors import SignInError

AREA = "Sign-in"

SHORT = timedelta(minutes=10)
"""A token that ends sooner may not last for a run that can't get another."""

_MENDS = (
    (r"AADSTS(?:90002|900023|900021)\b", "correct AZURE_TENANT_ID, or `tenant` in settings: az account list"),
    (
        r"AADSTS(?:7000215|7000222)\b",
        "az ad app credential reset --id APPLICATION_ID --append   # then set AZURE_CLIENT_SECRET to what it prints",
    ),
    (r"AADSTS700016\b", "correct AZURE_CLIENT_ID, or the tenant: az ad app show --id APPLICATION_ID"),
    (r"AADSTS(?:70021[123]?|700024)\b", "az ad app federated-credential list --id APPLICATION_ID"),
    (r"AADSTS(?:50173|700082|70043|50076|50079|53003)\b", "az login"),
    (r"CERTIFICATE_VERIFY_FAILED|Cannot connect to host", "mend the network first"),
)
"""Words of a link that failed → what mends it.

https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""


def refused(error: SignInError) -> Row:
    """No link gave a token: what became of each, and what mends the first that failed in words that are known."""
    tried = [line.strip() for line in str(error).splitlines()[1:]]
    failed = " ".join(line for line in tried if ": failed (" in line)
    step = next((step for words, step in _MENDS if re.search(words, failed)), error.next_step)
    says = f"no credential gave a token: {' · '.join(tried)}"
    return Row(area=AREA, name="credential", state=State.FAIL, says=says, next_step=step)


def who(signed: Signed, tenant: str | None) -> Iterator[Row]:
    """Which credential won and what became of those before it, and whom its token speaks for."""
    one = signed.principal
    passed = [line for line in signed.tried if not line.endswith(": signed in")]
    says = f"{one.credential} signed in" + (f" (before it: {'; '.join(passed)})" if passed else "")
    failed = any(": failed (" in line for line in passed)
    step = "mend the credential that failed, or name the one that is meant in `credentials`" if failed else None
    yield Row(area=AREA, name="credential", state=State.WARN if failed else State.OK, says=says, next_step=step)
    ids = ((one.name, ""), (one.object_id, "object "), (one.app_id, "application "), (one.tenant_id, "tenant "))
    told = ", ".join(f"{word}{value}" for value, word in ids if value) or "its token tells nobody"
    if tenant and one.tenant_id and tenant.lower() != one.tenant_id.lower():
        step = f"az login --tenant {tenant}, or correct `tenant` in settings"
        yield Row(area=AREA, name="who", state=State.FAIL, says=f"{told}; settings say tenant {tenant}", next_step=step)
    else:
        yield Row(area=AREA, name="who", state=State.OK, says=told)


def tokens(scopes: Sequence[str], told: Iterable[TokenTold | Problem], now: datetime) -> Iterator[Row]:
    """A row per audience; of the model endpoints' audiences one suffices."""
    results = tuple(told)
    model_works = any(isinstance(one, TokenTold) for one in results[1:])
    for position, (scope, one) in enumerate(zip(scopes, results, strict=True)):
        name = f"token for {scope.removesuffix('/.default')}"
        if isinstance(one, Problem):
            state = State.WARN if position and model_works else State.FAIL
            yield Row(area=AREA, name=name, state=state, says=one.detail, next_step=one.next_step)
            continue
        left = one.expires - now
        says = f"lasts until {one.expires:%Y-%m-%d %H:%M:%S} UTC ({max(0, round(left.total_seconds() / 60))} min)"
        if left < SHORT:
            step = "sign in anew before a long run"
            yield Row(area=AREA, name=name, state=State.WARN, says=says, next_step=step)
        else:
            yield Row(area=AREA, name=name, state=State.OK, says=says)
