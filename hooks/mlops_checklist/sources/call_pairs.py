"""Texts that a call is given as a secret: by its name, or by their place among the arguments."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlops_checklist.sources.assignments import Pair, marked_pairs

_TEXT = r"""N?(?P<quote>["'`])(?P<value>(?:(?!(?P=quote))[^\n\\]){4,300})(?P=quote)"""
# `client.login("bob", "x")`: a user's name and a text.
_LOGIN = re.compile(
    r"""(?:\b(?i:login|log_in|authenticate|auth|(?:set_?)?basic_?auth|username_pw_set|connect)\(
    [^()"'\n]{0,60}|\b(?:(?i:db_?connect|get_?connection|mysqli_connect|plainauth|pdo
    |key_set_with_value|mechanism)|[A-Z]\w{0,30}(?:Token|Credentials?|Authentication))\([^"'\n]{0,60}
    (?:["'][\w.]*(?::[^"'\n]{4,120})?["'],[ ]?)?|->connect\(["'][^"'\n]{2,120}["'],[ ]?)
    ["'][^"'\n]{2,60}["'],[ ]?["'](?P<value>[^"'\s]{6,80})["'][ ]?[,).]""",
    re.VERBOSE,
)
# `new OpenAIClient("x")`, `comet_ml.Experiment("x")`, `compare_digest(given, "x")`.
_GIVEN_ONE = re.compile(
    r"""(?:\bcompare_digest\([^,()"'\n]{1,60},[ ]?|\b(?:[A-Z]\w*)?Client(?:V\d)?\(
    |\bcomet_ml\.\w{0,20}Experiment\()
    ["'](?P<token>[^"'\s]{16,300})["'][ ]?[,)]""",
    re.VERBOSE,
)
# `jwt.sign(payload, "x")`, `createHmac("sha256", "x")`, `pgp_sym_decrypt(data, 'x')`.
_SIGNS = re.compile(
    r"""\b(?:jwt\.(?:sign|verify|encode|decode)|createHmac|createCipheriv|cookieParser|signWith
    |verifyWith|Algorithm\.HMAC\d{3}|pgp_sym_\w{7}|hmac\.new|HMAC\.new|OpenSSL::HMAC\.\w{4,9})\(
    (?:[^"'\n]{0,60}["'][\w-]{2,12}["'],)?[^"'\n]{0,60}b?["'](?P<value>[^"'\s]{10,300})["']""",
    re.VERBOSE,
)
# `"x".toCharArray()`: Java keeps passwords in arrays.
_CHARACTERS = re.compile(r'"(?P<value>[^"\s\\]{6,100})"\.toCharArray\(\)')
# `setPassword("x")`, `.withApiKey('x')`, `.password("x")`.
_METHOD = re.compile(
    r"""(?:\b(?:[Ss]et|[Ww]ith)(?:_|(?=[A-Z]))[A-Za-z_]{0,20}?|\.)(?P<name>(?i:password|passwd|secret|token
    |(?:api|access|secret)_?key))\([ ]?"""
    + _TEXT
    + r"[ ]?\)",
    re.VERBOSE,
)
# `define('DB_PASSWORD', 'x')`, `flag.String("db-password", "x", …)`, `Add("X-Api-Key", "x")`.
_NAME_AND_TEXT = re.compile(
    r"""\([^()"'\n]{0,30}["'][#.]?(?P<name>[A-Za-z_][\w.\-]{2,79})["'],[ ]{0,40}""" + _TEXT,
    re.VERBOSE,
)
# `board_connect(server = "…", key = "x")`
_KEY_OF_CALL = re.compile(
    r"""(?i:connect|login|client|auth|api)\w{0,20}\([^()\n]{0,160}?
    \bkey[ ]?=[ ]?["'](?P<token>[^"'\s]{16,300})["']""",
    re.VERBOSE,
)
# `page.type("input[name=password]", "x")`, `get("#password").type("x")`: into a form.
_FIELD = re.compile(
    r"""["'][^"'\n]{0,60}[#=.\]\[\-_](?i:passw(?:or)?d?|pwd|passwort)[^"'\n]{0,20}["'](?:,[ ]?
    |\)(?:\.\w+\(\)){0,2}\.\w+\()["'](?P<value>[^"'\n]{6,80})["']""",
    re.VERBOSE,
)

# Each with texts of which one stands in what it matches.
_ARGUMENTS = (
    (('", ', "', ", '","', "','"), _NAME_AND_TEXT),
    (("key",), _KEY_OF_CALL),
    (('","', '", "', "','", "', '"), _LOGIN),
    (("Client", "compare_digest", "comet_ml"), _GIVEN_ONE),
    (("jwt.", "reate", "arser", "ith(", "HMAC", "pgp_sym", "hmac"), _SIGNS),
    (("toCharArray",), _CHARACTERS),
    (("assw", "pwd"), _FIELD),
)


def methods(text: str, start: int, end: int) -> Iterator[Pair]:
    """Yield the methods between two offsets that set a secret, with the text each is given."""
    return marked_pairs(text, start, end, ((("(",), _METHOD),), quoted=True)


def arguments(text: str, start: int, end: int) -> Iterator[Pair]:
    """Yield what calls are given as a secret beside its name, or at its place."""
    return marked_pairs(text, start, end, _ARGUMENTS, quoted=True)
