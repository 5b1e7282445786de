"""Azure's public price list, as far as this world has meters: a page at a time, to whoever asks.

https://learn.microsoft.com/rest/api/cost-management/retail-prices/azure-retail-prices
"""

from __future__ import annotations

import re
from urllib.parse import urlencode
from uuid import NAMESPACE_URL, uuid5

from auditor.record import JsonObject
from auditor.sandbox.ledger import Ledger
from auditor.sandbox.wire import Answer, Ask, answer_error, answer_json
from auditor.sandbox.world import Meter, World

PATH = "/api/retail/prices"
SERVICE = "Foundry Models"

_COMPARED = re.compile(r"(\w+) eq '([^']*)'")


def answer(world: World, ledger: Ledger, ask: Ask) -> Answer:  # noqa: ARG001 - every service is asked the same way
    """A page of the meters that the filter names."""
    if ask.method != "GET" or ask.path != PATH:
        return answer_error(404, "NotFound", f"{ask.host} is not pretended beyond its list.", unknown=True)
    compared = dict(_COMPARED.findall(ask.query.get("$filter", "")))
    region, service = compared.get("armRegionName", ""), compared.get("serviceName", SERVICE)
    currency = ask.query.get("currencyCode", "'USD'").strip("'")
    rows = [_row(meter, region, currency) for meter in world.meters if service == SERVICE and region]
    begin = int(ask.query.get("$skip", "0"))
    end = begin + world.page_size
    link = f"https://{ask.host}:443{PATH}?{urlencode({**ask.query, '$skip': end})}" if end < len(rows) else None
    page = rows[begin:end]
    return answer_json(
        200,
        {
            "BillingCurrency": currency,
            "CustomerEntityId": "Default",
            "CustomerEntityType": "Retail",
            "Items": page,
            "NextPageLink": link,
            "Count": len(page),
        },
    )


def _row(meter: Meter, region: str, currency: str) -> JsonObject:
    sku = meter.name.removesuffix(" Tokens").removesuffix(" 1M")
    return {
        "currencyCode": currency,
        "tierMinimumUnits": 0.0,
        "retailPrice": meter.price,
        "unitPrice": meter.price,
        "armRegionName": region,
        "location": region,
        "effectiveStartDate": f"{meter.since}T00:00:00Z",
        "meterId": str(uuid5(NAMESPACE_URL, f"{region} {meter.name}")),
        "meterName": meter.name,
        "productName": meter.product,
        "skuName": sku,
        "serviceName": SERVICE,
        "serviceFamily": "AI + Machine Learning",
        "unitOfMeasure": meter.unit,
        "type": "Consumption",
        "isPrimaryMeterRegion": True,
        "armSkuName": sku,
    }
