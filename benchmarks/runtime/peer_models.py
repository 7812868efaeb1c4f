"""The models as users write them by hand for pydantic: what peers that return models are given."""

import datetime as dt
import decimal
import enum
import uuid
from typing import Any

from pydantic import BaseModel


class Mood(enum.StrEnum):
    SAD = "sad"
    OK = "ok"
    HAPPY = "happy"


class Author(BaseModel):
    id: int
    name: str
    bio: str | None


class Event(BaseModel):
    id: int
    name: str
    created: dt.datetime
    active: bool
    amount: decimal.Decimal
    uid: uuid.UUID
    mood: Mood
    visits: int
    note: str | None


class Document(BaseModel):
    id: int
    name: str
    created: dt.datetime
    active: bool
    amount: decimal.Decimal
    uid: uuid.UUID
    mood: Mood
    data: Any
    note: str | None


MODELS: dict[str, type[BaseModel]] = {"narrow": Author, "wide": Event, "wide + jsonb": Document}
