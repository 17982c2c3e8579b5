"""Access policies: for whom, by which of his names, and what they let him do."""

from place import CLIENT, REGION, group, url
from report import equal, has

NAME = "conf-az-policy"
OTHER = "33333333-3333-4333-8333-333333333333"
USER = "someone@contoso.onmicrosoft.com"


def run(area, az, me):
    where = group(az, "policies")
    az("keyvault", "create", "-g", where, "-n", NAME, "--enable-rbac-authorization", "false",
       "--no-self-perms", "true")  # fmt: skip
    policies = lambda vault: {
        policy["objectId"]: policy["permissions"] for policy in vault["properties"]["accessPolicies"]
    }
    secret = ["keyvault", "secret", "set", "--vault-name", NAME, "-n", "s", "--value", "v"]
    with area.check("without a policy a secret is refused in the service's words"):
        words = az.refusal(*secret)
        has(words, "(Forbidden)", "does not have secrets set permission on key vault")
        has(words, f"{NAME};location={REGION}", me, "AccessDenied")
    with area.check("set-policy by object id"):
        vault = az("keyvault", "set-policy", "-n", NAME, "--object-id", OTHER, "--key-permissions", "get", "list")
        equal(sorted(policies(vault)[OTHER]["keys"]), ["get", "list"])
        equal(vault["properties"]["vaultUri"], url(NAME) + "/")
    with area.check("set-policy by the name of an application"):
        vault = az("keyvault", "set-policy", "-n", NAME, "--spn", CLIENT, "--secret-permissions", "set")
        equal(policies(vault)[me]["secrets"], ["set"])
        equal(sorted(policies(vault)[OTHER]["keys"]), ["get", "list"])
    with area.check("a policy lets in for what it says, and for no more"):
        equal(az(*secret)["value"], "v")
        words = az.refusal("keyvault", "secret", "show", "--vault-name", NAME, "-n", "s")
        has(words, "does not have secrets get permission on key vault", "ForbiddenByPolicy")
        words = az.refusal("keyvault", "key", "list", "--vault-name", NAME)
        has(words, "does not have keys list permission on key vault")
    with area.check("set-policy by the name of a user"):
        vault = az("keyvault", "set-policy", "-n", NAME, "--upn", USER,
                   "--certificate-permissions", "get")  # fmt: skip
        (user,) = set(policies(vault)) - {me, OTHER}
        equal(policies(vault)[user]["certificates"], ["get"])
    with area.check("delete-policy takes one away"):
        vault = az("keyvault", "delete-policy", "-n", NAME, "-g", where, "--object-id", OTHER)
        assert OTHER not in policies(vault) and me in policies(vault)
    with area.check("an application that nobody knows by name is refused"):
        words = az.refusal("keyvault", "set-policy", "-n", NAME, "--spn", "https://nobody.example",
                           "--secret-permissions", "get")  # fmt: skip
        has(words, "Unable to get object id from principal name.")
    with area.check("a policy on a vault with roles is refused"):
        az("keyvault", "update", "-n", NAME, "-g", where, "--enable-rbac-authorization", "true")
        words = az.refusal("keyvault", "set-policy", "-n", NAME, "--object-id", OTHER, "--secret-permissions", "get")
        has(words, "Cannot set policies to a vault with '--enable-rbac-authorization' specified")
