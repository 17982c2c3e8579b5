"""Takes the emulator's Resource Manager through the lives of vaults with the official clients.

They are unmodified; the environment says where the emulator is. Names of vaults resolve to this
machine here, as they do wherever `localhost` has subdomains.
"""

import os
import socket
import sys
import uuid

from azure.core.exceptions import HttpResponseError
from azure.identity import ClientSecretCredential
from azure.keyvault.secrets import SecretClient
from azure.mgmt.keyvault import KeyVaultManagementClient
from azure.mgmt.keyvault.models import (
    AccessPolicyEntry,
    Permissions,
    Sku,
    VaultAccessPolicyParameters,
    VaultAccessPolicyProperties,
    VaultCheckNameAvailabilityParameters,
    VaultCreateOrUpdateParameters,
    VaultPatchParameters,
    VaultPatchProperties,
    VaultProperties,
)
from azure.mgmt.resource.resources import ResourceManagementClient

MANAGEMENT = os.environ["MANAGEMENT_URL"].rstrip("/")
SUBSCRIPTION = os.environ["SUBSCRIPTION_ID"]
TENANT = os.environ["AZURE_TENANT_ID"]
GROUP, NAME, REGION = "conformance-rg", "Conformance-KV", "eastus"
SOMEBODY, SOMEBODY_ELSE = str(uuid.uuid4()), str(uuid.uuid4())
checks = 0

resolve = socket.getaddrinfo
socket.getaddrinfo = lambda host, *rest, **more: resolve(
    "127.0.0.1" if str(host).endswith(".localhost") else host, *rest, **more
)


def check(what, holds):
    global checks
    checks += 1
    if not holds:
        sys.exit(f"FAILED: {what}")


def refused(what, status, code, call):
    try:
        call()
    except HttpResponseError as error:
        found = (error.status_code, error.error.code if error.error else None)
        check(f"{what}: {found}, not {(status, code)}", found == (status, code))
        return error
    sys.exit(f"FAILED: {what} was not refused")


def me(credential, scope):
    """The object id of the caller, from its token."""
    import base64
    import json

    body = credential.get_token(scope).token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=="))["oid"]


def policy(principal, **permissions):
    return AccessPolicyEntry(
        tenant_id=TENANT, object_id=principal, permissions=Permissions(**permissions)
    )


def vault(policies, **properties):
    return VaultCreateOrUpdateParameters(
        location=REGION,
        tags={"team": "payments"},
        properties=VaultProperties(
            tenant_id=TENANT,
            sku=Sku(family="A", name="standard"),
            access_policies=policies,
            **{"enable_rbac_authorization": False, **properties},
        ),
    )


def of(vault, principal):
    found = [it for it in vault.properties.access_policies if it.object_id == principal]
    return found[0].permissions if found else None


