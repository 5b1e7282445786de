"""The one door to Azure and to the models; the only package that imports azure.* or openai."""
