"""The key files of the set: DER, PEM, OpenSSH, OpenPGP and PuTTY, from random numbers.

Lengths and structure are those of real files; the numbers are no keys that work.
"""

from __future__ import annotations

import base64
import hashlib
import random
import struct
import textwrap
import zlib

_RSA = "1.2.840.113549.1.1.1"
_EC = "1.2.840.10045.2.1"
_P256 = "1.2.840.10045.3.1.7"


def _der(tag: int, *contents: bytes) -> bytes:
    content = b"".join(contents)
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def _sequence(*contents: bytes) -> bytes:
    return _der(0x30, *contents)


def _integer(value: int) -> bytes:
    return _der(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _oid(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    content = bytearray([first * 40 + second])
    for number in rest:
        octets = [number & 0x7F]
        while number := number >> 7:
            octets.append(0x80 | number & 0x7F)
        content += bytes(reversed(octets))
    return _der(0x06, bytes(content))


_NULL = _der(0x05)


def _odd(chance: random.Random, bits: int) -> int:
    return chance.getrandbits(bits) | 1 | 3 << bits - 2


def pem(label: str, content: bytes, width: int = 64) -> str:
    """Return the armour of RFC 7468 around `content`."""
    body = textwrap.wrap(base64.b64encode(content).decode(), width)
    return "\n".join([f"-----BEGIN {label}-----", *body, f"-----END {label}-----"])


def _rsa(chance: random.Random) -> bytes:
    """RSAPrivateKey of RFC 8017, appendix A.1.2."""
    p, q = _odd(chance, 1024), _odd(chance, 1024)
    rest = [_odd(chance, 2047), p, q, *(_odd(chance, 1023) for _ in range(3))]
    return _sequence(*map(_integer, (0, p * q, 65537, *rest)))


def _rsa_public(chance: random.Random) -> bytes:
    """SubjectPublicKeyInfo of RFC 5280."""
    key = _sequence(_integer(_odd(chance, 2048)), _integer(65537))
    return _sequence(_sequence(_oid(_RSA), _NULL), _der(0x03, b"\0", key))


def pem_rsa(chance: random.Random) -> str:
    return pem("RSA PRIVATE KEY", _rsa(chance))


def pem_ec(chance: random.Random) -> str:
    """ECPrivateKey of RFC 5915."""
    point = _der(0x03, b"\0\x04", chance.randbytes(64))
    secret = _der(0x04, chance.randbytes(32))
    content = _sequence(_integer(1), secret, _der(0xA0, _oid(_P256)), _der(0xA1, point))
    return pem("EC PRIVATE KEY", content)


def pem_pkcs8(chance: random.Random) -> str:
    """PrivateKeyInfo of RFC 5208."""
    algorithm = _sequence(_oid(_RSA), _NULL)
    return pem("PRIVATE KEY", _sequence(_integer(0), algorithm, _der(0x04, _rsa(chance))))


def pem_encrypted_pkcs8(chance: random.Random) -> str:
    """EncryptedPrivateKeyInfo of RFC 5208 with PBES2 of RFC 8018."""
    prf = _sequence(_oid("1.2.840.113549.2.9"), _NULL)
    salted = _sequence(_der(0x04, chance.randbytes(16)), _integer(2048), prf)
    derivation = _sequence(_oid("1.2.840.113549.1.5.12"), salted)
    cipher = _sequence(_oid("2.16.840.1.101.3.4.1.42"), _der(0x04, chance.randbytes(16)))
    scheme = _sequence(_oid("1.2.840.113549.1.5.13"), _sequence(derivation, cipher))
    return pem("ENCRYPTED PRIVATE KEY", _sequence(scheme, _der(0x04, chance.randbytes(1232))))


def _string(value: bytes) -> bytes:
    return struct.pack(">I", len(value)) + value


def pem_openssh(chance: random.Random) -> str:
    """OpenSSH's PROTOCOL.key, an ed25519 key without a passphrase."""
    public = chance.randbytes(32)
    check = chance.randbytes(4)
    secret = check * 2 + _string(b"ssh-ed25519") + _string(public)
    secret += _string(chance.randbytes(32) + public) + _string(b"ml@runner")
    secret += bytes(range(1, 1 + -len(secret) % 8))
    content = b"openssh-key-v1\0" + _string(b"none") * 2 + _string(b"") + struct.pack(">I", 1)
    content += _string(_string(b"ssh-ed25519") + _string(public)) + _string(secret)
    return pem("OPENSSH PRIVATE KEY", content, 70)


def putty_key(chance: random.Random) -> str:
    """PuTTY's PPK version 3 (appendix C of its manual)."""
    public = base64.b64encode(_string(b"ssh-ed25519") + _string(chance.randbytes(32))).decode()
    private = base64.b64encode(_string(chance.randbytes(32))).decode()
    lines = textwrap.wrap(public, 64)
    return "\n".join(
        (
            "PuTTY-User-Key-File-3: ssh-ed25519",
            "Encryption: none",
            "Comment: eddsa-key-20240611",
            f"Public-Lines: {len(lines)}",
            *lines,
            "Private-Lines: 1",
            private,
            f"Private-MAC: {chance.randbytes(32).hex()}",
        )
    )


def _crc24(content: bytes) -> int:
    register = 0xB704CE
    for octet in content:
        register ^= octet << 16
        for _ in range(8):
            register <<= 1
            if register & 0x1000000:
                register ^= 0x1864CFB
    return register


def _pgp(chance: random.Random, label: str, tag: int, secret: bool) -> str:
    """RFC 4880: a packet of a version 4 RSA key and one of a user, in ASCII armour."""

    def number(bits: int) -> bytes:
        return struct.pack(">H", bits) + _odd(chance, bits).to_bytes(bits // 8, "big")

    key = b"\x04" + chance.randint(1_500_000_000, 1_750_000_000).to_bytes(4, "big") + b"\x01"
    key += number(2048) + struct.pack(">H", 17) + b"\x01\0\x01"
    if secret:
        numbers = number(2048) + number(1024) + number(1024) + number(1024)
        key += b"\0" + numbers + struct.pack(">H", sum(numbers) % 65536)
    user = b"Release <release@ml.corp>"
    content = bytes([0x81 | tag << 2]) + struct.pack(">H", len(key)) + key
    content += bytes([0xB4, len(user)]) + user
    check = base64.b64encode(_crc24(content).to_bytes(3, "big")).decode()
    first, *body, last = pem(label, content).split("\n")
    return "\n".join([first, "", *body, f"={check}", last])


def pem_pgp_private(chance: random.Random) -> str:
    return _pgp(chance, "PGP PRIVATE KEY BLOCK", 5, True)


def pgp_public(chance: random.Random) -> str:
    return _pgp(chance, "PGP PUBLIC KEY BLOCK", 6, False)


def pem_public(chance: random.Random) -> str:
    return pem("PUBLIC KEY", _rsa_public(chance))


def _name(text: str) -> bytes:
    entry = _sequence(_oid("2.5.4.3"), _der(0x0C, text.encode()))
    return _sequence(_der(0x31, entry))


def _signature(chance: random.Random) -> tuple[bytes, bytes]:
    algorithm = _sequence(_oid("1.2.840.113549.1.1.11"), _NULL)
    return algorithm, _der(0x03, b"\0", chance.randbytes(256))


def pem_certificate(chance: random.Random) -> str:
    """Certificate of RFC 5280."""
    algorithm, signature = _signature(chance)
    valid = _sequence(_der(0x17, b"240101000000Z"), _der(0x17, b"290101000000Z"))
    version = _der(0xA0, _integer(2))
    serial = _integer(_odd(chance, 127))
    names = _name("Corp Issuing CA 2"), valid, _name("ml.corp")
    signed = _sequence(version, serial, algorithm, *names, _rsa_public(chance))
    return pem("CERTIFICATE", _sequence(signed, algorithm, signature))


def pem_csr(chance: random.Random) -> str:
    """CertificationRequest of RFC 2986."""
    algorithm, signature = _signature(chance)
    asked = _sequence(_integer(0), _name("ml.corp"), _rsa_public(chance), _der(0xA0))
    return pem("CERTIFICATE REQUEST", _sequence(asked, algorithm, signature))


def ssh_public_key(chance: random.Random) -> str:
    content = _string(b"ssh-ed25519") + _string(chance.randbytes(32))
    return f"ssh-ed25519 {base64.b64encode(content).decode()} anna@ml-workstation"


def nats_seed(chance: random.Random) -> str:
    """Seed of github.com/nats-io/nkeys: prefix, 32 bytes and CRC-16/XMODEM, in base32."""
    role = chance.choice((0, 14 << 3, 20 << 3))  # account, operator, user
    content = bytes([18 << 3 | role >> 5, (role & 31) << 3]) + chance.randbytes(32)
    register = 0
    for octet in content:
        register ^= octet << 8
        for _ in range(8):
            register = register << 1 ^ (0x1021 if register & 0x8000 else 0)
        register &= 0xFFFF
    return base64.b32encode(content + struct.pack("<H", register)).decode().rstrip("=")


def age_secret_key(chance: random.Random) -> str:
    """Identity of age-encryption.org/v1: 32 bytes in Bech32 (BIP 173)."""
    letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    prefix = "age-secret-key-"
    bits = int.from_bytes(chance.randbytes(32), "big") << 4
    data = [bits >> 5 * at & 31 for at in reversed(range(52))]
    spread = [ord(each) >> 5 for each in prefix] + [0] + [ord(each) & 31 for each in prefix]
    register = 1
    for value in (*spread, *data, *[0] * 6):
        top = register >> 25
        register = (register & 0x1FFFFFF) << 5 ^ value
        for at, mask in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            register ^= mask if top >> at & 1 else 0
    check = [(register ^ 1) >> 5 * at & 31 for at in reversed(range(6))]
    return (prefix + "1" + "".join(letters[each] for each in data + check)).upper()


def base64_png(chance: random.Random) -> str:
    """A small picture of noise."""

    def chunk(name: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + content))
        return struct.pack(">I", len(content)) + name + content + check

    size = chance.randint(6, 14)
    rows = b"".join(b"\0" + chance.randbytes(size * 3) for _ in range(size))
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    picture = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    picture += chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return base64.b64encode(picture).decode()


def digest(chance: random.Random, name: str, text: bool = False) -> str:
    """Return a digest of random bytes, in hex or as `name-base64`."""
    made = hashlib.new(name, chance.randbytes(16))
    return f"{name}-{base64.b64encode(made.digest()).decode()}" if text else made.hexdigest()
