from __future__ import annotations

import csv
import io
import json
import random
from importlib import import_module

import pytest
from helpers import found, notebook, outcomes
from hypothesis import given
from hypothesis import strategies as st

from mlops_checklist.data import no_personal_data
from mlops_checklist.data.no_personal_data import HOOK
from mlops_checklist.sources import personal_names, personal_values

# Invented, but sound: nobody's, as far as anybody can tell.
EMAILS = ["ada.lovelace@uni-k.de", "t.okafor@mailbox.org", "li.wei@tsing.cn", "m.rossi@posta.it"]
PHONES = ["+49 30 901820", "+44 20 7946 1234", "+33 1 42 68 53 00", "+1 212-736-5000"]
IBANS = ["DE89370400440532013000", "GB82WEST12345698765432", "FR1420041010050500013M02606"]
SSNS = ["536-90-4399", "219-08-3941", "518-24-7301", "403-12-8876", "521-33-9087"]
NAMES = ["Ada Lovelace", "Tunde Okafor", "Li Wei", "Maria Rossi"]


PEOPLE = [{"name": n, "email": e} for n, e in zip(NAMES, EMAILS, strict=True)]


def _card(start: str, length: int = 16) -> str:
    """Return the number that begins so and passes Luhn's test."""
    body = start.ljust(length - 1, "7")
    total = sum(
        number * 2 - 9 * (number > 4) if position % 2 == 0 else number
        for position, number in enumerate(map(int, reversed(body)))
    )
    return f"{body}{-total % 10}"


CARDS = [_card(start) for start in ("453912", "552233", "471658", "402436", "530091")]


def table(*rows: list[str] | tuple[str, ...], delimiter: str = ",") -> str:
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return written.getvalue()


def column(name: str, values: list[str], other: str = "amount") -> str:
    rows = [(str(number), value) for number, value in enumerate(values)]
    return table([other, name], *rows)


def rules(path: str, text: str, *kinds: str) -> list[str]:
    return [rule for rule, _, _ in found(outcomes(HOOK, path, text), *kinds)]


TABLES = {
    "e-mail": (column("email", EMAILS), ["email"]),
    "one e-mail under its name": (column("Customer E-Mail", EMAILS[:1]), ["email"]),
    "e-mail without a name": (column("contact", EMAILS), ["email"]),
    "e-mail without a header": (
        table(*[(f"{number}.5", value) for number, value in enumerate(EMAILS)]),
        ["email"],
    ),
    "phone": (column("phone_number", PHONES), ["phone"]),
    "national phones": (
        column("mobile", ["(212) 736-5000", "(415) 981-8000", "312-922-4000"]),
        ["phone"],
    ),
    "phone without a name": (column("kontakt", PHONES), ["phone"]),
    "cards": (column("card_number", CARDS), ["credit-card"]),
    "cards without a name": (column("reference", CARDS), ["credit-card"]),
    "accounts": (column("IBAN", IBANS), ["iban"]),
    "accounts without a name": (column("konto", IBANS), ["iban"]),
    "social security": (column("ssn", SSNS), ["national-id"]),
    "social security without a name": (column("reference", SSNS), ["national-id"]),
    "bank accounts that banks check by rules of their own": (
        column(
            "info", ["GB49XJVR66903717516554", "GB62MKNB64306100730423", "DE65744283358087696740"]
        ),
        ["iban"],
    ),
    "a second one": (column("phone2", ["+49 30 23125 0", "+49 89 2180 0"]), ["phone"]),
    "brazil": (column("cpf", ["390.533.447-05", "231.002.999-00"]), ["national-id"]),
    "britain": (column("nino", ["AB123456C", "CE 10 20 30 D"]), ["national-id"]),
    "spain": (column("dni", ["54362315K", "12345678Z"]), ["national-id"]),
    "addresses of devices": (
        column("client_ip", ["93.184.216.34", "151.101.1.69", "8.8.4.4"]),
        ["ip-address"],
    ),
    "birth dates": (column("date_of_birth", ["1985-12-10", "1972-03-01"]), ["personal-column"]),
    "german": (column("Geburtsdatum", ["10.12.1985", "01.03.1972"]), ["personal-column"]),
    "full names": (column("full_name", NAMES), ["personal-column"]),
    "home addresses": (
        column("home_address", ["12 Elm Street", "4 Rue de Rivoli"]),
        ["personal-column"],
    ),
    "passports": (column("passport_no", ["C01123456", "L8988901"]), ["personal-column"]),
    "medical records": (column("patient_mrn", ["MRN-004512", "MRN-004513"]), ["personal-column"]),
    "first and last names": (
        table(["first_name", "last_name"], ["Ada", "Lovelace"], ["Tunde", "Okafor"]),
        ["person-record"],
    ),
    "a name and an e-mail": (
        table(["name", "email"], *zip(NAMES, EMAILS, strict=True)),
        ["person-record", "email"],
    ),
    "semicolons": (
        table(["id", "email"], *[("1,5", each) for each in EMAILS], delimiter=";"),
        ["email"],
    ),
    "tabs": (table(["id", "email"], *[("1", each) for each in EMAILS], delimiter="\t"), ["email"]),
    "a few empty values": (column("email", [*EMAILS, "", "", ""]), ["email"]),
}


