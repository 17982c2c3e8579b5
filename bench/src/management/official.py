"""Makes vaults with the official client, and prints the seconds it takes.

All are begun before any is waited for: waiting for each in turn would take the client's polling
interval of 30 seconds for every one of them.
"""

import os
import sys
import time

from azure.identity import ClientSecretCredential
from azure.mgmt.keyvault import KeyVaultManagementClient
from azure.mgmt.keyvault.models import (
    AccessPolicyEntry,
    Permissions,
    Sku,
    VaultCreateOrUpdateParameters,
    VaultProperties,
)
from azure.mgmt.resource.resources import ResourceManagementClient

MANAGEMENT = os.environ["MANAGEMENT_URL"].rstrip("/")
SUBSCRIPTION = os.environ["SUBSCRIPTION_ID"]
TENANT = os.environ["AZURE_TENANT_ID"]


def main(count):
    credential = ClientSecretCredential(TENANT, "bench", "any", disable_instance_discovery=True)
    where = {"base_url": MANAGEMENT, "credential_scopes": [MANAGEMENT + "/.default"]}
    vaults = KeyVaultManagementClient(credential, SUBSCRIPTION, **where).vaults
    groups = ResourceManagementClient(credential, SUBSCRIPTION, **where).resource_groups
    policies = [
        AccessPolicyEntry(
            tenant_id=TENANT,
            object_id=f"00000000-0000-0000-0000-{n:012}",
            permissions=Permissions(secrets=["get", "list"]),
        )
        for n in range(5)
    ]
    parameters = VaultCreateOrUpdateParameters(
        location="eastus",
        properties=VaultProperties(
            tenant_id=TENANT,
            sku=Sku(family="A", name="standard"),
            access_policies=policies,
            enable_rbac_authorization=False,
        ),
    )
    start = time.monotonic()
    groups.create_or_update("bench", {"location": "eastus"})
    pollers = [
        vaults.begin_create_or_update("bench", f"bench-{n:04}", parameters) for n in range(count)
    ]
    for poller in pollers:
        poller.result()
    print(time.monotonic() - start)


if __name__ == "__main__":
    main(int(sys.argv[1]))
