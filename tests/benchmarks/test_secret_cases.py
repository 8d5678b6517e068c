"""The labelled set of secrets: its slots, its generators, and that its files can be read."""

from __future__ import annotations

import base64
import json
import random
import re
import string
import struct
import sys
import uuid
import zlib
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.secret_cases.cases import FOLDER, Case, SlotError, cases, fill  # noqa: E402
from benchmarks.secret_cases.grammars import KINDS, LOOK_ALIKES, SECRETS  # noqa: E402

SEEDS = range(8)

B64URL = r"[\w-]"
HEX = r"[0-9a-f]"
UUID = rf"{HEX}{{8}}-{HEX}{{4}}-4{HEX}{{3}}-[89ab]{HEX}{{3}}-{HEX}{{12}}"
PEM = r"-----BEGIN {0}-----\n(?:[A-Za-z0-9+/=]+\n)+-----END {0}-----"
PGP = r"-----BEGIN {0}-----\n\n(?:[A-Za-z0-9+/]+=*\n)+=[A-Za-z0-9+/]{{4}}\n-----END {0}-----"
PASSWORD = r"(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*[^\w])[\w!*.+~^-]{12,20}"

GRAMMARS = {
    "aws-access-key-id": r"AKIA[2-7A-Z]{16}",
    "aws-secret-access-key": r"[A-Za-z0-9/+]{40}",
    "aws-session-token": r"IQoJb3JpZ2luX2Vj[A-Za-z0-9/+]{200,}",
    "github-pat": r"ghp_[^\W_]{36}",
    "github-oauth": r"gho_[^\W_]{36}",
    "github-app-token": r"ghs_[^\W_]{36}",
    "github-fine-grained": r"github_pat_[^\W_]{22}_[^\W_]{59}",
    "gitlab-pat": rf"glpat-{B64URL}{{20}}",
    "gitlab-runner-token": rf"glrt-{B64URL}{{20}}",
    "slack-bot-token": r"xoxb-\d{10,13}-\d{10,13}-[^\W_]{24}",
    "slack-user-token": rf"xoxp-(\d{{10,13}}-){{3}}{HEX}{{32}}",
    "slack-webhook": r"https://hooks\.slack\.com/services/T[A-Z0-9]{8,10}/B[A-Z0-9]{8,10}/\w{24}",
    "stripe-secret-key": r"sk_live_[^\W_]{24,99}",
    "stripe-restricted-key": r"rk_live_[^\W_]{24,99}",
    "stripe-publishable-key": r"pk_live_[^\W_]{24,99}",
    "twilio-auth-token": rf"{HEX}{{32}}",
    "twilio-account-sid": rf"AC{HEX}{{32}}",
    "twilio-api-key": rf"SK{HEX}{{32}}",
    "sendgrid-key": rf"SG\.{B64URL}{{22}}\.{B64URL}{{43}}",
    "mailgun-key": rf"key-{HEX}{{32}}|{HEX}{{32}}-{HEX}{{8}}-{HEX}{{8}}",
    "mailchimp-key": rf"{HEX}{{32}}-us\d{{1,2}}",
    "openai-key": r"sk-[^\W_]{20}T3BlbkFJ[^\W_]{20}",
    "openai-project-key": rf"sk-proj-{B64URL}{{58,74}}T3BlbkFJ{B64URL}{{58,74}}",
    "anthropic-key": rf"sk-ant-api03-{B64URL}{{93}}AA",
    "hf-token": r"hf_[a-zA-Z]{34}",
    "databricks-token": rf"dapi{HEX}{{32}}(-\d)?",
    "google-api-key": rf"AIza{B64URL}{{35}}",
    "google-oauth-secret": rf"GOCSPX-{B64URL}{{28}}",
    "google-oauth-token": rf"ya29\.{B64URL}{{100,}}",
    "azure-storage-key": r"[A-Za-z0-9+/]{86}==",
    "azure-client-secret": r"[\w.~-]{3}\dQ~[\w.~-]{31,34}",
    "azure-sas-signature": r"[A-Za-z0-9+/]{43}=",
    "azure-devops-pat": r"[^\W_]{52}JQQJ99[^\W_][A-L][^\W_]{16}AZDO[^\W_]{4}|[2-7a-z]{52}",
    "azure-openai-key": rf"[^\W_]{{52}}JQQJ99[^\W_][A-L][^\W_]{{16}}ACOG[^\W_]{{4}}|{HEX}{{32}}",
    "domino-api-key": rf"{HEX}{{64}}",
    "mlflow-password": PASSWORD,
    "npm-token": r"npm_[^\W_]{36}",
    "pypi-token": rf"pypi-AgEIcHlwaS5vcmc{B64URL}{{70,}}",
    "docker-pat": rf"dckr_pat_{B64URL}{{27}}",
    "rubygems-key": rf"rubygems_{HEX}{{48}}",
    "jwt": rf"eyJ{B64URL}+\.eyJ{B64URL}+\.{B64URL}{{43}}",
    "newrelic-key": r"NRAK-[A-Z0-9]{27}",
    "sentry-dsn": rf"https://{HEX}{{32}}@o\d+\.ingest\.sentry\.io/\d+",
    "sentry-auth-token": r"sntrys_eyJ[A-Za-z0-9+/]+=*_[A-Za-z0-9+/]{43}",
    "replicate-token": r"r8_[^\W_]{37}",
    "groq-key": r"gsk_[^\W_]{52}",
    "pinecone-key": r"pcsk_[^\W_]{5,6}_[^\W_]{63}",
    "langsmith-key": rf"lsv2_(pt|sk)_{HEX}{{32}}_{HEX}{{10}}",
    "xai-key": r"xai-[^\W_]{80}",
    "nvidia-key": rf"nvapi-{B64URL}{{64}}",
    "elevenlabs-key": rf"sk_{HEX}{{48}}",
    "telegram-bot-token": rf"\d{{8,10}}:AA{B64URL}{{33}}",
    "discord-bot-token": rf"[MNO]{B64URL}{{23,25}}\.{B64URL}{{6}}\.{B64URL}{{27,38}}",
    "discord-webhook": rf"https://discord\.com/api/webhooks/\d{{17,20}}/{B64URL}{{60,68}}",
    "heroku-key": rf"HRKU-AA{B64URL}{{58}}|{UUID}",
    "nats-seed": r"S[AUO][A-Z2-7]{56}",
    "age-secret-key": r"AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}",
    "terraform-cloud-token": r"[^\W_]{14}\.atlasv1\.[\w=-]{60,70}",
    "vault-token": rf"hvs\.{B64URL}{{24,}}",
    "doppler-token": r"dp\.pt\.[^\W_]{43}",
    "grafana-token": rf"glsa_[^\W_]{{32}}_{HEX}{{8}}",
    "airtable-pat": rf"pat[^\W_]{{14}}\.{HEX}{{64}}",
    "linear-key": r"lin_api_[^\W_]{40}",
    "notion-token": r"ntn_\d{11}[^\W_]{35}|secret_[^\W_]{43}",
    "postman-key": rf"PMAK-{HEX}{{24}}-{HEX}{{34}}",
    "shopify-token": rf"shpat_{HEX}{{32}}",
    "square-token": rf"EAAA{B64URL}{{60}}|sq0atp-{B64URL}{{22}}",
    "digitalocean-token": rf"dop_v1_{HEX}{{64}}",
    "atlassian-token": rf"ATATT3{B64URL}{{177}}=[0-9A-F]{{8}}",
    "snyk-token": UUID,
    "sonar-token": rf"sq[apu]_{HEX}{{40}}",
    "artifactory-token": r"AKC[^\W_]{70}",
    "snowflake-password": PASSWORD,
    "fernet-key": rf"{B64URL}{{43}}=",
    "django-secret-key": r"[a-z0-9!@#$%^&*(_=+)-]{50}",
    "password-strong": PASSWORD,
    "passphrase": r"[A-Za-z]+([-_.]?[A-Za-z]+)+[-_.]?\d{2,4}",
    "pem-rsa": PEM.format("RSA PRIVATE KEY"),
    "pem-ec": PEM.format("EC PRIVATE KEY"),
    "pem-pkcs8": PEM.format("PRIVATE KEY"),
    "pem-encrypted-pkcs8": PEM.format("ENCRYPTED PRIVATE KEY"),
    "pem-openssh": PEM.format("OPENSSH PRIVATE KEY"),
    "pem-public": PEM.format("PUBLIC KEY"),
    "pem-certificate": PEM.format("CERTIFICATE"),
    "pem-csr": PEM.format("CERTIFICATE REQUEST"),
    "pem-pgp-private": PGP.format("PGP PRIVATE KEY BLOCK"),
    "pgp-public": PGP.format("PGP PUBLIC KEY BLOCK"),
    "putty-key": r"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n(.+\n){6}"
    rf"Private-MAC: {HEX}{{64}}",
    "ssh-public-key": r"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI[A-Za-z0-9+/]{43} \S+",
    "uuid": UUID,
    "sri-sha512": r"sha512-[A-Za-z0-9+/]{86}==",
    "sri-sha256": r"sha256-[A-Za-z0-9+/]{43}=",
    "docker-digest": rf"sha256:{HEX}{{64}}",
    "pip-hash": rf"sha256:{HEX}{{64}}",
    "npm-integrity": r"sha512-[A-Za-z0-9+/]{86}==",
    "ulid": r"0[0-9A-HJKMNP-TV-Z]{25}",
    "nanoid": rf"{B64URL}{{21}}",
    "arn": r"arn:aws:iam::\d{12}:role/[\w-]+",
    "s3-uri": r"s3://[a-z-]+/[a-z/]+\.parquet",
    "timestamp": r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    "iban": r"DE\d{20}",
    **dict.fromkeys(
        ("hex32", "md5", "mlflow-run-id", "datadog-api-key", "kaggle-key"), HEX + "{32}"
    ),
    **dict.fromkeys(("hex40", "git-sha", "wandb-key", "dagshub-token"), HEX + "{40}"),
    **dict.fromkeys(("hex64", "flask-secret-key"), HEX + "{64}"),
}


