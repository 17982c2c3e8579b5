"""Resource groups and vaults: made in every form, shown, listed, changed."""

from place import MANAGEMENT, REGION, SUBSCRIPTION, TENANT, group, url
from report import equal, has

GROUP = "conf-az-vaults"
ID = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/Microsoft.KeyVault/vaults/"


def run(area, az, me):
    groups(area, az)
    provider(area, az)
    group(az, "vaults")
    create(area, az, me)
    show(area, az)
    update(area, az)


def groups(area, az):
    name = "conf-az-passing"
    with area.check("group create answers the group"):
        made = az("group", "create", "-n", name, "-l", "West Europe", "--tags", "a=b")
        equal(made["location"], REGION)
        equal(made["tags"], {"a": "b"})
        equal(made["properties"]["provisioningState"], "Succeeded")
    with area.check("group show, exists and list see the group"):
        equal(az("group", "show", "-n", name)["id"], made["id"])
        equal(az("group", "exists", "-n", name), True)
        has([group["name"] for group in az("group", "list")], name)
    with area.check("group list by a tag"):
        equal([group["name"] for group in az("group", "list", "--tag", "a=b")], [name])
        equal(az("group", "list", "--tag", "a=other"), [])
    with area.check("group update changes the tags"):
        equal(az("group", "update", "-n", name, "--tags", "c=d")["tags"], {"c": "d"})
    with area.check("group delete waits until the group is gone"):
        az("group", "delete", "-n", name, "--yes")
        equal(az("group", "exists", "-n", name), False)
    with area.check("a group that is gone is not found, in the service's words"):
        words = az.refusal("group", "show", "-n", name)
        has(words, "(ResourceGroupNotFound)", f"Resource group '{name}' could not be found.")


def provider(area, az):
    with area.check("provider show says that Key Vault is registered"):
        shown = az("provider", "show", "-n", "Microsoft.KeyVault")
        equal(shown["registrationState"], "Registered")
        types = {kind["resourceType"]: kind for kind in shown["resourceTypes"]}
        has(types["vaults"]["apiVersions"], "2023-07-01")
        has(types["vaults"]["locations"], "West Europe")
    with area.check("provider register registers"):
        az("provider", "register", "-n", "Microsoft.KeyVault", "--wait")
    with area.check("provider list has Key Vault"):
        has([provider["namespace"] for provider in az("provider", "list")], "Microsoft.KeyVault")


def create(area, az, me):
    with area.check("create without a word about it makes a vault on RBAC"):
        vault = az("keyvault", "create", "-g", GROUP, "-n", "conf-az-default")
        equal(vault["id"], ID + "conf-az-default")
        equal(vault["location"], REGION)
        properties = vault["properties"]
        equal(properties["vaultUri"], url("conf-az-default") + "/")
        equal(properties["enableRbacAuthorization"], True)
        equal(properties["provisioningState"], "Succeeded")
        equal(properties["softDeleteRetentionInDays"], 90)
        equal(properties["sku"], {"family": "A", "name": "standard"})
        equal(properties["tenantId"], TENANT)
        equal(properties["accessPolicies"], [])
    with area.check("create on policies gives the caller every permission, as Graph knows him"):
        vault = az("keyvault", "create", "-g", GROUP, "-n", "conf-az-self", "-l", "westus",
                   "--enable-rbac-authorization", "false")  # fmt: skip
        equal(vault["location"], "westus")
        (policy,) = vault["properties"]["accessPolicies"]
        equal(policy["objectId"], me)
        equal(policy["permissions"]["secrets"], ["all"])
    with area.check("create with all that can be said"):
        vault = az("keyvault", "create", "-g", GROUP, "-n", "conf-az-premium", "--sku", "premium",
                   "--retention-days", "7", "--enable-purge-protection", "true",
                   "--enabled-for-deployment", "true", "--enabled-for-disk-encryption", "true",
                   "--enabled-for-template-deployment", "true", "--tags", "one=1", "two=2",
                   "--enable-rbac-authorization", "false", "--no-self-perms", "true",
                   "--public-network-access", "Disabled")  # fmt: skip
        properties = vault["properties"]
        equal(vault["tags"], {"one": "1", "two": "2"})
        equal(properties["sku"]["name"], "premium")
        equal(properties["softDeleteRetentionInDays"], 7)
        equal(properties["enablePurgeProtection"], True)
        equal(properties["enabledForDeployment"], True)
        equal(properties["enabledForDiskEncryption"], True)
        equal(properties["enabledForTemplateDeployment"], True)
        equal(properties["publicNetworkAccess"], "Disabled")
        equal(properties["accessPolicies"], [])
    with area.check("create of what is there is refused"):
        words = az.refusal("keyvault", "create", "-g", GROUP, "-n", "conf-az-default")
        has(words, "The specified vault: conf-az-default already exists")
    with area.check("create in a group that is not there is refused"):
        words = az.refusal("keyvault", "create", "-g", "conf-az-none", "-n", "conf-az-x", "-l", REGION)
        has(words, "(ResourceGroupNotFound)")
    with area.check("a name that cannot be a vault's is refused"):
        words = az.refusal("keyvault", "create", "-g", GROUP, "-n", "conf-az--x", "-l", REGION)
        has(words, "(VaultNameNotValid)", "must be between 3-24 alphanumeric characters")