def main():
    scope = MANAGEMENT + "/.default"
    credential = ClientSecretCredential(
        TENANT, "conformance", "any", disable_instance_discovery=True
    )
    client = KeyVaultManagementClient(
        credential, SUBSCRIPTION, base_url=MANAGEMENT, credential_scopes=[scope]
    )
    groups = ResourceManagementClient(
        credential, SUBSCRIPTION, base_url=MANAGEMENT, credential_scopes=[scope]
    ).resource_groups
    groups.create_or_update(GROUP, {"location": REGION})
    vaults, caller = client.vaults, me(credential, scope)

    # Create.
    refused("a vault before it is made", 404, "ResourceNotFound", lambda: vaults.get(GROUP, NAME))
    name = VaultCheckNameAvailabilityParameters(name=NAME)
    check("the name is free", vaults.check_name_availability(name).name_available)
    body = vault([policy(caller, secrets=["get", "set", "list", "delete"])])
    made = vaults.begin_create_or_update(GROUP, NAME, body, polling_interval=1).result()
    check("it is ready", made.properties.provisioning_state == "Succeeded")
    check("its name is as spelled", made.name == NAME)
    check("its URL is in lower case", made.properties.vault_uri.startswith(f"https://{NAME.lower()}."))
    taken = vaults.check_name_availability(name)
    check("the name is taken", (taken.name_available, taken.reason) == (False, "AlreadyExists"))

    # What was granted holds in the vault, and nothing else does.
    secrets = SecretClient(made.properties.vault_uri, credential)
    secrets.set_secret("db", "hunter2")
    check("a secret is read", secrets.get_secret("db").value == "hunter2")
    refused("a backup that was not granted", 403, "Forbidden", lambda: secrets.backup_secret("db"))

    # Lists.
    check("it is in its group", [it.name for it in vaults.list_by_resource_group(GROUP)] == [NAME])
    check("it is in its subscription", NAME in [it.name for it in vaults.list_by_subscription()])
    check("it is among the resources", NAME in [it.name for it in vaults.list(top=1)])

    # Update.
    patch = VaultPatchParameters(
        tags={"team": "orders"},
        properties=VaultPatchProperties(enabled_for_deployment=True, sku=Sku(family="A", name="premium")),
    )
    changed = vaults.update(GROUP, NAME, patch)
    check("the tag is changed", changed.tags == {"team": "orders"})
    check("the tier is changed", changed.properties.sku.name == "premium")
    check("the policies stay", of(changed, caller).secrets == ["get", "set", "list", "delete"])

    # Policies.
    def change(verb, *entries):
        properties = VaultAccessPolicyProperties(access_policies=list(entries))
        parameters = VaultAccessPolicyParameters(properties=properties)
        vaults.update_access_policy(GROUP, NAME, verb, parameters)
        return vaults.get(GROUP, NAME)

    added = change("add", policy(SOMEBODY, keys_property=["get"]), policy(caller, secrets=["backup"]))
    check("one is added", of(added, SOMEBODY).keys_property == ["get"])
    check("permissions are merged", "backup" in of(added, caller).secrets and "get" in of(added, caller).secrets)
    check("a backup is granted", secrets.backup_secret("db"))
    replaced = change("replace", policy(SOMEBODY, keys_property=["list"]))
    check("one is replaced", of(replaced, SOMEBODY).keys_property == ["list"])
    check("others stay", of(replaced, caller) is not None)
    removed = change("remove", policy(SOMEBODY, keys_property=["list"]))
    check("one is removed", of(removed, SOMEBODY) is None)

    # Delete, recover.
    vaults.delete(GROUP, NAME)
    refused("a deleted vault", 404, "ResourceNotFound", lambda: vaults.get(GROUP, NAME))
    deleted = vaults.get_deleted(NAME, REGION)
    check("it names its vault", deleted.properties.vault_id.endswith(f"/vaults/{NAME}"))
    check("it is among the deleted", NAME in [it.name for it in vaults.list_deleted()])
    check("its name stays taken", not vaults.check_name_availability(name).name_available)
    recover = vault([policy(SOMEBODY_ELSE, keys_property=["all"])], create_mode="recover")
    back = vaults.begin_create_or_update(GROUP, NAME, recover, polling_interval=1).result()
    check("its policies are as they were", of(back, caller) and not of(back, SOMEBODY_ELSE))
    check("so is what is in it", secrets.get_secret("db").value == "hunter2")

    # Delete, purge.
    vaults.delete(GROUP, NAME)
    vaults.begin_purge_deleted(NAME, REGION).result()
    refused("a purged vault", 404, "DeletedVaultNotFound", lambda: vaults.get_deleted(NAME, REGION))
    check("its name is free", vaults.check_name_availability(name).name_available)

    # What cannot be undone.
    kept = vault([], enable_purge_protection=True, soft_delete_retention_in_days=7)
    vaults.begin_create_or_update(GROUP, "kept-kv", kept, polling_interval=1).result()
    unprotect = VaultPatchParameters(properties=VaultPatchProperties(enable_purge_protection=False))
    refused("unprotecting", 400, "BadRequest", lambda: vaults.update(GROUP, "kept-kv", unprotect))
    vaults.delete(GROUP, "kept-kv")
    refused(
        "purging what is protected",
        405,
        "MethodNotAllowed",
        lambda: vaults.begin_purge_deleted("kept-kv", REGION).result(),
    )
    print(f"conformance: {checks} checks of Resource Manager by the official Python clients")


if __name__ == "__main__":
    main()
