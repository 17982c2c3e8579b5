"""Every algorithm, computed here on the one side and in the vault on the other.

Whoever may not read a key has each operation computed in the vault; that is who asks for it here.
"""

import base64
import hashlib
import hmac
import os

from azure.core.exceptions import HttpResponseError
from azure.core.rest import HttpRequest
from azure.keyvault.keys.crypto import EncryptionAlgorithm, KeyWrapAlgorithm, SignatureAlgorithm
from azure.mgmt.keyvault.models import AccessPolicyEntry, Permissions
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

import known
from areas import vaults
from suite import refused, with_each
from world import BOTH, TENANT, hsm_url

PLAINTEXT = b"hunter2"
CLIENT = "66666666-7777-4888-8999-000000000000"
RSA = {"RSA-OAEP", "RSA-OAEP-256", "RSA1_5"}
CURVES = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521", "ES256K": "P-256K"}
made = {}


def check(name):
    return with_each(BOTH, "crypto", name)


def there(io, name, jwk):
    """A client of a known key that may compute with it, but not read it."""
    if io not in made:
        caller = io.somebody(CLIENT)
        mine = AccessPolicyEntry(
            tenant_id=TENANT, object_id=vaults.object_id(), permissions=Permissions(keys_property=["all"])
        )
        words = ["encrypt", "decrypt", "sign", "verify", "wrapKey", "unwrapKey"]
        theirs = AccessPolicyEntry(
            tenant_id=TENANT, object_id=vaults.object_id(CLIENT), permissions=Permissions(keys_property=words)
        )
        url = vaults.make(f"crypto-{io.name}", vaults.body([mine, theirs])).properties.vault_uri
        made[io] = (caller, io.keys(url), {})
    caller, keys, imported = made[io]
    if name not in imported:
        imported[name] = keys.import_key(name, jwk)
        # So that what follows is surely not computed here.
        refused(lambda: io.keys(imported[name].properties.vault_url, caller).get_key(name), 403, "Forbidden")
    return io.crypto(imported[name].id, caller)


def in_hsm(io, name, jwk):
    return io.crypto(io.keys(hsm_url(f"crypto-{io.name}")).import_key(name, jwk))


class InHsm:
    """A symmetric key's operations as requests of the client of keys.

    For an algorithm that it has itself, the client of cryptography computes with a random key of its own
    where the service, rightly, does not tell the key.
    """

    def __init__(self, io, name, jwk):
        self.keys = io.keys(hsm_url(f"crypto-{io.name}"))
        self.key = self.keys.import_key(name, jwk)

    def ask(self, operation, **body):
        values = {name: encode(it) if isinstance(it, bytes) else it for name, it in body.items()}
        request = HttpRequest("POST", f"{self.key.id}/{operation}?api-version=7.6", json=values)
        answer = self.keys.send_request(request)
        answer.raise_for_status()
        return decode(answer.json()["value"])


def encode(value):
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


for algorithm in [EncryptionAlgorithm(it) for it in sorted(RSA)]:

    @check(f"{algorithm.value}: encrypted here, decrypted there")
    def _(io, algorithm=algorithm):
        here, vault = io.local(known.rsa_jwk()), there(io, "rsa", known.rsa_jwk())
        result = vault.decrypt(algorithm, here.encrypt(algorithm, PLAINTEXT).ciphertext)
        assert (result.plaintext, result.algorithm) == (PLAINTEXT, algorithm)

    @check(f"{algorithm.value}: encrypted there, decrypted here")
    def _(io, algorithm=algorithm):
        here, vault = io.local(known.rsa_jwk()), there(io, "rsa", known.rsa_jwk())
        result = vault.encrypt(algorithm, PLAINTEXT)
        assert "/keys/rsa/" in result.key_id
        assert here.decrypt(algorithm, result.ciphertext).plaintext == PLAINTEXT


