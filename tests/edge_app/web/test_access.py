from __future__ import annotations

import pytest

from celcam.errors import UsageError
from edge_app.web.access import Access, RefusedError, choose_token, is_loopback
from edge_app.web.limits import RateLimiter, peer_key

TOKEN = "a-token_of-tests"


def access(token: str | None = TOKEN) -> Access:
    return Access(address="0.0.0.0", port=8000, token=token, names=["localhost", "pi", "pi.local"])


@pytest.mark.parametrize("host", ["localhost:8000", "pi:8000", "PI.local:8000", "192.168.1.20:8000", "0.0.0.0:8000"])
def test_this_machines_names_and_addresses_are_accepted(host: str) -> None:
    access().check_host([host], "192.168.1.20")


@pytest.mark.parametrize(
    "hosts",
    [
        [],
        ["evil.example:8000"],
        ["pi.evil.example:8000"],
        ["pi.local.:8000"],
        ["localhost"],
        ["localhost:80"],
        ["localhost:80000"],
        ["192.168.1.21:8000"],
        ["127.0.0.1:8000"],
        ["localhost:8000", "localhost:8000"],
        ["localhost:8000, evil.example:8000"],
        ["user@localhost:8000"],
        ["localhost:8000/"],
        ["[::1]:8000"],
        ["²:8000"],
        ["localhost:٨٠٠٠"],
        [""],
    ],
)
def test_other_host_names_are_refused_even_if_they_resolve_here(hosts: list[str]) -> None:
    with pytest.raises(RefusedError) as refusal:
        access().check_host(hosts, "192.168.1.20")
    assert refusal.value.status == 421


def test_an_ipv6_address_is_known_however_it_is_written() -> None:
    access().check_host(["[2001:db8::1]:8000"], "2001:0db8:0::0001")
    access().check_host(["192.168.1.20:8000"], "::ffff:192.168.1.20")
    access().check_host(["[fe80::1]:8000"], "fe80::1%eth0")


def test_a_change_must_come_from_the_page_itself() -> None:
    ours = {"Host": "pi:8000", "Origin": "http://pi:8000", "Content-Type": "application/json; charset=utf-8"}
    access().check_origin("POST", ours, is_visit=False)
    del ours["Origin"]
    access().check_origin("POST", ours | {"Sec-Fetch-Site": "same-origin"}, is_visit=False)


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://pi:8001"}, 403),
        ({"Origin": "https://pi:8000"}, 403),
        ({"Origin": "http://pi:8000/"}, 403),
        ({"Origin": "http://pi:8000@evil.example"}, 403),
        ({"Origin": "http://[pi:8000"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Origin": None}, 403),
        ({"Origin": None, "Sec-Fetch-Site": "none"}, 403),
        ({"Origin": None, "Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Type": None}, 415),
    ],
)
def test_a_change_from_another_site_is_refused(changed: dict[str, str | None], status: int) -> None:
    sent = {"Host": "pi:8000", "Origin": "http://pi:8000", "Content-Type": "application/json"} | changed
    headers = {name: value for name, value in sent.items() if value is not None}
    for method in ("POST", "PUT", "DELETE"):
        with pytest.raises(RefusedError) as refusal:
            access().check_origin(method, headers, is_visit=False)
        assert refusal.value.status == status


def test_another_site_may_link_to_the_page_but_not_embed_it() -> None:
    for site in ("cross-site", "same-site"):
        access().check_origin("GET", {"Sec-Fetch-Site": site}, is_visit=True)
        with pytest.raises(RefusedError):
            access().check_origin("GET", {"Sec-Fetch-Site": site}, is_visit=False)
    for site in ("none", "same-origin"):
        access().check_origin("GET", {"Sec-Fetch-Site": site}, is_visit=False)


