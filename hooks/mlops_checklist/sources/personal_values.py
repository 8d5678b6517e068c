"""What a single value is of a person: an e-mail address, a phone number, a card, an IBAN, an id.

Sound by checksum and grammar: phone numbers by phonenumberslite (Google's libphonenumber), IBANs
and national ids by python-stdnum, cards by Luhn's algorithm and the issuers' ranges (ISO/IEC 7812),
IP addresses by the standard library. What nobody owns does not count: reserved domains (RFC 2606),
555-01xx, published test cards, addresses that are not global (RFC 1918, 5737, 3849).
"""

from __future__ import annotations

import functools
import re
from typing import Any

_EMAIL = re.compile(r"[\w.+%'-]{1,64}@((?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24})", re.ASCII)
_NOBODY = re.compile(
    r"(?i)(?:.*\.)?(?:example\.(?:com|org|net|edu)|example|test|invalid|localhost|local|internal"
    r"|acme\.(?:com|org|io)|domain\.(?:com|tld)|email\.com|foo\.com|bar\.com|company\.com"
    r"|yourcompany\.com|users\.noreply\.github\.com|sentry\.io)"
)
_ROLE = re.compile(
    r"(?i)(?:no-?reply|do-?not-?reply|info|support|admin|contact|hello|sales|help|team|security|abuse"
    r"|postmaster|webmaster|root|git|service|bot|dev|mail|office|privacy|legal|jobs|press|feedback"
    r"|user|username|name|first\.last|firstname\.lastname|john\.?doe|jane\.?doe|foo|me|you|test\d*)"
)
_CARD = re.compile(
    r"(?:4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}"
    r"|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|6(?:011|5\d\d|4[4-9]\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12})"
)
# Published by the card networks and payment services for tests.
_TEST_CARDS = frozenset(
    """
    4111111111111111 4242424242424242 4012888888881881 4222222222222 4000056655665556
    4000000000000002 4000000000000069 4000000000000119 4000000000000127 4000000000003220
    4000002500003155 4000000000009995 4917610000000000 4917610000000000003 4484070000000000
    5555555555554444 5105105105105100 5200828282828210 2223003122003222 5431111111111111
    2223000048400011 2222400070000005 5424000000000015 5499740000000057 378282246310005
    371449635398431 378734493671000 370000000000002 6011111111111117 6011000990139424
    6011000000000012 6011981111111113 30569309025904 38520000023237 36227206271667 3056930009020004
    3530111333300000 3566002020360505 6200000000000005 6205500000000000004 5019717010103742
    """.split()
)
_IBAN = re.compile(r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?")
_PHONE = re.compile(r"(?:\+|00)?[\d(][\d ().\-/]{5,22}\d")
# Of national ids: python-stdnum's module for the words of a name, and for a form that says enough.
IDS = {
    "ssn": ("us.ssn",),
    "social_security": ("us.ssn",),
    "nhs": ("gb.nhs",),
    "sin": ("ca.sin",),
    "aadhaar": ("in_.aadhaar",),
    "aadhar": ("in_.aadhaar",),
    "cpf": ("br.cpf",),
    "dni": ("es.dni", "ar.dni"),
    "nie": ("es.nie",),
    "nif": ("es.nif", "pt.nif"),
    "codice_fiscale": ("it.codicefiscale",),
    "bsn": ("nl.bsn",),
    "personnummer": ("se.personnummer",),
    "pesel": ("pl.pesel",),
    "insee": ("fr.nir",),
    "nir": ("fr.nir",),
    "steuer": ("de.idnr",),
    "ahv": ("ch.ssn",),
    "curp": ("mx.curp",),
    "rut": ("cl.rut",),
}
FORMS = (
    (re.compile(r"(?!000|666|9)\d{3}-(?!00)\d\d-(?!0000)\d{4}"), "us.ssn"),
    (re.compile(r"\d{3}\.\d{3}\.\d{3}-\d\d"), "br.cpf"),
    (re.compile(r"[A-Z]{6}\d\d[A-EHLMPRST]\d\d[A-Z]\d{3}[A-Z]"), "it.codicefiscale"),
    (re.compile(r"[XYZ]\d{7}[A-Z]"), "es.nie"),
    (re.compile(r"756\.\d{4}\.\d{4}\.\d\d"), "ch.ssn"),
)
# Without check digits: HMRC, "National Insurance Manual", NIM39110.
_NINO = re.compile(
    r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D]"
)
_MASKED = re.compile(
    r"(?i)[*x#•.\-_ ]*|.*\*{2,}.*|.*x{4,}.*|\W*(?:redacted|masked|removed|hidden|anonymi[sz]ed"
    r"|n/?a|none|null|nan|unknown|private)\W*|\W*(?:email|phone|name|ssn|address|person)\W*"
    r"|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)
_REGIONS = "US GB DE FR ES IT NL BR IN AU MX PL SE CH JP".split()


def is_masked(value: str) -> bool:
    """Tell whether a value is empty, masked, hashed or a placeholder."""
    return _MASKED.fullmatch(value.strip()) is not None


def is_email(value: str) -> bool:
    """Tell whether a value is the e-mail address of a person, as far as an address tells."""
    found = _EMAIL.fullmatch(value.strip())
    if found is None or _NOBODY.fullmatch(found[1]):
        return False
    return _ROLE.fullmatch(value.strip().partition("@")[0]) is None


def is_card(value: str) -> bool:
    """Tell whether a value is the number of a credit card that may be somebody's."""
    digits = re.sub(r"[ -]", "", value.strip())
    if not _CARD.fullmatch(digits) or digits in _TEST_CARDS or len(set(digits)) < 4:
        return False
    total = 0
    for position, digit in enumerate(reversed(digits)):
        number = int(digit) * (1 + position % 2)
        total += number - 9 * (number > 9)
    return total % 10 == 0


def is_iban(value: str) -> bool:
    """Tell whether a value is an IBAN with its check digits and its country's length."""
    text = value.strip()
    if not _IBAN.fullmatch(text):
        return False
    from stdnum import iban

    # What a bank's own digits check differs by bank, and stdnum knows it of some countries alone.
    return bool(iban.is_valid(text, check_country=False))


def is_phone(value: str, *, named: bool = False) -> bool:
    """Tell whether a value is a phone number that can be in use.

    Without a name that says so, it must have a country's code: of ten random digits four in ten
    are a number of the United States.
    """
    text = value.strip()
    if not _PHONE.fullmatch(text) or re.search(r"555[ .\-)]*01\d\d$", text):
        return False
    if not named and not text.startswith(("+", "00")):
        return False
    regions = [None] if text.startswith("+") else _REGIONS if named else ["DE"]
    return any(_is_in_use(text, region) for region in regions)


def _is_in_use(text: str, region: str | None) -> bool:
    import phonenumbers

    try:
        return bool(phonenumbers.is_valid_number(phonenumbers.parse(text, region)))
    except phonenumbers.NumberParseException:
        return False


def is_national_id(value: str, name: str = "") -> bool:
    """Tell whether a value is a national id: of the kind that `name` says, or by its form."""
    text = value.strip()
    if not 7 <= len(text) <= 24 or len(set(text) - set("-. ")) < 3:
        return False
    if "nino" in name or "national_insurance" in name:
        return _NINO.fullmatch(text) is not None
    if name:
        modules = [each for word, found in IDS.items() if word in name for each in found]
        modules = modules or [each for found in IDS.values() for each in found]
        return any(_module(each).is_valid(text) for each in modules)
    return any(form.fullmatch(text) and _module(module).is_valid(text) for form, module in FORMS)


@functools.cache
def _module(name: str) -> Any:
    from importlib import import_module

    return import_module(f"stdnum.{name}")


def is_address(value: str) -> bool:
    """Tell whether a value is an IP address that is somebody's: a global one."""
    text = value.strip()
    if text.count(".") != 3 and ":" not in text:
        return False
    import ipaddress

    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return address.is_global and not address.is_multicast


_DATE = re.compile(
    r"(?:19|20)\d\d[-/.]?\d\d?[-/.]?\d\d?.*"
    r"|\d\d?[-/. ](?:\d\d?|[A-Za-z]{3,9})[-/. ,]+(?:19|20)?\d\d"
)


def is_date(value: str) -> bool:
    """Tell whether a value looks like a date."""
    return _DATE.fullmatch(value.strip()) is not None


def is_full_name(value: str) -> bool:
    """Tell whether a value is two or more words that begin with capitals, as names do."""
    parts = value.strip().split()
    return 2 <= len(parts) <= 5 and all(
        part[:1].isupper() and part.replace("-", "").replace("'", "").replace(".", "").isalpha()
        for part in parts
    )


def redacted(value: str) -> str:
    """Return what may be shown of a value: its first character, and the shape of the rest."""
    text = value.strip()
    return f"{text[:1]}***" if text else ""
