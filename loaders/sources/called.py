"""Called: what other systems call a column, besides our own name for it; the most telling words first.

In small letters and without signs, as `words` makes them of a header. German ones stand at the end.
"""

from __future__ import annotations

import re

CALLED: dict[str, tuple[str, ...]] = {
    "customer_id": (
        "customer id", "customer number", "customer no", "customer", "user id", "client id", "contact id",
        "buyer id", "account id", "kundennummer", "kunden nummer", "kundennr", "kunden nr", "kunden id",
        "kunde", "id", "customer email", "buyer email", "email", "email address", "e mail", "e mail adresse",
    ),
    "affiliate_id": (
        "affiliate id", "partner id", "promoter id", "affiliate", "partner", "promoter", "partnernummer",
        "partner nr", "id",
    ),
    "order_id": (
        "order id", "order number", "order no", "order", "invoice id", "invoice number", "transaction id",
        "bestellnummer", "bestell nr", "bestellung", "auftragsnummer", "rechnungsnummer", "id",
    ),
    "refund_id": ("refund id", "refund number", "credit note", "credit note id", "gutschriftsnummer"),
    "commission_id": ("commission id", "commission", "provisionsnummer", "id"),
    "invitation_id": ("invitation id", "invite id", "einladungsnummer", "id"),
    "ticket_id": ("ticket id", "ticket number", "ticket", "ticketnummer", "id"),
    "survey_id": ("survey id", "response id", "id"),
    "claim_id": ("claim id", "referral id", "empfehlungsnummer"),
    "reward_id": ("reward id", "id"),
    "referrer_id": (
        "referrer id", "referrer", "referred by", "advocate id", "advocate", "inviter", "affiliate id",
        "affiliate", "partner id", "promoter id", "referrer email", "referred by email", "geworben von",
        "geworben durch", "empfohlen von", "empfohlen durch", "werber", "empfehler",
    ),
    "referee_id": (
        "referee id", "referee", "friend id", "friend", "referred id", "geworbener", "geworbene",
        "geworbener kunde", "empfohlener kunde", "customer id", "customer number", "customer", "kundennummer",
        "kunden nummer", "kundennr", "kunden nr", "kunden id", "kunde", "customer email", "email",
        "email address", "e mail", "e mail adresse",
    ),
    "joined_at": (
        "joined at", "signup date", "registered at", "customer since", "created at", "created", "kunde seit", "seit",
        "registriert am", "angemeldet am", "erstellt am", "date", "datum",
    ),
    "placed_at": (
        "placed at", "order date", "ordered at", "ordered on", "created at", "bestelldatum", "bestellt am",
        "auftragsdatum", "rechnungsdatum", "erstellt am", "date", "datum",
    ),
    "refunded_at": ("refunded at", "refund date", "refunded on", "erstattet am"),
    "earned_at": ("earned at", "created at", "erstellt am", "date", "datum"),
    "referred_at": (
        "referred at", "referred date", "geworben am", "empfohlen am", "created at", "date", "datum",
    ),
    "sent_at": ("sent at", "invited at", "eingeladen am", "created at", "date", "datum"),
    "opened_at": ("opened at", "created at", "erstellt am", "date", "datum"),
    "removed_at": ("removed at", "deleted at", "deleted", "gelöscht am"),
    "granted_at": ("granted at", "created at", "erstellt am", "date", "datum"),
    "amount": (
        "amount", "total", "order total", "grand total", "total amount", "sale amount", "gross",
        "gross amount", "sum", "value", "price", "betrag", "gesamtbetrag", "summe", "gesamtsumme",
        "bestellwert", "umsatz", "commission", "provision",
    ),
    "refunded": (
        "refunded", "amount refunded", "refund amount", "refunded amount", "erstattet", "erstattung",
        "gutschrift",
    ),
    "revenue": ("revenue", "total spent", "lifetime value", "sale amount", "umsatz", "gesamtumsatz"),
    "email": (
        "email", "email address", "e mail", "customer email", "buyer email", "mail", "e mail adresse",
        "mailadresse",
    ),
    "name": ("name", "full name", "customer name", "kundenname"),
    "consent": ("consent", "accepts marketing", "opted in", "einwilligung", "newsletter"),
    "status": ("status", "state", "zustand"),
    "country": ("country", "country code", "land", "ländercode"),
    "currency": ("currency", "currency code", "währung"),
    "plan": ("plan", "tarif"),
    "channel": ("channel", "kanal"),
    "campaign": ("campaign", "kampagne"),
    "code": ("code", "referral code", "coupon", "empfehlungscode", "gutscheincode", "gutschein"),
    "churned_at": ("churned at", "cancelled at", "gekündigt am"),
}  # fmt: skip

NAMES = (("first name", "last name"), ("firstname", "lastname"), ("vorname", "nachname"), ("vorname", "name"))
"""Two columns that are a person's name together; of the last two the first may stand alone."""

BARE = ("id", "date", "datum", "status", "state", "zustand")
"""Words that many tables have: they tell nothing of which one it is."""


def words(name: str) -> str:
    """A column's name in small letters, words apart, without signs."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return " ".join(re.split(r"[\W_]+", apart.strip().lower())).strip()
