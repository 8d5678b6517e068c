"""The shapes in which people write secrets down, by kind of file, and what only looks like them."""

from __future__ import annotations

from argparse import Namespace

import pytest

from mlops_checklist.environment import no_hardcoded_secrets
from mlops_checklist.sources.files import File

# Invented, and put together at run time: no scanner finds one in this file.
PW = "Turm&" + "Tal_88"
PLAIN = "Turm88" + "Tal"
AWS = "Zk3+9aBcDeF0gHiJkLm" + "NoPqRsTuVwXyZ12345678"
TOKEN = "jI69zzI0zNp1GECF2i5vc" + "L9RVX3KgDSXxD4nEfavIWd"
HEX = "3762ab76cd42d2fd" + "e4c0a9d59c8312af"
WORD = "s8d7f6g5h4" + "j3k2l1q0w9"

FLAGGED = {
    "users.sql": [
        f"ALTER ROLE loader WITH LOGIN ENCRYPTED PASSWORD '{PW}';",
        f"CREATE LOGIN bi WITH PASSWORD = N'{PW}';",
        f"SET PASSWORD FOR 'etl'@'%' = PASSWORD('{PW}');",
        f"SELECT dblink_connect('c', 'host=dw user=ro password={PW} dbname=x');",
        f"CREATE SECRET hf (TYPE huggingface, TOKEN '{TOKEN}');",
        f"CREATE SECRET s (TYPE s3, KEY_ID 'x', SECRET '{AWS}');",
        f"CHANGE MASTER TO MASTER_USER='repl', MASTER_PASSWORD='{PW}';",
        f"INSERT INTO users (name, password) VALUES ('a', '{PW}');",
        f"UPDATE settings SET value = '{TOKEN}' WHERE key = 'smtp_password';",
        f"-- psql: password for ro is {PW}",
        f"SELECT pgp_sym_decrypt(body, '{PW}_k');",
        f"('smtp_password',     '{PLAIN}'),",
    ],
    "client.ts": [
        f"const c = axios.create({{ headers: {{ 'X-API-Key': '{HEX}' }} }});",
        f"const key = process.env.API_KEY ?? '{WORD}aB3';",
        f"  auth: {{ username: 'svc', password: '{PW}' }},",
        f"jwt.sign(payload, '{PW}-und-mehr', {{ expiresIn: '1h' }})",
        f'jwt.verify(token, "{WORD}")',
        f"app.use(cookieParser('{WORD}'));",
        f"createHmac('sha256', '{WORD}');",
        f"fetch(`https://x/api?key={TOKEN}`)",
        f"get('https://api.wetter.de/daily?lat=52.5&appid={HEX}')",
        f"await page.type('input[name=password]', '{PW}');",
        f"cy.get('[data-test=password]').type('{PW}')",
    ],
    "main.go": [
        f'flag.String("db-password", "{PW}", "password")',
        f'dsn := "user:{PLAIN}@tcp(db:3306)/ml"',
        f'req.SetBasicAuth("svc", "{PW}")',
        f'var signingKey = []byte("{WORD}")',
        f'a := smtp.PlainAuth("", "a@b.de", "{PW}", "smtp.b.de")',
        f'return scram.Mechanism(scram.SHA512, "writer", "{PLAIN}")',
        f'APIKey string `yaml:"apiKey" default:"{TOKEN}"`',
    ],
    "Main.java": [
        f'.signWith(SignatureAlgorithm.HS256, "{WORD}")',
        f'char[] pw = "{PW}".toCharArray();',
        f'store.load(in, "{PW}".toCharArray());',
        f'new UsernamePasswordCredentials("svc", "{PW}")',
        f'@Value("${{api.key:{WORD}}}") private String apiKey;',
    ],
    "page.html": [
        f"<tr><td>Password</td><td>{PLAIN}</td></tr>",
        f"<dt>db_password</dt>\n<dd><code>{PLAIN}</code></dd>",
        f"<!-- password: {PLAIN}9 -->",
        f"<table><tr><th>user</th><th>password</th></tr><tr><td>svc</td><td>{PW}</td></tr></table>",
    ],
    "web.config": [f'<add name="Db" connectionString="Server=x;User Id=sa;Password={PLAIN};" />'],
    "notes.md": [
        f"Log in with user `svc` and password `{PW}`.",
        f"**Token:** `{TOKEN}`",
        f"The API key is {TOKEN}.",
        f"Use the key `{TOKEN}` for staging.",
        f"Zugang: svc / {PW}",
        f"credentials: `svc` / `{PW}`",
        f"The staging password changed from `{PW}7` to `{PW}`.",
        f"* Rotate `appid={HEX}` of the weather API",
        f"The WiFi of the vans: SSID `VANS`, key {PLAIN}.",
        f"The service key still works: `{HEX}{HEX}`.",
        f"Reset it: https://portal.corp.de/reset-password/{TOKEN}",
        f"Reviewer's account on the portal: camille / {PW}",
    ],
    "guide.rst": [
        f'client = WearClient(token="{TOKEN}")',
        f":Password: {PW}",
        f"The passphrase of the key is ``{PW}``.",
    ],
    "guide.adoc": [
        f"Password:: {PW}",
        f"|password |{PW}",
        f"|===\n|User |Password\n\n|svc |{PW}\n|===",
    ],
    "azure.json": [f'"speech": {{"key": "{HEX}", "region": "westeurope"}}'],
    "run.log": [
        f"INFO connecting with password={PW} user=svc",
        f"Using API token {TOKEN}",
        f"A temporary password is generated for root@localhost: {PLAIN}!x",
        f"dsn 'host=x user=y password={PLAIN}' failed",
    ],
    "chat.txt": [
        f"Anna: das Passwort für den Server ist {PW}",
        f"[10:03] bob: token for the bot is {TOKEN}",
    ],
    "accounts.csv": [
        f"service;login;passwort\ndb;svc;{PW}",
        f"key,value\ndb_password,{PW}",
        f'url,username,password\nhttps://x,svc,"{PW}"',
        f'at;note\n"2026";"new: x-api-key={TOKEN}"',
    ],
    "mail.eml": [f"Passwort: {PW}", f"Your temporary password is: {PW}"],
    "calls.http": [f"X-API-Key: {TOKEN}", f"@token = {TOKEN}"],
    "config.php": [
        f"define('DB_PASSWORD', '{PW}');",
        f"new PDO('mysql:host=x', 'svc', '{PW}');",
        f"mysqli_connect('h', 'svc', '{PW}', 'db');",
    ],
    "Program.cs": [
        f'client.DefaultRequestHeaders.Add("X-Api-Key", "{TOKEN}");',
        f'Configuration["Jwt:Key"] = "{TOKEN}";',
    ],
    "load.R": [
        f'keyring::key_set_with_value("x", "svc", "{PW}")',
        f'pins::board_connect(server = "https://x.corp.de", key = "{TOKEN}")',
    ],
    "load.pl": [f"my $dbh = DBI->connect('dbi:Pg:x', 'svc', '{PW}');"],
    "main.tf": [
        f'env {{\n  name  = "API_TOKEN"\n  value = "{TOKEN}"\n}}',
        f'resource "azurerm_key_vault_secret" "wandb" {{\n  name = "team"\n  value = "{HEX}"\n}}',
    ],
    "deploy.sh": [
        f"mysql -uroot -p'{PW}' ml",
        f"htpasswd -bc .htpasswd svc {PLAIN}",
        f"az login --service-principal -u x -p '{PW}xx'",
        f"zip -P {PLAIN} a.zip b",
        f"7z x -p{PLAIN} a.7z",
        f"export SIP_URI='sip:4711:{PLAIN}@pbx.corp.at'",
    ],
    "values.yaml": [
        f"psk: apfelbaum-{PLAIN}",
        f"SESSION_SECRET: |-\n  {TOKEN}",
        f"# login from their mail: user bakery / {PW}",
        f"deepgram_key_unencrypted: {HEX}",
        f"- routing_key: {HEX}",
    ],
    "settings.toml": [f"jwt_secret = '''*{TOKEN}'''"],
    "odbc.ini": [
        f"Kennwort = {PLAIN}",
        f"connection = Driver={{ODBC}};Server=x;Uid=r;Pwd={{{PW}}};Encrypt=yes",
        f"flower_basic_auth = flower:{PLAIN}/4",
    ],
    "push.py": [
        'head = "gh' + 'o_0xRonvxJsp"',
        f'("login piet@x.nl / {PW}", 1)',
        f"e = create_engine('postgresql://hop:' + '{PLAIN}' + '@pg.corp.de/hop')",
        f'pin: str = field(default="{PLAIN}", repr=False)',
    ],
}

