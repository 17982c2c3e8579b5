"""Keys: every command for them."""

import json
import os
import tempfile

from place import group, url, vault_for_everything
from report import equal, has

NAME = "conf-az-keys"
OTHER = "conf-az-keys-b"
PEM = os.path.join(os.path.dirname(__file__), "../../../scenarios/files/rsa-pkcs8.pem")


def run(area, az, me):
    where = group(az, "keys")
    vault_for_everything(az, me, where, NAME, "--sku", "premium")
    vault_for_everything(az, me, where, OTHER)
    key = lambda verb, name=None, *more, vault=NAME: az(
        "keyvault", "key", verb, "--vault-name", vault, *(["-n", name] if name else []), *more
    )
    create(area, key)
    show(area, az, key)
    with tempfile.TemporaryDirectory() as folder:
        files(area, key, folder)
    rotate(area, az, key)
    life(area, az, key)


def create(area, key):
    with area.check("create makes RSA of the default size, with all operations"):
        made = key("create", "rsa")
        equal((made["key"]["kty"], len(made["key"]["n"])), ("RSA", 344))
        has(made["key"]["kid"], url(NAME) + "/keys/rsa/")
        equal(sorted(made["key"]["keyOps"]), sorted(["encrypt", "decrypt", "sign", "verify", "wrapKey", "unwrapKey"]))
        equal(made["attributes"]["recoveryLevel"], "Recoverable+Purgeable")
    with area.check("create makes the kinds, curves and sizes that are asked for"):
        made = key("create", "ec", "--kty", "EC", "--curve", "P-384", "--ops", "sign", "verify")
        equal((made["key"]["kty"], made["key"]["crv"]), ("EC", "P-384"))
        equal(made["key"]["keyOps"], ["sign", "verify"])
        made = key("create", "hsm", "--kty", "RSA-HSM", "--size", "3072", "--tags", "a=b",
                   "--expires", "2030-01-02T03:04:05Z", "--not-before", "2020-01-02T03:04:05Z")  # fmt: skip
        equal((made["key"]["kty"], len(made["key"]["n"]), made["tags"]), ("RSA-HSM", 512, {"a": "b"}))
        equal(made["attributes"]["expires"], "2030-01-02T03:04:05+00:00")
        equal(made["attributes"]["notBefore"], "2020-01-02T03:04:05+00:00")
    with area.check("create over a key makes a version"):
        first = key("show", "ec")["key"]["kid"]
        second = key("create", "ec", "--kty", "EC", "--disabled", "true")
        assert second["key"]["kid"] != first
        equal(second["attributes"]["enabled"], False)


def show(area, az, key):
    with area.check("show by name, by version and by id"):
        shown = key("show", "rsa")
        kid = shown["key"]["kid"]
        equal(key("show", "rsa", "--version", kid.rsplit("/", 1)[1]), shown)
        equal(az("keyvault", "key", "show", "--id", kid), shown)
    with area.check("list and list-versions"):
        equal([item["name"] for item in key("list")], ["ec", "hsm", "rsa"])
        equal(key("list")[2]["kid"], url(NAME) + "/keys/rsa")
        equal(len(key("list-versions", "ec")), 2)
    with area.check("set-attributes changes a version"):
        changed = key("set-attributes", "rsa", "--enabled", "false", "--tags", "c=d", "--ops", "sign")
        equal((changed["attributes"]["enabled"], changed["tags"]), (False, {"c": "d"}))
        equal(changed["key"]["keyOps"], ["sign"])
        equal(key("set-attributes", "rsa", "--enabled", "true")["attributes"]["enabled"], True)
    with area.check("a key that is not there is refused in the service's words"):
        words = az.refusal("keyvault", "key", "show", "--vault-name", NAME, "-n", "none")
        has(words, "(KeyNotFound) A key with (name/id) none was not found in this key vault.")
        has(words, "https://go.microsoft.com/fwlink/?linkid=2125182")


def files(area, key, folder):
    path = lambda name: os.path.join(folder, name)
    with area.check("download gives the public key"):
        key("download", "hsm", "-f", path("public.pem"))
        with open(path("public.pem")) as file:
            has(file.read(), "-----BEGIN PUBLIC KEY-----")
    with area.check("import takes a private key in PEM"):
        made = key("import", "pem", "--pem-file", PEM)
        equal((made["key"]["kty"], len(made["key"]["n"])), ("RSA", 344))
        assert not {"d", "p", "q", "dp", "dq", "qi"} & {name for name, value in made["key"].items() if value}
    with area.check("backup and restore take all versions to another vault"):
        key("backup", "ec", "-f", path("backup"))
        restored = key("restore", None, "-f", path("backup"), vault=OTHER)
        has(restored["key"]["kid"], url(OTHER) + "/keys/ec/")
        versions = lambda vault: [item["kid"].rsplit("/", 1)[1] for item in key("list-versions", "ec", vault=vault)]
        equal(sorted(versions(OTHER)), sorted(versions(NAME)))


def rotate(area, az, key):
    with area.check("rotate makes a version"):
        first = key("show", "hsm")["key"]["kid"]
        second = key("rotate", "hsm")["key"]
        assert second["kid"] != first
        equal((second["kty"], len(second["n"])), ("RSA-HSM", 512))
    of_policy, named = ["keyvault", "key", "rotation-policy"], ["--vault-name", NAME, "-n", "hsm"]
    with area.check("rotation-policy update and show"):
        policy = {
            "lifetimeActions": [{"trigger": {"timeAfterCreate": "P18M"}, "action": {"type": "Rotate"}}],
            "attributes": {"expiryTime": "P2Y"},
        }
        policy = az(*of_policy, "update", *named, "--value", json.dumps(policy))
        (rotation,) = [action for action in policy["lifetimeActions"] if action["action"].lower() == "rotate"]
        equal((rotation["timeAfterCreate"], policy["expiresIn"]), ("P18M", "P2Y"))
        shown = az(*of_policy, "show", *named)
        equal(shown["id"], url(NAME) + "/keys/hsm/rotationpolicy")
        equal(shown["expiresIn"], "P2Y")


def life(area, az, key):
    with area.check("delete answers when and how to recover"):
        gone = key("delete", "rsa")
        equal(gone["recoveryId"], url(NAME) + "/deletedkeys/rsa")
        assert gone["deletedDate"] < gone["scheduledPurgeDate"]
        has(az.refusal("keyvault", "key", "show", "--vault-name", NAME, "-n", "rsa"), "(KeyNotFound)")
    with area.check("list-deleted and show-deleted"):
        equal([item["name"] for item in key("list-deleted")], ["rsa"])
        equal(key("show-deleted", "rsa")["recoveryId"], gone["recoveryId"])
    with area.check("a deleted name is taken, in the service's words"):
        words = az.refusal("keyvault", "key", "create", "--vault-name", NAME, "-n", "rsa")
        has(words, "(Conflict) Key rsa is currently in a deleted but recoverable state")
    with area.check("recover brings it back"):
        key("recover", "rsa")
        equal(key("show", "rsa")["key"]["kid"], gone["key"]["kid"])
    with area.check("purge takes it for good"):
        key("delete", "rsa")
        key("purge", "rsa")
        equal(key("list-deleted"), [])
        has(az.refusal("keyvault", "key", "recover", "--vault-name", NAME, "-n", "rsa"), "(KeyNotFound)")
