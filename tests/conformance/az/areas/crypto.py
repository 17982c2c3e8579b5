"""What keys are for: some of it `az` does itself, with the public key, and some the service does."""

import base64
import hashlib

from place import group, vault_for_everything
from report import equal, has

NAME = "conf-az-crypto"


def run(area, az, me):
    where = group(az, "crypto")
    vault_for_everything(az, me, where, NAME)
    key = lambda verb, name, *more: az("keyvault", "key", verb, "--vault-name", NAME, "-n", name, *more)
    key("create", "rsa")
    for algorithm in ("RSA-OAEP", "RSA-OAEP-256", "RSA1_5"):
        with area.check(f"{algorithm}: what az encrypts here the service decrypts"):
            sealed = key("encrypt", "rsa", "-a", algorithm, "--value", "opened?", "--data-type", "plaintext")
            equal(sealed["algorithm"], algorithm)
            opened = key("decrypt", "rsa", "-a", algorithm, "--value", sealed["result"], "--data-type", "plaintext")
            equal(opened["result"], "opened?")
    with area.check("what was changed is not decrypted, in the service's words"):
        value = base64.b64encode(b"\x01" * 256).decode()
        words = az.refusal("keyvault", "key", "decrypt", "--vault-name", NAME, "-n", "rsa", "-a", "RSA-OAEP",
                           "--value", value)  # fmt: skip
        has(words, "(BadParameter)")
    for algorithm, digest in (("RS256", "sha256"), ("PS512", "sha512")):
        with area.check(f"{algorithm}: what the service signs az verifies here"):
            signs(key, "rsa", algorithm, digest)
    for curve, algorithm, digest in (
        ("P-256", "ES256", "sha256"),
        ("P-384", "ES384", "sha384"),
        ("P-521", "ES512", "sha512"),
        ("P-256K", "ES256K", "sha256"),
    ):
        with area.check(f"{algorithm}: what the service signs with {curve} az verifies here"):
            key("create", curve.lower(), "--kty", "EC", "--curve", curve)
            signs(key, curve.lower(), algorithm, digest)
    refusals(area, az, key)


def signs(key, name, algorithm, digest):
    hashed = lambda text: base64.b64encode(hashlib.new(digest, text).digest()).decode()
    signed = key("sign", name, "-a", algorithm, "--digest", hashed(b"said"))
    verify = ["-a", algorithm, "--signature", signed["signature"]]
    equal(key("verify", name, *verify, "--digest", hashed(b"said"))["isValid"], True)
    equal(key("verify", name, *verify, "--digest", hashed(b"not said"))["isValid"], False)


def refusals(area, az, key):
    digest = base64.b64encode(b"d" * 32).decode()
    sign = lambda name: az.refusal("keyvault", "key", "sign", "--vault-name", NAME, "-n", name,
                                   "-a", "ES256", "--digest", digest)  # fmt: skip
    with area.check("a disabled key signs nothing, in the service's words"):
        key("set-attributes", "p-256", "--enabled", "false")
        has(sign("p-256"), "(Forbidden) Operation sign is not allowed on a disabled key.", "KeyDisabled")
    with area.check("an operation that the key is not for is refused"):
        key("set-attributes", "p-256", "--enabled", "true", "--ops", "verify")
        has(sign("p-256"), "(Forbidden) Operation sign is not permitted on this key.", "KeyOperationForbidden")