def show(area, az):
    with area.check("show finds a vault whose group was not said"):
        equal(az("keyvault", "show", "-n", "conf-az-default")["id"], ID + "conf-az-default")
    with area.check("show of what is not there is refused"):
        words = az.refusal("keyvault", "show", "-n", "conf-az-none")
        has(words, "conf-az-none", "not found within subscription")
        words = az.refusal("keyvault", "show", "-n", "conf-az-none", "-g", GROUP)
        has(words, "(ResourceNotFound)", "Microsoft.KeyVault/vaults/conf-az-none", GROUP)
    made = {"conf-az-default", "conf-az-self", "conf-az-premium"}
    with area.check("list of a group, and of the subscription, with and without managed HSMs"):
        for where in (["-g", GROUP], ["-g", GROUP, "--resource-type", "vault"]):
            equal({vault["name"] for vault in az("keyvault", "list", *where)}, made)
        for more in ([], ["--resource-type", "vault"]):
            ids = {vault["id"] for vault in az("keyvault", "list", *more)}
            assert ids >= {ID + name for name in made}, ids
        equal(az("keyvault", "list", "--resource-type", "hsm"), [])
    with area.check("resource list and show find the vaults, too"):
        found = az("resource", "list", "-g", GROUP, "--resource-type", "Microsoft.KeyVault/vaults")
        equal({vault["name"] for vault in found}, made)
        equal([vault["name"] for vault in az("resource", "list", "--name", "conf-az-premium")], ["conf-az-premium"])
        equal([vault["name"] for vault in az("resource", "list", "--tag", "one=1")], ["conf-az-premium"])
        shown = az("resource", "show", "--ids", ID + "conf-az-default")
        equal(shown["properties"]["vaultUri"], url("conf-az-default") + "/")
    with area.check("check-name tells which names are free"):
        equal(az("keyvault", "check-name", "-n", "confazfree", "--resource-type", "hsm")["nameAvailable"], True)
        for name, free in (("conf-az-free", True), ("conf-az-default", False)):
            body = f'{{"name": "{name}", "type": "Microsoft.KeyVault/vaults"}}'
            path = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.KeyVault/checkNameAvailability"
            answer = az("rest", "-m", "post", "-u", f"{MANAGEMENT}{path}?api-version=2023-07-01", "-b", body)
            equal(answer["nameAvailable"], free)


def update(area, az):
    with area.check("update changes what it was told, and keeps the rest"):
        az("keyvault", "update", "-n", "conf-az-default", "--enabled-for-deployment", "true")
        vault = az("keyvault", "update", "-n", "conf-az-default", "-g", GROUP, "--set", "tags.team=blue")
        equal(vault["tags"], {"team": "blue"})
        equal(vault["properties"]["enabledForDeployment"], True)
        equal(vault["properties"]["enableRbacAuthorization"], True)
        equal(vault["properties"]["vaultUri"], url("conf-az-default") + "/")
    with area.check("purge protection cannot be taken back, in the service's words"):
        words = az.refusal("keyvault", "update", "-n", "conf-az-premium", "--enable-purge-protection", "false")
        has(words, "(BadRequest)", 'The property "enablePurgeProtection" cannot be set to false.')
