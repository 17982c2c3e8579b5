"""Private endpoints that ask to connect to a vault: approved, rejected, deleted."""

import json

from place import MANAGEMENT, REGION, SUBSCRIPTION, group
from report import equal

NAME = "conf-az-link"


def run(area, az, me):
    where = group(az, "link")
    vault = az("keyvault", "create", "-g", where, "-n", NAME)
    of_vault = ["--vault-name", NAME, "-g", where]
    connection = ["keyvault", "private-endpoint-connection"]
    with area.check("private-link-resource list tells what can be connected to"):
        (resource,) = az("keyvault", "private-link-resource", "list", *of_vault)
        equal((resource["groupId"], resource["requiredMembers"]), ("vault", ["default"]))
        equal(resource["requiredZoneNames"], ["privatelink.vaultcore.azure.net"])
    with area.check("an endpoint that asks by hand is pending"):
        ask(az, where, vault["id"])
        (asked,) = az("keyvault", "show", "-n", NAME)["properties"]["privateEndpointConnections"]
        equal(asked["privateLinkServiceConnectionState"]["status"], "Pending")
    named = ["--id", asked["id"]]
    with area.check("private-endpoint-connection show and approve"):
        equal(az(*connection, "show", *named)["id"], asked["id"])
        az(*connection, "approve", *named, "--description", "welcome")
        state = az(*connection, "show", *named)["privateLinkServiceConnectionState"]
        equal((state["status"], state["description"]), ("Approved", "welcome"))
    with area.check("private-endpoint-connection reject"):
        az(*connection, "reject", *named, "--description", "no more")
        state = az(*connection, "show", *named)["privateLinkServiceConnectionState"]
        equal((state["status"], state["description"]), ("Rejected", "no more"))
    with area.check("private-endpoint-connection delete"):
        az(*connection, "delete", *named)
        equal(az("keyvault", "show", "-n", NAME)["properties"]["privateEndpointConnections"], None)
        equal(az(*connection, "show", *named), None)


def ask(az, where, vault):
    """An endpoint without a network, which `az network private-endpoint create` does not make."""
    path = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{where}/providers/Microsoft.Network/privateEndpoints/link"
    asked = {"name": "link", "properties": {"privateLinkServiceId": vault, "groupIds": ["vault"]}}
    body = {"location": REGION, "properties": {"manualPrivateLinkServiceConnections": [asked]}}
    az("rest", "-m", "put", "-u", f"{MANAGEMENT}{path}?api-version=2024-05-01", "-b", json.dumps(body))
