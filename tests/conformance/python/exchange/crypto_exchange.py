"""Judges what azvault-crypto made, and makes the same for it to judge.

Reads keys and cases as JSON from standard input; writes cases of its own to standard output.
"""

import base64
import json
import os
import sys

from azure.keyvault.keys import JsonWebKey, KeyOperation
from azure.keyvault.keys.crypto import (
    CryptographyClient,
    EncryptionAlgorithm,
    KeyWrapAlgorithm,
    SignatureAlgorithm,
)
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

OPERATIONS = [operation.value for operation in KeyOperation]


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def client(jwk):
    members = {
        name: value if name in ("kty", "kid", "crv") else decode(value)
        for name, value in jwk.items()
        if name != "key_ops"
    }
    return CryptographyClient.from_jwk(JsonWebKey(**members, key_ops=OPERATIONS))


def flipped(data):
    return bytes([data[0] ^ 1]) + data[1:]


HASHES = {"HS256": hashes.SHA256, "HS384": hashes.SHA384, "HS512": hashes.SHA512}


def judge_signature(crypto, jwk, case):
    digest, signature = decode(case["digest"]), decode(case["signature"])
    if case["alg"] in HASHES:
        mac = hmac.HMAC(decode(jwk["k"]), HASHES[case["alg"]]())
        mac.update(digest)
        mine = mac.copy().finalize()
        mac.verify(signature)
        return {**case, "signature": encode(mine)}
    alg = SignatureAlgorithm(case["alg"])
    assert crypto.verify(alg, digest, signature).is_valid, "refused"
    assert not crypto.verify(alg, digest, flipped(signature)).is_valid, "a wrong one is accepted"
    return {**case, "signature": encode(crypto.sign(alg, digest).signature)}


def judge_encryption(crypto, jwk, case):
    alg, plaintext, ciphertext = case["alg"], decode(case["plaintext"]), decode(case["ciphertext"])
    if alg.endswith("GCM"):
        cipher, aad = AESGCM(decode(jwk["k"])), decode(case["aad"])
        sealed = ciphertext + decode(case["tag"])
        assert cipher.decrypt(decode(case["iv"]), sealed, aad) == plaintext, alg
        iv = os.urandom(12)
        mine = cipher.encrypt(iv, plaintext, aad)
        return {**case, "iv": encode(iv), "ciphertext": encode(mine[:-16]), "tag": encode(mine[-16:])}
    if alg.endswith("CBC"):
        def cipher(iv):
            return Cipher(algorithms.AES(decode(jwk["k"])), modes.CBC(iv))
        opened = cipher(decode(case["iv"])).decryptor()
        assert opened.update(ciphertext) + opened.finalize() == plaintext, alg
        iv = os.urandom(16)
        sealing = cipher(iv).encryptor()
        return {**case, "iv": encode(iv), "ciphertext": encode(sealing.update(plaintext) + sealing.finalize())}
    alg = EncryptionAlgorithm(alg)
    if "iv" not in case:
        assert crypto.decrypt(alg, ciphertext).plaintext == plaintext, alg
        return {**case, "ciphertext": encode(crypto.encrypt(alg, plaintext).ciphertext)}
    assert crypto.decrypt(alg, ciphertext, iv=decode(case["iv"])).plaintext == plaintext, alg
    iv = os.urandom(16)
    return {**case, "iv": encode(iv), "ciphertext": encode(crypto.encrypt(alg, plaintext, iv=iv).ciphertext)}


def judge_wrapping(crypto, case):
    alg, key, wrapped = KeyWrapAlgorithm(case["alg"]), decode(case["key_bytes"]), decode(case["wrapped"])
    assert crypto.unwrap_key(alg, wrapped).key == key, alg
    return {**case, "wrapped": encode(crypto.wrap_key(alg, key).encrypted_key)}


def main():
    exchange = json.load(sys.stdin)
    made = []
    for case in exchange["cases"]:
        jwk = exchange["keys"][case["key"]]
        crypto = client(jwk)
        try:
            if case["op"] == "sign":
                made.append(judge_signature(crypto, jwk, case))
            elif case["op"] == "encrypt":
                made.append(judge_encryption(crypto, jwk, case))
            else:
                made.append(judge_wrapping(crypto, case))
        except Exception as error:
            raise SystemExit(f"{case['key']} {case['op']} {case['alg']}: {error!r}") from error
    print(f"the official client and cryptography judged {len(made)} cases", file=sys.stderr)
    json.dump({"keys": exchange["keys"], "cases": made}, sys.stdout)


main()