def test_only_the_cookie_itself_is_accepted() -> None:
    rules = access()
    assert rules.has_cookie(rules.cookie_value)
    assert TOKEN not in rules.cookie_value
    for cookie in (None, "", TOKEN, rules.cookie_value[:-1], "é\udcff"):
        assert not rules.has_cookie(cookie)
    assert not access(None).has_cookie("")


def test_only_the_token_itself_is_accepted() -> None:
    assert access().is_token(TOKEN)
    for token in ("", TOKEN[:-1], "é\udcff"):
        assert not access().is_token(token)
    assert not access(None).is_token("")


def test_the_cookie_depends_on_the_token_and_on_a_key_that_nobody_else_has() -> None:
    assert access().cookie_value == access().cookie_value != access("another-token").cookie_value
    assert access().cookie_value != Access(address="0.0.0.0", port=8000, token=TOKEN, key=b"x" * 32).cookie_value


def test_a_picture_on_another_site_can_not_guess_tokens() -> None:
    foreign = {"Host": "pi:8000", "Sec-Fetch-Site": "cross-site"}
    access().check_origin("GET", foreign | {"Sec-Fetch-Dest": "document"}, is_visit=True)
    for kind in ("image", "iframe", "script", "empty"):
        with pytest.raises(RefusedError, match="another page"):
            access().check_origin("GET", foreign | {"Sec-Fetch-Dest": kind}, is_visit=True)


@pytest.mark.parametrize(
    ("address", "alone"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("pi", False)],
)
def test_a_token_is_made_if_others_can_connect(address: str, alone: bool) -> None:
    assert is_loopback(address) is alone
    assert (choose_token(address, None) is None) is alone
    assert choose_token(address, TOKEN) == TOKEN


def test_a_token_that_is_made_is_long_and_new_each_time() -> None:
    tokens = {choose_token("0.0.0.0", None) for _ in range(20)}
    assert len(tokens) == 20
    assert all(token is not None and len(token) >= 32 for token in tokens)


@pytest.mark.parametrize("token", ["", "short", "with space in it", "percent%20sign", "ümlaut-token"])
def test_a_token_that_is_weak_or_unfit_for_a_link_is_refused(token: str) -> None:
    with pytest.raises(UsageError, match="--token: expected 8 or more"):
        choose_token("0.0.0.0", token)


def test_a_token_bucket_allows_a_burst_and_then_its_rate() -> None:
    now_s = 0.0
    buckets = RateLimiter(2.0, 3, peers=10, clock=lambda: now_s)
    assert [buckets.take("a") for _ in range(4)] == [0.0, 0.0, 0.0, 0.5]
    assert buckets.take("b") == 0.0
    now_s = 0.5
    assert buckets.wait_s("a") == 0.0
    assert buckets.take("a") == 0.0
    assert buckets.take("a") == 0.5
    now_s = 1000.0
    assert [buckets.take("a") for _ in range(4)][-1] > 0


def test_the_memory_of_peers_is_bounded() -> None:
    buckets = RateLimiter(1.0, 1, peers=50)
    for number in range(500):
        buckets.take(f"10.0.{number // 256}.{number % 256}")
    assert len(buckets) == 50 + 1  # and the shared bucket


def test_a_peer_that_is_forgotten_gains_nothing() -> None:
    now_s = 0.0
    buckets = RateLimiter(0.2, 10, peers=3, clock=lambda: now_s)
    allowed = sum(buckets.take(f"peer {number % 20}") == 0.0 for number in range(2000))
    assert allowed == 4 * 10  # three peers, and the others together
    now_s = 50.0
    assert buckets.take("peer 19") == 0.0
    assert len(buckets) <= 4


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.168.1.2", "192.168.1.2"),
        ("::ffff:192.168.1.2", "192.168.1.2"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::"),
        ("2001:db8:1:2:bbbb::1", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("", ""),
        ("unix", "unix"),
    ],
)
def test_a_device_with_many_addresses_is_one_peer(address: str, key: str) -> None:
    assert peer_key(address) == key
