"""The demo organisations and people, and how one of them signs in."""

import re
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

import httpx

from deploy.demo.api import Api, checked
from deploy.demo.journal import Journal

BUYER = ("Lingang Logistics 临港物流", "lingang")
VENDORS = (("Huayun IT Services 华云信息", "huayun"), ("Nordwind Support GmbH", "nordwind"))
PARTNER = ("Callgrid Telephony", "callgrid")
STAFF = (
    ("requester", "Zhao Min 赵敏", "zh-Hans"),
    ("approver", "Qian Rui 钱睿", "zh-Hans"),
    ("buyer", "Lin Yue 林月", "zh-Hans"),
    ("evaluator1", "Gao Fei 高飞", "zh-Hans"),
    ("evaluator2", "Han Bing 韩冰", "zh-Hans"),
    ("evaluator3", "Marta Keller", "en"),
    ("opener1", "He Jun 何军", "zh-Hans"),
    ("opener2", "Su Wen 苏雯", "zh-Hans"),
    ("quality1", "Tom Becker", "en"),
    ("quality2", "Wu Dan 吴丹", "zh-Hans"),
    ("contract_manager", "Chen Yi 陈一", "zh-Hans"),
    ("finance", "Xu Lan 徐岚", "zh-Hans"),
    ("auditor", "Ines Duarte", "en"),
    ("operator", "Feng Kai 冯凯", "zh-Hans"),
)
VENDOR_PEOPLE = {
    "huayun": (
        ("vendor_admin", "Li Na 李娜", "zh-Hans"),
        ("vendor_member", "Ma Lei 马磊", "zh-Hans"),
    ),
    "nordwind": (("vendor_admin", "Jonas Weber", "en"), ("vendor_member", "Eva Brandt", "en")),
}


@dataclass(frozen=True)
class Account:
    email: str
    password: str
    roles: list[str]
    organisation: str
    name: str
    id: str = ""
    locale: str = "en"


class Browser:
    """A signed-in browser session, just enough to get a token for the API."""

    def __init__(self, base_url: str, email: str, password: str) -> None:
        self.base_url, self.cookie = base_url, ""
        form = {"email": email, "password": password}
        answer = self.send("POST", "/login", data=form)
        jar = SimpleCookie(answer.headers.get("set-cookie", ""))
        self.cookie = f"__Host-tandem={jar['__Host-tandem'].value}"

    def send(self, method: str, path: str, **sent: Any) -> httpx.Response:
        headers = {"Sec-Fetch-Site": "same-origin", "Cookie": self.cookie} | sent.pop("headers", {})
        return checked(
            httpx.request(method, self.base_url + path, headers=headers, timeout=30, **sent)
        )

    def api_token(self) -> str:
        page = self.send("GET", "/account").text
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        form = {"csrf_token": found.group(1) if found else ""}
        asked = {"Accept": "application/json"}
        answer = self.send("POST", "/account/api-token", data=form, headers=asked)
        return str(answer.json()["access_token"])


def api_of(base_url: str, account: Account, journal: Journal | None = None) -> Api:
    """The API as this person. They sign in when it is first called."""

    def authenticate() -> str:
        return Browser(base_url, account.email, account.password).api_token()

    return Api(base_url, authenticate, journal)


def make_organisation(admin: Api, kind: str, name: str, slug: str) -> str:
    body = {"kind": kind, "name": name, "slug": slug}
    return str(admin.post("/organisations", body)["id"])


def take_person(
    admin: Api, organisation_id: str, organisation: str, role: str, name: str, locale: str
) -> Account:
    """A new person; one who is there already gets a new password."""
    email = f"{role}@{organisation}.example"
    zone = "Europe/Berlin" if organisation == "nordwind" else "Asia/Shanghai"
    roles = [role.rstrip("0123456789")]
    body = {
        "name": name,
        "email": email,
        "organisation_id": organisation_id,
        "roles": roles,
        "locale": locale,
        "zone": zone,
    }
    there = admin.get("/people", email=email)["items"]
    made = there[0] if there else admin.post("/people", body)
    again = admin.post(f"/people/{made['id']}/password") if there else made
    return Account(email, again["password"], roles, organisation, name, made["id"], locale)
