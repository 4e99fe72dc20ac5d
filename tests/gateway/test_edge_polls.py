from support.gateway import HTMX_HEADER as HTMX
from support.gateway import Visitor


def test_a_poll_whose_session_is_over_leaves_the_page_as_it_is(visit: Visitor) -> None:
    """Somebody may be typing there. Their next step of their own leads to the login."""
    poll = HTMX | {"X-Background": "1"}
    answer = visit("GET", "/admin/messages/unread", 401, headers=poll)
    assert "HX-Redirect" not in answer.headers
    assert "HX-Redirect" in visit("GET", "/admin/messages", 401, headers=HTMX).headers
