"""The lives of vaults: made, listed, changed, deleted, recovered, purged."""

import uuid

from azure.keyvault.secrets import SecretClient
from azure.mgmt.keyvault.models import (
    Sku,
    VaultAccessPolicyParameters,
    VaultAccessPolicyProperties,
    VaultCheckNameAvailabilityParameters,
    VaultCreateOrUpdateParameters,
    VaultPatchParameters,
    VaultPatchProperties,
)

from common import (
    GROUP,
    REGION,
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

NAME = "Conformance-KV"
SOMEBODY, SOMEBODY_ELSE = str(uuid.uuid4()), str(uuid.uuid4())


def of(vault, principal):
    found = [it for it in vault.properties.access_policies if it.object_id == principal]
    return found[0].permissions if found else None


def run():
    caller = object_id(credential)

    # Create.
    refused("a vault before it is made", 404, "ResourceNotFound", lambda: vaults.get(GROUP, NAME))
    name = VaultCheckNameAvailabilityParameters(name=NAME)
    check("the name is free", vaults.check_name_availability(name).name_available)
    mine = policy(caller, secrets=["get", "set", "list", "delete"])
    made = make(NAME, vault([mine], tags={"team": "payments"}))
    check("it is ready", made.properties.provisioning_state == "Succeeded")
    check("its name is as spelled", made.name == NAME)
    check("its URL is in lower case", made.properties.vault_uri.startswith(f"https://{NAME.lower()}."))
    taken = vaults.check_name_availability(name)
    check("the name is taken", (taken.name_available, taken.reason) == (False, "AlreadyExists"))

    # What was granted holds in the vault, and nothing else does.
    secrets = SecretClient(made.properties.vault_uri, credential)
    before_long("a secret is set", lambda: secrets.set_secret("db", "hunter2"))
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

    # As the Azure CLI changes vaults: what was read, whole, with one thing changed.
    whole = vaults.get(GROUP, NAME)
    whole.properties.enabled_for_deployment = False
    whole.properties.create_mode = "default"
    body = VaultCreateOrUpdateParameters(
        location=whole.location, tags=whole.tags, properties=whole.properties
    )
    changed = make(NAME, body)
    check("one thing is changed", changed.properties.enabled_for_deployment is False)
    whole.properties.create_mode = None
    check("the rest stays", changed.properties == whole.properties)

    # Policies.
    def change(verb, *entries):
        properties = VaultAccessPolicyProperties(access_policies=list(entries))
        parameters = VaultAccessPolicyParameters(properties=properties)
        vaults.update_access_policy(GROUP, NAME, verb, parameters)
        return vaults.get(GROUP, NAME)

    added = change("add", policy(SOMEBODY, keys_property=["get"]), policy(caller, secrets=["backup"]))
    check("one is added", of(added, SOMEBODY).keys_property == ["get"])
    check("permissions are merged", "backup" in of(added, caller).secrets and "get" in of(added, caller).secrets)
    before_long("a backup is granted", lambda: secrets.backup_secret("db"))
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
    back = make(NAME, recover)
    check("its policies are as they were", of(back, caller) and not of(back, SOMEBODY_ELSE))
    check("so is what is in it", secrets.get_secret("db").value == "hunter2")

    # Delete, purge.
    vaults.delete(GROUP, NAME)
    vaults.begin_purge_deleted(NAME, REGION).result()
    refused("a purged vault", 404, "DeletedVaultNotFound", lambda: vaults.get_deleted(NAME, REGION))
    check("its name is free", vaults.check_name_availability(name).name_available)

    # What cannot be undone.
    kept = vault([], enable_purge_protection=True, soft_delete_retention_in_days=7)
    make("kept-kv", kept)
    unprotect = VaultPatchParameters(properties=VaultPatchProperties(enable_purge_protection=False))
    refused("unprotecting", 400, "BadRequest", lambda: vaults.update(GROUP, "kept-kv", unprotect))
    vaults.delete(GROUP, "kept-kv")
    refused(
        "purging what is protected",
        405,
        "MethodNotAllowed",
        lambda: vaults.begin_purge_deleted("kept-kv", REGION).result(),
    )
