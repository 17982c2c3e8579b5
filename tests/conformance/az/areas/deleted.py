"""Vaults that are deleted: listed, recovered, purged, and in the way of their names."""

from place import REGION, SUBSCRIPTION, group, url
from report import equal, has

NAME = "conf-az-gone"


def run(area, az, me):
    where = group(az, "deleted")
    create = ["keyvault", "create", "-g", where, "-n", NAME]
    vault = az(*create, "--tags", "kept=yes", "--enable-rbac-authorization", "false", "--no-self-perms", "true")
    with area.check("delete answers, and the vault is gone"):
        az("keyvault", "delete", "-n", NAME)
        has(az.refusal("keyvault", "show", "-n", NAME, "-g", where), "(ResourceNotFound)")
        has(az.refusal("keyvault", "delete", "-n", NAME), NAME, "not found within subscription")
    with area.check("list-deleted and show-deleted tell what it was"):
        listed = {vault["name"]: vault for vault in az("keyvault", "list-deleted")}
        equal(listed[NAME]["properties"]["vaultId"], vault["id"])
        names = [vault["name"] for vault in az("keyvault", "list-deleted", "--resource-type", "vault")]
        has(names, NAME)
        equal(az("keyvault", "list-deleted", "--resource-type", "hsm"), [])
        shown = az("keyvault", "show-deleted", "-n", NAME)
        equal(shown["type"], "Microsoft.KeyVault/deletedVaults")
        equal(shown["properties"]["location"], REGION)
        equal(shown["properties"]["tags"], {"kept": "yes"})
        assert shown["properties"]["deletionDate"] < shown["properties"]["scheduledPurgeDate"]
    with area.check("the name of a deleted vault is taken, in the service's words"):
        other = group(az, "deleted-other")
        words = az.refusal("keyvault", "create", "-g", other, "-n", NAME, "-l", "northeurope")
        has(words, "(VaultAlreadyExists)", f"The vault name '{NAME}' is already in use.")
    with area.check("recover brings it back as it was"):
        az("keyvault", "recover", "-n", NAME)
        again = az("keyvault", "show", "-n", NAME)
        equal(again["id"], vault["id"])
        equal(again["tags"], {"kept": "yes"})
        equal(again["properties"]["vaultUri"], url(NAME) + "/")
        equal(again["properties"]["enableRbacAuthorization"], False)
    with area.check("recover of what is not deleted is refused"):
        has(az.refusal("keyvault", "recover", "-n", "conf-az-none"), "No deleted Vault or HSM was found")
    with area.check("purge frees the name"):
        az("keyvault", "delete", "-n", NAME, "-g", where)
        az("keyvault", "purge", "-n", NAME, "-l", REGION)
        assert NAME not in [vault["name"] for vault in az("keyvault", "list-deleted")]
        again = az(*create, "-l", "northeurope")
        equal((again["location"], again["tags"]), ("northeurope", {}))
    with area.check("a vault with purge protection is not purged"):
        name = "conf-az-kept"
        az("keyvault", "create", "-g", where, "-n", name, "--enable-purge-protection", "true")
        az("keyvault", "delete", "-n", name)
        has(az.refusal("keyvault", "purge", "-n", name), "(MethodNotAllowed)", "Operation 'DeletedVaultPurge' is not allowed.")
    with area.check("group delete deletes the vaults in it"):
        az("group", "delete", "-n", where, "--yes")
        names = [vault["name"] for vault in az("keyvault", "list-deleted")]
        has(names, NAME, "conf-az-kept")
