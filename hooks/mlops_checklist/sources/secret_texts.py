"""What a name or a value says of itself: does it name a secret, can it be one?

Predicates over single texts, tables of words at the top. Which filters pay, and which cost more
than they bring, was measured on labelled code (docs/hooks/no-hardcoded-secrets.md).
"""

from __future__ import annotations

import functools
import math
import re
from collections import Counter
from typing import Literal

from mlops_checklist.sources.secret_services import SERVICES

Strength = Literal["password", "key", "token"]

# --- Names ----------------------------------------------------------------------------------

_PASSWORDS = frozenset(
    "password passwd passw passphrase passcode pwd pass passwort senha contrasena contraseña"
    " requirepass masterauth storepass keypass dbpass userpass adminpass rootpass kennwort passe"
    " wachtwoord heslo parola psk srcstorepass deststorepass srckeypass destkeypass"
    " bindpw rootpw".split()
)
_KEYS = frozenset(
    "apikey secretkey accesskey privatekey authkey encryptionkey accountkey storagekey secret"
    " creds cred apisecret clientsecret secretaccesskey credential credentials".split()
)
# What stands before "key" where that is a secret.
_SECRET_KEYS = frozenset(
    "api apis secret access private auth authentication encryption signing account storage service"
    " client master deploy subscription shared sas app application license webhook hmac aes jwt"
    " cookie crypto cipher".split()
)
_TOKENS = frozenset("token authtoken accesstoken auth authorization pat sas private".split())
# What stands before "key" where that is an ordinary one, and before "token" in language models.
_PLAIN_KEYS = frozenset(
    "primary foreign sort partition cache public row dict map index group natural business hash"
    " range join unique object s3 metric param parameter column label feature state config random"
    " prng rng host registry tracking dedup idempotency image text input output batch"
    " target prediction loss data sample dataset keyboard hot shortcut translation message error"
    " tag json lookup order name search lock issue project blob file experiment contract"
    " publishable gpg spam query mutation".split()
)
_VOCABULARY = frozenset(
    "pad eos bos unk mask sep cls special max num min new input output prompt image stop start end"
    " next prev first last total n per vocab vocabulary word text decoder encoder audio video page"
    " pagination continuation cancellation sub prefix suffix middle boundary delimiter separator"
    " newline blank oov time space empty begin begins ends of sos bot_role csrf xsrf"
    " cancel idempotency trace"
    " image_patch patch additional default_pad fim".split()
)
# Words after the secret's that do not change what it is.
_TAILS = frozenset(
    "value val str string plain plaintext default prod production dev develop test staging text"
    " 1 2 3 old new current read write rw ro b 64 base encoded unencrypted admin root user"
    " db".split()
)
# What makes a password's name that of something else: `no_password`, `forgotPassword`.
_NOT_A_PASSWORD = frozenset("no is has show hide use reset forgot change need needs with".split())
# Secrets that are given as a text, not by the name of a Kubernetes Secret.
_GIVEN_SECRETS = frozenset(
    "client api app jwt session cookie webhook hmac signing shared auth consumer".split()
)
# What stands before ".pass".
_OWNERS = frozenset(
    "keystore truststore db database admin mail smtp ldap ssl jdbc redis sftp ftp proxy".split()
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-zñ]+|\d+")


def name_words(name: str) -> list[str]:
    """Split `apiKey`, `API_KEY`, `api-key` or `spring.api.key` into its words, in lower case."""
    return [word.lower() for word in _WORD.findall(name[:200])]


@functools.lru_cache(maxsize=4096)
def secret_name(name: str) -> Strength | None:
    """Tell what a name promises: "password" (any text), "key" or "token" (texts that look it).

    None for names of other things, such as `pad_token`, `secretName`, `primary_key`, `max_tokens`.
    """
    if "account.key." in name:  # fs.azure.account.key.store.dfs.core.windows.net
        return "key"
    words = name_words(name)
    while len(words) > 1 and words[-1] in _TAILS:
        words.pop()
    if not words:
        return None
    if len(words) == 1 and words[0] in SERVICES:
        return "token"
    if joined := re.fullmatch(r"(\w+)(password|passwd|pw)", words[-1]):  # PGPASSWORD
        words[-1:] = joined.groups()
    before = words[-2] if len(words) > 1 else ""
    if words[-1] in ("tokens", "secrets", "passwords"):
        promised = _promised(name, words[-1][:-1], before)
        return promised and ("key" if promised == "password" else "token")
    if words[-1] == "keys" and before in _SECRET_KEYS:
        return "token"
    return _promised(name, words[-1], before)


