"""The buying side's pages: reading RFPs, and writing their drafts."""

from services.rfp.tenders.staff_pages import reading, writing
from services.rfp.tenders.staff_pages.blueprint import pages

__all__ = ["pages", "reading", "writing"]
