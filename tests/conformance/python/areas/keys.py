"""Every operation of azure-keyvault-keys."""

import datetime
import json

from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ResourceNotFoundError,
)
from azure.keyvault.keys import (
    ApiVersion,
    JsonWebKey,
    KeyClient,
    KeyCurveName,
    KeyOperation,
    KeyReleasePolicy,
    KeyRotationLifetimeAction,
    KeyRotationPolicy,
    KeyRotationPolicyAction,
    KeyType,
)

import known
from suite import refused, with_each
from world import BOTH, SYNC, hsm_url, vault_url


def check(name):
    return with_each(BOTH, "keys", name)


def vault(io):
    return io.keys(vault_url(f"keys-{io.name}"))


def hsm(io):
    return io.keys(hsm_url(f"keys-{io.name}"))


def later(days):
    return datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) + datetime.timedelta(days=days)


@check("an RSA key is made and read")
def _(io):
    keys = vault(io)
    made = keys.create_rsa_key("rsa", size=2048, tags={"team": "payments"})
    assert made.key_type == KeyType.rsa and made.name == "rsa"
    assert len(made.key.n) == 256 and made.key.e == b"\x01\x00\x01"
    assert made.id == f"{vault_url(f'keys-{io.name}')}/keys/rsa/{made.properties.version}"
    assert len(made.properties.version) == 32
    assert made.properties.enabled and made.properties.tags == {"team": "payments"}
    assert made.properties.recovery_level == "Recoverable+Purgeable"
    assert made.properties.recoverable_days == 90
    assert set(made.key_operations) == {"encrypt", "decrypt", "sign", "verify", "wrapKey", "unwrapKey"}
    read = keys.get_key("rsa")
    assert (read.id, read.key.n, read.key.d) == (made.id, made.key.n, None)
    assert keys.get_key("rsa", made.properties.version).id == made.id


for size in (3072, 4096):

    @check(f"an RSA key of {size} bits is made")
    def _(io, size=size):
        made = vault(io).create_rsa_key(f"rsa-{size}", size=size)
        assert len(made.key.n) == size // 8


for curve, length in [("P-256", 32), ("P-384", 48), ("P-521", 66), ("P-256K", 32)]:

    @check(f"a key on {curve} is made")
    def _(io, curve=curve, length=length):
        made = vault(io).create_ec_key(f"ec-{curve}", curve=KeyCurveName(curve))
        assert (made.key_type, made.key.crv) == (KeyType.ec, curve)
        assert (len(made.key.x), len(made.key.y), made.key.d) == (length, length, None)
        assert set(made.key_operations) == {"sign", "verify"}


@check("keys in hardware are made")
def _(io):
    keys = vault(io)
    assert keys.create_rsa_key("rsa-hsm", hardware_protected=True).key_type == "RSA-HSM"
    assert keys.create_ec_key("ec-hsm", hardware_protected=True).key_type == "EC-HSM"


@check("a symmetric key is made in a managed HSM, and does not leave it")
def _(io):
    made = hsm(io).create_oct_key("oct", size=256, hardware_protected=True)
    assert (made.key_type, made.key.k) == ("oct-HSM", None)
    assert hsm(io).get_key("oct").key.k is None


@check("times, operations and state are as asked for")
def _(io):
    keys = vault(io)
    begins, ends = later(-1), later(30)
    made = keys.create_key(
        "attributes", "RSA", enabled=False, not_before=begins, expires_on=ends,
        key_operations=[KeyOperation.sign, KeyOperation.verify],
    )
    assert made.key_operations == ["sign", "verify"]
    assert made.properties.enabled is False
    assert (made.properties.not_before, made.properties.expires_on) == (begins, ends)
    assert made.properties.created_on == made.properties.updated_on


@check("another version is made, and both are listed")
def _(io):
    keys = vault(io)
    first, second = keys.create_rsa_key("versions"), keys.create_rsa_key("versions")
    assert first.properties.version != second.properties.version
    assert keys.get_key("versions").id == second.id
    listed = {it.version for it in keys.list_properties_of_key_versions("versions")}
    assert listed == {first.properties.version, second.properties.version}


