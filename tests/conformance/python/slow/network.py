"""Network rules: who calls from where may come in, and what the service says to the others."""

from azure.keyvault.secrets import SecretClient
from azure.mgmt.keyvault.models import IPRule, NetworkRuleSet, VaultPatchParameters, VaultPatchProperties

from common import (
    CLIENT_ADDRESS,
    GROUP,
    before_long,
    check,
    credential,
    make,
    object_id,
    policy,
    refused,
    vault,
    vaults,
)

NAME = "network-kv"


def rules(*addresses, bypass="AzureServices"):
    return NetworkRuleSet(
        default_action="Deny", bypass=bypass, ip_rules=[IPRule(value=it) for it in addresses]
    )


def change(**properties):
    patch = VaultPatchParameters(properties=VaultPatchProperties(**properties))
    return vaults.update(GROUP, NAME, patch)


def run():
    body = vault([policy(object_id(credential), secrets=["get", "set"])])
    made = make(NAME, body)
    secrets = SecretClient(made.properties.vault_uri, credential)
    before_long("open to all networks", lambda: secrets.set_secret("db", "hunter2"))

    def denied(what, code, words):
        error = refused(what, 403, "Forbidden", lambda: secrets.get_secret("db"))
        check(f"{what}: {error.error.innererror}", error.error.innererror["code"] == code)
        check(f"{what}: {error.message}", words in error.message)
        return error.message

    shown = change(network_acls=rules("198.51.100.0/24")).properties.network_acls
    check("the rules are told", [it.value for it in shown.ip_rules] == ["198.51.100.0/24"])
    words = denied(
        "another network",
        "ForbiddenByFirewall",
        "Client address is not authorized and caller is not a trusted service.",
    )
    check("the refusal names the address", f"Client address: {CLIENT_ADDRESS}\r\n" in words)
    change(network_acls=rules("198.51.100.0/24", bypass="None"))
    denied("without bypass", "ForbiddenByFirewall", "because bypass is set to None")

    change(network_acls=rules("198.51.100.0/24", CLIENT_ADDRESS))
    check("its address lets it in", secrets.get_secret("db").value == "hunter2")
    shown = vaults.get(GROUP, NAME).properties.network_acls
    check("an address is shown as a range", shown.ip_rules[1].value == f"{CLIENT_ADDRESS}/32")

    change(public_network_access="disabled")
    denied("no public access", "ForbiddenByConnection", "Public network access is disabled")
    change(public_network_access="enabled", network_acls=NetworkRuleSet(default_action="Allow"))
    check("all networks again", secrets.get_secret("db").value == "hunter2")

    for value in ["10.1.2.0/24", "203.0.113.0/33", "::1"]:
        refused(value, 400, "BadRequest", lambda: change(network_acls=rules(value)))
