"""Every secret here is invented and put together at run time: no scanner finds one in this file."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import json
import random
import string
import subprocess
import sys
import tempfile
from argparse import Namespace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_checklist.environment import no_hardcoded_secrets
from mlops_checklist.environment.no_hardcoded_secrets import HOOK, RULES, main
from mlops_checklist.hook import judge
from mlops_checklist.outcome import Outcome
from mlops_checklist.sources import assignments, secret_texts, tabled_pairs
from mlops_checklist.sources.files import File, Unreadable

ALNUM = string.ascii_letters + string.digits
HEX = "0123456789abcdef"
OPTIONS = Namespace(verbose=False, update_baseline=False)


def made(length: int, alphabet: str = ALNUM, seed: int = 7) -> str:
    """A random text, the same in every run."""
    chance = random.Random(f"{length}{alphabet}{seed}")
    return "".join(chance.choice(alphabet) for _ in range(length))


def check(text: str | bytes, path: str) -> list[Outcome]:
    data = text if isinstance(text, bytes) else text.encode()
    return list(no_hardcoded_secrets.check(File(path, None, data), OPTIONS))


def rules(text: str, path: str) -> list[str]:
    return [each.rule for each in check(text, path) if each.kind == "violation"]


HF = "hf" + "_" + made(34)
GH = "gh" + "p_" + made(36)
SK = "s" + "k-" + made(40)
PROJ = "s" + "k-proj-" + made(48)
ANT = "s" + "k-ant-" + "api03-" + made(80)
AKIA = "AK" + "IA" + made(16, "ABCDEFGHJKLMNPQR234567")
AWS = made(40, ALNUM + "+/")
HEX64, HEX40, HEX32 = made(64, HEX), made(40, HEX), made(32, HEX)
DAPI = "da" + "pi" + HEX32
AIZA = "AI" + "za" + made(35)
JWT = ".".join(
    base64.urlsafe_b64encode(part).decode().rstrip("=")
    for part in (b'{"alg":"HS256"}', b'{"sub":"1","name":"somebody"}', made(32).encode())
)
NEPTUNE = base64.b64encode(
    b'{"api_address":"https://app.neptune.ai","api_key":"' + made(36).encode() + b'"}'
).decode()
PW = "Tr0ub4" + "dor&3"
PW9 = "S3cur3" + "Pa55w9"
RND = "q7Xz" + "9Lm2" + "Vb4Kp8Rt"
PEM_BODY = "\n".join(made(64, ALNUM + "+/", seed) for seed in range(5))
PEM = "-----BEGIN " + "RSA PRIVATE KEY-----\n" + PEM_BODY + "\n-----END " + "RSA PRIVATE KEY-----\n"
AZURE = made(86) + "=="
BASIC = base64.b64encode(f"svc:{PW}".encode()).decode()
K8S = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\n"


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


FLAGGED: list[tuple[str, str, str, str]] = [
    ("uuid", "a.py", 'client_secret = "7d3e4567-e89b-42d3-a456-42661417a0c4"', "generic-secret"),
    ("uuid", "a.yml", "token: 7d3e4567-e89b-42d3-a456-42661417a0c4", "generic-secret"),
    ("prose", "a.md", f"Log in with password `{PW9}`.", "generic-secret"),
    ("client", "a.py", f'co = cohere.ClientV2("{made(40)}")', "generic-secret"),
    ("compared", "a.py", f'hmac.compare_digest(given, "{made(40)}")', "generic-secret"),
    ("login", "a.py", f't.connect(None, "bob", "{PW9}")', "generic-secret"),
    ("r arrow", "a.R", f'user.password <- "{PW}"', "generic-secret"),
    ("flag in text", "a.py", f'command="fit.py --wandb-key {HEX40} -n 2"', "generic-secret"),
    ("flag with =", "a.yml", f"- --client-secret={RND}", "generic-secret"),
    ("header in quotes", "a.yml", f'run: curl -H "X-Api-Key: {RND}" https://h', "generic-secret"),
    ("list of tokens", "a.py", f'SITE_TOKENS = {{\n  "a": "{made(40)}",\n}}', "generic-secret"),
    (
        "alias",
        "a.py",
        f'f: str = Field(default="{made(43)}=", alias="AUDIO_KEY")',
        "generic-secret",
    ),
    ("chpasswd", "Dockerfile", f"RUN echo 'qa:{PW9}' | chpasswd", "command-credentials"),
    ("joined header", "a.py", f'h = "Basic " + "{BASIC}"', "basic-auth-header"),
    (
        "connection in printf",
        "a.sh",
        f"printf 'Server=h\\nPWD={PW}\\n' > odbc.ini",
        "generic-secret",
    ),
    ("sql user", "a.sql", f"CREATE USER bob WITH PASSWORD '{PW9}';", "generic-secret"),
    ("sql identified", "a.sql", f"ALTER USER a IDENTIFIED BY '{PW9}';", "generic-secret"),
    ("xml element", "a.xml", f"<password>{PW9}</password>", "generic-secret"),
    ("xml attribute", "a.xml", f'<add key="ApiKey" value="{HEX32}" />', "generic-secret"),
    ("xml string", "a.xml", f'<string name="api_key">{RND}</string>', "generic-secret"),
    (
        "xml name and value",
        "a.xml",
        f"<name>fs.s3a.secret.key</name>\n  <value>{AWS}</value>",
        "generic-secret",
    ),
    ("setter", "a.java", f'source.setPassword("{PW9}");', "generic-secret"),
    ("builder", "A.kt", f'.password("{PW9}")', "generic-secret"),
    (
        "jdbc parameter",
        "A.java",
        f'String url = "jdbc:postgresql://h/db?user=a&password={PW9}";',
        "generic-secret",
    ),
    ("netrc", ".netrc", f"machine h\n  login me\n  password {PW9}\n", "generic-secret"),
    ("pgpass", ".pgpass", f"db.corp:5432:ml:bob:{PW9}", "generic-secret"),
    ("csv column", "users.csv", f'user,"password"\nbob,{PW9}\n', "generic-secret"),
    ("kubeconfig", "k.yaml", f"client-key-data: {encoded(PEM)}", "private-key"),
    ("putty", "a.ppk", f"Private-Lines: 14\n{PEM_BODY}\n", "private-key"),
    ("docker login", "config.json", f'{{"auth": "{encoded("bob:" + PW9)}"}}', "basic-auth-header"),
    ("aws set", "a.sh", f"aws configure set aws_secret_access_key {AWS}", "command-credentials"),
    (
        "to stdin",
        "a.sh",
        f"echo '{PW9}' | docker login -u a --password-stdin",
        "command-credentials",
    ),
    ("powershell", "a.ps1", f'ConvertTo-SecureString "{PW9}" -AsPlainText', "command-credentials"),
    ("joined", "a.py", f'API_KEY = "{RND}" + "{RND}"', "generic-secret"),
    ("joined over lines", "a.py", f'API_KEY = (\n    "{RND}"\n    + "{RND}"\n)', "generic-secret"),
    ("openai assigned call", "a.py", f'client = OpenAI(api_key="{SK}")', "openai-api-key"),
    ("openai project", "a.py", f'openai.api_key = "{PROJ}"', "openai-api-key"),
    (
        "openai engine form",
        "a.txt",
        "s" + f"k-{made(20)}T3Blbk" + f"FJ{made(20)}",
        "openai-api-key",
    ),
    ("anthropic", "a.py", f'Anthropic(api_key="{ANT}")', "anthropic-api-key"),
    ("hugging face", "a.py", f'login("{HF}")', "hugging-face-token"),
    ("hugging face comment", "a.py", f"# login with {HF}", "hugging-face-token"),
    ("hugging face markdown", "README.md", f"Use `{HF}` to log in", "hugging-face-token"),
    ("hugging face unknown kind", "notes", f"{HF}", "hugging-face-token"),
    ("github", "a.sh", f"export GH={GH}", "github-token"),
    ("github fine-grained", "a.yml", "pat: github" + f"_pat_{made(82)}", "github-token"),
    ("github in url", "requirements.txt", f"git+https://{GH}@github.com/a/b.git", "github-token"),
    ("gitlab", "a.yml", "token: gl" + f"pat-{made(20)}", "gitlab-token"),
    ("slack", "a.py", "t = 'xo" + f"xb-123456789012-123456789012-{made(24)}'", "slack-token"),
    (
        "slack hook",
        "a.py",
        f"u = 'https://hooks.slack.com/services/T{made(8)}/B{made(8)}/{made(24)}'",
        "slack-token",
    ),
    ("stripe", "a.py", "stripe.api_key = 's" + f"k_live_{made(24)}'", "stripe-key"),
    ("npm", ".npmrc", "//registry.example.org/:_authToken=npm" + f"_{made(36)}", "npm-token"),
    ("pypi", ".pypirc", "password = pypi-AgEIcHlwaS5v" + f"cmc{made(80)}", "pypi-token"),
    ("sendgrid", "a.py", "k = 'SG" + f".{made(22)}.{made(43)}'", "sendgrid-key"),
    ("square", "a.py", "k = 'sq0" + f"csp-{made(43)}'", "square-secret"),
    ("telegram", "a.py", f"bot_token = '123456789:AA{made(33)}'", "telegram-token"),
    ("twilio", "a.py", f"twilio_key = 'SK{HEX32}'", "twilio-key"),
    ("discord", "a.py", f"token = 'M{made(23)}.{made(6)}.{made(27)}'", "discord-token"),
    ("mailchimp", "a.py", f"key = '{HEX32}-us12'", "mailchimp-key"),
    ("aws id", "a.py", f"boto3.client('s3', aws_access_key_id='{AKIA}')", "aws-access-key"),
    (
        "aws assigned call",
        "a.py",
        f"c = boto3.client('s3', aws_access_key_id='{AKIA}')",
        "aws-access-key",
    ),
    ("aws secret", "a.py", f"aws_secret_access_key = '{AWS}'", "aws-secret-key"),
    ("aws secret unquoted", "credentials.ini", f"aws_secret_access_key = {AWS}", "aws-secret-key"),
    ("aws secret env", ".env", f"AWS_SECRET_ACCESS_KEY={AWS}", "aws-secret-key"),
    ("azure account", "a.py", f'c = "AccountName=a;AccountKey={AZURE};E=x"', "azure-storage-key"),
    (
        "azure bus",
        "a.yml",
        f"c: Endpoint=sb://x/;SharedAccessKeyName=r;SharedAccessKey={made(43)}=",
        "azure-connection-string",
    ),
    ("azure client secret", "a.txt", f"abc8Q~{made(34)}", "azure-client-secret"),
    ("databricks", "a.py", f"db = connect(access_token='{DAPI}')", "databricks-token"),
    ("google", "a.js", f"const k = '{AIZA}';", "google-api-key"),
    (
        "google oauth",
        "a.json",
        '{"client_secret": "GOC' + f'SPX-{made(28)}"}}',
        "google-oauth-secret",
    ),
    (
        "service account",
        "sa.json",
        json.dumps({"type": "service_account", "private_key": PEM}),
        "google-service-account-key",
    ),
    ("private key", "id_rsa", PEM, "private-key"),
    ("private key in code", "a.py", f'KEY = """{PEM}"""', "private-key"),
    ("jwt", "a.py", f"h = '{JWT}'", "json-web-token"),
    ("jwt comment", "a.py", f"# old: {JWT}", "json-web-token"),
    ("neptune", "a.py", f'init_run(api_token="{NEPTUNE}")', "neptune-api-token"),
    ("groq", "a.py", "k = 'gs" + f"k_{made(52)}'", "groq-api-key"),
    (
        "langsmith",
        ".env",
        f"LANGCHAIN_API_KEY=lsv2_pt_{HEX32}_{made(10, HEX)}",
        "langsmith-api-key",
    ),
    ("replicate", "a.py", "k = 'r" + f"8_{made(37)}'", "replicate-api-token"),
    ("nvidia", "a.py", "k = 'nva" + f"pi-{made(64)}'", "nvidia-api-key"),
    ("domino env", "a.sh", f"export DOMINO_USER_API_KEY={HEX64}", "domino-api-key"),
    ("domino header", "a.py", f'h = {{"X-Domino-Api-Key": "{HEX64}"}}', "domino-api-key"),
    (
        "domino client",
        "a.py",
        f'from domino import Domino\nd = Domino("a/b", api_key="{HEX64}")',
        "domino-api-key",
    ),
    ("domino flow", "a.py", f'# domino\nc = DominoJobConfig(ApiKey="{HEX64}")', "domino-api-key"),
    ("wandb env", ".env", f"WANDB_API_KEY={HEX40}", "weights-and-biases-key"),
    ("wandb login", "a.py", f'wandb.login(key="{HEX40}")', "weights-and-biases-key"),
    ("dagshub", "a.py", f'dagshub_token = "{HEX40}"', "generic-secret"),
    ("url", "a.py", f'e = create_engine("postgresql://u:{RND}@db.corp.net/x")', "url-credentials"),
    (
        "url requirement",
        "requirements.txt",
        f"git+https://bob:{RND}@git.corp.net/a.git",
        "url-credentials",
    ),
    (
        "url index",
        "requirements.txt",
        f"--extra-index-url https://ci:{RND}@pypi.corp.net/simple",
        "url-credentials",
    ),
    (
        "url compose",
        "compose.yml",
        "  - DB=postgres://postgres:post" + "gres@db/x",
        "url-credentials",
    ),
    ("basic header", "a.py", f'h = {{"Authorization": "Basic {BASIC}"}}', "basic-auth-header"),
    ("bearer header", "a.md", f'curl -H "Authorization: Bearer {RND}{RND}"', "bearer-token"),
    ("curl user", "a.sh", f"curl -u bob:{RND} https://x.corp.net", "command-credentials"),
    ("wandb shell", "a.sh", f"wandb login --relogin {HEX40}", "weights-and-biases-key"),
    ("wandb process", "a.py", f'run(["wandb", "login", "{HEX40}"])', "weights-and-biases-key"),
    ("token header", "a.py", f'h = {{"Authorization": "Token {HEX40}"}}', "bearer-token"),
    ("mysql -p", "a.sh", f"mysql -u root -p{PW9} shop", "command-credentials"),
    ("docker login", "a.sh", f"docker login -u ml -p {PW9}", "command-credentials"),
    ("sshpass", "a.sh", f"sshpass -p '{PW9}' ssh ml@db", "command-credentials"),
    ("joined words", "a.sh", f"PGPASSWORD={PW9} psql", "generic-secret"),
    ("joined words, python", "a.py", f'DBPASSWORD = "{PW9}"', "generic-secret"),
    ("dollar in python", "a.py", 'connect(password="Blue' + '$ky2023")', "generic-secret"),
    ("vault inside", "a.py", 'DB_PASSWORD = "hunter' + '-vault-42"', "generic-secret"),
    ("kaggle", "kaggle.json", f'{{"username":"bob","key":"{HEX32}"}}', "generic-secret"),
    ("fallback", "compose.yml", f"x: ${{MLFLOW_PW:-{PW9}}}", "generic-secret"),
    ("fallback omegaconf", "a.yml", f"x: ${{oc.env:DB_PW,{PW9}}}", "generic-secret"),
    ("flow map", "a.yml", f"db: {{user: a, password: {PW9}}}", "generic-secret"),
    ("flow map, first", "a.yml", f"db: {{password: {PW9}, user: a}}", "generic-secret"),
    ("libpq", "a.py", f'connect("host=db user=ml password={PW9}")', "generic-secret"),
    ("odbc", "a.py", f'c = "Server=tcp:db,1433;User Id=sa;Password={PW9};"', "generic-secret"),
    ("client secret", "a.yml", "clientSecret: qx" + "-vrt-2024", "generic-secret"),
    (
        "databricks shell",
        "a.py",
        f"# Databricks notebook source\n# MAGIC %sh\n# MAGIC export DB_PASSWORD={PW9}",
        "generic-secret",
    ),
    ("password", "a.py", f'password = "{PW}"', "generic-secret"),
    ("password in a call", "a.py", f'conn = connect(password="{PW}")', "generic-secret"),
    (
        "password over lines",
        "a.py",
        f'conn = connect(\n    password=\n        "{PW}",\n)',
        "generic-secret",
    ),
    ("password compared", "a.py", f'if password == "{PW}":\n    pass', "generic-secret"),
    ("password compared backwards", "a.js", f'if ("{PW}" == password) {{}}', "generic-secret"),
    ("tuple", "a.py", f'user, password = "bob", "{PW}"', "generic-secret"),
    ("parameter default", "a.py", f'def f(password="{PW}"): ...', "generic-secret"),
    ("dictionary", "a.py", f'd = {{"db_password": "{PW}"}}', "generic-secret"),
    ("bytes", "a.py", f'SECRET_KEY = b"{RND}"', "generic-secret"),
    ("environ set", "a.py", f'os.environ["X_TOKEN"] = "{RND}"', "generic-secret"),
    ("environ setdefault", "a.py", f'os.environ.setdefault("X_TOKEN", "{RND}")', "generic-secret"),
    ("getenv default", "a.py", f'x = os.getenv("X_SECRET", "{RND}")', "generic-secret"),
    ("environ or", "a.py", f'API_KEY = os.getenv("X") or "{RND}"', "generic-secret"),
    ("argparse", "a.py", f'p.add_argument("--db-password", default="{PW}")', "generic-secret"),
    (
        "click",
        "a.py",
        f'@click.option("--token", default="{RND}")\ndef f(token): ...',
        "generic-secret",
    ),
    ("pydantic", "a.py", f'class S:\n    api_key: str = Field(default="{RND}")', "generic-secret"),
    ("secret str", "a.py", f'api_key = SecretStr("{RND}")', "generic-secret"),
    ("basic auth", "a.py", f'get(u, auth=HTTPBasicAuth("bob", "{PW}"))', "generic-secret"),
    ("auth tuple", "a.py", f'get(u, auth=("bob", "{PW}"))', "generic-secret"),
    ("mlflow", "a.py", f'os.environ["MLFLOW_TRACKING_PASSWORD"] = "{PW}"', "generic-secret"),
    ("spark option", "a.py", f'spark.read.option("password", "{PW}")', "generic-secret"),
    ("python 2", "a.py", f'print "x"\npassword = "{PW}"', "generic-secret"),
    ("yaml", "a.yml", f"db:\n  password: {PW}", "generic-secret"),
    ("yaml quoted", "a.yml", f'api_key: "{RND}"', "generic-secret"),
    ("yaml name and value", "k.yml", f"env:\n- name: API_TOKEN\n  value: {RND}", "generic-secret"),
    ("kubernetes data", "k.yml", K8S + f"data:\n  password: {encoded(PW)}\n", "kubernetes-secret"),
    ("kubernetes stringData", "k.yml", K8S + f"stringData:\n  pw.txt: {PW}\n", "kubernetes-secret"),
    ("json", "a.json", f'{{"password": "{PW}"}}', "generic-secret"),
    ("json minified", "a.json", '{"a":1,"clientSecret":"' + RND + '","b":2}', "generic-secret"),
    ("toml", "a.toml", f'secret_key = "{RND}"', "generic-secret"),
    ("ini", "a.ini", f"[db]\npassword = {PW}", "generic-secret"),
    ("env", ".env", f"DB_PASSWORD={PW}", "generic-secret"),
    ("shell", "a.sh", f"export DB_PASSWORD='{PW}'", "generic-secret"),
    ("shell option", "a.sh", f"mysql --password {PW}", "generic-secret"),
    ("dockerfile env", "Dockerfile", f"FROM a\nENV API_TOKEN={RND}", "generic-secret"),
    ("dockerfile env blank", "Dockerfile", f"FROM a\nENV DB_PASSWORD {PW}", "generic-secret"),
    ("dockerfile arg", "Dockerfile", f"ARG API_SECRET={RND}\nFROM a", "generic-secret"),
    ("go", "a.go", f'apiKey := "{RND}"', "generic-secret"),
    ("java", "A.java", f'String dbPassword = "{PW}";', "generic-secret"),
    ("markdown", "README.md", f"Password: {PW}", "generic-secret"),
    ("terraform", "a.tf", f'password = "{PW}"', "generic-secret"),
    ("webhook", "a.py", f'post("https://chat.corp.net/hooks/{made(26)}")', "webhook"),
    ("split", "a.py", 'head = "gh' + 'o_0xRonvxJsp"', "split-key"),
    ("entropy", "a.py", f'connect_with_token(host, "{made(48, ALNUM, 3)}")', "high-entropy-string"),
]


@pytest.mark.parametrize(
    ("path", "text", "rule"), [each[1:] for each in FLAGGED], ids=[each[0] for each in FLAGGED]
)
def test_flagged_once(path: str, text: str, rule: str) -> None:
    assert rules(text + "\n", path) == [rule]


NOT_FLAGGED: dict[str, list[str]] = {
    "twilio.env": [f"TWILIO_API_KEY_SID=SK{HEX32}", f"TWILIO_ACCOUNT_SID=AC{HEX32}"],
    "session.ts": [
        "const SESSION_KEY = 'gateway.session.v2';",
        f'stripeKey = "pk_live_{made(24)}"',
    ],
    "conftest.py": ['db.add("bob", password="hunter2")', '("postgresql://bob:p%40ss@db/marts",)'],
    "k8s.yaml": [f"checksum/secret: {HEX64}", K8S + "data:\n  mode: cHJvZHVjdGlvbg==\n"],
    "a.xml": [
        "<password>Passwort vergessen</password>",
        "<password>${db.password}</password>",
        '<string name="password_hint">Enter password</string>',
        '<label for="password">Password</label>',
        '<input name="password" value="">',
        '<input type="password" name="password" placeholder="Your password">',
    ],
    "a.sql": ["CREATE USER a IDENTIFIED BY '${PW}'", "-- the password 'must not be empty'"],
    "u.csv": ["token,count\nthe,4\nhouse,5\n", "password_hash\n$2b$12$abcdefghij\n"],
    "k.yaml": [
        f"certificate-authority-data: {encoded(PEM.replace('RSA PRIVATE KEY', 'CERTIFICATE'))}"
    ],
    "auth.json": ['{"auth": "oauth2"}'],
    "to_stdin.sh": ["echo $PW | docker login -u a --password-stdin"],
    "secret_store.py": ['s.get_secret("mlflow-db-2024")', "getpass('password 12345678')"],
    "a.py": [
        'password = "<your password>"',
        'api_key = "your-api-key"',
        'token = "YOUR_TOKEN_HERE"',
        'model_api_token = "REPLACE_WITH_YOUR_TOKEN"',
        'password = "changeme"',
        'password = "change_me_please"',
        'password = "xxxxxxxx"',
        'password = "********"',
        'password = "${DB_PASSWORD}"',
        'password = "{{ db_password }}"',
        'password = "example"',
        'password = ""',
        'password = "abc"',
        "password = None",
        'password = "None"',
        'password = getpass.getpass("Password: ")',
        "password = settings.DB_PASSWORD",
        'token = os.environ["API_TOKEN"]',
        'token = os.getenv("API_TOKEN")',
        'token = os.getenv("API_TOKEN", "")',
        'token = os.environ.get("API_TOKEN", None)',
        'token = dbutils.secrets.get(scope="ml", key="api_token")',
        'secret = client.get_secret_value(SecretId="prod/db/password")["SecretString"]',
        'tokenizer = AutoTokenizer.from_pretrained("bert-base-uncased")',
        'tokenizer.pad_token = "<pad>"',
        'pad_token="[PAD]"',
        'eos_token = "</s>"',
        'bos_token="<|begin_of_text|>"',
        'unk_token = "unknown123abc"',
        "max_tokens=1024",
        'num_tokens = "4096"',
        'special_tokens = ["[CLS]", "[SEP]"]',
        'image_token = "<image>"',
        'primary_key = "customer_id_2024"',
        'sort_key = "date_2023_a1b2"',
        'dict_key = "abc123def456"',
        'cache_key = "v1_a2b3c4d5e6f7"',
        'public_key = "a1b2c3d4e5f6g7h8"',
        f'commit = "{HEX40}"',
        f'sha256 = "{HEX64}"',
        f'md5 = "{HEX32}"',
        f'run_id = "{HEX32}"',
        f'revision="{HEX40}"',
        f'digest = "sha256:{HEX64}"',
        f'project_id = "{made(24, HEX)}"',
        f'api_key = "{made(24, HEX)}"',
        'request_token = "123e4567-e89b-12d3-a456-426614174000"',
        f'token_hash = "{HEX64}"',
        f'model_uri = "runs:/{HEX32}/model"',
        'api_key = "EMPTY"',
        'api_key="not-needed"',
        'api_key = "ollama"',
        'api_key="sk-xxxx"',
        'print("Enter your password: ")',
        'help="The API token to use"',
        'raise ValueError("password is wrong")',
        'parser.add_argument("--token", help="API token")',
        'parser.add_argument("--password", default=None)',
        'd = {"password": "Password"}',
        'd = {"password": "password"}',
        'FIELDS = {"token": "access_token"}',
        'secret_name = "prod-db-credentials-2024"',
        'secret_id = "projects/a1b2c3/secrets/x1"',
        'password_file = "/run/secrets/db_password"',
        'credentials = "service-account.json"',
        'key_path = "~/.ssh/id_rsa"',
        'token_url = "https://login.corp.net/oauth2/token"',
        'secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-a1b2c3"',
        'password = f"{user}-{suffix}"',
        'token = f"Bearer {token}"',
        'headers = {"Authorization": f"Bearer {t}"}',
        'use_password = "maybe1234"',
        'password_hash = "$2b$12$abcdefg"',
        'keyboard = "qwerty12345678"',
        'author = "Jane Doe"',
        'auth = "basic"',
        'auth_type = "oauth2-client"',
        "for key, value in d.items(): pass",
        'df["token"] = df["text"].str.split()',
        'secret_columns = ["salary", "ssn"]',
        'monkey = "a1b2c3d4e5f6"',
        'url = "https://user:password@host/x"',
        'url = "https://user:pass@example.com/x"',
        'url = f"postgres://{u}:{p}@{h}/db"',
        'url = "postgres://%s:%s@%s/db"',
        'url = "http://localhost:8888/@fs"',
        'x = "' + "AK" + 'IAIOSFODNN7EXAMPLE"',
        'x = "hf_' + "x" * 34 + '"',
        'if token == "(": pass',
        'assert token.type == "NAME"',
        "password: str",
        'def f(password: str = ""): ...',
        'password = "пароль"',
        'message = "Your token expired, log in again"',
        'run("wandb login && git checkout ' + HEX40 + '")',
        'h = {"Authorization": f"Token {token}"}',
        'h = {"Authorization": "Token <your token>"}',
        'password = "$DB_PASSWORD"',
        'password = "${DB_PASSWORD}x1"',
        'password = "vault:secret/db1"',
        'password = "keyring.get_password(1)"',
        'password = "in-the-vault"',
        'nopassword = "abcd1234"',
        'forgotPassword = "reset2024"',
        'dsn = "host=%s user=%s password=%s"',
        'dsn = f"host={h} user={u} password={p1}"',
        'dsn = "host=db user=ml password=" + password1',
        'dsn = "host=db user=postgres password=postgres"',
        "connect(host='h', user='u', password=password1)",
        'pw = "pairwise-2024"',
        "# MAGIC is not DB_PASSWORD=S3cur3Pa55w9",
    ],
    "a.yml": [
        "password: ${DB_PASSWORD}",
        "password: {{ .Values.password }}",
        "token: $TOKEN",
        "secretName: db-credentials-v2",
        "secretKeyRef:\n  name: db\n  key: password",
        "api_key: ${{ secrets.API_KEY }}",
        "password: !vault db/pw",
        "password: *anchor",
        "password: true",
        "password: 12",
        "tokenizer: bert-base-uncased",
        "max_tokens: 512",
        "- name: API_TOKEN\n  valueFrom:\n    secretKeyRef:\n      name: a1b2c3d4e5",
        "md5: " + HEX32,
        "description: the password is kept in the vault",
        "password: see the team's vault",
        "existingSecret: mlflow-db-v2",
        'existingSecret: "mlflow-db-v2"',
        "existingPasswordSecret: pg-pass-v2",
        "tlsSecret: ingress-tls-2024",
        "apiKeySecret: openai-key-v1",
        "secret: mlflow-db-credentials-v2",
        "x: ${DB_PASSWORD:-}",
        "x: ${DB_PASSWORD:-postgres}",
        "x: ${DB_PASSWORD:-changeme}",
        "x: ${DB_PASSWORD:?must be set 1st}",
        "x: ${oc.env:DB_PASSWORD,null}",
        "x: ${oc.env:BATCH_SIZE,a1b2c3d4}",
        "db: {user: a, password: ${DB_PASSWORD}}",
        "db: {user: a, password: null}",
        "imagePullSecrets:\n- name: regcred-2024-a1",
        "image: app@sha256:" + HEX64,
        "key: nodepool-a1b2c3d4",
        "password: <redacted>",
        "connection: postgres://user:${PW}@db/x",
        K8S + "data: {}\n",
        K8S + "stringData:\n  password: ${PW}\n",
        K8S + f"data:\n  username: {encoded('bob')}\n",
    ],
    "a.json": [
        '{"password": ""}',
        '{"password": "string"}',
        '{"token": null}',
        '{"key": "a1b2c3d4e5f6g7"}',
        '{"username": "bob", "id": 3, "key": "' + HEX32 + '"}',
        '{"password": "Passwort"}',
        '{"pad_token": "<pad>", "eos_token": "</s>"}',
        '{"integrity": "sha512-' + made(80) + '=="}',
        '{"password": "Mot de passe oublié ?"}',
    ],
    "a.js": [
        "const password = getPassword();",
        "password: process.env.DB_PASSWORD,",
        "const token = req.headers.authorization;",
    ],
    ".env": [
        "DB_PASSWORD=",
        "API_KEY=your_api_key_here",
        "API_KEY=<key>",
        "PASSWORD=${OTHER}",
        "TOKENIZERS_PARALLELISM=false",
        "SECRET_NAME=my-secret",
    ],
    "a.sh": [
        'export TOKEN="$(cat token.txt)"',
        "export TOKEN=$1",
        "curl -u $USER:$PASSWORD https://x",
        'echo "password: $PASSWORD"',
        "docker login --password-stdin",
        "docker login -u ml -p $PASSWORD1",
        'docker login -u ml -p "{{ password }}"',
        "docker login -u ml -p <password>",
        "docker run -p 8080:80 mysql:8",
        "docker run -p 8080:80 mysql -port3306",
        "mysql -u root -p -P3306",
        "mysql -u root -p$PW9",
        "sshpass -e ssh ml@db",
        "sshpass -p $SSHPASS ssh ml@db",
        "wandb login",
        "PGPASSWORD=$PW psql",
    ],
    "Dockerfile": [
        "FROM a\nARG API_TOKEN",
        "FROM a\nENV API_TOKEN=$API_TOKEN",
        "FROM a\nENV TOKENIZERS_PARALLELISM=false",
        "FROM a\nENV DB_PASSWORD_FILE=/run/secrets/pw",
    ],
    "README.md": [
        "Set the password: it is in the vault",
        "The token is read from API_TOKEN",
        "`password=<your password>`",
        "[token](https://x.org/token)",
        "ssh-rsa AAAAB3NzaC1yc2E" + made(200),
    ],
    "a.html": [
        '<div class="sk-toggleable__content sk-estimator-doc-link">',
        '<input type="password" name="password" placeholder="Password">',
    ],
    "requirements.txt": [
        "torch==2.1.0 --hash=sha256:" + HEX64,
        "git+ssh://git@github.com/a/b.git",
        "git+https://${TOKEN}@github.com/a/b.git",
        "tokenizers==0.15.0",
    ],
    "a.pem": [
        "-----BEGIN " + "PUBLIC KEY-----\n" + PEM_BODY + "\n-----END PUBLIC KEY-----",
        "-----BEGIN " + "CERTIFICATE-----\n" + PEM_BODY,
    ],
    "a.txt": [
        "-----BEGIN " + "RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----",
        "grep for BEGIN RSA PRIVATE KEY in all files",
    ],
    "uv.lock": [f'password = "{PW}"', f"hash = {HF}"],
    "package-lock.json": [f'{{"token": "{HF}"}}'],
}


@pytest.mark.parametrize(
    ("path", "text"), [(path, text) for path, texts in NOT_FLAGGED.items() for text in texts]
)
def test_not_flagged(path: str, text: str) -> None:
    assert rules(text + "\n", path) == []


HEX34, HEX36, HEX48 = made(34, HEX), made(36, HEX), made(48, HEX)
UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SERVICES = {
    "age identity": "AGE-SECRET" + "-KEY-1" + made(58, "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"),
    "Airtable token": f"airtable pat{made(14)}.{HEX64}",
    "Alibaba Cloud key": "LT" + "AI" + made(20),
    "Artifactory key": "AK" + "Cp" + made(69),
    "Atlassian token": "ATATT" + "3x" + made(180),
    "Azure DevOps token": made(76) + "AZ" + "DO" + made(4),
    "Azure OpenAI key": made(52) + "JQQ" + "J99" + made(26),
    "DigitalOcean token": "dop" + "_v1_" + HEX64,
    "Discord webhook": f"https://discord.com/api/webhooks/123456789012345678/{made(68)}",
    "Docker Hub token": "dckr" + f"_pat_{made(27)}",
    "Doppler token": "dp." + f"pt.{made(43)}",
    "ElevenLabs key": f"x = 's{'k'}_{HEX48}'",
    "Google OAuth token": "ya" + f"29.{made(120)}",
    "Google OAuth refresh token": "1/" + f"/0{made(60)}",
    "Grafana token": "gl" + f"sa_{made(32)}_{HEX[:8]}",
    "Heroku key": "HR" + f"KU-{made(60)}",
    "Linear key": "lin" + f"_api_{made(40)}",
    "Mailgun key": "key" + f"-{HEX32}",
    "New Relic key": "NR" + f"AK-{made(27, UPPER + string.digits)}",
    "New Relic license key": HEX36 + "NR" + "AL",
    "Notion token": "nt" + f"n_{made(46)}",
    "Pinecone key": "pc" + f"sk_{made(6)}_{made(60)}",
    "Postman key": "PM" + f"AK-{HEX[:12]}{HEX[:12]}-{HEX34}",
    "RubyGems key": "ruby" + f"gems_{HEX48}",
    "Sentry token": "sntr" + f"ys_{made(100)}",
    "Shopify token": "shp" + f"at_{HEX32}",
    "Signature of a signed URL": f"https://a.blob.core.windows.net/c?sv=1&sig={made(43)}%3D",
    "SonarQube token": "sq" + f"u_{HEX40}",
    "Square token": "EA" + f"AA{made(60)}",
    "Terraform Cloud token": f"{made(14)}.atlas" + f"v1.{made(67)}",
    "Vault token": "hv" + f"s.{made(90)}",
    "xAI key": "xa" + f"i-{made(80)}",
}


@pytest.mark.parametrize("service", SERVICES)
def test_services(service: str) -> None:
    for form in ("# {}", 'f("{}")', "x={};"):
        [found] = check(form.format(SERVICES[service]), "a.txt")
        assert (found.rule, found.kind) == ("service-key", "violation")
        assert found.message.startswith(f"{service} of ")


def test_as_many_as_promised() -> None:
    assert len(FLAGGED) >= 60
    assert sum(map(len, NOT_FLAGGED.values())) >= 100
    shown_in_docs = {  # and run from there
        "artifactory-key",
        "cloudant-credentials",
        "ibm-cloud-key",
        "nats-seed",
        "service-key",
        "softlayer-key",
    }
    assert set(RULES) - {each[3] for each in FLAGGED} == shown_in_docs


# Places and messages


def test_place_is_that_of_the_value() -> None:
    [found] = check(f'import x\n\nclient = OpenAI(api_key="{SK}")\n', "a.py")
    assert (found.place.line, found.place.column) == (3, 26)
    assert found.message == (
        f"OpenAI API key of 43 characters ending in '...{SK[-2:]}' is hard-coded; "
        "read it from os.environ, set as a Domino environment variable"
    )


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        (
            "a.py",
            'password = "hun' + '7er"',
            "Password 'password' of 6 characters is hard-coded; read it"
            " from os.environ, set as a Domino environment variable",
        ),
        (
            "Dockerfile",
            f"FROM a\nENV API_TOKEN={RND}",
            "Secret 'API_TOKEN' of 16 characters ending in"
            " '...Rt' stays in the image; set it as a Domino environment variable instead",
        ),
        (
            "a.yml",
            f"token: {RND}",
            "Secret 'token' of 16 characters ending in '...Rt' is hard-coded;"
            " set it as a Domino environment variable and refer to it",
        ),
    ],
)
def test_message(path: str, text: str, message: str) -> None:
    assert [each.message for each in check(text, path)] == [message]


def test_two_on_a_line_are_two() -> None:
    found = check(f'connect(password="{PW}", token="{HF}")\n', "a.py")
    assert [(each.rule, each.place.column) for each in found] == [
        ("generic-secret", 19),
        ("hugging-face-token", 40),
    ]


def test_columns_beyond_ascii_and_line_endings() -> None:
    [found] = check(f'x = 1\r\ns = "äöü€😀"; password = "{PW}"\r\n', "a.py")
    assert (found.place.line, found.place.column) == (2, 26)


# Notebooks


def notebook(*cells: dict[str, object]) -> str:
    return json.dumps(
        {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1
    )


def code(source: str, *outputs: object) -> dict[str, object]:
    return {
        "cell_type": "code",
        "metadata": {},
        "execution_count": 1,
        "source": source.splitlines(keepends=True),
        "outputs": list(outputs),
    }


def test_notebook_source() -> None:
    text = notebook(code("x = 1"), code(f'import a\nc = connect(password="{PW}")'))
    [found] = check(text, "a.ipynb")
    assert (found.rule, found.place[:3]) == ("generic-secret", (2, 23, 2))
    assert found.place.file_line and PW in text.split("\n")[found.place.file_line - 1]


def test_notebook_outputs_but_no_images() -> None:
    png = base64.b64encode(random.Random(1).randbytes(60_000)).decode()
    text = notebook(
        code(
            "show()",
            {"output_type": "stream", "name": "stdout", "text": ["first\n", f"token {JWT}\n"]},
            {
                "output_type": "display_data",
                "metadata": {},
                "data": {"image/png": png + HF, "text/plain": ["<Figure>"]},
            },
        )
    )
    [found] = check(text, "a.ipynb")
    assert (found.rule, found.place[:3]) == ("json-web-token", (1, 1, 1))
    assert found.place.file_line and JWT in text.split("\n")[found.place.file_line - 1]
    assert found.message.endswith(
        "is in an output of the cell, line 2; clear it and revoke the secret"
    )


def test_comments_of_the_source_do_not_silence_an_output() -> None:
    stream = {"output_type": "stream", "name": "stdout", "text": ["a\n", "b\n", f"{HF}\n"]}
    cell = code("x = 1\ny = 2\nz = 3  # mlops: ignore[no-hardcoded-secrets]", stream)
    for tags, count in (([], 1), (["mlops-ignore"], 0)):
        cell["metadata"] = {"tags": tags}
        file = File("a.ipynb", None, notebook(cell).encode())
        file.check = lambda: None  # type: ignore[method-assign]
        assert len(judge(HOOK, file, OPTIONS)) == count


@pytest.mark.parametrize(
    ("source", "place"),
    [
        (f"x = 1\n%env DB_PASSWORD={PW9}", (2, 18)),
        (f"%env DB_PASSWORD {PW9}", (1, 18)),
        (f"%set_env DB_PASSWORD={PW9}", (1, 22)),
        (f"%%bash\nexport DB_PASSWORD={PW9}\nls", (2, 20)),
        (f"%%sh\nexport DB_PASSWORD={PW9}", (2, 20)),
        (f"y = 2\n!export DB_PASSWORD={PW9} && ls", (2, 21)),
        (f"!mysql --password {PW9}", (1, 19)),
        (f"%%writefile .env\nDB_PASSWORD={PW9}", (2, 13)),
        (f"%%writefile -a conf/db.yaml\npassword: {PW9}", (2, 11)),
    ],
)
def test_notebook_without_quotes(source: str, place: tuple[int, int]) -> None:
    [found] = check(notebook(code(source)), "a.ipynb")
    assert (found.rule, found.place[:3]) == ("generic-secret", (*place, 1))


def test_notebook_wandb_login() -> None:
    [found] = check(notebook(code(f"!wandb login {HEX40}")), "a.ipynb")
    assert (found.rule, found.place[:3]) == ("weights-and-biases-key", (1, 14, 1))


@pytest.mark.parametrize(
    "source",
    [
        f"password = {PW9}",
        f"%env DB_PASSWORD=$OTHER\npassword = {PW9}",
        "%env DB_PASSWORD {password1}",
        "%env",
        "!export DB_PASSWORD={password1}",
        f"!ls\npassword = {PW9}",
        "%%bash\nexport DB_PASSWORD=$(cat pw1.txt)",
        f"%%writefile train.py\npassword = {PW9}",
        "%%writefile values.yaml\nexistingSecret: mlflow-db-v2",
        "%%writefile .env\nDB_PASSWORD=",
    ],
)
def test_notebook_without_quotes_and_without_a_secret(source: str) -> None:
    found = check(notebook(code(source)), "a.ipynb")
    assert [each for each in found if each.kind == "violation"] == []


def test_notebook_markdown_and_unparsed_cell() -> None:
    markdown: dict[str, object] = {"cell_type": "markdown", "metadata": {}, "source": [f"Use {HF}"]}
    text = notebook(markdown, code(f'this is no python\npassword = "{PW}"'))
    found = check(text, "a.ipynb")
    assert [(each.rule, each.place.cell) for each in found] == [
        ("hugging-face-token", None),
        ("generic-secret", 1),
    ]


def test_broken_notebook_is_an_error_and_still_scanned() -> None:
    outcomes = judged(f'{{"cells": [ "{HF}" '.encode(), "a.ipynb")
    assert [(each.kind, each.rule) for each in outcomes] == [
        ("error", "unparseable"),
        ("violation", "hugging-face-token"),
    ]


# Bytes


def judged(data: bytes, path: str) -> list[Outcome]:
    file = File(path, None, data)
    found: list[Outcome] = []
    try:
        found.extend(no_hardcoded_secrets.check(file, OPTIONS))
    except Unreadable:
        pass
    try:
        list(no_hardcoded_secrets.check(file, OPTIONS))
    except Unreadable as error:
        found.insert(0, Outcome("error", error.rule, error.place, str(error)))
    return found


def test_binary_is_passed_over() -> None:
    assert judged(b"\x7fELF\0" + HF.encode(), "a.bin") == []


@pytest.mark.parametrize("path", ["a.json", "a.toml", "a.yaml", "a.py", "MLmodel"])
def test_not_utf_8_is_an_error_and_still_scanned(path: str) -> None:
    found = judged(f'name = "caf\xe9"\npassword = "{PW}"\n'.encode("latin-1"), path)
    assert [each.kind for each in found] == ["error", "violation"]
    assert found[1].place[:2] == (2, 13)


@pytest.mark.parametrize("path", ["l1.csv", "a.ini", "a.md", "a.r", "a.sh", "a.txt", "x"])
def test_latin_1_where_no_format_forbids_it(path: str) -> None:
    assert judged(b"author,key\nJos\xe9,12", path) == []
    found = judged(f'name = "caf\xe9"\npassword = "{PW}"\n'.encode("latin-1"), path)
    assert [(each.kind, each.place.line) for each in found] == [("violation", 2)]


@pytest.mark.parametrize(
    ("head", "kinds"),
    [
        (b"# -*- coding: latin-1 -*-", []),
        (b"#!/usr/bin/python\n# coding=cp1252", []),
        (b"# coding: utf-8", ["error"]),
        (b"x = 1\ny = 2\n# coding: latin-1", ["error"]),
    ],
)
def test_latin_1_python(head: bytes, kinds: list[str]) -> None:
    assert [each.kind for each in judged(head + b"\n# Jos\xe9's token\n", "a.py")] == kinds


def test_not_utf_8_without_a_word_of_ours() -> None:
    assert judged(b"name = caf\xe9\n", "a.ini") == []


def test_utf_16() -> None:
    assert [each.rule for each in judged(f"DB_PASSWORD={PW}\n".encode("utf-16"), ".env")] == [
        "generic-secret"
    ]


def test_long_line() -> None:
    text = "x" * 100_000 + f' "{HF}" ' + "y" * 100_000 + f' "{GH}" '
    found = check(text, "a.js")
    assert [(each.rule, each.place.column) for each in found] == [
        ("hugging-face-token", 100_003),
        ("github-token", 200_007 + len(HF)),
    ]


# What is passed over


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (f'password = "{PW}"  # pragma: allowlist secret\n', 0),
        (f'# pragma: allowlist nextline secret\npassword = "{PW}"\n', 0),
        (f'password = "{PW}"\n# pragma: allowlist secret\n', 1),
        (f'# pragma: allowlist secret\npassword = "{PW}"\n', 1),
    ],
)
def test_pragma(text: str, count: int) -> None:
    assert len(rules(text, "a.py")) == count


def test_engine_baseline(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    known = [PW, "gh" + "p", "BEGIN " + "RSA PRIVATE KEY"]  # what the engine calls the secret
    entries = [
        {
            "type": "x",
            "filename": "src/a.py",
            "line_number": 9,
            "hashed_secret": hashlib.sha1(each.encode()).hexdigest(),
        }
        for each in known
    ]
    (tmp_path / ".secrets.baseline").write_text(json.dumps({"results": {"src/a.py": entries}}))
    (tmp_path / "src").mkdir()
    for name in ("a.py", "b.py"):
        (tmp_path / "src" / name).write_text(f'password = "{PW}"\nx = "{GH}"\ny = """{PEM}"""\n')
    found = {
        name: len(
            judge(
                HOOK,
                File(str(tmp_path / "src" / name)),
                OPTIONS,
            )
        )
        for name in ("a.py", "b.py")
    }
    assert found == {"a.py": 0, "b.py": 3}


def test_broken_engine_baseline_allows_nothing(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".secrets.baseline").write_text("{")
    (tmp_path / "a.py").write_text(f'password = "{PW}"\n')
    assert len(judge(HOOK, File(str(tmp_path / "a.py")), OPTIONS)) == 1


def audited(folder: Path) -> dict[str, str]:
    """Return the secrets that `detect-secrets audit` reads again, with their types."""
    command = [sys.executable, "-m", "detect_secrets", "audit", "--report", ".secrets.baseline"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return {each["secrets"]: each["types"][0] for each in json.loads(done.stdout)["results"]}


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_update_baseline(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "a.py").write_text(f'password = "{PW}"\nx = "{GH}"\ny = "{HF}"\n')
    (repository / "n.ipynb").write_text(notebook(code(f'api_key = "{RND}"\n')))
    (repository / "id_rsa").write_text(PEM)
    files = ["a.py", "n.ipynb", "id_rsa"]
    assert main(["--update-baseline", *files]) == 0
    written = (repository / ".secrets.baseline").read_text()
    assert not [each for each in (PW, GH, HF, RND, PEM_BODY[:20]) if each in written]
    assert {name: len(found) for name, found in json.loads(written)["results"].items()} == {
        "a.py": 3,
        "n.ipynb": 1,
        "id_rsa": 1,
    }
    assert main(files) == 0
    assert capsys.readouterr() == ("", "")
    header = "BEGIN " + "RSA PRIVATE KEY"
    assert audited(repository).items() >= {PW: "Secret Keyword", header: "Private Key"}.items()
    (repository / "a.py").write_text(f'password = "{RND}"\n')
    assert main(files) == 1


def test_update_baseline_keeps_what_it_holds(repository: Path) -> None:
    (repository / "a.py").write_text(f'password = "{PW}"\nx = "{HF}"\n')
    main(["--update-baseline", "a.py"])
    path = repository / ".secrets.baseline"
    held = json.loads(path.read_text())
    held["results"]["a.py"][0]["is_secret"] = False
    held["plugins_used"] = [{"name": "KeywordDetector"}]
    path.write_text(json.dumps(held))
    (repository / "b.py").write_text(f'password = "{RND}"\n')
    assert main(["--update-baseline", "a.py", "b.py"]) == 0
    new = json.loads(path.read_text())
    assert new["results"]["a.py"] == held["results"]["a.py"]
    assert len(new["results"]["b.py"]) == 1
    assert [each["name"] for each in new["plugins_used"]] == ["KeywordDetector"]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"version": 1}', '{"version": "1.5.0"}'])
def test_update_of_a_broken_baseline(
    repository: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "a.py").write_text(f'password = "{PW}"\n')
    (repository / ".secrets.baseline").write_text(text)
    assert main(["--update-baseline", "a.py"]) == 2
    said = capsys.readouterr().err
    assert said.endswith(".secrets.baseline: not a baseline of detect-secrets\n")
    assert said.count("\n") == 1
    assert (repository / ".secrets.baseline").read_text() == text


# What a filter drops


@pytest.mark.parametrize(
    ("path", "text", "rule", "message"),
    [
        ("a.py", 'password = "changeme"', "placeholder", "'password' of 8 characters"),
        ("a.py", 'api_key = "${VENDOR}"', "reference", "'api_key' of 9 characters"),
        ("a.yml", "password: db_password", "own-name", "'password' of 11 characters"),
        ("a.py", 'password = "Must not be empty, pal"', "prose", "of 22 characters"),
        ("a.py", 'token = "abcdefghijkl"', "not-random", "'token' of 12 characters"),
        ("a.py", 'api_key = "/run/keys/openai_2"', "path", "'api_key' of 18 characters"),
        ("a.py", f'password = "{HEX[:12]}{HEX[4:]}"', "id", "of 24 characters"),
        ("a.md", f"x {AKIA[:10]}EXAMPLE{AKIA[:3]}", "example", "AWS access key of 20 characters"),
    ],
)
def test_filters_speak_when_asked(path: str, text: str, rule: str, message: str) -> None:
    asked = Namespace(verbose=True, update_baseline=False)
    said = list(no_hardcoded_secrets.check(File(path, None, text.encode()), asked))
    assert [(each.kind, each.rule) for each in said] == [("evidence", rule)]
    assert message in said[0].message
    assert said[0].message.endswith(f" is passed over: {rule}")
    assert check(text, path) == []


# Evidence


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", 'x = 1\ntoken = os.environ["API_TOKEN"]\nb = os.getenv("DB_PASSWORD")\n'),
        ("a.py", 'x = 1\nkey = dbutils.secrets.get("scope", "key")\n'),
        ("a.yml", "x: 1\npassword: ${DB_PASSWORD}\n"),
        ("a.yml", "x: 1\n  secretKeyRef:\n    key: password\n"),
    ],
)
def test_one_evidence_a_file(path: str, text: str) -> None:
    [found] = check(text, path)
    assert (found.kind, found.rule, found.place.line) == ("evidence", "from-environment", 2)


def test_no_evidence_without_a_secret() -> None:
    assert check('key = os.environ["HOME"]\n', "a.py") == []


# Predicates


@pytest.mark.parametrize(
    ("predicate", "yes", "no"),
    [
        (
            "is_placeholder",
            ["<key>", "your-key", "xxx", "***", "changeme", "test"],
            [PW, RND, HEX40],
        ),
        ("is_example", ["AK" + "IAIOSFODNN7EXAMPLE", "hf_" + "x" * 34], [HF, GH, AWS]),
        ("is_reference", ["${X}", "{{ x }}", "$X", "%s", "os.environ['X']", "vault:x"], [PW, RND]),
        ("is_prose", ["Enter a password", "Password", "Passwort vergessen"], [PW, RND, "hunter22"]),
        ("is_path", ["/run/secrets/x", "~/x", "key.pem", "https://x.org/a"], [PW, RND]),
        ("is_number", ["1", "1.5", "1_000", "1e5"], ["1a", PW]),
        ("is_id", ["123e4567-e89b-12d3-a456-426614174000", "a" * 24], [HEX32, HEX64]),
        ("is_public_key", ["ssh-rsa AAAA"], [PW]),
        ("looks_random", [RND, HEX40, HEX64], ["bert-base-2024", "roberta", "model_v2_large"]),
    ],
)
def test_predicate(predicate: str, yes: list[str], no: list[str]) -> None:
    tell = getattr(secret_texts, predicate)
    assert [each for each in yes if not tell(each)] == []
    assert [each for each in no if tell(each)] == []


def test_own_key_and_expression() -> None:
    assert secret_texts.is_own_key("password", "db_password")
    assert secret_texts.is_own_key("apiKey", "api_key")
    assert not secret_texts.is_own_key("password", PW)
    assert secret_texts.is_expression("settings.PASSWORD", False)
    assert not secret_texts.is_expression("settings.PASSWORD", True)


@pytest.mark.parametrize(
    ("name", "strength"),
    [
        ("password", "password"),
        ("DB_PASSWORD", "password"),
        ("dbPassword", "password"),
        ("api_key", "key"),
        ("apiKey", "key"),
        ("AWS_SECRET_ACCESS_KEY", "key"),
        ("token", "token"),
        ("HF_TOKEN", "token"),
        ("wandb_key", "token"),
        ("client-secret", "key"),
        ("pad_token", None),
        ("tokenizer", None),
        ("max_tokens", None),
        ("secretName", None),
        ("secretKeyRef", None),
        ("primary_key", None),
        ("author", None),
        ("key", None),
        ("password_file", None),
        ("public_key", None),
        ("num_pass", None),
    ],
)
def test_secret_name(name: str, strength: str | None) -> None:
    assert secret_texts.secret_name(name) == strength


def test_engine_leaves_no_modules_behind() -> None:
    code = "from mlops_checklist.sources import engine; import sys; "
    code += "assert engine.patterns('github_token', 'GitHubTokenDetector'); "
    code += "assert not [name for name in sys.modules if name.startswith('detect_secrets')]"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_pairs_take_time_in_proportion() -> None:
    text = "a" * 9000 + "=" * 100 + '"' * 9000
    assert len(list(assignments.pairs(text, 0, len(text), True))) < 100


@pytest.mark.parametrize("row", ["|---|---|\n", "|===\n|password|x\n\n|a|b\n"])
def test_rows_of_tables_are_read_once(row: str) -> None:
    assert len(list(tabled_pairs.tables("|a|b|\n" + row * 300))) < 1500


@pytest.mark.parametrize("op", ["=", ": x=", ":x=", ": "])
def test_nested_pairs_are_few(op: str) -> None:
    text = f"password{op}" * 300
    assert sum(len(pair.value) for pair in assignments.pairs(text, 0, len(text), True)) < 10_000


# The secret never appears

KINDS = ["a.py", "a.yml", "a.json", ".env", "a.sh", "Dockerfile", "a.md", "a.ini", "a.txt", "a.js"]
SURROUNDINGS = [
    'password = "{}"',
    "password: {}",
    '{{"api_key": "{}"}}',
    "TOKEN={}",
    "https://bob:{}@h.corp.net/",
    "curl -u bob:{} x",
    'f(secret="{}")',
    "ENV API_TOKEN {}",
    "Authorization: Bearer {}",
    'os.environ["{}_TOKEN"] = "{}"',
    "{}",
    '{}_password = "{}"',
    "--token {}",
    "# {} key {}",
]


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([HF, GH, SK, AWS, HEX64, JWT, DAPI, AZURE])
    | st.text(ALNUM + "!#$%&*+-_./~=", min_size=6, max_size=60),
    st.sampled_from(SURROUNDINGS),
    st.sampled_from(KINDS),
    st.text(max_size=10),
)
def test_never_prints_the_secret(secret: str, around: str, path: str, noise: str) -> None:
    text = noise + around.replace("{}", secret) + noise + "\n"
    outcomes = judged(text.encode("utf-8", "replace"), path)
    said = str([(each.rule, each.message, each.edits) for each in outcomes if each.kind != "error"])
    template = "is hard-coded; read it from os.environ, set as a Domino environment variable"
    assert secret not in said.replace(template, "")


def printed(folder: Path, path: str, text: str, *options: str) -> str:
    """Return all that the hook prints of one file."""
    file = folder / path
    file.write_text(text, "utf-8", errors="replace", newline="")
    output = io.TextIOWrapper(io.BytesIO(), "utf-8")
    with contextlib.redirect_stdout(output):
        main([*options, str(file)])
    output.seek(0)
    return output.read()


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from([HF, GH, SK, AWS, HEX64, JWT, DAPI, AZURE, PW, BASIC, *SERVICES.values()])
    | st.text(ALNUM + "!#$%&*+-_./~=", min_size=6, max_size=60).map("q7{}Z9".format),
    st.sampled_from(SURROUNDINGS),
    st.sampled_from(KINDS),
    st.sampled_from(["text", "json", "github", "sarif", "gitlab"]),
)
def test_no_format_prints_the_secret(secret: str, around: str, path: str, form: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        text = around.replace("{}", secret) + "\n"
        said = printed(Path(name), path, text, "--format", form, "--verbose")
    for template in (
        "is hard-coded; read it from os.environ, set as a Domino environment variable",
        *RULES.values(),
        path,
    ):
        said = said.replace(template, "")
    assert secret not in said


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([*KINDS, "a.ipynb", "x"]))
def test_nothing_but_unreadable(data: bytes, path: str) -> None:
    judged(b"password = " + data, path)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "password",
                "=",
                '"',
                "'",
                "\\",
                "://",
                "a:b@c",
                "-----BEGIN " + "PRIVATE KEY-----",
                "\n",
                "kind: Secret\n",
                "data:\n",
                "  x: eA==\n",
                HF,
                "ENV ",
                "{",
                "}",
                "eyJ.",
                "Basic ",
                "%",
                "name: TOKEN\n",
                "value: ",
                "\0",
                "İ",
                "é",
                "token",
                "(",
                ")",
                " ",
            ]
        ),
        max_size=30,
    ),
    st.sampled_from([*KINDS, "a.ipynb"]),
)
def test_hostile_texts(parts: list[str], path: str) -> None:
    judged("".join(parts).encode(), path)
