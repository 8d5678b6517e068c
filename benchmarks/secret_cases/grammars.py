"""A generator for each kind of slot: the grammar that its issuer documents, with made-up values."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import pickle
import random
import string
import struct
import uuid
import zlib
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from benchmarks.secret_cases import encodings
from benchmarks.secret_cases.pattern import draw

Generator = Callable[[random.Random], str]

BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
WORDS = """amber anker birch canyon cedar copper delta ember falcon fjord garnet granite harbor
hazel hollow indigo juniper kestrel kiesel lantern lichen linden marble meadow mistral
nebel nordlicht oriole osprey pebble petrel pioneer quartz raven ridge saffron sequoia
sommer sparrow spruce sturm thistle thunder tundra velvet walnut willow winter zephyr
zimt""".split()
TERMS = """batch churn customer dataset drift embedding epoch feature fold forecast index label
layer loader metric model partition pipeline quantile region sampler score segment
tokenizer""".split()


def _drawn(*patterns: str) -> Generator:
    return lambda chance: draw(chance, chance.choice(patterns))


def _base64(size: int) -> Generator:
    return lambda chance: base64.b64encode(chance.randbytes(size)).decode()


def _unpadded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _uuid(chance: random.Random) -> str:
    return str(uuid.UUID(bytes=chance.randbytes(16), version=4))


def _base62(number: int, width: int) -> str:
    text = ""
    while number:
        number, rest = divmod(number, 62)
        text = BASE62[rest] + text
    return text.rjust(width, "0")


def _crc_base62(prefix: str) -> Generator:
    """30 random characters and their CRC32, six in base 62."""

    def make(chance: random.Random) -> str:
        body = draw(chance, "[A-Za-z0-9]{30}")
        return prefix + body + _base62(zlib.crc32(body.encode()), 6)

    return make


def _jwt(chance: random.Random) -> str:
    issued = chance.randint(1_650_000_000, 1_750_000_000)
    claims = {"sub": draw(chance, "[0-9a-f]{24}"), "iat": issued, "exp": issued + 31_536_000}
    parts = (json.dumps(part).encode() for part in ({"alg": "HS256", "typ": "JWT"}, claims))
    signed = ".".join(map(_unpadded, parts))
    signature = hmac.digest(chance.randbytes(32), signed.encode(), hashlib.sha256)
    return f"{signed}.{_unpadded(signature)}"


def _password(chance: random.Random) -> str:
    """12 to 20 characters with each class, none of which URLs or quotes would need to escape."""
    classes = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "!*-_.+~^")
    characters = [chance.choice(each) for each in classes]
    every = BASE62 + classes[-1]
    characters += chance.choices(every, k=chance.randint(7, 15))
    chance.shuffle(characters)
    return chance.choice(string.ascii_letters) + "".join(characters)


def _passphrase(chance: random.Random) -> str:
    words = chance.sample(WORDS, chance.randint(2, 3))
    if chance.random() < 0.6:
        words = [word.capitalize() for word in words]
    number = draw(chance, "[1-9][0-9]{1,3}")
    return chance.choice(("-", "", "_", ".")).join([*words, number])


def _basic_auth(chance: random.Random) -> str:
    user = draw(chance, chance.choice(("svc-", "ml-", "ci_"))) + chance.choice(TERMS)
    return base64.b64encode(f"{user}:{_password(chance)}".encode()).decode()


def _neptune(chance: random.Random) -> str:
    host = "https://app.neptune.ai"
    content = {"api_address": host, "api_url": host, "api_key": _uuid(chance)}
    return base64.b64encode(json.dumps(content, separators=(",", ":")).encode()).decode()


def _pypi(chance: random.Random) -> str:
    """A macaroon, version 2: location, identifier, one caveat and the signature."""
    caveat = b'{"version":1,"permissions":"user"}'
    content = b"\x02\x01\x08pypi.org\x02\x24" + _uuid(chance).encode() + b"\0\x02"
    content += bytes([len(caveat)]) + caveat + b"\0\0\x06\x20" + chance.randbytes(32)
    return "pypi-" + _unpadded(content)


def _grafana(chance: random.Random) -> str:
    body = "glsa_" + draw(chance, "[A-Za-z0-9]{32}")
    return f"{body}_{struct.pack('<I', zlib.crc32(body.encode())).hex()}"


def _atlassian(chance: random.Random) -> str:
    body = draw(chance, "ATATT3xFfGF0[A-Za-z0-9_-]{171}=")
    return f"{body}{zlib.crc32(body.encode()):08X}"


def _sentry_auth(chance: random.Random) -> str:
    content = {"iat": chance.randint(1_690_000_000, 1_750_000_000), "url": "https://sentry.io"}
    body = base64.b64encode(json.dumps({**content, "org": "corp-ml"}).encode()).decode()
    return f"sntrys_{body}_{_base64(32)(chance).rstrip('=')}"


def _discord(chance: random.Random) -> str:
    number = draw(chance, "[1-9][0-9]{17}").encode()
    return _unpadded(number) + draw(chance, ".G[A-Za-z0-9_-]{5}.[A-Za-z0-9_-]{38}")


def _moment(chance: random.Random) -> datetime:
    start = datetime(2022, 1, 1, tzinfo=timezone.utc)
    return start + timedelta(seconds=chance.randrange(100_000_000))


def _ulid(chance: random.Random) -> str:
    """github.com/ulid/spec: 48 bits of time and 80 of chance, in Crockford's base 32."""
    letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    number = int(_moment(chance).timestamp() * 1000) << 80 | chance.getrandbits(80)
    return "".join(letters[number >> 5 * at & 31] for at in reversed(range(26)))