def _promised(name: str, last: str, before: str) -> Strength | None:
    """Tell what a name promises by its last word and the one before."""
    if last in _PASSWORDS:
        short = last == "pass"  # `num_pass`, `first_pass`, `render.pass` are none
        if short and (
            before in _VOCABULARY
            or ("." in name and before not in _OWNERS)
            or before in ("by", "to", "did")
        ):
            return None
        return None if before in _NOT_A_PASSWORD else "password"
    if last == "phrase" and before == "pass":
        return "password"
    if last == "secret" and name.lower().startswith("existing"):  # Helm: the name of a Secret
        return None
    if last == "cookie" and before == "erlang":
        return "password"
    if last in ("pw", "pin") or (last == "salt" and before in ("password", "secret")):
        return "key"  # it stands for many a thing
    if last in _KEYS or (last == "key" and before in _SECRET_KEYS):
        return None if before in ("use", "is", "has") and last == "secret" else "key"
    if last == "key":
        return "token" if before and before not in _PLAIN_KEYS else None
    if last in _TOKENS:
        return None if before in _VOCABULARY or before in ("use", "is", "has") else "token"
    return None


# --- Values ---------------------------------------------------------------------------------

_PLACEHOLDER = re.compile(
    r"""(?ix) <[^<>]*> | \*\*\* | x{4,} | ^x+$ | \.\.\. | … | _{3,} | ^-+$ | ^\#+$ | \?{3}
    | @@\w+@@ | %%\w+%%
    | (?<![a-z])your(?![a-z]) | ^your
    | (?<![a-z])my[-_ ]?(?:api|secret|password|pass|token|key|access)
    | change[-_ ]?(?:me|it|this) | replace[-_ ]?(?:me|with|this)? (?![a-z]) | ^replace
    | (?<![a-z])(?:example|sample|dummy|fake|placeholder|insert|todo|fixme|redacted|hidden|masked
        |mock|some|not[-_ ]?(?:needed|used|required|set|applicable)|put|enter|fill|goes|here|foobar
        |generate|generated|no[-_]key[-_]required|to[-_]be)(?![a-z])
    | example | placeholder | redacted | 1234567890
    | ^(?:test|testing|foo|bar|baz|demo|empty|blank|abc|abcd|none|null|nil|undefined|na|n/a|unset
        |unknown|optional|required|string|str|text|bytes|int|any|object|value|default|secret|token
        |basic|bearer|digest|anonymous|password|passwd|pass|pwd|key|apikey|tiger|yes|no|on|off|true
        |false|abc123|hunter2|asdf|env|ollama|lm-studio|sk-?|file|prompt|ask|auto|inherit|off|disabled
        |enabled|username|user)$ """
)
_KNOWN_PLACEHOLDER = re.compile(
    r"(?i)example|x{6,}|\*{3}|\.{3}|<|>|placeholder|redacted|your[-_]|replace[-_]?(?:me|with)|0{8}"
    r"|(?:0123456789|1234567890)(?:0123456789|1234567890|abcdef)"
)
_REFERENCE = re.compile(
    r"""(?x) \$\{ | \$\( | \{\{ | \{%  | %\( | \{[\w.!:\[\]"'()]*\} | ^%[\w-]*%?$
    | %[sdr]\b | ^\$[\w:.]+ | ^@[\w./-]+$
    | ^%\w+% | \#\{
    | os\.environ | process\.env | ENV\[ | System\.
    | (?<![\w-])(?:getenv|secrets?|vault|keyring)[.(\[] | ^(?:[A-Za-z]+[-_ ])*(?:vault|keyring)$
    | ^(?:op|ref\+\w+|env|vault|ssm|sm|gcp|aws|azure|secrets?|keyvault|awssm|gcpsm|file|fd)[:/]
    | ^(?:arn|projects)[:/] | ^secretsmanager """
)
_EXPANDED = re.compile(r"\$(?:[A-Z_][A-Z0-9_]*|[a-z_][a-z0-9_]*|\d)$")  # by a shell, a template
_YAML_NODE = re.compile(r"[!&*][A-Za-z]")  # a tag, an anchor, an alias
_PATH = re.compile(
    r"""(?ix) ^(?:~|\.{1,2})?/[\w.@/ {}$-]*$ | ^[a-z][a-z0-9+.-]*://[^@\s]*$ | ^[a-z]:\\
    | ^(?:\w[\w.-]*/){2,}[\w.-]*$
    | ^[\w./-]+\.(?:py|json|ya?ml|toml|ini|cfg|conf|txt|pem|key|crt|cer|csv|env|sh|pub|p12|jks|md
        |html?)$ """
)
_ENCRYPTED = re.compile(
    r"\{[\w+/=-]{16,}\}$|ENC[\[(]|\$ANSIBLE_VAULT|AQICAH|\{cipher\}|\$(?:2[abxy]|argon2\w*|[156y])\$"
    r"|md5[0-9a-f]{32}$|SCRAM-SHA-256\$|pbkdf2|scrypt|\{SSHA\d*\}|\{SHA\}"
    r"|Ag[A-D][\w+/]{150}"  # Sealed Secrets
)
_KEY_ID = re.compile(r"[A-Z0-9]{16,24}")
_NUMBER = re.compile(r"[-+]?[\d.,_]+(?:e[-+]?\d+)?")
_UUID = re.compile(r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_OBJECT_ID = re.compile(r"(?i)[0-9a-f]{24}")  # Domino's projects, datasets, snapshots (MongoDB)
_ULID = re.compile(r"01[0-9A-HJKMNP-TV-Z]{24}")  # of this time
_DIGEST = re.compile(r"(?i)(?:sha\d+|md5)[:=-].*|git-.*")
_DOTTED = re.compile(r"[A-Za-z_]\w*(?:(?:\.|::|->)[A-Za-z_]\w*)+")


def is_placeholder(value: str) -> bool:
    """`<your key>`, `your-api-key`, `REPLACE_WITH_…`, `changeme`, `xxx`, `***`, `test`."""
    return bool(_PLACEHOLDER.search(value)) or len(set(value)) < 3


def is_example(value: str) -> bool:
    """Tell whether a text in a known key format is plainly an example, such as AWS's own."""
    return bool(_KNOWN_PLACEHOLDER.search(value)) or len(set(value)) < 8


def is_reference(value: str) -> bool:
    """`${VAR}`, `{{ var }}`, `%s`, `os.environ[…]`, `vault:…`: the value stands elsewhere."""
    return bool(_REFERENCE.search(value) or _EXPANDED.search(value))


_VERSIONED = re.compile(r"[a-z]+(?:[-._:/][a-z]+)*[-._:/]v\d{1,3}")  # auth.token.v2
_LABEL = re.compile(r"(?:[a-z]{1,20}\d?|v?\d{1,4})(?:[-.](?:[a-z]{1,20}\d?|v?\d{1,4}))+")


def names_kubernetes_secret(name: str, value: str) -> bool:
    """`existingSecret: mlflow-db-v2`, `secret: db-credentials`: a Secret's name, in words."""
    words = name_words(name)
    if (
        not words
        or words[-1] not in ("secret", "credential", "credentials")
        or (len(words) > 1 and words[-2] in _GIVEN_SECRETS)
    ):
        return False
    return value[:1].isalpha() and bool(_LABEL.fullmatch(value))


def is_own_key(name: str, value: str) -> bool:
    """`password: password`, `"apiKey": "api_key"`, `token = "access_token"`: it names a key."""
    if re.sub(r"[\W_]", "", name).lower() == re.sub(r"[\W_]", "", value).lower():
        return True
    return bool(re.fullmatch(r"[A-Za-z][A-Za-z_.\-]*", value)) and (
        secret_name(value) is not None or secret_name(f"x_{value}") is not None
    )


def is_prose(value: str) -> bool:
    """Natural language: words, or one word with a capital, or letters beyond ASCII."""
    words = value.split()
    if len(words) > 1:
        return len(words) > 2 or all(word.strip(".,:;!?'()").isalpha() for word in words)
    return bool(re.fullmatch(r"[A-Z][a-z]+[.:!?]?", value)) or (
        not value.isascii() and all(letter.isalpha() for letter in value)
    )


def is_path(value: str) -> bool:
    """A path, a file's name, or a URL without a user."""
    return bool(_PATH.search(value)) and not is_dense(value)


def is_number(value: str) -> bool:
    return bool(_NUMBER.fullmatch(value))


def is_id(value: str) -> bool:
    """A UUID, a ULID, a 24-hex id, or a digest with the name of its hash."""
    return any(form.fullmatch(value) for form in (_UUID, _OBJECT_ID, _ULID, _DIGEST))


def is_public_key(value: str) -> bool:
    return value.startswith(
        ("pk_live_", "pk_test_", "ssh-", "ecdsa-", "AAAAB3Nza", "AAAAC3Nza", "-----BEGIN")
    )


def is_expression(value: str, quoted: bool) -> bool:
    """Code instead of a text: a call, an index, a dotted name. In quotes: a call alone."""
    if quoted:
        return bool(re.search(r"^\w[\w.]*\(.*\)$", value))
    return bool(_DOTTED.fullmatch(value) or re.search(r"[()\[\]{}<]|^[|>+\-=~]$|^[|>&*<]", value))


def looks_random(value: str) -> bool:
    """Ten characters or more, one run of letters and digits that alternates as no word does."""
    if len(value) < 10 or re.search(r"\s", value):
        return False
    for run in re.findall(r"[A-Za-z0-9+/=]{8,}", value):
        turns = len(re.findall(r"(?<=\d)[A-Za-z]|(?<=[A-Za-z])\d|(?<=[a-z])[A-Z]", run))
        if turns >= 3 and re.search(r"\d", run) and entropy(run) > 2.7:
            return True
    return False


def is_dense(value: str) -> bool:
    """Tell whether capitals, small letters and digits alternate all over, as in random base64."""
    turns = len(
        re.findall(r"(?<=\d)[A-Za-z]|(?<=[A-Za-z])\d|(?<=[a-z])[A-Z]|(?<=[A-Z])[a-z]", value)
    )
    counts = [len(re.findall(letters, value)) for letters in ("[A-Z]", "[a-z]", r"\d")]
    return len(value) >= 20 and turns >= len(value) * 0.35 and min(counts) >= 2


def is_encrypted(value: str) -> bool:
    """What Maven, SOPS, Jasypt, Ansible, KMS or Spring encrypted, and hashes of passwords."""
    return bool(_ENCRYPTED.match(value))


def entropy(text: str) -> float:
    """Shannon's entropy in bits a character."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())


def objection(
    name: str, value: str, quoted: bool, strength: Strength = "password", is_literal: bool = False
) -> str:
    """Return the filter that speaks against `value` as a secret given to `name`; "" for none.

    `strength` is what the name promises. `is_literal`: the value is a string of Python, in which
    `$` is a letter as others are.
    """
    if len(value) < 4:
        return "short"
    if is_placeholder(value):
        return "placeholder"
    if _REFERENCE.search(value) or (not is_literal and _EXPANDED.search(value)):
        return "reference"
    if not quoted and _YAML_NODE.match(value):
        return "reference"
    if is_number(value):
        return "" if quoted and _may_be_number(name, value) else "number"
    if is_encrypted(value):
        return "encrypted"
    if is_own_key(name, value):
        return "own-name"
    if is_prose(value):
        return "prose"
    if is_path(value):
        return "path"
    if is_id(value):
        return "" if _UUID.fullmatch(value) and _may_be_uuid(name, strength) else "id"
    if _KEY_ID.fullmatch(value) and name_words(name)[-2:] == ["access", "key"]:
        return "id"  # of a pair of keys the public half
    if is_public_key(value):
        return "public-key"
    if is_expression(value, quoted):
        return "expression"
    if strength != "password" and (
        _VERSIONED.fullmatch(value)
        or (name_words(name)[-1:] in (["pw"], ["pin"]) and _LABEL.fullmatch(value))
    ):
        return "label"
    return "" if fits(strength, value) else "not-random"


def _may_be_number(name: str, value: str) -> bool:
    """Tell whether a name promises digits: a PIN, or the salt that Flask-Security is given."""
    last = name_words(name)[-1:]
    return value.isdigit() and (
        (last == ["pin"] and 6 <= len(value) <= 12) or (last == ["salt"] and len(value) >= 30)
    )


def _may_be_uuid(name: str, strength: Strength) -> bool:
    """Tell whether a service may give a UUID for such a name: `api_key`, `token`, `API_TOKEN`."""
    if strength != "token":
        return bool(name)
    words = name_words(name)
    return words[-1:] == ["token"] and words[-2:-1] != ["request"]


def fits(strength: Strength, value: str) -> bool:
    """Tell whether a value that can be a secret is what such a name promises."""
    if strength == "password":
        return True
    if strength == "token":
        return looks_random(value)
    if re.search(r"\s", value):
        return False
    mixed = bool(re.search(r"\d", value)) and bool(re.search(r"[A-Za-z]", value))
    return len(value) >= 8 and (mixed or (len(value) >= 16 and entropy(value) > 3.8))