@pytest.mark.parametrize(("text", "expected"), TABLES.values(), ids=TABLES)
def test_tables(text: str, expected: list[str]) -> None:
    assert rules("customers.csv", text) == expected


CHANCE = random.Random(7)
NUMBERS = {
    "ids": [str(CHANCE.randrange(10**9, 10**10)) for _ in range(200)],
    "long ids": [str(CHANCE.randrange(10**15, 10**16)) for _ in range(200)],
    "ids like visa's": [f"4{CHANCE.randrange(10**14, 10**15)}" for _ in range(200)],
    "floats": [f"{CHANCE.gauss(0, 1):.7f}" for _ in range(200)],
    "prices": [f"{CHANCE.uniform(1, 1000):.2f}" for _ in range(200)],
    "versions": ["1.2.3.4", "2.0.1.7", "10.4.2.1", "3.3.3.3", "1.0.0.12"] * 20,
    "timestamps": [str(1_700_000_000_000 + CHANCE.randrange(10**9)) for _ in range(200)],
    "dates": ["2025-01-31", "2025-02-28", "2025-03-31"] * 20,
    "coordinates": [f"{CHANCE.uniform(-90, 90):.6f}" for _ in range(200)],
    "hashes": [f"{CHANCE.getrandbits(256):064x}" for _ in range(50)],
    "uuids": [f"{CHANCE.getrandbits(32):08x}-0000-4000-8000-{n:012x}" for n in range(50)],
    "zip codes": [f"{CHANCE.randrange(10_000, 99_999)}" for _ in range(100)],
    "part numbers": [f"{n:03d}-{n % 90 + 10}-{n:04d}" for n in range(700, 999)],
    "products": ["Blue Chair", "Red Table", "Oak Shelf"] * 10,
}


@pytest.mark.parametrize("values", NUMBERS.values(), ids=NUMBERS)
def test_columns_of_no_person(values: list[str]) -> None:
    assert rules("data.csv", column("value", values)) == []


FINE = {
    "example domains": column("email", ["ada@example.com", "bob@example.org", "eve@test.invalid"]),
    "roles": column("email", ["info@uni-k.de", "support@mailbox.org", "noreply@posta.it"]),
    "masked e-mails": column("email", ["a***@uni-k.de", "[email]", "REDACTED"]),
    "hashed e-mails": column("email", ["0cc175b9c0f1b6a831c399e269772661"] * 4),
    "the domain of an e-mail": column("email_domain", ["uni-k.de", "mailbox.org"]),
    "whether there is an e-mail": column("has_email", ["1", "0"]),
    "how many e-mails": column("email_count", ["3", "14"]),
    "555 numbers": column("phone", ["+1 212-555-0123", "(415) 555-0199"]),
    "a phone's model": column("phone_model", ["Pixel 9", "iPhone 17"]),
    "a phone service": column("MultipleLines", ["No phone service", "Yes"]),
    "test cards": column("card_number", ["4111111111111111", "4242424242424242"]),
    "private addresses": column("client_ip", ["10.0.0.1", "192.168.1.7", "172.16.0.9"]),
    "documentation's addresses": column("client_ip", ["192.0.2.1", "198.51.100.7", "203.0.113.9"]),
    "countries": column("country_name", ["New Zealand", "South Africa"]),
    "the length of a name": column("Name_length", ["12", "7"]),
    "a kind of contract": column("NAME_CONTRACT_TYPE", ["Cash Loans", "Revolving Loans"]),
    "a street": column("Street", ["Pave", "Grvl"]),
    "passengers": column("Name", ["Braund, Mr. Owen Harris", "Heikkinen, Miss. Laina"]),
    "surnames alone": column("Surname", ["Hargrave", "Hill", "Onio"]),
    "an empty column": column("ssn", ["", "", ""]),
    "zeros": column("ssn", ["000-00-0000", "000-00-0000"]),
    "numbers of parts": column("part", ["123-45-6789", *SSNS, "912-47-1187"]),
    "products": column("product_name", ["Blue Chair", "Red Table"]),
    "a table with a header alone": "id,email\n",
    "an empty file": "",
    "one column": "value\n1\n2\n",
}


