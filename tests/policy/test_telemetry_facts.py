"""What is known of a deployment's traffic, and that silence is told from not having heard."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.policy.facts import SubjectFacts, join
from auditor.policy.facts.metrics import metrics
from auditor.policy.facts.seen import index
from auditor.record import JsonObject
from auditor.settings import Settings
from auditor.snapshot import Reading, Resource
from tests.policy.estate import ACCOUNT, GROUP, NOW, Estate, estate, gap, listing, resource

CHAT = f"{ACCOUNT}/deployments/chat"
METRICS = f"{ACCOUNT}/providers/Microsoft.Insights/metrics"
EXAMPLES = Path(__file__).parents[3] / "shared" / "arm-examples" / "monitor-2024-02-01"
REQUESTS = ("AzureOpenAIRequests", "ModelRequests")
VOLUMES = ("TokenTransaction", "TotalTokens", "RAITotalRequests", "RAIRejectedRequests")
AVERAGES = (
    "AzureOpenAIProvisionedManagedUtilizationV2",
    "ProvisionedUtilization",
    "AzureOpenAITimeToResponse",
    "TimeToResponse",
)


def day(ago: int) -> str:
    return (NOW - timedelta(days=ago)).strftime("%Y-%m-%dT%H:%M:%SZ")


def series(
    days: dict[int, Any], deployment: str = "chat", status: str | None = None, kind: str = "total"
) -> JsonObject:
    """Values by how many days ago the day began."""
    labels = {"modeldeploymentname": deployment, **({"statuscode": status} if status is not None else {})}
    return {
        "metadatavalues": [
            {"name": {"value": name, "localizedValue": name}, "value": is_} for name, is_ in labels.items()
        ],
        "data": [{"timeStamp": day(ago), kind: value} for ago, value in days.items()],
    }


def week(value: Any) -> dict[int, Any]:
    return dict.fromkeys(range(7, 0, -1), value)


def answer(name: str, days: int, told: dict[str, Any], account: str = ACCOUNT) -> Resource:
    value = [
        {"name": {"value": metric}, "errorCode": "Success", **(one if isinstance(one, dict) else {"timeseries": one})}
        for metric, one in told.items()
    ]
    body = {"timespan": f"{day(days)}/{day(0)}", "interval": "P1D", "value": value}
    return resource("metric", f"{account}/providers/Microsoft.Insights/metrics/{name}", account, body)


def measured(
    requests: Any = (), volumes: Any = (), averages: Any = (), *, created: int | None = 200, named: str = "chat"
) -> Estate:
    """The estate with these series of the first metric of each request, or these metrics; the others empty."""

    def all_of(names: tuple[str, ...], told: Any) -> dict[str, Any]:
        return told if isinstance(told, dict) else {**{name: [] for name in names}, names[0]: list(told)}

    whole = estate().plus(
        answer("requests", 30, all_of(REQUESTS, requests)),
        answer("volumes", 7, all_of(VOLUMES, volumes)),
        answer("averages", 7, all_of(AVERAGES, averages)),
        listings=[listing("metric", ACCOUNT, 3)],
    )
    if created is None:
        return whole
    return whole.changed(
        "deployment",
        f"{ACCOUNT}/deployments/{named}",
        lambda body: body.update(systemData={"createdAt": day(created)}),
    )


def told(whole: Estate, name: str = "chat") -> Any:
    return whole.deployment(name)["telemetry"]


def subject(whole: Estate) -> SubjectFacts:
    return whole.of("deployment", CHAT)


def test_calls_are_counted_by_what_became_of_them() -> None:
    """Of the last seven days alone, whatever the case of the name."""
    whole = measured(
        [
            series({20: 9000, **week(900)}, "CHAT", "200"),
            series(week(90), "chat", "429"),
            series(week(6), "chat", "500"),
            series(week(4), "chat", "503"),
            series(week(5000), "chat-ptu", "429"),
        ]
    )
    facts = told(whole)
    assert (facts["requests"], facts["throttled"], facts["errors"]) == (7000, 630, 70)
    assert (facts["throttled_percent"], facts["error_percent"], facts["availability_percent"]) == (9.0, 1.0, 99.0)
    assert (facts["idle_days"], facts["idle_days_at_least"]) == (0, 0)


def test_a_deployment_without_series_had_no_traffic_where_the_answer_is_whole() -> None:
    """No more is known than what was asked for: thirty days or more."""
    facts = told(measured([series(week(9), "chat-ptu", "200")]))
    assert (facts["requests"], facts["throttled"], facts["errors"]) == (0, 0, 0)
    assert "throttled_percent" not in facts
    assert facts["idle_days_at_least"] == 30
    assert "idle_days" not in facts


def test_a_young_deployment_is_idle_since_it_was_made() -> None:
    """And one whose age nobody tells is not called idle."""
    assert told(measured(created=3))["idle_days"] == 3
    unsaid = told(measured(created=None))
    assert unsaid["requests"] == 0
    assert not {"idle_days", "idle_days_at_least"} & set(unsaid)


def test_days_with_a_few_calls_count_as_idle() -> None:
    """A live call of each audit keeps nothing in use."""
    facts = told(measured([series({30: 800, 12: 11, **dict.fromkeys(range(11, 0, -1), 10)}, status="200")]))
    assert facts["idle_days"] == 11
    assert facts["requests"] == 70


def test_traffic_that_only_the_metric_of_all_models_counts_is_traffic() -> None:
    """Models that are not OpenAI's are counted there; where both count, nothing is added up twice."""
    calls = [series(week(100), status="200")]
    assert told(measured({"AzureOpenAIRequests": [], "ModelRequests": calls}))["requests"] == 700
    assert told(measured({"AzureOpenAIRequests": calls, "ModelRequests": calls}))["requests"] == 700