NOT_FLAGGED = {
    "users.sql": [
        "ALTER ROLE a PASSWORD NULL;",
        "SET PASSWORD FOR 'etl'@'%' = PASSWORD(@pw);",
        "CREATE TABLE t (KEY 'ix_user_2024');",
        "UPDATE settings SET value = '30' WHERE key = 'token_ttl';",
        "UPDATE settings SET value = 'blue-2024' WHERE key = 'theme';",
        "-- the password is checked by pam_unix2",
    ],
    "client.ts": [
        "const key = process.env.API_KEY ?? '';",
        "const host = process.env.API_HOST ?? 'api-2.corp.net';",
        "jwt.verify(token, publicKey, { algorithms: ['RS256'] })",
        "createHmac('sha256', secret);",
        "fetch(`https://x/rows?key=customer_2024`)",
        "await page.type('input[name=user]', 'bob-2024x');",
        "t('login.password', 'Passwort')",
    ],
    "main.go": [
        'flag.String("db-password", "", "password of the database")',
        'errors.New("token", "expired")',
    ],
    "Main.java": ['char[] letters = "abcdef".toCharArray();', 'log.info("password", "changed");'],
    "page.html": [
        "<tr><th>account</th><td>01HT8NJQK8</td></tr>",
        "<tr><td>Password</td><td>Required</td></tr>",
        "<!-- password: at least 8 characters -->",
    ],
    "notes.md": [
        "The password policy: min12chars",
        "The token is stored under `vault/path2`.",
        f"The key commit is `{HEX}`.",
        f"the sha of the token file: {HEX}",
        "How do I get access to Model-2.5 / Model-2.6 / Model-3?",
        "login and password / Register2Now",
        "The password is hashed with sha256 and salted.",
        "The Wi-Fi key figures of 2024: 17 access points",
        "See https://docs.corp.de/reset-password/how-to-reset-your-password-2024",
        "The service key `orders_by_customer_2024_daily` sorts them.",
    ],
    "run.log": [
        "password authentication failed for user svc2",
        "token count: 1024",
        f"token {HEX[:8]} expired",
    ],
    "chat.txt": ["das Passwort ist abgelaufen, bitte neu setzen"],
    "load.R": ['pins::board_connect(server = "x", key = Sys.getenv("CONNECT_API_KEY_2"))'],
    "azure.json": ['"row": {"key": "customer_2024", "region": "westeurope"}'],
    "accounts.csv": ["key,value\nbatch_size,64\n", "token,lemma\nHaus24,Haus\n"],
    "calls.http": ["X-API-Key: {{apiKey}}", "@token = {{login.response.body.token}}"],
    "config.php": ["define('DB_PASSWORD', getenv('DB_PASSWORD'));", "define('DB_NAME', 'ml2024');"],
    "main.tf": ['env {\n  name  = "API_TOKEN"\n  value = var.token\n}'],
    "deploy.sh": ["zip -P $PW a.zip b", "7z x -p$PW a.7z", "htpasswd -c .htpasswd svc2024"],
    "values.yaml": [
        "SESSION_SECRET: |-\n  ${SESSION_SECRET}",
        "password: |-\n",
        "psk: ${WIFI_PSK}",
        "routing_key: orders.created.v2",
    ],
    "odbc.ini": ["connection = Driver={ODBC};Server=x;Uid=r;Pwd={password};", "Kennwort ="],
    "push.py": [
        'PREFIXES = ("gho_", "ghp_", "glpat-")',
        'x = "ghp_example"',
        "e = create_engine('postgresql://hop:' + password + '@pg.corp.de/hop')",
    ],
}


def _cases(table: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(path, text) for path, texts in table.items() for text in texts]


def _found(path: str, text: str) -> list[tuple[str, str]]:
    options = Namespace(verbose=False, update_baseline=False)
    said = no_hardcoded_secrets.check(File(path, None, (text + "\n").encode()), options)
    return [(each.rule, each.message) for each in said if each.kind == "violation"]


@pytest.mark.parametrize(("path", "text"), _cases(FLAGGED))
def test_flagged(path: str, text: str) -> None:
    assert _found(path, text)


@pytest.mark.parametrize(("path", "text"), _cases(NOT_FLAGGED))
def test_not_flagged(path: str, text: str) -> None:
    assert _found(path, text) == []


@pytest.mark.parametrize(("path", "text"), _cases(FLAGGED))
def test_without_the_secret_nothing_is_left(path: str, text: str) -> None:
    for secret in (TOKEN, AWS, HEX, WORD, PW, PLAIN, "0xRonvxJsp"):
        text = text.replace(secret, "x" * 8)
    assert _found(path, text) == []
