"""First settings from what was seen: what is there is stated as what is expected, each value with where it was seen.

Only what the service told is stated. What it can't tell is asked by whoever calls, or stands as a comment; what could
not be read is said to be so.
"""