for algorithm in [KeyWrapAlgorithm(it) for it in sorted(RSA)]:

    @check(f"{algorithm.value}: wrapped here, unwrapped there")
    def _(io, algorithm=algorithm):
        key, here, vault = os.urandom(32), io.local(known.rsa_jwk()), there(io, "rsa", known.rsa_jwk())
        assert vault.unwrap_key(algorithm, here.wrap_key(algorithm, key).encrypted_key).key == key

    @check(f"{algorithm.value}: wrapped there, unwrapped here")
    def _(io, algorithm=algorithm):
        key, here, vault = os.urandom(32), io.local(known.rsa_jwk()), there(io, "rsa", known.rsa_jwk())
        assert here.unwrap_key(algorithm, vault.wrap_key(algorithm, key).encrypted_key).key == key


def digest_for(algorithm):
    return hashlib.new(f"sha{algorithm.value[2:5]}", PLAINTEXT).digest()


def signer(algorithm):
    curve = CURVES.get(algorithm.value)
    return (f"ec-{curve}", known.ec_jwk(curve)) if curve else ("rsa", known.rsa_jwk())


for algorithm in [it for it in SignatureAlgorithm if not it.value.startswith("HS")]:

    @check(f"{algorithm.value}: signed here, verified there")
    def _(io, algorithm=algorithm):
        name, jwk = signer(algorithm)
        here, vault, digest = io.local(jwk), there(io, name, jwk), digest_for(algorithm)
        signature = here.sign(algorithm, digest).signature
        assert vault.verify(algorithm, digest, signature).is_valid is True
        wrong = bytes([digest[0] ^ 1]) + digest[1:]
        assert vault.verify(algorithm, wrong, signature).is_valid is False

    @check(f"{algorithm.value}: signed there, verified here")
    def _(io, algorithm=algorithm):
        name, jwk = signer(algorithm)
        here, vault, digest = io.local(jwk), there(io, name, jwk), digest_for(algorithm)
        signature = vault.sign(algorithm, digest).signature
        assert here.verify(algorithm, digest, signature).is_valid is True
        wrong = bytes([digest[0] ^ 1]) + digest[1:]
        assert here.verify(algorithm, wrong, signature).is_valid is False


for algorithm in [it for it in SignatureAlgorithm if it.value.startswith("HS")]:

    @check(f"{algorithm.value}: signed there, verified here and there")
    def _(io, algorithm=algorithm):
        digest = digest_for(algorithm)
        jwk = known.oct_jwk(256, operations=["sign", "verify"])
        vault = in_hsm(io, f"hmac-{algorithm.value}", jwk)
        signature = vault.sign(algorithm, digest).signature
        assert signature == hmac.digest(jwk.k, digest, f"sha{algorithm.value[2:5]}")
        assert vault.verify(algorithm, digest, signature).is_valid is True
        assert vault.verify(algorithm, digest, signature[::-1]).is_valid is False


