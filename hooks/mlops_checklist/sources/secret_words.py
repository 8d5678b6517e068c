"""The words, in lower case, by which the lines are chosen that may hold a secret: data alone."""

from mlops_checklist.sources.key_formats import FORMATS
from mlops_checklist.sources.secret_services import SERVICES

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
        *"ftp( ftp_tls( smtp( smtp_ssl( minio( domino( fernet( totp( hotp( simple_bind".split(),
        *("clientv2(", "clientv3(", "mechanism(", ":' + '", ':" + "', ":'+'", ':"+"'),
        *("/reset", "/invit", "/magic", '"region"', '"endpoint"'),
        *("compare_digest", "comet_ml.", "identified", "_login", "jwt.", "hmac", "cookieparser"),
        *"signwith createcipher pgp_sym plainauth pdo( mysqli( key_set_with_value".split(),
        *"tochararray withpassword( with_password( sp_addlogin gen_salt".split(),
        *'credentials.basic( basic_auth( secretkeyspec( password.equals( ".equals(pass'.split(),
        *("?key=", "&key=", "appid=", "?sig=", "&sig=", ':key"', ":key'"),
        *"sign( verify( encrypt( decrypt( cookie(".split(),
        # the port of a server for mail, files or data, behind its address
        *(f"{mark}, {port}," for mark in "\"'" for port in (22, 25, 465, 587, 1433, 3306, 5432)),
    ]
)
OF_NAMES = (
    OF_PASSWORDS
    | OF_CALLS
    | set(
        "secret token key auth cred access pw _pin -pin pin: login zugang getpass"
        " ssid wifi wi-fi wlan account".split()
    )
    | {"sas", "private=", "private:", 'private"', "private =", *SERVICES}
    | {f"{name}{end}" for name in ("passe", "pat") for end in (" =", ":", '"')}
    | {"min / ", "root / "}  # the login of an administrator
    # a personal access token, not a path
    | {f"{joint}pat{end}" for joint in "_-" for end in " =:\"'"}
)
OF_KEYS = frozenset(word for each in FORMATS for word in each.words)
ALL = tuple(sorted(OF_KEYS | OF_NAMES))
