"""Write tables of invented people and of nobody, and `labels.json`: the kind of each column.

python make_tables.py FOLDER

Runs where Faker is installed. Everything comes from one seed. A column of people has either a name
that says so or one that does not; birth dates, names and home addresses always have one, for a date
alone is nobody's.
"""

from __future__ import annotations

import csv
import json
import random
import sys
from collections.abc import Callable
from pathlib import Path

from faker import Faker

LOCALES = (
    "en_US en_GB de_DE fr_FR es_ES it_IT pt_BR nl_NL pl_PL sv_SE da_DK fi_FI cs_CZ ro_RO tr_TR "
    "en_IN en_AU en_CA es_MX ja_JP"
).split()
ROWS = 120
CHANCE = random.Random(20)
Column = tuple[str, str, list[str]]  # its label ("" for nobody's), its name, its values

# The national ids that Faker makes by their country's rules, and what their columns are called.
IDS = {
    "en_US": ("ssn", "social_security_number"),
    "pt_BR": ("cpf", "cpf"),
    "it_IT": ("ssn", "codice_fiscale"),
    "es_ES": ("nie", "nie"),
    "pl_PL": ("pesel", "pesel"),
    "nl_NL": ("ssn", "bsn"),
    "fr_FR": ("ssn", "nir"),
    "sv_SE": ("ssn", "personnummer"),
    "en_CA": ("ssn", "sin_number"),
    "es_MX": ("curp", "curp"),
    "en_IN": ("aadhaar_id", "aadhaar_number"),
}
NAMES = {
    "email": ("email", "customer_email", "E-Mail", "contactEmail", "user_email_address"),
    "phone": ("phone", "mobile_number", "Telefon", "home_phone", "phoneNumber"),
    "credit-card": ("card_number", "credit_card", "cc_number", "cardNumber"),
    "iban": ("iban", "bank_account", "IBAN"),
    "ip-address": ("ip", "client_ip", "ip_address", "remote_addr"),
    "date-of-birth": ("date_of_birth", "dob", "birthdate", "Geburtsdatum"),
    "full-name": ("full_name", "customer_name", "patientName"),
    "home-address": ("home_address", "street_address", "mailing_address"),
}
NEUTRAL = ("field_7", "value", "col3", "attribute", "reference", "x12", "info", "data")


def people(locale: str) -> list[Column]:
    """Return columns of people of one locale."""
    fake = Faker(locale)
    fake.seed_instance(LOCALES.index(locale))
    makers: dict[str, Callable[[], str]] = {
        "email": fake.free_email,
        "phone": fake.phone_number,
        "credit-card": lambda: fake.credit_card_number(CHANCE.choice(("visa16", "mastercard"))),
        "iban": fake.iban,
        "ip-address": fake.ipv4_public,
        "date-of-birth": lambda: str(fake.date_of_birth()),
        "full-name": lambda: f"{fake.first_name()} {fake.last_name()}",
        "home-address": lambda: fake.street_address().replace("\n", " "),
    }
    columns = [
        (kind, CHANCE.choice(NAMES[kind]), [make() for _ in range(ROWS)])
        for kind, make in makers.items()
        if locale != "ja_JP" or kind not in ("full-name", "home-address")
    ]
    for kind in ("email", "credit-card", "iban"):
        columns.append((kind, CHANCE.choice(NEUTRAL), [makers[kind]() for _ in range(ROWS)]))
    if locale in IDS:
        method, name = IDS[locale]
        columns.append(("national-id", name, [getattr(fake, method)() for _ in range(ROWS)]))
    return columns