def _iban(chance: random.Random) -> str:
    """ISO 13616: a German one, with its check digits."""
    account = draw(chance, "[1-9][0-9]{17}")
    return f"DE{98 - int(account + '131400') % 97:02}{account}"


def _words(chance: random.Random, count: int) -> str:
    return " ".join(chance.choices([*TERMS, *WORDS], k=count))


def _pickle(chance: random.Random) -> str:
    content = {"columns": chance.sample(TERMS, 3), "scale": [chance.random() for _ in range(4)]}
    return base64.b64encode(pickle.dumps(content, 4)).decode()


def _digest(name: str, before: str = "", integrity: bool = False) -> Generator:
    return lambda chance: before + encodings.digest(chance, name, integrity)


HEX32 = _drawn("[0-9a-f]{32}")
HEX40 = _drawn("[0-9a-f]{40}")
HEX64 = _drawn("[0-9a-f]{64}")
_AZURE = "[A-Za-z0-9]{52}JQQJ99[A-Z][A-L][A-Za-z0-9]{16}"

SECRETS: dict[str, Generator] = {
    # docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html (unique identifiers)
    "aws-access-key-id": _drawn("AKIA[A-Z2-7]{16}"),
    "aws-secret-access-key": _base64(30),
    "aws-session-token": lambda c: "IQoJb3JpZ2luX2Vj" + _base64(c.randint(70, 110) * 3)(c),
    # github.blog/2021-04-05-behind-githubs-new-authentication-token-formats
    "github-pat": _crc_base62("ghp" + "_"),
    "github-oauth": _crc_base62("gho" + "_"),
    "github-app-token": _crc_base62("ghs" + "_"),
    "github-fine-grained": _drawn("github_pat_11[A-Z0-9]{20}_[A-Za-z0-9]{59}"),
    # docs.gitlab.com/security/tokens (token prefixes)
    "gitlab-pat": _drawn("glpat-[A-Za-z0-9_-]{20}"),
    "gitlab-runner-token": _drawn("glrt-[A-Za-z0-9_-]{20}"),
    # api.slack.com/concepts/token-types, api.slack.com/messaging/webhooks
    "slack-bot-token": _drawn("xoxb-[1-9][0-9]{11}-[1-9][0-9]{12}-[A-Za-z0-9]{24}"),
    "slack-user-token": _drawn("xoxp-[1-9][0-9]{11}-[1-9][0-9]{11}-[1-9][0-9]{12}-[0-9a-f]{32}"),
    "slack-webhook": _drawn(
        "https://hooks.slack.com/services/T0[A-Z0-9]{7,9}/B0[A-Z0-9]{9}/[A-Za-z0-9]{24}"
    ),
    # docs.stripe.com/keys
    "stripe-secret-key": _drawn("sk_live_51[A-Za-z0-9]{97}", "sk_live_[A-Za-z0-9]{24}"),
    "stripe-restricted-key": _drawn("rk_live_51[A-Za-z0-9]{97}"),
    # twilio.com/docs/glossary/what-is-a-sid
    "twilio-auth-token": HEX32,
    "twilio-api-key": _drawn("SK[0-9a-f]{32}"),
    # docs.sendgrid.com, documentation.mailgun.com, mailchimp.com/developer (authentication)
    "sendgrid-key": _drawn("SG.[A-Za-z0-9_-]{22}.[A-Za-z0-9_-]{43}"),
    "mailgun-key": _drawn("key-[0-9a-f]{32}", "[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}"),
    "mailchimp-key": _drawn("[0-9a-f]{32}-us[1-9]", "[0-9a-f]{32}-us1[0-9]"),
    # platform.openai.com/docs/api-reference/authentication, docs.anthropic.com/en/api
    "openai-key": _drawn("sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}"),
    "openai-project-key": _drawn("sk-proj-[A-Za-z0-9_-]{74}T3BlbkFJ[A-Za-z0-9_-]{74}"),
    "anthropic-key": _drawn("sk-ant-api03-[A-Za-z0-9_-]{93}AA"),
    # huggingface.co/docs/hub/security-tokens, docs.wandb.ai, docs.databricks.com/dev-tools/auth/pat
    "hf-token": _drawn("hf_[A-Za-z]{34}"),
    "wandb-key": HEX40,
    "databricks-token": _drawn("dapi[0-9a-f]{32}", "dapi[0-9a-f]{32}-[2-3]"),
    # cloud.google.com/docs/authentication/api-keys, developers.google.com/identity/protocols/oauth2
    "google-api-key": _drawn("AIza[A-Za-z0-9_-]{35}"),
    "google-oauth-secret": _drawn("GOCSPX-[A-Za-z0-9_-]{28}"),
    "google-oauth-token": _drawn("ya29.a0A[A-Za-z0-9_-]{150,200}"),
    # github.com/microsoft/security-utilities (SEC101/152, 156, 158, 166, 178)
    "azure-storage-key": _base64(64),
    "azure-client-secret": _drawn("[A-Za-z0-9_~.]{3}8Q~[A-Za-z0-9_~.]{34}"),
    "azure-sas-signature": _base64(32),
    "azure-devops-pat": _drawn(_AZURE + "AZDO[A-Za-z0-9]{4}", "[a-z2-7]{52}"),
    "azure-openai-key": _drawn(_AZURE + "ACOG[A-Za-z0-9]{4}", "[0-9a-f]{32}"),
    # docs.dominodatalab.com (API authentication)
    "domino-api-key": HEX64,
    # docs.neptune.ai, comet.com/docs, clear.ml/docs, dagshub.com/docs, mlflow.org/docs (auth)
    "neptune-token": _neptune,
    "comet-key": _drawn("[A-Za-z0-9]{25}"),
    "clearml-secret-key": _drawn("[A-Za-z0-9]{50}"),
    "dagshub-token": HEX40,
    "mlflow-password": _password,
    # github.blog/2021-09-23-announcing-npms-new-access-token-format
    "npm-token": _crc_base62("npm" + "_"),
    # pypi.org/help/#apitoken, docs.docker.com (access tokens), guides.rubygems.org/api-key-scopes
    "pypi-token": _pypi,
    "docker-pat": _drawn("dckr_pat_[A-Za-z0-9_-]{27}"),
    "rubygems-key": _drawn("rubygems_[0-9a-f]{48}"),
    # RFC 7519
    "jwt": _jwt,
    # docs.datadoghq.com/account_management/api-app-keys, docs.newrelic.com (API keys)
    "datadog-api-key": HEX32,
    "newrelic-key": _drawn("NRAK-[A-Z0-9]{27}"),
    # docs.sentry.io/concepts/key-terms/dsn-explainer, docs.sentry.io/account/auth-tokens
    "sentry-dsn": _drawn("https://[0-9a-f]{32}@o[1-9][0-9]{5}.ingest.sentry.io/[1-9][0-9]{6}"),
    "sentry-auth-token": _sentry_auth,
    # the consoles' own pages on keys: cohere, replicate, groq, pinecone, langsmith, mistral, xai
    "cohere-key": _drawn("[A-Za-z0-9]{40}"),
    "replicate-token": _drawn("r8_[A-Za-z0-9]{37}"),
    "groq-key": _drawn("gsk_[A-Za-z0-9]{20}WGdyb3FY[A-Za-z0-9]{24}"),
    "pinecone-key": _drawn("pcsk_[A-Za-z0-9]{6}_[A-Za-z0-9]{63}"),
    "langsmith-key": _drawn("lsv2_pt_[0-9a-f]{32}_[0-9a-f]{10}"),
    "mistral-key": _drawn("[A-Za-z0-9]{32}"),
    "xai-key": _drawn("xai-[A-Za-z0-9]{80}"),
    # docs.nvidia.com (NGC keys), docs.together.ai, elevenlabs.io/docs (authentication)
    "nvidia-key": _drawn("nvapi-[A-Za-z0-9_-]{64}"),
    "together-key": _drawn("[0-9a-f]{64}", "tgp_v1_[A-Za-z0-9_-]{43}"),
    "elevenlabs-key": _drawn("sk_[0-9a-f]{48}"),
    # core.telegram.org/bots/api, discord.com/developers/docs/reference
    "telegram-bot-token": _drawn("[1-9][0-9]{8,9}:AA[A-Za-z0-9_-]{33}"),
    "discord-bot-token": _discord,
    "discord-webhook": _drawn("https://discord.com/api/webhooks/1[0-9]{18}/[A-Za-z0-9_-]{68}"),
    # devcenter.heroku.com/articles/oauth, kaggle.com/docs/api
    "heroku-key": lambda c: _uuid(c) if c.random() < 0.5 else draw(c, "HRKU-AA[A-Za-z0-9_-]{58}"),
    "kaggle-key": HEX32,
    "nats-seed": encodings.nats_seed,
    "age-secret-key": encodings.age_secret_key,
    # developer.hashicorp.com: terraform/cloud-docs/users-teams-organizations/api-tokens, vault
    "terraform-cloud-token": _drawn("[A-Za-z0-9]{14}.atlasv1.[A-Za-z0-9]{67}"),
    "vault-token": _drawn("hvs.CAESI[A-Za-z0-9_-]{90,96}", "hvs.[A-Za-z0-9]{24}"),
    # docs.doppler.com/reference/auth-token-formats
    "doppler-token": _drawn("dp.pt.[A-Za-z0-9]{43}"),
    # github.com/grafana/grafana pkg/components/satokengen
    "grafana-token": _grafana,
    # airtable.com/developers, linear.app/developers, developers.notion.com, postman's API page
    "airtable-pat": _drawn("pat[A-Za-z0-9]{14}.[0-9a-f]{64}"),
    "linear-key": _drawn("lin_api_[A-Za-z0-9]{40}"),
    "notion-token": _drawn("ntn_[0-9]{11}[A-Za-z0-9]{35}", "secret_[A-Za-z0-9]{43}"),
    "postman-key": _drawn("PMAK-[0-9a-f]{24}-[0-9a-f]{34}"),
    # shopify.dev/changelog (token prefixes), developer.squareup.com, docs.digitalocean.com
    "shopify-token": _drawn("shpat_[0-9a-f]{32}"),
    "square-token": _drawn("EAAA[A-Za-z0-9_-]{60}", "sq0atp-[A-Za-z0-9_-]{22}"),
    "digitalocean-token": _drawn("dop_v1_[0-9a-f]{64}"),
    # developers.cloudflare.com/fundamentals/api, fastly.com/documentation/reference/api/auth-tokens
    "cloudflare-token": _drawn("[A-Za-z0-9_-]{40}"),
    "fastly-token": _drawn("[A-Za-z0-9_-]{32}"),
    # support.atlassian.com (API tokens), docs.snyk.io, docs.sonarsource.com (user tokens)
    "atlassian-token": _atlassian,
    "snyk-token": _uuid,
    "sonar-token": _drawn("sq[upa]_[0-9a-f]{40}"),
    # jfrog.com/help (API key)
    "artifactory-token": _drawn("AKCp[0-9][A-Za-z0-9]{68}"),
    "snowflake-password": _password,
    # cryptography.io/en/latest/fernet, docs.djangoproject.com (get_random_secret_key), flask
    "fernet-key": lambda c: base64.urlsafe_b64encode(c.randbytes(32)).decode(),
    "django-secret-key": _drawn("[a-z0-9!@#$%^&*(_=+)-]{50}"),
    "flask-secret-key": HEX64,
    # RFC 7617
    "basic-auth": _basic_auth,
    "password-strong": _password,
    "passphrase": _passphrase,
    "pem-rsa": encodings.pem_rsa,
    "pem-ec": encodings.pem_ec,
    "pem-pkcs8": encodings.pem_pkcs8,
    "pem-encrypted-pkcs8": encodings.pem_encrypted_pkcs8,
    "pem-openssh": encodings.pem_openssh,
    "pem-pgp-private": encodings.pem_pgp_private,
    "putty-key": encodings.putty_key,
}

