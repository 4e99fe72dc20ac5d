"""Bids: drafts, sealed submission with receipts, and the opening.

Before the opening nothing here says who bids, how many do, or what: content and names of files lie
in envelopes, notices go to the bidder alone, and the audit of a bid (chain `bid:<id>`) says only
that one was received. Who sent it is inside the envelope, and is recorded when that is opened.
"""
