"""The private DNS zones that endpoints register in, wherever they are: which networks see them, and their records.

One list of A records serves every account that a zone holds. Of the zone itself nothing is judged, so it is not read.
"""

from __future__ import annotations

from auditor.collect.collector import listed
from auditor.collect.target import Per

NETWORK_LINKS = listed("virtual_network_link", Per.PRIVATE_DNS_ZONE, "/virtualNetworkLinks")
DNS_RECORDS = listed("dns_record", Per.PRIVATE_DNS_ZONE, "/A")
