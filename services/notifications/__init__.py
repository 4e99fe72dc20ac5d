"""Delivery to people: what other services raise as notices becomes messages here, and mails.

Owns notices and mails. Publishes nothing. Listens to `tandem.notices` and to identity events.
"""