def slot(inside: str) -> str:
    return f"«{inside}»"


def lines(case: Case, sign: str = "+") -> list[list[int]]:
    return [sorted(label.lines) for label in (case.positives if sign == "+" else case.negatives)]


@pytest.mark.parametrize("kind", GRAMMARS)
def test_a_kind_follows_the_grammar_of_its_issuer(kind: str) -> None:
    made = {KINDS[kind](random.Random(seed)) for seed in SEEDS}
    assert [value for value in made if not re.fullmatch(GRAMMARS[kind], value, re.ASCII)] == []
    assert len(made) == len(SEEDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_the_same_for_the_same_seed(kind: str) -> None:
    value = KINDS[kind](random.Random(5))
    assert value and value == value.strip() == KINDS[kind](random.Random(5))


def test_no_kind_is_a_secret_and_a_look_alike() -> None:
    assert not SECRETS.keys() & LOOK_ALIKES.keys()


def base62(number: int) -> str:
    letters = string.digits + string.ascii_uppercase + string.ascii_lowercase
    return "".join(letters[number // 62**at % 62] for at in reversed(range(6)))


def test_base62_of_a_checksum_is_that_of_the_issuer() -> None:
    published = "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ"
    assert base62(zlib.crc32(published.encode())) == "0mLq17"


@pytest.mark.parametrize("kind", ["github-pat", "github-oauth", "github-app-token", "npm-token"])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_checksum_of_github_and_npm(kind: str, seed: int) -> None:
    body = KINDS[kind](random.Random(seed)).partition("_")[2]
    assert body[30:] == base62(zlib.crc32(body[:30].encode()))


def test_the_checksum_of_grafana() -> None:
    body, _, check = KINDS["grafana-token"](random.Random(1)).rpartition("_")
    assert struct.unpack("<I", bytes.fromhex(check)) == (zlib.crc32(body.encode()),)


def test_the_checksum_of_an_iban() -> None:
    value = KINDS["iban"](random.Random(1))
    assert int(value[4:] + "1314" + value[2:4]) % 97 == 1


def test_basic_auth_is_a_user_and_a_password() -> None:
    user, _, password = base64.b64decode(KINDS["basic-auth"](random.Random(1))).partition(b":")
    assert user and len(password) >= 12


def test_a_neptune_token_holds_its_addresses() -> None:
    content = json.loads(base64.b64decode(KINDS["neptune-token"](random.Random(1))))
    assert uuid.UUID(content["api_key"]) and content["api_url"].startswith("https://")


def elements(content: bytes) -> int:
    """Count the DER elements of `content`, into constructed ones."""
    count = 0
    while content:
        tag, size, at = content[0], content[1], 2
        if size & 0x80:
            at += size & 0x7F
            size = int.from_bytes(content[2:at], "big")
        inner = content[at : at + size]
        assert len(inner) == size
        count += 1 + (elements(inner) if tag & 0x20 else 0)
        content = content[at + size :]
    return count


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        ("pem-rsa", 10),
        ("pem-ec", 7),
        ("pem-pkcs8", 6),
        ("pem-encrypted-pkcs8", 16),
        ("pem-public", 5),
        ("pem-certificate", 30),
        ("pem-csr", 18),
    ],
)
def test_pem_holds_der(kind: str, count: int) -> None:
    _, *body, _ = KINDS[kind](random.Random(3)).split("\n")
    assert {len(line) for line in body[:-1]} == {64}
    assert elements(base64.b64decode("".join(body))) == count


def test_an_openssh_key_is_whole() -> None:
    _, *body, _ = KINDS["pem-openssh"](random.Random(3)).split("\n")
    content = base64.b64decode("".join(body))
    assert content.startswith(b"openssh-key-v1\0")
    at = len(b"openssh-key-v1\0")
    sizes = []
    for number in range(6):
        if number == 3:  # the count of keys stands between the strings
            assert content[at : at + 4] == b"\0\0\0\1"
            at += 4
            continue
        size = int.from_bytes(content[at : at + 4], "big")
        sizes.append(size)
        at += 4 + size
    assert at == len(content) and sizes[3] == 51 and sizes[4] % 8 == 0


@pytest.mark.parametrize(
    ("template", "text", "positives", "negatives"),
    [
        ("a\nb", "a\nb", [], []),
        (f"«! why»{slot('+=a')}«! and why»\n{slot('-=b')}«! so»", "a\nb", [[1]], [[2]]),
        (f"x = '{slot('+=Nebel77!x')}'\n", "x = 'Nebel77!x'\n", [[1]], []),
        (f"a\n{slot('-=${PW}')}", "a\n${PW}", [], [[2]]),
        (f"{slot('+=a')} {slot('-=b')}\n{slot('+=c')}", "a b\nc", [[1], [2]], [[1]]),
        (slot("+=Container#4471"), "Container#4471", [[1]], []),
        (slot("-=#1f77b4"), "#1f77b4", [], [[1]]),
        (slot("-=f(x): y"), "f(x): y", [], [[1]]),
        (slot("+b64(=admin:x)"), "YWRtaW46eA==", [[1]], []),
        (slot("+url(=p@ss/w ö)"), "p%40ss%2Fw%20%C3%B6", [[1]], []),
        (slot('+json(=say "hi")'), 'say \\"hi\\"', [[1]], []),
        (slot("+b64(=f(x))"), "Zih4KQ==", [[1]], []),
        (slot("+~ab"), "ab", [[1]], []),
        (slot("+~a{3}"), "aaa", [[1]], []),
        ("«Passwort» und «mot de passe»", "«Passwort» und «mot de passe»", [], []),
        ("a\r\n" + slot("+=x") + "\r\n", "a\r\nx\r\n", [[2]], []),
        (f"{slot('+=abcdef#1:0:2')}\n{slot('+=abcdef#1:2:')}", "ab\ncdef", [[1, 2]], []),
    ],
)
def test_a_slot_is_filled_and_labelled(
    template: str, text: str, positives: list[list[int]], negatives: list[list[int]]
) -> None:
    case = fill(template, "a.py")
    assert (case.text, lines(case), lines(case, "-")) == (text, positives, negatives)
    assert case.content == text.encode()


@pytest.mark.parametrize(
    ("pattern", "grammar"),
    [
        ("[0-9a-f]{40}", "[0-9a-f]{40}"),
        ("key-[A-Z]{2,4}", "key-[A-Z]{2,4}"),
        ("[A-Za-z0-9_-]{43}", r"[\w-]{43}"),
        ("$2b$12$[./A-Z]{5}", r"\$2b\$12\$[./A-Z]{5}"),
        ("v[1-3].[0-9]{2}", r"v[1-3]\.\d\d"),
    ],
)
def test_a_text_is_drawn_from_a_pattern(pattern: str, grammar: str) -> None:
    for seed in SEEDS:
        assert re.fullmatch(grammar, fill(slot("+~" + pattern), "a", seed).text)


def test_a_shared_value_is_one_secret() -> None:
    case = fill(f"{slot('+hf-token#1')}\nx\n{slot('+hf-token#1')}\n{slot('+hf-token#2')}", "a")
    first, _, again, other = case.text.split("\n")
    assert first == again != other
    assert lines(case) == [[1, 3], [4]]


def test_slices_make_up_the_value() -> None:
    parts = [slot(f"+openai-key#1:{at}") for at in (":9", "9:20", "20:")]
    case = fill("\n".join([*parts, slot("+openai-key#1")]), "a")
    *pieces, whole = case.text.split("\n")
    assert "".join(pieces) == whole
    assert lines(case) == [[1, 2, 3, 4]]


@pytest.mark.parametrize("inside", ["+b64(hf-token)#1", "+b64(hf-token#1)"])
def test_an_encoded_value_is_the_shared_one(inside: str) -> None:
    case = fill(f"{slot('+hf-token#1')}\n{slot(inside)}", "a")
    plain, encoded = case.text.split("\n")
    assert base64.b64decode(encoded).decode() == plain
    assert lines(case) == [[1, 2]]


def test_a_value_of_several_lines_is_one_secret() -> None:
    case = fill(f"key: |\n  {slot('+indent2(pem-ec)')}\nnext: {slot('+=x')}\n", "a.yaml")
    first, *key, last, _ = case.text.split("\n")
    assert (first, last) == ("key: |", "next: x")
    assert key[0] == "  -----BEGIN EC PRIVATE KEY-----" and {line[:2] for line in key} == {"  "}
    assert lines(case) == [list(range(2, len(key) + 2)), [len(key) + 2]]


def test_a_key_in_a_json_string() -> None:
    case = fill(f'{{"key": "{slot("+json(pem-pkcs8)")}"}}', "a.json")
    assert re.fullmatch(PEM.format("PRIVATE KEY"), json.loads(case.text)["key"])
    assert lines(case) == [[1]]


def test_a_quoted_signature() -> None:
    value = fill(slot("+url(azure-sas-signature)"), "a").text
    assert value.endswith("%3D") and len(base64.b64decode(unquote(value))) == 32


def test_the_kind_of_a_label() -> None:
    template = "".join(map(slot, ("+hf-token", "+=x", "+~y", "+b64(=x)", "+b64(jwt)")))
    kinds = [label.kind for label in fill(template, "a").positives]
    assert kinds == ["hf-token", "text", "pattern", "b64(text)", "b64(jwt)"]


def test_values_differ_by_seed_path_and_place_alone() -> None:
    template = f"{slot('+hf-token')}\n{slot('+hf-token')}"
    text = fill(template, "a", 1).text
    assert text == fill(template + "\n# more", "a", 1).text.removesuffix("\n# more")
    values = {*text.split("\n"), *fill(template, "b", 1).text.split("\n")}
    assert len(values | {*fill(template, "a", 2).text.split("\n")}) == 6


@pytest.mark.parametrize(
    ("inside", "reason"),
    [
        ("+no-such-kind", "no kind 'no-such-kind'"),
        ("+", "no kind ''"),
        ("+=", "no text"),
        ("+rot13(jwt)", "no encoding 'rot13'"),
        ("+b64(nothing)", "no kind 'nothing'"),
        ("-~[a-z", "pattern"),
        ("-~[z-a]", "upside down"),
        ("-~a{5,2}", "upside down"),
        ("+jwt:0:4", "no kind"),
        ("+hf-token#1:90:95", "empty"),
    ],
)
def test_a_malformed_slot_is_refused_with_its_place(inside: str, reason: str) -> None:
    with pytest.raises(SlotError, match=re.escape(reason)) as caught:
        fill(f"a\n{slot('+pem-ec')}\n{slot(inside)}", "a.py", source="half/a.py.case")
    assert str(caught.value).startswith("half/a.py.case:3: ")


@pytest.mark.parametrize("text", ["«+jwt", "«jwt»", "«+jwt\n»", "«+jwt» «jwt»"])
def test_a_slot_without_a_sign_or_an_end_is_refused(text: str) -> None:
    with pytest.raises(SlotError, match=r"^a\.py:2: "):
        fill("a\n" + text, "a.py")


def test_cases_are_read_with_their_paths(tmp_path: Path) -> None:
    path = tmp_path / "half" / "b" / "c.py.case"
    path.parent.mkdir(parents=True)
    path.write_text(slot("+=x"), "utf-8")
    (tmp_path / "half" / "a.md.case").write_text("text", "utf-8")
    assert [(case.path, case.text) for case in cases("half", folder=tmp_path)] == [
        ("a.md", "text"),
        ("b/c.py", "x"),
    ]


@pytest.mark.parametrize("half", ["tuning", "held_out"])
def test_each_file_of_the_set_is_read(half: str) -> None:
    read = list(cases(half))
    assert len(read) == len(list((FOLDER / half).rglob("*.case")))
    assert sum(len(case.negatives) for case in read) > sum(len(case.positives) for case in read) > 0
