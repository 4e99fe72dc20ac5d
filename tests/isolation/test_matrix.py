"""What the matrix makes of an answer, tried on answers that are made up."""

import pytest

from isolation.matrix import Answer, Case, Secret, judged

CASE = Case("rfp", "POST", "/api/v1/plans", ("requester",))
TITLE = Secret("the title", "外包", frozenset(("requester",)))


def kinds(who: str, status: int, content: bytes = b"{}") -> list[str]:
    answer = Answer(status, "", content, "")
    return [each.kind for each in judged(CASE, who, answer, (TITLE,))]


@pytest.mark.parametrize("status", [400, 403, 404, 409, 415, 422, 429, 500])
def test_an_owner_has_to_succeed(status: int) -> None:
    """Or a stranger might have been refused for the body or for the state of things."""
    assert kinds("requester", status) == ["refused"]
    assert kinds("requester", 201) == []


@pytest.mark.parametrize("status", [200, 303, 400, 409, 422, 500])
def test_a_stranger_has_to_be_refused(status: int) -> None:
    assert kinds("buyer", status) == ["admitted"]
    assert kinds("buyer", 403) == []


@pytest.mark.parametrize("content", ["外包".encode(), b'"\\u5916\\u5305"'])
def test_a_secret_is_found_however_it_is_written(content: bytes) -> None:
    assert kinds("buyer", 403, content) == ["shown"]
    assert kinds("requester", 200, content) == []