@pytest.mark.parametrize(
    "requests",
    [
        {"AzureOpenAIRequests": []},
        {"AzureOpenAIRequests": [], "ModelRequests": {"errorCode": "InternalError", "timeseries": []}},
        {"AzureOpenAIRequests": [], "ModelRequests": {"timeseries": None}},
        {"AzureOpenAIRequests": [], "ModelRequests": {"timeseries": {"0": {}}}},
        {"AzureOpenAIRequests": [], "ModelRequests": [series({1: "many"}, status="200")]},
        {"AzureOpenAIRequests": [], "ModelRequests": [series({1: -4}, status="200")]},
        {"AzureOpenAIRequests": [], "ModelRequests": [series({1: True}, status="200")]},
        {
            "AzureOpenAIRequests": [],
            "ModelRequests": [{"metadatavalues": [], "data": [{"timeStamp": day(1), "total": 4}]}],
        },
        {"AzureOpenAIRequests": [], "ModelRequests": [{**series({1: 4}), "data": [{"timeStamp": "noon", "total": 4}]}]},
    ],
    ids=["left out", "an error", "null", "no list", "text", "negative", "boolean", "nobody's", "at no time"],
)
def test_a_metric_that_was_not_answered_is_not_silence(requests: Any) -> None:
    """Where one of the two that count calls is missing or odd, no traffic in the other proves nothing."""
    facts = subject(measured(requests))
    assert not {"requests", "throttled", "errors", "idle_days"} & set(facts.variables["deployment"]["telemetry"])
    assert "not known" in facts.notes["deployment.telemetry.requests"][0]


@pytest.mark.parametrize("empty", [None, "left out"])
def test_a_value_that_is_null_or_left_out_is_a_day_without_traffic(empty: Any) -> None:
    """So Azure Monitor tells gaps within a series."""
    days = series({**week(100), 3: None}, status="200")
    if empty:
        days["data"] = [{name: is_ for name, is_ in one.items() if is_ is not None} for one in days["data"]]
    assert told(measured([days]))["requests"] == 600


def test_a_series_without_a_name_and_without_traffic_does_not_matter() -> None:
    """It is how the service says that there is nothing to split."""
    assert told(measured([{"metadatavalues": [], "data": [{"timeStamp": day(1), "total": 0}]}]))["requests"] == 0


@pytest.mark.parametrize("status", ["ServerErrors", "", "٤٢٩", "42", "1e2"])
def test_calls_under_a_status_that_is_no_number_leave_the_shares_open(status: str) -> None:
    """All calls are known, what became of them is not."""
    facts = told(measured([series(week(10), status="200"), series(week(1), status=status)]))
    assert facts["requests"] == 77
    assert not {"throttled", "errors", "throttled_percent"} & set(facts)


def test_tokens_are_those_of_the_busiest_day() -> None:
    """Against 10,000 tokens a minute that the deployment may use."""
    tokens = series({**week(1440), 3: 1440 * 250})
    checked, rejected = [series(week(100))], [series(week(9))]
    whole = measured(
        (),
        {"TokenTransaction": [tokens], "TotalTokens": [], "RAITotalRequests": checked, "RAIRejectedRequests": rejected},
    )
    facts = told(whole)
    assert (facts["tokens"], facts["busiest_day_tpm"], facts["tpm_used_percent"]) == (1440 * 256, 250, 2.5)
    assert (facts["checked"], facts["rejected"], facts["rejected_percent"]) == (700, 63, 9.0)


def test_utilisation_is_the_mean_of_days_that_have_a_value() -> None:
    """A day without one is not a day at zero; where there is none at all, nothing is known."""
    used = series({7: 10.5, 6: None, 5: 30.0}, "chat-ptu", kind="average")
    assert told(measured((), (), [used]), "chat-ptu")["utilisation_percent"] == 20
    facts = measured().of("deployment", f"{ACCOUNT}/deployments/chat-ptu")
    assert "utilisation_percent" not in facts.variables["deployment"]["telemetry"]
    assert "no value" in facts.notes["deployment.telemetry.utilisation_percent"][0]