for bits in (128, 192, 256):

    @check(f"A{bits}CBCPAD: encrypted on either side, decrypted on the other")
    def _(io, bits=bits):
        name, iv = f"A{bits}CBCPAD", os.urandom(16)
        here, vault = io.local(known.oct_jwk(bits, "oct")), InHsm(io, f"aes-{bits}", known.oct_jwk(bits))
        sent = vault.ask("encrypt", alg=name, value=PLAINTEXT, iv=iv)
        assert here.decrypt(EncryptionAlgorithm(name), sent, iv=iv).plaintext == PLAINTEXT
        sealed = here.encrypt(EncryptionAlgorithm(name), PLAINTEXT, iv=iv).ciphertext
        assert sealed == sent and vault.ask("decrypt", alg=name, value=sealed, iv=iv) == PLAINTEXT

    @check(f"A{bits}CBC: encrypted there, decrypted here and there")
    def _(io, bits=bits):
        algorithm, iv, blocks = EncryptionAlgorithm(f"A{bits}CBC"), os.urandom(16), os.urandom(32)
        vault = in_hsm(io, f"aes-{bits}", known.oct_jwk(bits))
        sealed = vault.encrypt(algorithm, blocks, iv=iv)
        opened = Cipher(algorithms.AES(known.symmetric(bits)), modes.CBC(iv)).decryptor()
        assert opened.update(sealed.ciphertext) + opened.finalize() == blocks
        assert vault.decrypt(algorithm, sealed.ciphertext, iv=iv).plaintext == blocks

    @check(f"A{bits}GCM: encrypted there, decrypted here and there")
    def _(io, bits=bits):
        algorithm, aad = EncryptionAlgorithm(f"A{bits}GCM"), b"for whom"
        vault = in_hsm(io, f"aes-{bits}", known.oct_jwk(bits))
        sealed = vault.encrypt(algorithm, PLAINTEXT, additional_authenticated_data=aad)
        assert (len(sealed.iv), len(sealed.tag)) == (12, 16)
        opened = AESGCM(known.symmetric(bits)).decrypt(sealed.iv, sealed.ciphertext + sealed.tag, aad)
        assert opened == PLAINTEXT
        about = {"iv": sealed.iv, "authentication_tag": sealed.tag, "additional_authenticated_data": aad}
        assert vault.decrypt(algorithm, sealed.ciphertext, **about).plaintext == PLAINTEXT
        about["authentication_tag"] = bytes(16)
        refused(lambda: vault.decrypt(algorithm, sealed.ciphertext, **about), 400, "BadParameter")

    @check(f"A{bits}KW: wrapped on either side, unwrapped on the other")
    def _(io, bits=bits):
        name, key = f"A{bits}KW", os.urandom(16)
        here, vault = io.local(known.oct_jwk(bits, "oct")), InHsm(io, f"aes-{bits}", known.oct_jwk(bits))
        wrapped = here.wrap_key(KeyWrapAlgorithm(name), key).encrypted_key
        assert vault.ask("unwrapkey", alg=name, value=wrapped) == key
        assert here.unwrap_key(KeyWrapAlgorithm(name), vault.ask("wrapkey", alg=name, value=key)).key == key


@check("what the public key can do is done here once the key was read")
def _(io):
    keys = made[io][1] if io in made else (there(io, "rsa", known.rsa_jwk()) and made[io][1])
    client = io.crypto(keys.create_rsa_key("mixed"))
    sealed = client.encrypt(EncryptionAlgorithm.rsa_oaep_256, PLAINTEXT)
    assert client.decrypt(EncryptionAlgorithm.rsa_oaep_256, sealed.ciphertext).plaintext == PLAINTEXT
    digest = hashlib.sha256(PLAINTEXT).digest()
    signature = client.sign(SignatureAlgorithm.ps256, digest).signature
    assert client.verify(SignatureAlgorithm.ps256, digest, signature).is_valid


@check("a key computes only what its operations say")
def _(io):
    there(io, "rsa", known.rsa_jwk())
    keys = made[io][1]
    client = io.crypto(keys.create_rsa_key("sign-only", key_operations=["sign", "verify"]).id)
    call = lambda: client.decrypt(EncryptionAlgorithm.rsa_oaep, bytes(256))
    error = refused(call, 403, "Forbidden", HttpResponseError)
    assert "Operation decrypt is not permitted on this key." in error.message, error.message
    assert error.error.innererror["code"] == "KeyOperationForbidden"


@check("a disabled key computes nothing")
def _(io):
    there(io, "rsa", known.rsa_jwk())
    keys = made[io][1]
    key = keys.create_rsa_key("disabled", enabled=False)
    call = lambda: io.crypto(key.id).sign(SignatureAlgorithm.rs256, bytes(32))
    error = refused(call, 403, "Forbidden", HttpResponseError)
    assert error.error.innererror["code"] == "KeyDisabled"


@check("a ciphertext that is none, and a digest of another length, are refused")
def _(io):
    vault = there(io, "rsa", known.rsa_jwk())
    refused(lambda: vault.decrypt(EncryptionAlgorithm.rsa_oaep_256, bytes(256)), 400, "BadParameter")
    refused(lambda: vault.sign(SignatureAlgorithm.rs256, bytes(20)), 400, "BadParameter")
