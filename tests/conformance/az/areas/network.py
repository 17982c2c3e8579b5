"""Network rules, and public access."""

import json

from place import group
from report import equal, has

NAME = "conf-az-net"


def run(area, az, me):
    where = group(az, "network")
    rules = ["keyvault", "network-rule"]
    with area.check("create with rules"):
        acls = json.dumps({"ip": ["10.1.2.3", "203.0.113.0/24"]})
        vault = az("keyvault", "create", "-g", where, "-n", NAME, "--bypass", "None",
                   "--default-action", "Deny", "--network-acls", acls.replace("10.1.2.3", "203.0.112.3"))  # fmt: skip
        acls = vault["properties"]["networkAcls"]
        equal((acls["bypass"], acls["defaultAction"]), ("None", "Deny"))
        equal([rule["value"] for rule in acls["ipRules"]], ["203.0.112.3/32", "203.0.113.0/24"])
    with area.check("network-rule add, list and remove"):
        az(*rules, "add", "-n", NAME, "--ip-address", "198.51.100.0/24", "192.0.2.7")
        listed = [rule["value"] for rule in az(*rules, "list", "-n", NAME)["ipRules"]]
        equal(listed, ["203.0.112.3/32", "203.0.113.0/24", "198.51.100.0/24", "192.0.2.7/32"])
        az(*rules, "remove", "-n", NAME, "-g", where, "--ip-address", "203.0.113.0/24")
        has([rule["value"] for rule in az(*rules, "list", "-n", NAME)["ipRules"]], "192.0.2.7/32")
    with area.check("who comes from elsewhere is refused in the service's words"):
        words = az.refusal("keyvault", "secret", "list", "--vault-name", NAME)
        has(words, "(Forbidden)", "Client address is not authorized", "bypass is set to None", f"Vault: {NAME};")
    with area.check("update lets everybody in again"):
        vault = az("keyvault", "update", "-n", NAME, "--default-action", "Allow", "--bypass", "AzureServices")
        equal(vault["properties"]["networkAcls"]["defaultAction"], "Allow")
        has(az.refusal("keyvault", "secret", "list", "--vault-name", NAME), "ForbiddenByRbac")
    with area.check("without public access everybody is refused"):
        az("keyvault", "update", "-n", NAME, "--public-network-access", "Disabled")
        words = az.refusal("keyvault", "secret", "list", "--vault-name", NAME)
        has(words, "Public network access is disabled")
