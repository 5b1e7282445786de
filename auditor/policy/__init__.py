"""Pure judgement: checks as data, facts joined from a snapshot, findings; no clock, no network, no SDK."""
