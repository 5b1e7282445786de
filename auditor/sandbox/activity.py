"""What was done in the pretend world, and how long ago."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field, model_validator

from auditor.record import Record


class Activity(Record):
    """Something that was done, as the activity log tells it."""

    name: str
    account: str = ""
    """To which account of this world, or to what is under it."""
    below: str = ""
    """Path of what it was done to under the account, such as `/deployments/chat`."""
    resource: str = Field(default="", pattern=r"^(/subscriptions/.+)?$")
    """Id of what it was done to, where that is no account of this world."""
    operation: str
    """As the log spells it."""
    days_ago: float = Field(default=0, ge=0)
    hours_ago: float = Field(default=0, ge=0)
    """Added to the days, and the minutes to both."""
    minutes_ago: float = Field(default=0, ge=0)
    caller: str = "platform@contoso.com"
    status: str = "Succeeded"

    @model_validator(mode="after")
    def _is_of_one_thing(self) -> Activity:
        if bool(self.account) == bool(self.resource):
            raise ValueError("an activity is of an account or of a resource, and not of both")
        return self

    @property
    def age(self) -> timedelta:
        """How long ago it was."""
        return timedelta(days=self.days_ago, hours=self.hours_ago, minutes=self.minutes_ago)
