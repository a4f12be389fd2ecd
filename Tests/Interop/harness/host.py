"""A host application that signs the logins of its users: its keys, its tokens, and tokens that are not its own.

PyJWT makes the tokens that are right; those that it refuses to make are put together by hand.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from . import settings as names

ISSUER = "forum.example"
AUDIENCE = "chat"


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def segment(value: object) -> str:
    """A header or payload; text is taken as it is."""
    return base64url((value if isinstance(value, str) else json.dumps(value)).encode())


def forge(header: object, payload: object, sign: Callable[[bytes], bytes]) -> str:
    """A token with any header and payload."""
    signed = f"{segment(header)}.{segment(payload)}"
    return f"{signed}.{base64url(sign(signed.encode()))}"


def hmac_by(secret: bytes, digest: str = "sha256") -> Callable[[bytes], bytes]:
    return lambda data: hmac.new(secret, data, getattr(hashlib, digest)).digest()


class HostApplication:
    """Fresh keys of every kind, each with an id, and a secret text that has none."""

    def __init__(self) -> None:
        self.text = base64url(os.urandom(48))  # the shared secret, as it is written in both configurations
        self.secret = os.urandom(64)
        self.rsa = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.ec = ec.generate_private_key(ec.SECP256R1())
        self.ed = ed25519.Ed25519PrivateKey.generate()

    # What the server is given

    def jwks(self) -> dict:
        return {"keys": [
            {"kty": "oct", "kid": "hs-1", "k": base64url(self.secret)},
            {**_public(self.rsa), "kid": "rs-1", "use": "sig", "alg": "RS256"},
            {**_public(self.ec), "kid": "ec-1"},
            {**_public(self.ed), "kid": "ed-1", "alg": "EdDSA"},
        ]}

    def settings(self, directory: Path) -> dict[str, object]:
        """The settings of a server that believes this application; its keys are written to `directory`."""
        file = private_file(directory / "keys.json", json.dumps(self.jwks()))
        return {names.JWT_SECRET: self.text, names.JWT_JWKS_FILE: file,
                names.JWT_ISSUER: ISSUER, names.JWT_AUDIENCE: AUDIENCE}

    @property
    def rsa_pem(self) -> bytes:
        return self.rsa.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    # Tokens

    @staticmethod
    def claims(subject: object = "42", **changes: object) -> dict:
        """Good claims; a change to None leaves one out."""
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": subject, "jti": str(uuid.uuid4()), "iat": now,
                  "nbf": now - 1, "exp": now + 600, **changes}
        return {name: value for name, value in claims.items() if value is not None}

    def token(self, subject: object = "42", algorithm: str = "HS256", header: dict | None = None,
              **changes: object) -> str:
        """A token that is signed rightly; `header` and `changes` may make it bad in other ways."""
        claims = self.claims(subject, **changes)
        header = {"alg": algorithm, "typ": "JWT", "kid": self.key_id(algorithm), **(header or {})}
        return forge({name: value for name, value in header.items() if value is not None}, claims,
                     self.signature(algorithm))

    def library_token(self, algorithm: str, subject: str, **changes: object) -> str:
        """The same, as PyJWT makes it."""
        return jwt.encode(self.claims(subject, **changes), self.key(algorithm), algorithm=algorithm,
                          headers={"kid": self.key_id(algorithm)})

    def text_token(self, algorithm: str, subject: str, **changes: object) -> str:
        """Signed with the secret text, as PyJWT makes it; it names no key."""
        return jwt.encode(self.claims(subject, **changes), self.text, algorithm=algorithm)

    def key(self, algorithm: str):
        return {"HS": self.secret, "RS": self.rsa, "ES": self.ec, "Ed": self.ed}[algorithm[:2]]

    @staticmethod
    def key_id(algorithm: str) -> str:
        return {"HS": "hs-1", "RS": "rs-1", "ES": "ec-1", "Ed": "ed-1"}[algorithm[:2]]

    def signature(self, algorithm: str) -> Callable[[bytes], bytes]:
        sign = jwt.get_algorithm_by_name(algorithm)
        return lambda data: sign.sign(data, sign.prepare_key(self.key(algorithm)))

    def bad_tokens(self) -> dict[str, str]:
        """Tokens that no server may take, by what is wrong with them."""
        now = int(time.time())
        good = self.token()
        header, payload, signature = good.split(".")
        stranger = HostApplication()
        claims = self.claims()
        jwk = {"kty": "oct", "kid": "hs-1", "k": base64url(stranger.secret)}
        by_stranger = hmac_by(stranger.secret)
        pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
        bad = {
            "not a token": "secret",
            "no signature": f"{header}.{payload}.",
            "two segments": f"{header}.{payload}",
            "four segments": f"{good}.{signature}",
            "padding": f"{header}.{payload}.{signature}=",
            "alg none": f"{segment({'alg': 'none', 'typ': 'JWT'})}.{payload}.",
            "alg none, signed": forge({"alg": "none", "kid": "hs-1"}, claims, hmac_by(self.secret)),
            "alg None, signed": forge({"alg": "None", "kid": "hs-1"}, claims, hmac_by(self.secret)),
            "no alg": forge({"typ": "JWT", "kid": "hs-1"}, claims, hmac_by(self.secret)),
            "two algs": forge('{"alg":"none","alg":"HS256","kid":"hs-1"}', claims, hmac_by(self.secret)),
            "public key as secret": forge({"alg": "HS256", "kid": "rs-1"}, claims, hmac_by(self.rsa_pem)),
            "public key as secret, no kid": forge({"alg": "HS256"}, claims, hmac_by(self.rsa_pem)),
            "empty secret": forge({"alg": "HS256", "kid": "hs-1"}, claims, hmac_by(b"")),
            "another algorithm than signed": forge({"alg": "HS512", "kid": "hs-1"}, claims, hmac_by(self.secret)),
            "RSA-PSS": forge({"alg": "PS256", "kid": "rs-1"}, claims,
                             lambda data: self.rsa.sign(data, pss, hashes.SHA256())),
            "RSA-PSS as RS256": forge({"alg": "RS256", "kid": "rs-1"}, claims,
                                      lambda data: self.rsa.sign(data, pss, hashes.SHA256())),
            "ECDSA in DER": forge({"alg": "ES256", "kid": "ec-1"}, claims,
                                  lambda data: self.ec.sign(data, ec.ECDSA(hashes.SHA256()))),
            "ECDSA of zeros": forge({"alg": "ES256", "kid": "ec-1"}, claims, lambda data: bytes(64)),
            "unknown kid": self.token(header={"kid": "hs-2"}),
            "kid is a path": forge({"alg": "HS256", "kid": "../../../../dev/null"}, claims, hmac_by(b"\0")),
            "kid is SQL": self.token(header={"kid": "x' UNION SELECT 'a"}),
            "kid is a number": self.token(header={"kid": 1}),
            "kid of another algorithm": self.token(header={"kid": "rs-1"}),
            "crit": self.token(header={"crit": ["exp"]}),
            "typ of another purpose": self.token(header={"typ": "dpop+jwt"}),
            "jwk in the header": forge({"alg": "HS256", "jwk": jwk}, claims, by_stranger),
            "jwk in the header, with kid": forge({"alg": "HS256", "kid": "hs-1", "jwk": jwk}, claims, by_stranger),
            "jku in the header": forge({"alg": "HS256", "jku": "http://127.0.0.1:9/keys"}, claims, by_stranger),
            "x5u in the header": forge({"alg": "RS256", "x5u": "file:///etc/passwd"}, claims,
                                       stranger.signature("RS256")),
            "another payload": f"{header}.{segment(self.claims('1'))}.{signature}",
            "no exp": self.token(exp=None),
            "exp as text": self.token(exp=str(now + 600)),
            "exp in milliseconds": self.token(exp=(now + 600) * 1000),
            "exp beyond every number": forge({"alg": "HS256", "kid": "hs-1"},
                                             '{"iss":"forum.example","aud":"chat","sub":"42","exp":1e400}',
                                             hmac_by(self.secret)),
            "expired": self.token(exp=now - 3600),
            "not yet valid": self.token(nbf=now + 3600),
            "issued in the future": self.token(iat=now + 3600),
            "wrong issuer": self.token(iss="other.example"),
            "no issuer": self.token(iss=None),
            "wrong audience": self.token(aud=["other", "chats"]),
            "no audience": self.token(aud=None),
            "two subjects": forge({"alg": "HS256", "kid": "hs-1"}, json.dumps(claims)[:-1] + ', "sub": "43"}',
                                  hmac_by(self.secret)),
            "no subject": self.token(None),
            "empty subject": self.token(""),
            "subject is a number": self.token(42),
            "subject is a guest's name": self.token("Guest1234"),
            "subject is no name": self.token("two words"),
            "subject is too long": self.token("a" * 65),
            "payload is a list": forge({"alg": "HS256", "kid": "hs-1"}, [claims], hmac_by(self.secret)),
            "oversized": self.token(x="x" * 6200),
        }
        for algorithm in ("HS256", "HS384", "HS512", "RS256", "ES256", "EdDSA"):
            bad[f"{algorithm} by a stranger"] = stranger.library_token(algorithm, "42")
            if not algorithm.startswith("HS"):
                bad[f"{algorithm} by a stranger, no kid"] = stranger.token("42", algorithm, header={"kid": None})
        return bad


def private_file(path: Path, text: str, mode: int = 0o600) -> Path:
    """Writes a file at once, so that nobody reads half of it."""
    draft = path.with_name(path.name + ".new")
    draft.write_text(text)
    draft.chmod(mode)
    draft.replace(path)
    return path


def _public(key) -> dict:
    """The public half of a key as a JWK."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return {"kty": "OKP", "crv": "Ed25519", "x": base64url(raw)}
    numbers = key.public_key().public_numbers()
    if isinstance(key, rsa.RSAPrivateKey):
        return {"kty": "RSA", "n": _number(numbers.n, 256), "e": _number(numbers.e, 3)}
    return {"kty": "EC", "crv": "P-256", "x": _number(numbers.x, 32), "y": _number(numbers.y, 32)}


def _number(value: int, length: int) -> str:
    return base64url(value.to_bytes(length, "big"))