LOOK_ALIKES: dict[str, Generator] = {
    # docs.stripe.com/keys, twilio.com/docs/glossary/what-is-a-sid: public by design
    "stripe-publishable-key": _drawn("pk_live_51[A-Za-z0-9]{97}"),
    "twilio-account-sid": _drawn("AC[0-9a-f]{32}"),
    "pem-public": encodings.pem_public,
    "pem-certificate": encodings.pem_certificate,
    "pem-csr": encodings.pem_csr,
    "ssh-public-key": encodings.ssh_public_key,
    "pgp-public": encodings.pgp_public,
    "uuid": _uuid,
    "hex24": _drawn("[0-9a-f]{24}"),
    "hex32": HEX32,
    "hex40": HEX40,
    "hex64": HEX64,
    # w3.org/TR/SRI
    "sri-sha512": _digest("sha512", integrity=True),
    "sri-sha256": _digest("sha256", integrity=True),
    "git-sha": HEX40,
    "git-sha-short": _drawn("[0-9a-f]{7}"),
    "base64-png": encodings.base64_png,
    "base64-text": lambda c: base64.b64encode(_words(c, 9).encode()).decode(),
    "base64-pickle": _pickle,
    "ulid": _ulid,
    # github.com/ai/nanoid
    "nanoid": _drawn("[A-Za-z0-9_-]{21}"),
    "mlflow-run-id": HEX32,
    "docker-digest": _digest("sha256", "sha256:"),
    "pip-hash": _digest("sha256", "sha256:"),
    "npm-integrity": _digest("sha512", integrity=True),
    "etag": _drawn("[0-9a-f]{32}", "[0-9a-f]{32}-[1-9]"),
    "md5": _digest("md5"),
    "s3-uri": lambda c: f"s3://ml-{c.choice(TERMS)}-prod/{_words(c, 2).replace(' ', '/')}.parquet",
    # docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
    "arn": _drawn(*(f"arn:aws:iam::[1-9][0-9]{{11}}:role/{term}-job" for term in TERMS)),
    "gcp-project-number": _drawn("[1-9][0-9]{11}"),
    "timestamp": lambda c: _moment(c).strftime("%Y-%m-%dT%H:%M:%SZ"),
    "version": _drawn("[0-9].[1-9][0-9].[0-9]"),
    "iban": _iban,
    "phone": _drawn("+49 30 [1-9][0-9]{6}"),
    "word": lambda c: c.choice([*TERMS, *WORDS]),
    "sentence": lambda c: _words(c, c.randint(5, 9)).capitalize() + ".",
    "identifier": lambda c: "_".join(c.sample(TERMS, c.randint(2, 3))),
}

KINDS: dict[str, Generator] = {**SECRETS, **LOOK_ALIKES}
