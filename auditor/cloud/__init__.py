"""The one door to Azure and to the models; the only package that imports azure.* or openai."""

import logging

logging.getLogger("azure").addHandler(logging.NullHandler())
"""What the SDKs warn of is said by us, bounded and without secrets; without this, Python prints it as it stands."""