@pytest.mark.parametrize("text", FINE.values(), ids=FINE)
def test_fine(text: str) -> None:
    assert rules("data.csv", text) == []


def test_the_place_is_the_header() -> None:
    said = outcomes(HOOK, "customers.csv", column("email", EMAILS))
    assert found(said) == [("email", 1, 8)]
    assert said[0].message == (
        "column 'email' holds e-mail addresses such as 'a***'; keep the data in a dataset with "
        "access control, or hash, mask or drop the column"
    )


def test_no_value_is_shown() -> None:
    rows = zip(NAMES, EMAILS, SSNS, [*IBANS, ""], strict=False)
    text = table(["name", "email", "ssn", "iban"], *rows)
    shown = "".join(each.message for each in outcomes(HOOK, "customers.csv", text))
    assert not any(value in shown for value in (*NAMES, *EMAILS, *SSNS, *IBANS))


RECORDS = [
    {"id": number, "user": {"name": name, "email": email}}
    for number, (name, email) in enumerate(zip(NAMES, EMAILS, strict=True))
]


def test_json() -> None:
    assert rules("users.json", json.dumps(RECORDS, indent=2)) == ["person-record", "email"]
    assert rules("package.json", '{"author": {"email": "ada@example.com"}}') == []
    assert rules("metadata.json", '{"name": "churn", "contact": "ada@uni-k.de"}') == []
    assert rules("settings.json", '{"smtp": {"email": "ada@uni-k.de"}}') == []


def test_json_lines() -> None:
    lines = "".join(f"{json.dumps(record)}\n" for record in RECORDS)
    assert set(rules("users.jsonl", lines)) == {"person-record", "email"}


def test_lines_that_are_no_json_are_an_error() -> None:
    lines = "".join(f"{json.dumps(record)}\n" for record in RECORDS)
    assert [(o.kind, o.message) for o in outcomes(HOOK, "users.jsonl", f"{lines}{{'a'\n")] == [
        ("error", f"cannot parse as JSON Lines: line {len(RECORDS) + 1} is no JSON")
    ]


def test_people_far_down_a_table_are_found() -> None:
    rows = [(str(n), "") for n in range(2_000)]
    rows += [(str(n), f"person{n}@mailbox.org") for n in range(2_000, 12_000)]
    assert rules("users.csv", table(("id", "note"), *rows)) == ["email"]


def test_a_table_of_nobody_says_how_many_rows_were_looked_at() -> None:
    few = [(str(n), "box") for n in range(100)]
    many = [(str(n), "box") for n in range(3_000)]
    said = "nothing personal in {} rows"
    more = ": the first 2000, and one of 200 after them"
    for rows, message in ((few, said.format(100)), (many, said.format(2005) + more)):
        (only,) = outcomes(HOOK, "orders.csv", table(("id", "item"), *rows))
        assert (only.kind, only.message) == ("evidence", message)


def test_yaml() -> None:
    text = "users:\n" + "".join(f"- email: {each}\n" for each in EMAILS)
    assert found(outcomes(HOOK, "fixtures/users.yaml", text)) == [("email", 2, 10)]


SQL = {
    "rows": (
        "INSERT INTO users (id, email) VALUES (1, 'ada@uni-k.de'), (2, 'li.wei@tsing.cn');",
        ["email"],
    ),
    "copy": (
        "COPY users (id, email) FROM stdin;\n1\tada@uni-k.de\n2\tli.wei@tsing.cn\n\\.\n",
        ["email"],
    ),
    "examples": ("INSERT INTO users (id, email) VALUES (1, 'ada@example.com');", []),
    "a table": ("CREATE TABLE users (id int, email text, ssn text);", []),
    "numbers": ("INSERT INTO t (id, phone) VALUES (1, 42), (2, 43);", []),
}


@pytest.mark.parametrize(("text", "expected"), SQL.values(), ids=SQL)
def test_sql(text: str, expected: list[str]) -> None:
    assert rules("dump.sql", text) == expected