def numbers() -> dict[str, Callable[[], str]]:
    """Return what makes the values of numeric columns, by the columns' names."""
    draw = CHANCE
    return {
        "customer_id": lambda: str(draw.randrange(10**9, 10**10)),
        "order_id": lambda: str(draw.randrange(10**15, 10**16)),
        "transaction": lambda: str(draw.randrange(4 * 10**15, 5 * 10**15)),
        "session": lambda: str(draw.randrange(10**8, 10**9)),
        "device": lambda: str(draw.randrange(10**14, 10**15)),
        "score": lambda: f"{draw.gauss(0, 1):.7f}",
        "price": lambda: f"{draw.uniform(0.5, 2000):.2f}",
        "ratio": lambda: f"{draw.random():.4f}",
        "latitude": lambda: f"{draw.uniform(-90, 90):.6f}",
        "longitude": lambda: f"{draw.uniform(-180, 180):.6f}",
        "timestamp": lambda: str(draw.randrange(1_600_000_000_000, 1_800_000_000_000)),
        "epoch": lambda: str(draw.randrange(1_600_000_000, 1_800_000_000)),
        "count": lambda: str(draw.randrange(0, 5000)),
        "zip": lambda: f"{draw.randrange(10_000, 99_999)}",
        "ean": lambda: str(draw.randrange(10**12, 10**13)),
        "balance": lambda: f"{draw.uniform(-10_000, 10_000):,.2f}",
        "temperature": lambda: f"{draw.uniform(-30, 40):.1f}",
        "phone_count": lambda: str(draw.randrange(4)),
        "email_sent": lambda: str(draw.randrange(2)),
        "ip_count": lambda: str(draw.randrange(300)),
    }


def things() -> dict[str, Callable[[], str]]:
    """Return what makes the values of other columns of nobody, by the columns' names."""
    draw, fake = CHANCE, Faker("en_US")
    fake.seed_instance(99)
    return {
        "version": lambda: ".".join(str(draw.randrange(20)) for _ in range(draw.choice((3, 4)))),
        "sha256": lambda: f"{draw.getrandbits(256):064x}",
        "md5": lambda: f"{draw.getrandbits(128):032x}",
        "uuid": lambda: str(fake.uuid4()),
        "order_date": lambda: str(fake.date_this_decade()),
        "created_at": lambda: fake.date_time_this_decade().isoformat(),
        "product_name": lambda: " ".join(word.title() for word in fake.words(2)),
        "country_name": fake.country,
        "city": fake.city,
        "color": fake.color_name,
        "job_title": fake.job,
        "company": fake.company,
        "server_ip": fake.ipv4_private,
        "host": fake.hostname,
        "url": fake.url,
        "user_agent": fake.user_agent,
        "phone_model": lambda: draw.choice(("Pixel 9", "iPhone 17", "Galaxy S25")),
        "email_template": lambda: draw.choice(("welcome", "reset_password", "invoice")),
        "card_type": lambda: draw.choice(("visa", "mastercard", "amex")),
        "invoice": lambda: f"INV-{draw.randrange(2020, 2027)}-{draw.randrange(10_000):05d}",
        "part": lambda: "-".join(f"{draw.randrange(10**n):0{n}d}" for n in (3, 2, 4)),
        "isbn": fake.isbn13,
        "review": fake.sentence,
        "email_hash": lambda: f"{draw.getrandbits(160):040x}",
        "contact_email": lambda: f"user{draw.randrange(900)}@example.com",
        "file_name": fake.file_name,
        "mime": fake.mime_type,
        "currency": fake.currency_code,
    }


def main(folder: Path) -> None:
    """Write tables of six columns each."""
    columns: list[Column] = [column for locale in LOCALES for column in people(locale)]
    for name, make in numbers().items():
        columns += [("", name, [make() for _ in range(ROWS)]) for _ in range(60)]
    for name, make in things().items():
        columns += [("", name, [make() for _ in range(ROWS)]) for _ in range(12)]
    CHANCE.shuffle(columns)
    labels = {}
    for number in range(0, len(columns), 6):
        path = f"{number // 6:04d}.csv"
        chosen = columns[number : number + 6]
        names = [name for _, name, _ in chosen]
        header = [
            name if names.count(name) == 1 else f"{name}{at}" for at, name in enumerate(names)
        ]
        with (folder / path).open("w", encoding="utf-8", newline="") as opened:
            writer = csv.writer(opened)
            writer.writerow(header)
            writer.writerows(zip(*(values for _, _, values in chosen), strict=True))
        for at, (label, _, _) in enumerate(chosen):
            labels[f"{path}:{header[at]}"] = label
    of_numbers = numbers().keys()
    numeric = [
        column
        for column, label in labels.items()
        if not label and column.partition(":")[2].rstrip("0123456789") in of_numbers
    ]
    (folder / "labels.json").write_text(json.dumps({"labels": labels, "numeric": numeric}), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
