"""The connection pool of a run, on a machine whose environment says how to get out."""

from __future__ import annotations

import pytest

from auditor.cloud.transport import open_transport
from auditor.errors import SettingsError


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "ALL_PROXY", "all_proxy"])
async def test_a_socks_proxy_is_refused_before_anything_is_asked(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """Some clients would go past it; it says which variable, where to, and not as whom."""
    monkeypatch.setenv(variable, "socks5h://who:secret@proxy.example:1080")
    with pytest.raises(SettingsError, match=r"_PROXY: proxy\.example:1080 is a SOCKS proxy") as caught:
        async with open_transport(1):
            pass
    assert variable.upper() in str(caught.value)
    assert variable.upper() in caught.value.next_step
    assert "secret" not in str(caught.value)


async def test_an_empty_variable_names_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "")
    async with open_transport(1) as transport:
        assert transport.session is not None
