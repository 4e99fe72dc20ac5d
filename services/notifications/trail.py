"""What the audit trail of this service is called in words."""

from services.notifications.inbox.domain import WORDS
from shared.directory import people
from shared.kernel import N_
from shared.web.trail import TrailWords

ACTIONS = {
    "mail_dropped": N_("Mail not sent"),
    "mail_sent": N_("Mail sent"),
    "notice_read": N_("Message read"),
    "notice_received": N_("Message put into the inbox"),
    "notices_read": N_("All messages read"),
}
FACTS = {
    "count": N_("Number"),
    "notice_id": N_("Message"),
    "template": N_("Kind of message"),
}
TITLES = {template: words.title for template, words in WORDS.items()}
OBJECTS = {"inbox": (people.c.id, people.c.name, people.c.email)}
TRAIL = TrailWords(ACTIONS, FACTS, {"template": TITLES}, objects=OBJECTS)