# --- Notebooks ------------------------------------------------------------------------------


def with_output(data: dict[str, str]) -> str:
    document = json.loads(notebook("df.head()"))
    document["cells"][0]["outputs"] = [
        {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": data}
    ]
    return json.dumps(document)


HTML = (
    "<table><thead><tr><th></th><th>name</th><th>{0}</th></tr></thead><tbody>"
    + "".join(
        f"<tr><th>{number}</th><td>{name}</td><td>{{{number + 1}}}</td></tr>"
        for number, name in enumerate(NAMES[:3])
    )
    + "</tbody></table>"
)


def test_outputs() -> None:
    shown = with_output({"text/html": HTML.format("email", *EMAILS)})
    assert set(rules("x.ipynb", shown)) == {"email", "person-record"}
    printed = "   id               email\n0   1        ada@uni-k.de\n1   2     li.wei@tsing.cn\n"
    assert rules("x.ipynb", with_output({"text/plain": printed})) == ["email"]
    assert rules("x.ipynb", with_output({"text/plain": "\n".join(EMAILS)})) == ["email"]
    fine = with_output({"text/html": HTML.format("email", "a@example.com", "b@test", "c")})
    assert rules("x.ipynb", fine) == []
    assert rules("x.ipynb", with_output({"text/plain": "git@github.com: ada@uni-k.de"})) == []


# --- Code -----------------------------------------------------------------------------------

CODE = {
    "a frame": (
        f"import pandas as pd\ndf = pd.DataFrame({{'email': {EMAILS!r}, 'n': [1, 2, 3, 4]}})",
        ["email"],
    ),
    "records": (
        f"USERS = {PEOPLE!r}",
        ["email", "person-record"],
    ),
    "one person": (
        "USER = {'email': 'ada@uni-k.de', 'phone': '+49 30 901820', 'plan': 'pro'}",
        ["email", "phone"],
    ),
    "a printed column": ("print(df['email'])", ["personal-data-logged"]),
    "the head of a column": ("print(df['ssn'].head())", ["personal-data-logged"]),
    "a row": ("for row in rows:\n    logger.info(row['phone_number'])", ["personal-data-logged"]),
    "a text": ("logger.info(f\"new user {user['email']}\")", ["personal-data-logged"]),
    "a parameter": (
        "import mlflow\nmlflow.log_param('user', df['date_of_birth'][0])",
        ["personal-data-logged"],
    ),
    "a capture": (
        "client.capturePrediction({'id': row['ssn']}, prediction)",
        ["personal-data-logged"],
    ),
    "names over several lines": (
        "log.info(\n    'new %s',\n    user[\n        'email'\n    ],\n)",
        ["personal-data-logged"],
    ),
    "beside a comment": (
        f"# by ada@uni-k.de\n\ndef users():\n    return [  # all\n        {PEOPLE!r}\n    ]",
        ["email", "person-record"],
    ),
    "old line ends": ("# all\rprint(df['email'])\r", ["personal-data-logged"]),
    "Windows' line ends": ("# all\r\nprint(df['email'])\r\n", ["personal-data-logged"]),
    "an author": ("# by ada@uni-k.de\nUSER = {'name': 'Ada'}  # ada@uni-k.de", []),
    "an own address": ("ADMIN = {'email': 'ada@uni-k.de'}", []),
    "examples": ("USERS = [{'email': 'ada@example.com'}, {'email': 'bob@example.com'}]", []),
    "a count": ("print(df['email'].nunique())", []),
    "how many": ("print(len(df['email']))", []),
    "a hash": ("print(sha256(row['email']))", []),
    "a comparison": ("print(row['email'] == other)", []),
    "another column": ("print(df['amount'])", []),
    "the name of a column": ("print('email')\ndf.drop(columns=['email'])", []),
    "a comment": ("# print(df['email'])", []),
    "a decorator": ("@pytest.fixture\ndef email():\n    return None", []),
    "faker": ("from faker import Faker\nusers = [{'email': Faker().email()} for _ in x]", []),
    "an image": ("IMAGE = 'train@sha256:0123'\nCOLUMNS = ['email', 'phone', 'ssn']", []),
}


@pytest.mark.parametrize(("source", "expected"), CODE.values(), ids=CODE)
def test_code(source: str, expected: list[str]) -> None:
    assert sorted(rules("x.py", source)) == expected


KEYS = ["email", "Phone", "user_email", "id", "ssn", "iban", "name", "card_number", "client_ip"]
VALUES = [
    *EMAILS,
    *PHONES,
    *IBANS,
    *SSNS,
    *NAMES,
    *("4111 1111 1111 1111", "81.20.169.14", "93.184.216.34", "46.4.10.7", "12", "", "x@y", "main"),
]
SHAPES = [
    "RECORDS = [{{'{key}': {values[0]!r}, \"plan\": 1}}, {{'{key}' : {values[1]!r}}}]",
    "FRAME = dict(a={{'n': 1, '{key}'\n: {values!r}}})",
    "LIST = {values!r}",
    "TEXT = 'the email of {key}'\nTWO = [[{values!r}], {values!r}]",
    "print(df['{key}'].head(), x[\n  \"{key}\"\n])",
    "log.info('%s', row[('{key}')], 'ada@uni-k.de')",
    "def f():\n    # '{key}': {values[0]!r}\n    return [{values!r}, '''{key}''']",
]


@given(
    shapes=st.lists(st.sampled_from(SHAPES), min_size=1, max_size=3),
    key=st.sampled_from(KEYS),
    values=st.lists(st.sampled_from(VALUES), min_size=2, max_size=8),
)
def test_what_is_not_parsed_holds_nothing(shapes: list[str], key: str, values: list[str]) -> None:
    source = "\n".join(each.format(key=key, values=values) for each in shapes)
    by_lines = rules("x.py", source)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(no_personal_data, "_speaking", lambda file: range(1, 100))
        assert rules("x.py", source) == by_lines


# --- Names and values -----------------------------------------------------------------------

KINDS = {
    "email": "email",
    "customerEmail": "email",
    "E-Mail": "email",
    "user_email_address": "email",
    "emailTemplate": None,
    "email_sent": None,
    "n_emails": None,
    "is_valid_email": None,
    "Phone": "phone",
    "work_phone": "phone",
    "phone_brand": None,
    "cardNumber": "credit-card",
    "card_type": None,
    "SSN": "national-id",
    "DOB": "date-of-birth",
    "patient_date_of_birth": "date-of-birth",
    "ip": "ip-address",
    "clientIp": "ip-address",
    "zip": None,
    "description": None,
    "recipe": None,
    "file_name": None,
    "model_name": None,
    "patientName": "full-name",
    "x" * 10_000: None,
}


@pytest.mark.parametrize(("name", "kind"), KINDS.items(), ids=[name[:20] for name in KINDS])
def test_kind_of(name: str, kind: str | None) -> None:
    assert personal_names.kind_of(name) == kind


def test_values() -> None:
    assert all(map(personal_values.is_email, EMAILS))
    assert all(map(personal_values.is_phone, PHONES))
    assert all(map(personal_values.is_card, CARDS))
    assert all(map(personal_values.is_iban, IBANS))
    assert all(map(personal_values.is_national_id, SSNS))
    assert not personal_values.is_card("4111 1111 1111 1111")
    assert not personal_values.is_iban("DE89370400440532013001")
    assert not personal_values.is_phone("2127365000")
    assert personal_values.is_phone("2127365000", named=True)


def test_every_module_of_stdnum_is_there() -> None:
    names = {name for listed in personal_values.IDS.values() for name in listed}
    names |= {name for _, name in personal_values.FORMS}
    for name in names:
        assert callable(import_module(f"stdnum.{name}").is_valid)


BROKEN = {
    "bytes": ("x.csv", b"a,b\n\x00\x01\n"),
    "an open quote": ("x.csv", b'a,b\n"' + b"x\n" * 50),
    "an open quote in a file that is cut off": ("x.csv", b'a,b\n"' + b"x\n" * 50 + b"y"),
    "json": ("x.json", b'{"email": '),
    "deep json": ("x.json", b'{"email": ' * 50_000),
    "json lines": ("x.jsonl", b"{email}\n"),
    "parquet": ("x.parquet", b"PAR1 broken"),
}


@pytest.mark.parametrize(("path", "data"), BROKEN.values(), ids=BROKEN)
def test_broken(path: str, data: bytes) -> None:
    kinds = {each.kind for each in outcomes(HOOK, path, data)}
    assert kinds <= {"error", "undecided"}


def test_latin_1_is_judged() -> None:
    text = column("email", EMAILS).replace("amount", "betr\xe4ge").encode("latin-1")
    assert [rule for rule, _, _ in found(outcomes(HOOK, "x.csv", text))] == ["email"]
