"""The one MetaData of the gateway's subjects."""

from sqlalchemy import MetaData

from shared.db import NAMES

metadata = MetaData(naming_convention=NAMES)
