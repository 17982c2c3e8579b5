"""Secrets: every command for them."""

import os
import tempfile

from place import group, url, vault_for_everything
from report import equal, has

NAME = "conf-az-secrets"
OTHER = "conf-az-secrets-b"


def run(area, az, me):
    where = group(az, "secrets")
    vault_for_everything(az, me, where, NAME)
    vault_for_everything(az, me, where, OTHER)
    secret = lambda verb, name=None, *more, vault=NAME: az(
        "keyvault", "secret", verb, "--vault-name", vault, *(["-n", name] if name else []), *more
    )
    refused = lambda verb, *more: az.refusal("keyvault", "secret", verb, "--vault-name", NAME, *more)
    values(area, az, secret, refused)
    with tempfile.TemporaryDirectory() as folder:
        files(area, secret, folder)
    life(area, secret, refused)


def values(area, az, secret, refused):
    with area.check("set answers the secret"):
        made = secret("set", "text", "--value", "one value", "--content-type", "text/plain", "--tags", "a=b",
                      "--expires", "2030-01-02T03:04:05Z", "--not-before", "2020-01-02T03:04:05Z")  # fmt: skip
        equal((made["value"], made["contentType"]), ("one value", "text/plain"))
        equal(made["tags"], {"a": "b", "file-encoding": "utf-8"})
        has(made["id"], url(NAME) + "/secrets/text/")
        equal(made["attributes"]["expires"], "2030-01-02T03:04:05+00:00")
        equal(made["attributes"]["recoveryLevel"], "Recoverable+Purgeable")
    with area.check("show by name, by version and by id"):
        second = secret("set", "text", "--value", "another value")
        equal(secret("show", "text")["value"], "another value")
        equal(secret("show", "text", "--version", made["id"].rsplit("/", 1)[1])["value"], "one value")
        equal(az("keyvault", "secret", "show", "--id", made["id"])["value"], "one value")
    with area.check("list and list-versions show no value"):
        listed = secret("list")
        equal([(item["name"], item["id"]) for item in listed], [("text", url(NAME) + "/secrets/text")])
        versions = secret("list-versions", "text")
        equal({item["id"] for item in versions}, {made["id"], second["id"]})
        assert not any(item.get("value") for item in listed + versions)
    with area.check("set-attributes changes a version"):
        changed = secret("set-attributes", "text", "--content-type", "changed", "--tags", "c=d")
        equal((changed["contentType"], changed["tags"], changed["id"]), ("changed", {"c": "d"}, second["id"]))
    with area.check("a disabled secret is not shown, in the service's words"):
        secret("set-attributes", "text", "--enabled", "false")
        has(refused("show", "-n", "text"), "(Forbidden) Operation get is not allowed on a disabled secret.", "SecretDisabled")
        secret("set-attributes", "text", "--enabled", "true")
    with area.check("a secret that is not there is refused in the service's words"):
        has(refused("show", "-n", "none"), "(SecretNotFound) A secret with (name/id) none was not found in this key vault.")
    with area.check("a name that cannot be a secret's is refused"):
        has(refused("set", "-n", "no_name", "--value", "v"), "BadParameter")


def files(area, secret, folder):
    path = lambda name: os.path.join(folder, name)
    bytes_ = bytes(range(256))
    with open(path("in"), "wb") as file:
        file.write(bytes_)
    for encoding in ("base64", "hex"):
        with area.check(f"what is set from a file in {encoding} is downloaded as it was"):
            made = secret("set", encoding, "-f", path("in"), "-e", encoding)
            equal(made["tags"]["file-encoding"], encoding)
            secret("download", encoding, "-f", path(encoding))
            with open(path(encoding), "rb") as file:
                equal(file.read(), bytes_)
    with area.check("backup and restore take all versions to another vault"):
        secret("backup", "text", "-f", path("backup"))
        secret("restore", None, "-f", path("backup"), vault=OTHER)
        equal(secret("show", "text", vault=OTHER)["value"], "another value")
        equal(len(secret("list-versions", "text", vault=OTHER)), 2)


def life(area, secret, refused):
    with area.check("delete answers when and how to recover"):
        gone = secret("delete", "text")
        equal(gone["recoveryId"], url(NAME) + "/deletedsecrets/text")
        assert gone["deletedDate"] < gone["scheduledPurgeDate"]
        has(refused("show", "-n", "text"), "(SecretNotFound)")
    with area.check("list-deleted and show-deleted"):
        equal([item["name"] for item in secret("list-deleted")], ["text"])
        equal(secret("show-deleted", "text")["recoveryId"], gone["recoveryId"])
    with area.check("a deleted name is taken, in the service's words"):
        words = refused("set", "-n", "text", "--value", "v")
        has(words, "(Conflict) Secret text is currently in a deleted but recoverable state", "ObjectIsDeletedButRecoverable")
    with area.check("recover brings it back"):
        secret("recover", "text")
        equal(secret("show", "text")["value"], "another value")
    with area.check("purge takes it for good"):
        secret("delete", "text")
        secret("purge", "text")
        equal(secret("list-deleted"), [])
        secret("set", "text", "--value", "anew")
        equal(len(secret("list-versions", "text")), 1)
