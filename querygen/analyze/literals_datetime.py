"""Literals of dates, times and intervals: what the input functions surely refuse, refused as they do.

Takes a text and a typmod, raises PostgreSQL's error. Mirrors the decision of `datetime.c` (ParseDateTime,
DecodeDateTime, DecodeTimeOnly, DecodeInterval) for ISO 8601 forms and for words; other forms that contain a digit and
only known words are accepted, for which day they mean depends on settings of the server.
"""

from __future__ import annotations

import calendar
import re
from typing import TYPE_CHECKING

from querygen.diagnostics import PgError

if TYPE_CHECKING:
    from collections.abc import Callable

_SPACE = " \t\n\v\f\r"
_ISO = re.compile(
    r"(\d{4,})-(\d{1,2})-(\d{1,2})"
    r"(?:(?:[tT]|\s+)(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.\d*)?)?\s*([zZ]|[+-]\d{1,2}(?::?\d{2}(?::?\d{2})?)?)?)?"
    r"(?:\s*(ad|bc))?\Z",
    re.IGNORECASE | re.ASCII,
)
_TIME = re.compile(
    r"[tT]?\s*(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.\d*)?)?\s*([zZ]|[+-]\d{1,2}(?::?\d{2}(?::?\d{2})?)?)?\Z", re.ASCII
)
_WORD = re.compile(r"[a-zA-Z]+")
_DIGITS = re.compile(r"[0-9]+")
_MONTHS = frozenset({"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"})
_SPECIAL_DATES = frozenset({"now", "today", "tomorrow", "yesterday", "epoch", "infinity", "-infinity", "+infinity"})
_SPECIAL_TIMES = frozenset({"now", "allballs"})


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_INTERVAL_WORDS = _words(
    "ago at c cent century centuries d day days dec decade decades decs h hour hours hr hrs m microsecon microsecond"
    " microseconds mil millennia millennium mils millisecon millisecond milliseconds min mins minute minutes mm mon"
    " mons month months ms msec msecs msecond mseconds on qtr quarter s sec second seconds secs us usec usecond"
    " useconds usecs w week weeks y year years yr yrs"
)
# datetktbl holds ten letters of a word and the decoders cut longer ones
_TOKEN_LENGTH = 10
_INTERVAL_TOKENS = frozenset(word[:_TOKEN_LENGTH] for word in _INTERVAL_WORDS)
_ISO_INTERVAL = re.compile(r"P(?:(?:-?[\d.]+[YMWD])*(?:T(?:-?[\d.]+[HMS])*)?|[\d.-]+(?:T[\d:.-]+)?)\Z", re.ASCII)


def _invalid(type_name: str, text: str) -> PgError:
    return PgError("22007", f'invalid input syntax for type {type_name}: "{text}"')


def _out_of_range(text: str, *, order: bool = False) -> PgError:
    """`order`: it might be right if day and month stood the other way."""
    hint = 'Perhaps you need a different "DateStyle" setting.' if order else None
    return PgError("22008", f'date/time field value out of range: "{text}"', hint=hint)


def _check_zone(zone: str | None, text: str) -> None:
    """DecodeTimezone: MAX_TZDISP_HOUR is 15."""
    if zone is None or zone in "zZ":
        return
    if ":" in zone:
        parts = zone[1:].split(":")
    else:
        digits = zone[1:]
        split = len(digits) if len(digits) < 3 else len(digits) - 2  # hhmm without a colon
        parts = [digits[:split], digits[split:] or "0"]
    if int(parts[0]) > 15 or any(int(part) > 59 for part in parts[1:]):
        raise PgError("22009", f'time zone displacement out of range: "{text}"')


def _check_clock(hour: str | None, minute: str | None, second: str | None, text: str) -> None:
    """DecodeTime, time_overflows"""
    if hour is None:
        return
    hours, minutes, seconds = int(hour), int(minute or 0), int(second or 0)
    over = hours > 24 or minutes > 59 or seconds > 60 or (hours == 24 and (minutes or seconds))
    if over:
        raise _out_of_range(text)


def _date_in(type_name: str) -> Callable[[str, int], None]:
    """date.c: date_in; timestamp.c: timestamp_in, timestamptz_in"""

    def read(text: str, _typmod: int) -> None:
        body = text.strip(_SPACE)
        if (match := _ISO.match(body)) is not None:
            _check_iso(match, text)
            return
        if body.lower() in _SPECIAL_DATES:
            return
        if (clock := _TIME.match(body)) is not None:
            _check_clock(clock.group(1), clock.group(2), clock.group(3), text)
        if clock is not None or not _could_be_date(body):
            raise _invalid(type_name, text)

    return read


def _could_be_date(body: str) -> bool:
    """Does a text hold as much as year, month and day, or a word that means a day?"""
    groups = _DIGITS.findall(body)
    words = [word.lower() for word in _WORD.findall(body)]
    if any(word in _SPECIAL_DATES for word in words):
        return True
    if any(word[:3] in _MONTHS for word in words):
        return bool(groups)
    if len(groups) == 2 and len(groups[1]) == 3:
        return True  # year and day of the year
    return len(groups) > 2 or any(len(group) > 4 for group in groups) or (bool(groups) and words[:1] == ["j"])


def _check_iso(match: re.Match[str], text: str) -> None:
    """ValidateDate and the checks of the time's fields"""
    year, month, day, hour, minute, second, zone, era = match.groups()
    years, months, days = int(year), int(month), int(day)
    # the clock is decoded as its field is met, the date is looked at when everything is read
    _check_clock(hour, minute, second, text)
    _check_zone(zone, text)
    if years == 0:
        raise _out_of_range(text)
    if era is not None and era.lower() == "bc":
        years = -(years - 1)
    if not 1 <= months <= 12 or not 1 <= days <= 31:
        raise _out_of_range(text, order=True)
    longest = calendar.monthrange(2000 + years % 400, months)[1]
    if days > longest:
        raise _out_of_range(text)


def _time_in(type_name: str) -> Callable[[str, int], None]:
    """date.c: time_in, timetz_in"""

    def read(text: str, _typmod: int) -> None:
        body = text.strip(_SPACE)
        if (match := _TIME.match(body)) is not None:
            hour, minute, second, zone = match.groups()
            _check_clock(hour, minute, second, text)
            _check_zone(zone, text)
            return
        if any(word.lower() in _SPECIAL_TIMES for word in _WORD.findall(body)):
            return
        is_clock = ":" in body or any(len(group) > 3 for group in _DIGITS.findall(body))
        if not is_clock and not re.search(r"[0-9]\s*[aApP][mM]", body):
            raise _invalid(type_name, text)

    return read


def _interval_in(text: str, _typmod: int) -> None:
    """timestamp.c: interval_in"""
    body = text.strip(_SPACE)
    if body.lower() in ("infinity", "+infinity", "-infinity"):
        return
    if body[:1] == "P" and _ISO_INTERVAL.match(body) is not None and len(body) > 1:
        return
    if not body or (not re.search("[0-9.]", body) and _WORD.search(body)):
        raise _invalid("interval", text)
    for word in _WORD.findall(body):
        if word.lower()[:_TOKEN_LENGTH] not in _INTERVAL_TOKENS and not body.startswith(("P", "-P", "+P")):
            raise _invalid("interval", text)


DATETIME_INPUT: dict[str, Callable[[str, int], None]] = {
    "date_in": _date_in("date"),
    "timestamp_in": _date_in("timestamp"),
    "timestamptz_in": _date_in("timestamp with time zone"),
    "time_in": _time_in("time"),
    "timetz_in": _time_in("time with time zone"),
    "interval_in": _interval_in,
}