@check("attributes, operations and tags are updated")
def _(io):
    keys = vault(io)
    made = keys.create_rsa_key("update", tags={"a": "1"})
    changed = keys.update_key_properties(
        "update", made.properties.version, enabled=False, tags={"b": "2"}, expires_on=later(9),
        key_operations=["encrypt"],
    )
    assert changed.id == made.id and changed.key_operations == ["encrypt"]
    assert (changed.properties.enabled, changed.properties.tags) == (False, {"b": "2"})
    assert changed.properties.expires_on == later(9) or changed.properties.expires_on < later(9.1)
    again = keys.update_key_properties("update", enabled=True)
    assert again.properties.enabled and again.properties.tags == {"b": "2"}


@check("a private key is imported, and is not given out")
def _(io):
    keys = vault(io)
    for name, jwk in [("import-rsa", known.rsa_jwk()), ("import-ec", known.ec_jwk("P-384"))]:
        made = keys.import_key(name, jwk, hardware_protected=False, tags={"from": "here"})
        assert made.properties.tags == {"from": "here"}
        assert (made.key.n, made.key.x) == (jwk.n, jwk.x)
        for private in ("d", "p", "q", "dp", "dq", "qi", "k"):
            assert getattr(keys.get_key(name).key, private) is None, private


@check("a key is imported into hardware")
def _(io):
    assert vault(io).import_key("import-hsm", known.rsa_jwk(), hardware_protected=True).key_type == "RSA-HSM"


@check("a key is deleted, read, listed, recovered")
def _(io):
    keys = vault(io)
    made = keys.create_ec_key("recover")
    deleted = keys.delete_key("recover")
    assert deleted.id == made.id
    assert deleted.recovery_id == f"{vault_url(f'keys-{io.name}')}/deletedkeys/recover"
    days = (deleted.scheduled_purge_date - deleted.deleted_date).days
    assert days == 90, days
    refused(lambda: keys.get_key("recover"), 404, "KeyNotFound", ResourceNotFoundError)
    assert keys.get_deleted_key("recover").key.x == made.key.x
    assert "recover" in [it.name for it in keys.list_deleted_keys()]
    assert keys.recover_deleted_key("recover").id == made.id
    assert keys.get_key("recover").id == made.id
    refused(lambda: keys.get_deleted_key("recover"), 404, "KeyNotFound", ResourceNotFoundError)


@check("a deleted key keeps its name until it is purged")
def _(io):
    keys = vault(io)
    keys.create_ec_key("purge")
    keys.delete_key("purge")
    error = refused(lambda: keys.create_ec_key("purge"), 409, "Conflict", ResourceExistsError)
    assert error.error.innererror["code"] == "ObjectIsDeletedButRecoverable"
    assert keys.purge_deleted_key("purge") is None
    refused(lambda: keys.get_deleted_key("purge"), 404, "KeyNotFound", ResourceNotFoundError)
    assert keys.create_ec_key("purge").name == "purge"


@check("a backup brings all versions back")
def _(io):
    keys = vault(io)
    first, second = keys.create_ec_key("backup"), keys.create_ec_key("backup")
    blob = keys.backup_key("backup")
    assert isinstance(blob, bytes) and len(blob) > 500
    refused(lambda: keys.restore_key_backup(blob), 409, "Conflict", ResourceExistsError)
    keys.delete_key("backup")
    keys.purge_deleted_key("backup")
    assert keys.restore_key_backup(blob).id == second.id
    listed = {it.version for it in keys.list_properties_of_key_versions("backup")}
    assert listed == {first.properties.version, second.properties.version}
    assert keys.get_key("backup", first.properties.version).key.x == first.key.x


@check("what is no backup is refused")
def _(io):
    refused(lambda: vault(io).restore_key_backup(b"no backup"), 400, "Malformed backup blob")


@check("a key is rotated, on demand and with a policy")
def _(io):
    keys = vault(io)
    made = keys.create_rsa_key("rotate")
    default = keys.get_key_rotation_policy("rotate")
    assert [it.action for it in default.lifetime_actions] == [KeyRotationPolicyAction.notify]
    action = KeyRotationLifetimeAction(KeyRotationPolicyAction.rotate, time_after_create="P60D")
    set_ = keys.update_key_rotation_policy("rotate", KeyRotationPolicy(lifetime_actions=[action], expires_in="P90D"))
    assert set_.expires_in == "P90D" and set_.updated_on
    read = keys.get_key_rotation_policy("rotate")
    assert [(it.action, it.time_after_create) for it in read.lifetime_actions if it.action == "Rotate"] == [
        ("Rotate", "P60D")
    ]
    rotated = keys.rotate_key("rotate")
    assert rotated.id != made.id and rotated.key.n != made.key.n
    assert abs((rotated.properties.expires_on - later(90)).total_seconds()) < 60
    assert keys.get_key("rotate").id == rotated.id


