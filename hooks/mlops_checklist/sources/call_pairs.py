"""Texts that a call is given as a secret: by its name, or by their place among the arguments."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlops_checklist.sources.assignments import Pair, marked_pairs

_TEXT = r"""N?(?P<quote>["'`])(?P<value>(?:(?!(?P=quote))[^\n\\]){4,300})(?P=quote)"""
# `client.login("bob", "x")`: a user's name and a text.
_LOGIN = re.compile(
    r"""(?:\b(?i:login|log_in|authenticate|auth|(?:set_?)?basic_?auth|auth_basic|credentials\.basic
    |username_pw_set|connect)\(
    [^()"'\n]{0,60}|\b(?:(?i:db_?connect|get_?connection|mysqli(?:_connect)?|plainauth|pdo
    |key_set_with_value|mechanism)|[A-Z]\w{0,30}(?:Token|Credentials?|Authentication))\([^"'\n]{0,60}
    (?:["'][\w.]*(?::[^"'\n]{4,120})?["'],[ ]?)?|->connect\(["'][^"'\n]{2,120}["'],[ ]?)
    ["'][^"'\n]{2,60}["'],[ ]?(?:Some\()?["'](?P<value>[^"'\s]{6,80})["'][ ]?[,).]""",
    re.VERBOSE,
)
# `("mail.example.org", 587, "bob", "x")`: a server with its port, a user and a text.
_SERVER = re.compile(
    r"""["'][\w-]+(?:\.[\w-]+)+["'],[ ]?\d{2,5},[ ]?["'][\w.@+-]{2,60}["'],[ ]?
    ["'](?P<value>[^"'\s]{6,80})["']""",
    re.VERBOSE,
)
# `new OpenAIClient("x")`, `comet_ml.Experiment("x")`, `compare_digest(given, "x")`,
# `auth=("x", "x")` of requests, for a model of Domino.
_GIVEN_ONE = re.compile(
    r"""(?:\bcompare_digest\([^,()"'\n]{1,60},[ ]?|\b(?:[A-Z]\w*)?Client(?:V\d)?\(
    |\bcomet_ml\.\w{0,20}Experiment\(|\bauth[ ]?=[ ]?\((?=["'][^"'\s]{40}))
    ["'](?P<token>[^"'\s]{16,300})["'][ ]?[,)]""",
    re.VERBOSE,
)
# `jwt.sign(payload, "x")`, `createHmac("sha256", "x")`, `pgp_sym_decrypt(data, 'x')`.
_SIGNS = re.compile(
    r"""\b(?:jwt\.(?:sign|verify|encode|decode)|createHmac|createCipheriv|cookieParser|signWith
    |verifyWith|Algorithm\.HMAC\d{3}|pgp_sym_\w{7}|hmac\.[nN]ew|HMAC\.new|hmacShaKeyFor|SecretKeySpec
    |OpenSSL::HMAC\.\w{4,9})\(
    (?:[^"'\n]{0,60}["'][\w-]{2,12}["'],)?[^"'\n]{0,60}b?["']
    (?P<value>(?!(?i:aes|des|sha|chacha)[-\d])[^"'\s]{10,300})["']""",
    re.VERBOSE,
)
# `Sign(body, []byte("x"))`, `decrypt(data, "x")`, `pr_cookie(pr, "x")`: a text that looks random.
_CRYPTO = re.compile(
    r"""\b(?:\w{0,20}_)?(?i:sign|verify|encrypt|decrypt|(?:pr_|session_?)?cookie)(?:_?[A-Z]\w{0,12})?\(
    [^"'\n]{0,60}["'](?P<token>[^"'\s]{24,300})["']""",
    re.VERBOSE,
)
# `"x".toCharArray()`: Java keeps passwords in arrays.
_CHARACTERS = re.compile(r'"(?P<value>[^"\s\\]{6,100})"\.toCharArray\(\)')
# `setPassword("x")`, `.withApiKey('x')`, `.password("x")`.
_METHOD = re.compile(
    r"""(?:\b(?:[Ss]et|[Ww]ith)(?:_|(?=[A-Z]))[A-Za-z_]{0,20}?|\.|(?<![\w\-"']))
    (?P<name>(?i:password|passwd|secret|token|(?:api|access|secret)_?key))\([ ]?"""
    + _TEXT
    + r"[ ]?\)",
    re.VERBOSE,
)
# `define('DB_PASSWORD', 'x')`, `flag.String("db-password", "x", …)`, `Add("X-Api-Key", "x")`.
_NAME_AND_TEXT = re.compile(
    r"""\([^()"'\n]{0,30}["'][#.]?(?P<name>[A-Za-z_][\w.\-]{2,79})["'],[ ]{0,40}""" + _TEXT,
    re.VERBOSE,
)
# `put(Context.SECURITY_CREDENTIALS, "x")`
_CONSTANT_AND_TEXT = re.compile(
    r"[(,][ ]?(?:\w{1,40}\.){0,3}(?P<name>[A-Z][A-Z0-9_]{3,60}),[ ]?" + _TEXT
)
# `password.equals("x")`, `"x".equals(password)`
_EQUALS = re.compile(
    r"(?P<name>[A-Za-z_][\w.]{1,60})\.equals\(\"(?P<value>[^\"\n]{4,300})\"\)"
    r"|\"(?P<text>[^\"\s]{4,300})\"\.equals\((?P<named_after>[A-Za-z_][\w.]{1,60})"
)
# `getPassword() { return "x"; }`
_GETTER = re.compile(
    r"\b[gG]et_?(?P<name>[A-Za-z]\w{2,60})\(\)[^\"'\n]{0,30}\{\s{0,40}return[ ]" + _TEXT
)
# `EXEC sp_addlogin 'bob', 'x'`, `crypt('x', gen_salt('bf'))`
_OF_SERVERS = re.compile(
    r"\bsp_addlogin[ ]N?'[^'\n]{1,60}',[ ]?N?'(?P<value>[^'\n]{4,100})'"
    r"|\bcrypt\('(?P<text>[^'\n]{4,100})',[ ]?gen_salt"
)
# `["X-Api-Key", "x"]`
_IN_LIST = re.compile(
    r"[\[{][ ]?[\"'](?P<name>[A-Za-z_][\w.\-]{2,79})[\"'],[ ]?"
    r"[\"'](?P<value>[^\"'\s]{16,300})[\"'][ ]?[\]}]"
)
# `"Username", "bob", "Password", "x"` of MATLAB
_USER_THEN = re.compile(
    r"[\"'](?i:user(?:_?name)?)[\"'],[ ]?[\"'][^\"'\n]{1,60}[\"'],[ ]?"
    r"[\"'](?P<name>(?i:password|passwd|pwd))[\"'],[ ]?" + _TEXT
)
# `board_connect(server = "…", key = "x")`
_KEY_OF_CALL = re.compile(
    r"""(?i:connect|login|client|auth|api)\w{0,20}\([^()\n]{0,160}?
    \bkey[ ]?=[ ]?["'](?P<token>[^"'\s]{16,300})["']""",
    re.VERBOSE,
)
# `page.type("input[name=password]", "x")`, `get("#password").type("x")`: into a form.
_FIELD = re.compile(
    r"""(?:["'][^"'\n]{0,60}[#=.\]\[\-_]|\b(?:getBy|get_by_)\w{4,12}\(["'][^"'\n]{0,20})
    (?i:passw(?:or)?d?|pwd|passwort)[^"'\n]{0,20}["'](?:,[ ]?|\)(?:\.\w+\(\)){0,2}\.\w+\()
    ["'](?P<value>[^"'\n]{6,80})["']""",
    re.VERBOSE,
)

# Each with texts of which one stands in what it matches.
_ARGUMENTS = (
    (('", ', "', ", '","', "','"), _NAME_AND_TEXT),
    (("key",), _KEY_OF_CALL),
    (('","', '", "', "','", "', '"), _LOGIN),
    (('", ', "', "), _SERVER),
    (("Client", "compare_digest", "comet_ml", "auth"), _GIVEN_ONE),
    (("jwt.", "reate", "arser", "ith(", "HMAC", "pgp_sym", "hmac", "SecretKeySpec"), _SIGNS),
    (('"]', "']", '"}', "'}"), _IN_LIST),
    (("ser",), _USER_THEN),
    (("ign(", "erify(", "crypt(", "ookie("), _CRYPTO),
    (("toCharArray",), _CHARACTERS),
    ((', "', ", '"), _CONSTANT_AND_TEXT),
    ((".equals(",), _EQUALS),
    (("return",), _GETTER),
    (("sp_addlogin", "gen_salt"), _OF_SERVERS),
    (("assw", "pwd"), _FIELD),
)


def methods(text: str, start: int, end: int) -> Iterator[Pair]:
    """Yield the methods between two offsets that set a secret, with the text each is given."""
    return marked_pairs(text, start, end, ((("(",), _METHOD),), quoted=True)


def arguments(text: str, start: int, end: int) -> Iterator[Pair]:
    """Yield what calls are given as a secret beside its name, or at its place."""
    return marked_pairs(text, start, end, _ARGUMENTS, quoted=True)
