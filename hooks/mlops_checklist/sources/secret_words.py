"""The words, in lower case, by which the lines are chosen that may hold a secret: data alone."""

from mlops_checklist.sources.key_formats import FORMATS

# Of names for which any text is a secret.
OF_PASSWORDS = frozenset(
    [
        *"passw passp passc _pass -pass pass= pass: pass\" pass' dbpass userpass pwd senha".split(),
        *("pass =", "pass  ", "mot de passe", "kennwort", "contrase", "cookie", "masterauth"),
        *"wachtwoord heslo hasło lösenord parola psk".split(),
        *"requirepass storepass keypass adminpass rootpass".split(),
    ]
)
# Of what is given a secret without a name for it, by position or in a sentence.
OF_CALLS = frozenset(
    [
        *"login( authenticate( basicauth( username_pw_set( connect( dbconnect(".split(),
        *"getconnection( connection( redis( usernametoken( authentication( client(".split(),
        *("clientv2(", "clientv3(", "mechanism(", ":' + '", ':" + "', ":'+'", ':"+"'),
        *("/reset", "/invit", "/magic", '"region"', '"endpoint"'),
        *("compare_digest", "comet_ml.", "identified", "_login", "jwt.", "hmac", "cookieparser"),
        *("signwith", "pgp_sym", "plainauth", "pdo(", "key_set_with_value", "tochararray"),
        *("?key=", "&key=", "appid=", "?sig=", "&sig=", ':key"', ":key'"),
    ]
)
OF_NAMES = (
    OF_PASSWORDS
    | OF_CALLS
    | set(
        "secret token key auth cred access pw: pw= _pw _pin -pin pin: login zugang getpass"
        " ssid wifi wi-fi wlan account".split()
    )
    | {" pw", "pw "}
    # a personal access token, not a path
    | {f"{joint}pat{end}" for joint in "_-" for end in " =:\"'"}
)
OF_KEYS = frozenset(word for each in FORMATS for word in each.words)
ALL = tuple(sorted(OF_KEYS | OF_NAMES))
