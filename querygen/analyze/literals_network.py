"""Literals of network addresses: inet, cidr, macaddr, macaddr8.

Takes a text, raises the error of the input function. Mirrors `network.c` (network_in), `inet_net_pton.c`, `mac.c` and
`mac8.c`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from querygen.diagnostics import PgError

if TYPE_CHECKING:
    from collections.abc import Callable

_OCTETS = re.compile(r"([0-9]+(?:\.[0-9]+)*)\.?(?:/([0-9]+))?\Z", re.ASCII)
_HEX_BYTES = re.compile(r"0[xX]([0-9a-fA-F]+)(?:/([0-9]+))?\Z", re.ASCII)
_IPV6 = re.compile(
    r"([0-9a-fA-F:]*?)((?<=:)[0-9]*(?:\.[0-9]*){0,2}\.(?:[0-9]+|(?=/)))?(?:/(0|[1-9][0-9]*))?\Z", re.ASCII
)


def _ipv4(text: str, *, is_cidr: bool) -> tuple[list[int], int] | None:
    """inet_net_pton_ipv4, inet_cidr_pton_ipv4: (the octets, the length of the prefix)"""
    octets: list[int]
    if is_cidr and (match := _HEX_BYTES.match(text)) is not None:
        digits, length = match.groups()
        digits += "0" * (len(digits) % 2)
        octets = list(bytes.fromhex(digits))
    elif (match := _OCTETS.match(text)) is not None:
        numbers, length = match.groups()
        octets = [int(number) for number in numbers.split(".")]
    else:
        return None
    if len(octets) > 4 or any(octet > 255 for octet in octets):
        return None
    bits = -1 if length is None else int(length)
    if bits > 32:
        return None
    if not is_cidr:
        if bits < 0:
            bits = 32 if len(octets) == 4 else -1
        if bits < 0 or bits // 8 > len(octets):
            return None
    elif bits < 0:
        first = octets[0]
        bits = 32 if first >= 240 else 8 if first >= 224 else 24 if first >= 192 else 16 if first >= 128 else 8
        bits = max(bits, len(octets) * 8)
        if bits == 8 and first == 224:
            bits = 4
    return octets + [0] * (4 - len(octets)), bits


def _ipv6(text: str) -> tuple[list[int], int] | None:
    """inet_cidr_pton_ipv6: (the octets, the length of the prefix)"""
    match = _IPV6.match(text)
    if match is None:
        return None
    groups, dotted, length = match.groups()
    tail: list[int] = []
    if dotted:
        words = dotted.split(".")  # getv4: octets that are missing are none, empty ones zero
        tail = [int(word or "0") for word in words]
        if any(octet > 255 for octet in tail) or any(len(word) > 1 and word[0] == "0" for word in words):
            return None
        tail += [0] * (4 - len(tail))
    bits = 128 if length is None else int(length)
    if bits > 128 or groups.count("::") > 1 or ":::" in groups:
        return None
    before, gap, after = groups.partition("::")
    if dotted and not gap:
        before = before.removesuffix(":")
    elif dotted:
        after = after.removesuffix(":")
    parts: list[list[int]] = []
    for side in (before, after):
        words = side.split(":") if side else []
        if any(not 1 <= len(word) <= 4 for word in words):
            return None
        parts.append([octet for word in words for octet in int(word, 16).to_bytes(2)])
    head, rest = parts[0], parts[1] + tail
    missing = 16 - len(head) - len(rest)
    if missing < 2 if gap else missing != 0:
        return None
    return head + [0] * missing + rest, bits


def _network_in(name: str) -> Callable[[str], None]:
    """network.c: network_in"""
    is_cidr = name == "cidr"

    def read(text: str) -> None:
        found = _ipv6(text) if ":" in text else _ipv4(text, is_cidr=is_cidr)
        if found is None:
            raise PgError("22P02", f'invalid input syntax for type {name}: "{text}"')
        octets, bits = found
        width = len(octets) * 8
        if is_cidr and int.from_bytes(bytes(octets)) & ((1 << (width - bits)) - 1):
            detail = "Value has bits set to right of mask."
            raise PgError("22P02", f'invalid cidr value: "{text}"', detail=detail)

    return read


# sscanf's %x and %2x, which take what they can and never give back
_HEX = r"\s*+([+-]?(?:0[xX])?[0-9a-fA-F]++)"
_TWO = r"\s*+([+-][0-9a-fA-F]|[0-9a-fA-F]{1,2}+)"
_MAC_FORMS = tuple(
    re.compile(form + r"\s*\Z", re.ASCII)
    for form in (
        ":".join([_HEX] * 6),
        "-".join([_HEX] * 6),
        _TWO * 3 + ":" + _TWO * 3,
        _TWO * 3 + "-" + _TWO * 3,
        r"\.".join([_TWO * 2] * 3),
        "-".join([_TWO * 2] * 3),
        _TWO * 6,
    )
)


def _macaddr_in(text: str) -> None:
    """mac.c: macaddr_in — the first of the forms that fits"""
    for form in _MAC_FORMS:
        match = form.match(text)
        if match is not None:
            if any(not 0 <= int(octet, 16) <= 255 for octet in match.groups()):
                raise PgError("22003", f'invalid octet value in "macaddr" value: "{text}"')
            return
    raise PgError("22P02", f'invalid input syntax for type macaddr: "{text}"')


_PAIR = re.compile("[0-9a-fA-F]{2}")


def _macaddr8_in(text: str) -> None:
    """mac8.c: macaddr8_in"""
    invalid = PgError("22P02", f'invalid input syntax for type macaddr8: "{text}"')
    place = len(text) - len(text.lstrip(" \t\n\v\f\r"))
    count, spacer = 0, ""
    while place + 1 < len(text):
        if count == 8 or _PAIR.match(text, place) is None:
            raise invalid
        count += 1
        place += 2
        character = text[place : place + 1]
        if character in (":", "-", "."):
            if spacer not in ("", character):
                raise invalid
            spacer = character
            place += 1
        if count in (6, 8) and text[place : place + 1].isspace():
            if text[place:].strip(" \t\n\v\f\r"):
                raise invalid
            break
    if count not in (6, 8):
        raise invalid


NETWORK_INPUT: dict[str, Callable[[str], None]] = {
    "inet_in": _network_in("inet"),
    "cidr_in": _network_in("cidr"),
    "macaddr_in": _macaddr_in,
    "macaddr8_in": _macaddr8_in,
}
