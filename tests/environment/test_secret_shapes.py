"""The shapes in which people write secrets down, by kind of file, and what only looks like them."""

from __future__ import annotations

import json
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
DER = "MIIEvAIBADANBgkqhkiG9w0" + "BAQEFAASC"
PIN = "39" + "657171"
SALT = "146585145368132" + "386173505678016"
WORD = "s8d7f6g5h4" + "j3k2l1q0w9"


def _notebook(source: str, shown: str) -> str:
    output = {"output_type": "stream", "name": "stdout", "text": [shown]}
    cell = {"cell_type": "code", "metadata": {}, "execution_count": 1, "source": [source]}
    return json.dumps(
        {"cells": [{**cell, "outputs": [output]}], "metadata": {}, "nbformat": 4}, indent=1
    )


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
        f"EXEC sp_addlogin 'svc', '{PW}';",
        f"SELECT crypt('{PW}', gen_salt('bf'));",
    ],
    "client.ts": [
        f"const c = axios.create({{ headers: {{ 'X-API-Key': '{HEX}' }} }});",
        f"const key = process.env.API_KEY ?? '{WORD}aB3';",
        f"  auth: {{ username: 'svc', password: '{PW}' }},",
        f"jwt.sign(payload, '{PW}-und-mehr', {{ expiresIn: '1h' }})",
        f'jwt.verify(token, "{WORD}")',
        f"app.use(cookieParser('{WORD}'));",
        f"createHmac('sha256', '{WORD}');",
        f"createCipheriv('aes-256-cbc', '{WORD}', iv);",
        f"await page.getByLabel('Password').fill('{PW}')",
        f"fetch(`https://x/api?key={TOKEN}`)",
        f"get('https://api.wetter.de/daily?lat=52.5&appid={HEX}')",
        f"await page.type('input[name=password]', '{PW}');",
        f"cy.get('[data-test=password]').type('{PW}')",
    ],
    "main.go": [
        f'flag.String("db-password", "{PW}", "password")',
        f'dsn := "user:{PLAIN}@tcp(db:3306)/ml"',
        f'req.SetBasicAuth("svc", "{PW}")',
        f'signed := Sign([]byte(golden), []byte("{TOKEN}"))',
        f'var signingKey = []byte("{WORD}")',
        f'a := smtp.PlainAuth("", "a@b.de", "{PW}", "smtp.b.de")',
        f'return scram.Mechanism(scram.SHA512, "writer", "{PLAIN}")',
        f'APIKey string `yaml:"apiKey" default:"{TOKEN}"`',
        f'var password string = "{PW}"',
        f'mac := hmac.New(sha256.New, []byte("{WORD}"))',
    ],
    "Main.java": [
        f'.signWith(SignatureAlgorithm.HS256, "{WORD}")',
        f'char[] pw = "{PW}".toCharArray();',
        f'store.load(in, "{PW}".toCharArray());',
        f'new UsernamePasswordCredentials("svc", "{PW}")',
        f'new SecretKeySpec("{WORD}".getBytes(), "AES")',
        f'env.put(Context.SECURITY_CREDENTIALS, "{PW}");',
        f'String header = Credentials.basic("svc", "{PW}");',
        f'public String getPassword() {{ return "{PW}"; }}',
        f'if (password.equals("{PW}")) {{',
        f'if ("{PW}".equals(password)) {{',
        f'@TestPropertySource(properties = "db.password={PLAIN}")',
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
        f"sudo password - {PW}",
        f"default password ({PW})",
        f"creds svc:{PW}",
        f"Login with svc/{PW}",
        f"Your key is {TOKEN}.",
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
    "web.xml": [
        f"<param-name>password</param-name>\n<param-value>{PLAIN}</param-value>",
        f"<arg>--password</arg><arg>{PLAIN}</arg>",
    ],
    "redis.conf": [
        f"requirepass {PLAIN}",
        f"bindpw {PLAIN}",
        f"spark.authenticate.secret {PLAIN}",
        f"user ada insecure-password {PLAIN}",
        f': PSK "{PW}"',
    ],
    "lib.rs": [
        f'const API_KEY: &str = "{TOKEN}";',
        f'let client = client.with_password("{PW}");',
        f'request.bearer_auth("{TOKEN}")',
    ],
    "task.json": [
        f'{{"db": {{"pw": "{PW}"}}}}',
        f'{{"env": ["DB_PASSWORD={PLAIN}"]}}',
        f'{{"headers": [["X-Api-Key", "{TOKEN}"]]}}',
    ],
    "cookies.R": [f'plumber::pr_cookie(pr, "{HEX}{HEX}", name = "lab")'],
    "push.properties": [f"push.vapid.private={TOKEN}"],
    "keys.json": [
        f'{{"mistral": "{TOKEN}"}}',
        f'{{"kty": "oct", "k": "{TOKEN}"}}',
        f'{{"key": "{DER}{TOKEN}{TOKEN}"}}',
    ],
    "key.xml": [f"<RSAKeyValue><Exponent>AQAB</Exponent><D>{TOKEN}{TOKEN}</D></RSAKeyValue>"],
    "report.Rmd": [f"The password is `{PW}`."],
    "load.m": [f"opts = weboptions('Username','svc','Password','{PW}');"],
    "load.do": [f'odbc load, dsn("x") user("svc") password("{PW}")'],
    "build.gradle": [f'storePassword "{PW}"'],
    "setup.bat": [f"net user svc {PLAIN} /add"],
    "ci.yml": [f"variables:\n  API_TOKEN:\n    value: {TOKEN}\n    description: of the API"],
    "job.yaml": [f"args:\n  - --token\n  - {TOKEN}\n  - --quiet"],
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
        f"host,user,pw\nh,svc,{PW}",
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
        f'public string ApiKey {{ get; set; }} = "{TOKEN}";',
        f'new AuthenticationHeaderValue("Bearer", "{TOKEN}");',
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
        f"openssl enc -aes-256-cbc -k {PLAIN} -in a -out b",
        f"useradd -m -p {PLAIN} ml",
        f"ssh-keygen -t ed25519 -N '{PW}' -f id_deploy",
        f"plink -batch -pw {PLAIN} bot@h",
        f"snmpwalk -v3 -u bot -A {PLAIN} h",
        f"smbclient //srv/data {PLAIN} -U bot",
        f"net use z: \\\\srv\\data {PLAIN} /user:bot",
        f"rabbitmqctl add_user ml {PLAIN}",
        f"wpa_passphrase LAB {PLAIN}",
        f"pdftk a.pdf output b.pdf user_pw {PLAIN}",
        f"neo4j-admin set-initial-password {PLAIN}",
        f"xfreerdp /v:h /u:bot /p:{PLAIN}",
        f"vault login -no-print {TOKEN}",
        f"http -a bot:{PLAIN} https://x.corp.de",
        f"curl --proxy-user bot:{PLAIN} https://x.corp.de",
        f"dvc remote modify --local store password {PLAIN}",
        f"consul kv put db/password {PLAIN}",
        f"sudo -S <<< {PLAIN} apt update",
        f'read -r DB_PASS <<< "{PLAIN}"',
        f"expect -c 'spawn ssh x; send \"{PLAIN}\\r\"'",
        f"echo -n {PLAIN} | cryptsetup luksOpen /dev/sdb1 data -",
        f"keytool -importkeystore -srcstorepass {PLAIN}",
        f"jupyter server --ServerApp.password='{PLAIN}'",
        f"hadoop fs -Dfs.s3a.secret.key={AWS} -ls s3a://models",
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
        f"parser.add_argument('--pw', default='{PW}')",
        f"parser.add_argument('--sas', default='{TOKEN}%3D')",
        f'h = {{"Authorization": "SSWS {TOKEN}"}}',
        f'requests.get(url, auth=("svc", "{PW}"))',
        f'session.auth = ("svc", "{PW}")',
        f'demo.launch(auth=[("admin", "{PW}")])',
        f'client = Elasticsearch("h", basic_auth=("elastic", "{PW}"))',
        f'credentials = pika.PlainCredentials("svc", "{PW}")',
        f'client = Minio("minio:9000", "mlops", "{PW}", secure=False)',
        f'domino = Domino("owner/project", "{HEX}{HEX}")',
        f'cipher = Fernet(b"{TOKEN}=")',
        f'client = InfluxDBClient("https://x", "{TOKEN}", "org")',
        f'ftp = FTP("ftp.corp.de", "svc", "{PW}")',
        f'keyring.set_password("svc", "user", "{PW}")',
        f'archive.setpassword(b"{PW}")',
        f'page.get_by_label("Password").fill("{PW}")',
        f'driver.find_element(By.ID, "password").send_keys("{PW}")',
        f'if st.text_input("Password") == "{PW}":\n    main()',
        f'x = config.get("db", "password", fallback="{PW}")',
        f'x = Variable.get("token", default_var="{TOKEN}")',
        f'def get_password():\n    return "{PW}"',
        f'ENCRYPTION_KEY = bytes.fromhex("{HEX}{HEX}")',
        f"Connection(conn_id='x', extra='{{\"password\": \"{PLAIN}\"}}')",
        f'run(["sshpass", "-p", "{PLAIN}", "ssh", host])',
        f'SMTP = ("mail.corp.de", 587, "reports", "{PW}")',
        f'requests.post(url, auth=("{TOKEN}{TOKEN}", "MODEL_ACCESS_TOKEN"), json=row)',
        f'SECURITY_PASSWORD_SALT = "{SALT}"',
        f'HEADERS = {{"pat": "pat{HEX[:14]}.{HEX}{HEX}"}}',
    ],
    "show.ipynb": [
        _notebook("print(token)", f"{TOKEN}\n"),
        _notebook("!echo $TOKEN", f"{TOKEN}\n"),
        _notebook('import os\nos.environ["HF_TOKEN"]', f"'{TOKEN}'"),
    ],
    "cell.txt": [f"env: DB_PASSWORD={PLAIN}", f"env: PGPASSWORD={PW}"],
    "compose.yaml": [
        f'EXCHANGE_PIN: "{PIN}"',
        f"# before the move to LDAP: portal-admin / {PW}",
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
    "redis.conf": ["requirepass $PASS2", "maxmemory 256mb2024", "log.secret.name vault2024"],
    "task.json": ['{"env": ["MODE=production2"]}', '{"headers": [["X-Api-Key", "$KEY_2"]]}'],
    "job.yaml": ["args:\n  - --token\n  - $(TOKEN_2)", "args:\n  - --token\n  - --quiet2"],
    "show.ipynb": [
        _notebook("print(token_count)", "10242048409681921638\n"),
        _notebook("print(digest)", f"{HEX}\n"),
        _notebook("token", "None\n"),
    ],
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
        "The default password (PBKDF2-SHA256) is hashed.",
        "Login with github/Actions2 or with SAML2/Okta-2024.",
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
    "deploy.sh": [
        *("zip -P $PW a.zip b", "7z x -p$PW a.7z", "htpasswd -c .htpasswd svc2024"),
        'openssl enc -aes-256-cbc -k "$KEY2" -in a -out b2',
        "ssh-keygen -t ed25519 -N '' -f id_ed25519",
        'useradd -p "$(openssl passwd -6 x1)" ml2',
        "smbclient //srv/data2 -U bot2",
        "net use z: \\\\srv\\data /persistent:no2",
        "vault login -method=oidc2 role=ml2",
        "consul kv put jobs/batch 2024-11",
        'read -r DB_PASS <<< "$(pass show db2)"',
        "wc -l <<< a1b2c3d4",
        'send "yes\\r"',
        'send "$password1\\r"',
    ],
    "values.yaml": [
        "SESSION_SECRET: |-\n  ${SESSION_SECRET}",
        "password: |-\n",
        "psk: ${WIFI_PSK}",
        "routing_key: orders.created.v2",
        "# roles: admin / editor-2, root / none",
    ],
    "odbc.ini": ["connection = Driver={ODBC};Server=x;Uid=r;Pwd={password};", "Kennwort ="],
    "push.py": [
        'PREFIXES = ("gho_", "ghp_", "glpat-")',
        'x = "ghp_example"',
        "parser.add_argument('--pw', default=None)",
        'requests.get(url, auth=("svc", password2))',
        'auth = ("basic", "digest")',
        'page.get_by_label("Name").fill("Ada-2024-x")',
        'x = config.get("db", "host", fallback="db-2.corp.de")',
        'def get_password():\n    return prompt("Password of db2: ")',
        'def get_token():\n    return "token_2"',
        'def _judge_password(value):\n    return "" if value else "rule-4-random"',
        'DATA = bytes.fromhex("00ff12ab34cd56ef")',
        'client = StorageClient("europe-west3", "models-2024")',
        'domino = Domino("owner/project")',
        'raise AuthError("svc2", "login1 failed")',
        'MODELS = {"mistral": "mistral-7b-instruct-v0.2", "openai": "gpt-4o-2024-08-06"}',
        'verify("the-signature-of-the-request", key)',
        'response.set_cookie("session_of_user_2024", value)',
        'h = {"Authorization": "Bearer $TOKEN2024_of_the_service"}',
        'params = {"secrets": ["demo-secret-1", "demo-secret-2"]}',
        'DB = ("10.0.0.5", 5432, "ml", "postgres")',
        'LIMITS = ("v1.2", 587, "rows", "columns")',
        'requests.post(url, auth=("svc", "MODEL_ACCESS_TOKEN"), json=row)',
        'LED_PIN = "13"\nRESET_PIN = "1234"\nSALT = "42"',
        'PATHS = {"pat": "patterns/module_2024.csv"}',
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
    for secret in (TOKEN, AWS, HEX, WORD, PW, PLAIN, PIN, SALT, "0xRonvxJsp"):
        text = text.replace(secret, "x" * 8)
    assert _found(path, text) == []