@check("keys are listed over pages")
def _(io):
    keys = io.keys(vault_url(f"keypages-{io.name}"))
    names = {f"k{number}" for number in range(30)}
    for name in sorted(names):
        keys.create_ec_key(name)
    pages = [[it.name for it in page] for page in keys.list_properties_of_keys().by_page()]
    assert [len(page) for page in pages] == [25, 5], [len(page) for page in pages]
    assert {it for page in pages for it in page} == names
    assert len(list(keys.list_properties_of_keys(max_page_size=7))) == 30
    keys.delete_key("k1")
    assert {it.name for it in keys.list_properties_of_keys()} == names - {"k1"}
    assert [it.name for it in keys.list_deleted_keys()] == ["k1"]


@check("versions are listed over pages")
def _(io):
    keys = vault(io)
    made = {keys.create_ec_key("many").properties.version for _ in range(27)}
    listed = [it.version for it in keys.list_properties_of_key_versions("many")]
    assert len(listed) == 27 and set(listed) == made


@check("a key that is not there is not found")
def _(io):
    keys = vault(io)
    words = "A key with (name/id) none was not found in this key vault."
    refused(lambda: keys.get_key("none"), 404, "KeyNotFound", ResourceNotFoundError, words)
    refused(lambda: keys.get_key("none", "0" * 32), 404, "KeyNotFound", ResourceNotFoundError)
    refused(lambda: keys.delete_key("none"), 404, "KeyNotFound", ResourceNotFoundError)
    refused(lambda: keys.backup_key("none"), 404, "KeyNotFound", ResourceNotFoundError)
    refused(lambda: keys.rotate_key("none"), 404, "KeyNotFound", ResourceNotFoundError)
    refused(lambda: keys.update_key_properties("none", enabled=True), 404, "KeyNotFound", ResourceNotFoundError)
    assert list(keys.list_properties_of_key_versions("none")) == []


@check("what is no key is refused")
def _(io):
    keys = vault(io)
    refused(lambda: keys.create_rsa_key("bad", size=1234), 400, "BadParameter", HttpResponseError)
    refused(lambda: keys.create_key("bad", "RSB"), 400, "BadParameter", HttpResponseError)
    refused(lambda: keys.create_rsa_key("bad_name!"), 400, "BadParameter", HttpResponseError)
    jwk = JsonWebKey(kty="RSA", n=b"1", e=b"\x01\x00\x01", key_ops=["sign"])
    refused(lambda: keys.import_key("bad", jwk), 400, "BadParameter", HttpResponseError)


@check("random bytes come from a managed HSM")
def _(io):
    first, second = hsm(io).get_random_bytes(count=32), hsm(io).get_random_bytes(count=32)
    assert len(first) == 32 and first != second


@check("a key is released to nobody without an attestation")
def _(io):
    keys = vault(io)
    claims = {"claim": "x-ms-sgx-is-debuggable", "equals": "false"}
    policy = {"version": "1.0.0", "anyOf": [{"authority": "https://sharedeus.eus.attest.azure.net", "allOf": [claims]}]}
    made = keys.create_rsa_key(
        "release", hardware_protected=True, exportable=True,
        release_policy=KeyReleasePolicy(json.dumps(policy).encode()), key_operations=["encrypt", "decrypt"],
    )
    assert made.properties.exportable
    assert json.loads(made.properties.release_policy.encoded_policy)["version"] == "1.0.0"
    refused(lambda: keys.release_key("release", "no.attestation.token"), 403, "Forbidden")


@check("a token that is none is refused")
def _(io):
    from azure.core.credentials import AccessToken

    class Nobody:
        def get_token(self, *scopes, **options):
            return AccessToken("no.token.atall", 4102444800)

    class NobodyAsync(Nobody):
        async def get_token(self, *scopes, **options):
            return AccessToken("no.token.atall", 4102444800)

        async def close(self):
            pass

    nobody = Nobody() if io is SYNC else NobodyAsync()
    keys = io.keys(vault_url(f"keys-{io.name}"), nobody)
    refused(lambda: keys.get_key("rsa"), 401, None, ClientAuthenticationError)


for version in ApiVersion:

    @with_each([SYNC], "keys", f"api-version {version.value} is spoken")
    def _(io, version=version):
        keys = KeyClient(vault_url("keys-sync"), io.credential, api_version=version)
        made = keys.create_ec_key("spoken")
        assert keys.get_key("spoken").id == made.id
