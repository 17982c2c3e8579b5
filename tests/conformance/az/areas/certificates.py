"""Certificates: made, read, changed, imported, and gone through deletion."""

import base64
import hashlib
import json
import os
import tempfile

from place import group, url, vault_for_everything
from report import equal, has

NAME = "conf-az-certs"
PEM = os.path.join(os.path.dirname(__file__), "../../../scenarios/files/rsa-pkcs8.pem")


def run(area, az, me):
    where = group(az, "certs")
    vault_for_everything(az, me, where, NAME)
    certificate = lambda verb, name=None, *more: az(
        "keyvault", "certificate", verb, "--vault-name", NAME, *(["-n", name] if name else []), *more
    )
    create(area, az, certificate)
    read(area, az, certificate)
    with tempfile.TemporaryDirectory() as folder:
        files(area, az, certificate, folder)
    life(area, az, certificate)


def create(area, az, certificate):
    with area.check("create by the default policy waits until it is made"):
        policy = az("keyvault", "certificate", "get-default-policy")
        made = certificate("create", "made", "-p", json.dumps(policy), "--tags", "a=b")
        equal((made["status"], made["error"]), ("completed", None))
        has(made["target"], url(NAME) + "/certificates/made")
        has(base64.b64decode(made["csr"]).hex(), "3082")
    with area.check("create of an elliptic curve with names, for 6 months"):
        policy = az("keyvault", "certificate", "get-default-policy")
        policy["keyProperties"] = {"exportable": True, "keyType": "EC", "curve": "P-256", "reuseKey": False}
        policy["x509CertificateProperties"] = {
            "subject": "CN=conf.example, O=Conformance", "validityInMonths": 6,
            "subjectAlternativeNames": {"dnsNames": ["conf.example", "www.conf.example"]},
            "keyUsage": ["digitalSignature"],
        }  # fmt: skip
        certificate("create", "curve", "-p", json.dumps(policy))
        shown = certificate("show", "curve")
        # `az` itself loses the curve of a policy.
        equal(shown["policy"]["keyProperties"]["keyType"], "EC")
        equal(az("keyvault", "key", "show", "--id", shown["kid"])["key"]["crv"], "P-256")
        names = shown["policy"]["x509CertificateProperties"]["subjectAlternativeNames"]
        equal(names["dnsNames"], ["conf.example", "www.conf.example"])


def read(area, az, certificate):
    with area.check("show: the thumbprint is that of the certificate, and one version is of all three"):
        shown = certificate("show", "made")
        der = base64.b64decode(shown["cer"])
        equal(shown["x509ThumbprintHex"], hashlib.sha1(der).hexdigest().upper())
        equal(shown["tags"], {"a": "b"})
        version = shown["id"].rsplit("/", 1)[1]
        equal(shown["kid"], f"{url(NAME)}/keys/made/{version}")
        equal(shown["sid"], f"{url(NAME)}/secrets/made/{version}")
        equal(shown["policy"]["issuerParameters"]["name"], "Self")
        equal(certificate("show", "made", "--version", version)["id"], shown["id"])
    with area.check("list, list-versions, and the finished operation"):
        equal([item["name"] for item in certificate("list")], ["curve", "made"])
        equal([item["id"] for item in certificate("list-versions", "made")], [shown["id"]])
        equal(az("keyvault", "certificate", "pending", "show", "--vault-name", NAME, "-n", "made")["status"], "completed")
    with area.check("the key is managed, and the secret has the whole in PKCS #12"):
        key = az("keyvault", "key", "show", "--vault-name", NAME, "-n", "made")
        equal((key["managed"], key["key"]["kid"]), (True, shown["kid"]))
        secret = az("keyvault", "secret", "show", "--vault-name", NAME, "-n", "made")
        equal((secret["managed"], secret["contentType"]), (True, "application/x-pkcs12"))
    with area.check("set-attributes disables"):
        changed = certificate("set-attributes", "made", "--enabled", "false", "--tags", "c=d")
        equal((changed["attributes"]["enabled"], changed["tags"]), (False, {"c": "d"}))
        certificate("set-attributes", "made", "--enabled", "true")
    with area.check("a certificate that is not there is refused in the service's words"):
        words = az.refusal("keyvault", "certificate", "show", "--vault-name", NAME, "-n", "none")
        has(words, "(CertificateNotFound) A certificate with (name/id) none was not found in this key vault.")


def files(area, az, certificate, folder):
    path = lambda name: os.path.join(folder, name)
    with area.check("download gives the certificate in PEM and in DER"):
        certificate("download", "made", "-f", path("pem"))
        with open(path("pem")) as file:
            has(file.read(), "-----BEGIN CERTIFICATE-----")
        certificate("download", "made", "-f", path("der"), "-e", "DER")
        with open(path("der"), "rb") as file:
            equal(file.read(), base64.b64decode(certificate("show", "made")["cer"]))
    with area.check("import takes a certificate with its key in PEM"):
        policy = {"secretProperties": {"contentType": "application/x-pem-file"}}
        made = certificate("import", "imported", "-f", PEM, "-p", json.dumps(policy))
        equal(made["name"], "imported")
        with open(PEM) as file:
            text = file.read().split("-----BEGIN CERTIFICATE-----")[1].split("-----END")[0]
        equal(base64.b64decode(made["cer"]), base64.b64decode(text))
    with area.check("import takes what the secret of a certificate has"):
        az("keyvault", "secret", "download", "--vault-name", NAME, "-n", "made", "-f", path("pfx"), "-e", "base64")
        made = certificate("import", "again", "-f", path("pfx"))
        equal(made["cer"], certificate("show", "made")["cer"])
    with area.check("backup and restore"):
        certificate("backup", "curve", "-f", path("backup"))
        certificate("delete", "curve")
        certificate("purge", "curve")
        certificate("restore", None, "-f", path("backup"))
        has(certificate("show", "curve")["id"], url(NAME) + "/certificates/curve/")


def life(area, az, certificate):
    with area.check("delete, list-deleted and show-deleted"):
        gone = certificate("delete", "made")
        equal(gone["recoveryId"], url(NAME) + "/deletedcertificates/made")
        equal([item["name"] for item in certificate("list-deleted")], ["made"])
        equal(certificate("show-deleted", "made")["recoveryId"], gone["recoveryId"])
    with area.check("recover brings it back, and purge takes it for good"):
        certificate("recover", "made")
        equal(certificate("show", "made")["id"], gone["id"])
        certificate("delete", "made")
        certificate("purge", "made")
        equal(certificate("list-deleted"), [])