def test_a_read_that_was_refused_is_the_cause_of_all_that_is_missing() -> None:
    """And only of what hung on it."""
    denied = measured([series(week(100), status="200")]).without("metric", f"{METRICS}/volumes")
    facts = subject(replace(denied, gaps=(gap("metric", ACCOUNT),)))
    assert facts.variables["deployment"]["telemetry"]["requests"] == 700
    assert facts.absences["deployment.telemetry.tokens"] == f"gap metric {ACCOUNT}"
    assert "deployment.telemetry.requests" not in facts.absences


def test_an_answer_that_was_cut_off_tells_nothing() -> None:
    """There may be series that nobody saw."""
    cut = replace(measured([series(week(100), status="200")]), gaps=(gap("metric", f"{METRICS}/requests"),))
    facts = subject(cut)
    assert "requests" not in facts.variables["deployment"]["telemetry"]
    assert facts.absences["deployment.telemetry.requests"] == f"gap metric {METRICS}/requests"


def test_another_accounts_traffic_is_not_mixed_in() -> None:
    """Deployments of two accounts often have one name."""
    other = f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/other"
    theirs = answer("requests", 30, {"AzureOpenAIRequests": [series(week(9000), status="429")]}, other)
    assert told(measured([series(week(1), status="200")]).plus(theirs))["requests"] == 7


def test_points_ahead_of_the_clock_are_not_a_day_before_tomorrow() -> None:
    """A service whose clock is a little ahead does not make a deployment idle for less than no days."""
    assert told(measured([series({1: 50, 0: 50, -1: 50}, status="200")]))["idle_days"] == 0


@pytest.mark.parametrize(
    ("service", "known"),
    [
        ("Sat, 21 Nov 2026 10:00:07 GMT", True),
        ("Sat, 21 Nov 2026 10:55:00 GMT", True),
        ("Thu, 12 Nov 2026 10:00:00 GMT", False),
        ("Mon, 30 Nov 2026 10:00:00 GMT", False),
        ("yesterday", True),
        (None, True),
    ],
)
def test_a_clock_that_is_hours_away_from_azures_makes_nothing_idle(service: str | None, known: bool) -> None:
    """Days that were asked for by a wrong clock are not the last days."""
    whole = measured()
    reading = Reading(id="r", method="GET", url="https://x/", sent_at=NOW, service_date=service, duration_ms=1)
    snapshot = whole.snapshot().model_copy(update={"readings": (reading,)})
    facts = {f"{one.kind} {one.id}": one for one in join(snapshot, Settings.model_validate(whole.settings))}
    of = facts[f"deployment {CHAT}"]
    assert ("idle_days_at_least" in of.variables["deployment"]["telemetry"]) is known
    if not known:
        assert "clock" in of.notes["deployment.telemetry.idle_days_at_least"][0]


def test_thousands_of_series_are_read_once() -> None:
    """Names are hostile: one that looks like a path, an empty one, one in another script."""
    names = ["", "../chat", "チャット", "chat\n", *(f"d{number}" for number in range(3000))]
    many = [series({1: 5}, name, status) for name in names for status in ("200", "429")]
    assert told(measured([*many, series(week(3), "chat", "200")]))["requests"] == 21


def test_the_official_example_is_read_as_it_stands() -> None:
    """It is split by another dimension, so nothing of it is a deployment's."""
    if not EXAMPLES.is_dir():
        pytest.skip("the service's published examples are not beside this repository")
    body = json.loads((EXAMPLES / "GetMetric.json").read_text(encoding="utf-8"))["responses"]["200"]["body"]
    whole = estate().plus(resource("metric", f"{METRICS}/requests", ACCOUNT, body))
    (answers,) = metrics(index(whole.snapshot())).values()
    assert answers["requests"].of("BlobCount", "chat") is None
    assert (answers["requests"].end - answers["requests"].begin) == timedelta(hours=5)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just(day(2)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(("name", "value", "timeseries", "data", "timeStamp", "total", "average", "metadatavalues")),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(value=JSON, known=st.sampled_from(REQUESTS))
def test_whatever_shape_an_answer_has_nothing_false_is_told(value: Any, known: str) -> None:
    """One metric of any shape beside a good one: calls that were counted stay counted, and nothing raises."""
    (other,) = set(REQUESTS) - {known}
    odd = {"name": {"value": other}, "timeseries": value}
    facts = told(measured({known: [series(week(100), status="200")], other: odd}))
    assert facts.get("requests", 700) >= 700


@pytest.mark.parametrize("timespan", [None, 4, "", "noon/midnight", f"{day(0)}/{day(1)}", f"{day(1)}"])
def test_an_answer_about_no_known_time_tells_nothing(timespan: Any) -> None:
    """Counting days back from nowhere is not tried."""
    whole = measured([series(week(3), status="200")])
    whole = whole.changed("metric", f"{METRICS}/requests", lambda body: body.update(timespan=timespan))
    assert "requests" not in told(whole)


def test_what_takes_the_overflow_of_another_is_known() -> None:
    """Waiting is its use."""
    assert estate().deployment("chat")["takes_overflow"] is True
    assert estate().deployment("trial")["takes_overflow"] is False
