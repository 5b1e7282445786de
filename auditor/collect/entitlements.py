"""What a subscription is entitled to: the tier that sets its quotas, and the plans it has committed itself to."""

from __future__ import annotations

from auditor.collect.collector import listed
from auditor.collect.target import Per

QUOTA_TIERS = listed("quota_tier", Per.SUBSCRIPTION, "/providers/Microsoft.CognitiveServices/quotaTiers")
COMMITMENT_PLANS = listed("commitment_plan", Per.SUBSCRIPTION, "/providers/Microsoft.CognitiveServices/commitmentPlans")
