"""The diagnostic settings of each account: which logs and metrics go where."""

from __future__ import annotations

from auditor.collect.collector import listed
from auditor.collect.target import Per

DIAGNOSTICS = listed("diagnostic_setting", Per.ACCOUNT, "/providers/Microsoft.Insights/diagnosticSettings")
