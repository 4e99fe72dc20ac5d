"""Times in JSON are ISO 8601 with an offset. Flask by itself writes them as HTTP dates."""

from datetime import date
from typing import Any

from flask.json.provider import DefaultJSONProvider


class IsoJson(DefaultJSONProvider):
    @staticmethod
    def default(value: Any) -> Any:
        return value.isoformat() if isinstance(value, date) else DefaultJSONProvider.default(value)
