"""What a folder of bundles tells over time: an index that can be made again from them, and is never the record."""

from auditor.history.index import FILENAME, Index, Synced, evidence_in
from auditor.history.story import Deployed, Pool, Seen, Since, Story

__all__ = ["FILENAME", "Deployed", "Index", "Pool", "Seen", "Since", "Story", "Synced", "evidence_in"]
