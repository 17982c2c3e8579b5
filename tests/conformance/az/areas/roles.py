"""Role assignments: made, listed, felt in a vault, and removed."""

import json

from place import CLIENT, SUBSCRIPTION, group
from report import equal, has

NAME = "conf-az-rbac"
OFFICER = "b86a8fe4-44ce-4948-aee5-eccb2c155cd7"
READER = "4633458b-17de-408a-b874-0445c86b69e6"
OTHER = "33333333-3333-4333-8333-333333333333"


def run(area, az, me):
    where = group(az, "roles")
    scope = az("keyvault", "create", "-g", where, "-n", NAME)["id"]
    secret = ["keyvault", "secret", "set", "--vault-name", NAME, "-n", "s", "--value", "v"]
    with area.check("without a role a secret is refused in the service's words"):
        words = az.refusal(*secret)
        has(words, "(Forbidden) Caller is not authorized to perform action on resource.", "ForbiddenByRbac")
        has(words, "Action: 'Microsoft.KeyVault/vaults/secrets/setSecret/action'", f"oid={me}")
        has(words, "Assignment: (not found)", f"Vault: {NAME};location=westeurope")
    with area.check("role definition list by name"):
        (role,) = az("role", "definition", "list", "--name", "Key Vault Secrets Officer")
        equal((role["name"], role["roleType"]), (OFFICER, "BuiltInRole"))
        has(role["permissions"][0]["dataActions"], "Microsoft.KeyVault/vaults/secrets/*")
    with area.check("role assignment create --assignee-object-id, by the name of the role"):
        made = az("role", "assignment", "create", "--role", "Key Vault Secrets Officer", "--scope", scope,
                  "--assignee-object-id", me, "--assignee-principal-type", "ServicePrincipal")  # fmt: skip
        equal((made["principalId"], made["scope"]), (me, scope))
        has(made["roleDefinitionId"], OFFICER)
    with area.check("the role lets in"):
        equal(az(*secret)["value"], "v")
    with area.check("the same assignment once more is the same"):
        again = az("role", "assignment", "create", "--role", OFFICER, "--scope", scope,
                   "--assignee-object-id", me, "--assignee-principal-type", "ServicePrincipal")  # fmt: skip
        equal(again["id"], made["id"])
    with area.check("role assignment create --assignee, for a secret, by the id of the role"):
        reader = az("role", "assignment", "create", "--role", READER, "--assignee", CLIENT,
                    "--scope", f"{scope}/secrets/s")  # fmt: skip
        equal((reader["principalId"], reader["principalType"]), (me, "ServicePrincipal"))
    with area.check("role assignment create of a role that is not there is refused"):
        words = az.refusal("role", "assignment", "create", "--role", "No Such Role", "--scope", scope,
                           "--assignee-object-id", me, "--assignee-principal-type", "ServicePrincipal")  # fmt: skip
        has(words, "Role 'No Such Role' doesn't exist.")
    with area.check("role assignment list at a scope, with the names from Graph"):
        (listed,) = az("role", "assignment", "list", "--scope", scope)
        equal((listed["id"], listed["roleDefinitionName"]), (made["id"], "Key Vault Secrets Officer"))
        equal(listed["principalName"], CLIENT)
    with area.check("role assignment list by assignee, role, and for everything"):
        (listed,) = az("role", "assignment", "list", "--assignee", CLIENT, "--scope", scope)
        equal(listed["id"], made["id"])
        equal(az("role", "assignment", "list", "--scope", scope, "--role", READER), [])
        ids = {item["id"] for item in az("role", "assignment", "list", "--all", "--fill-principal-name", "false")}
        equal(ids, {made["id"], reader["id"]})
        below = az("role", "assignment", "list", "--scope", f"{scope}/secrets/s", "--include-inherited")
        equal({item["id"] for item in below}, {made["id"], reader["id"]})
        equal(az("role", "assignment", "list", "--scope", scope, "--assignee-object-id", OTHER), [])
    with area.check("role assignment delete shuts out again"):
        az("role", "assignment", "delete", "--ids", made["id"])
        has(az.refusal(*secret), "ForbiddenByRbac")
        equal(az("keyvault", "secret", "show", "--vault-name", NAME, "-n", "s", "--query", "name"), "s")
    with area.check("role assignment delete by assignee, role and scope"):
        az("role", "assignment", "delete", "--assignee", CLIENT, "--role", READER, "--scope", f"{scope}/secrets/s")
        equal(az("role", "assignment", "list", "--scope", f"{scope}/secrets/s"), [])
    custom(area, az, where)


def custom(area, az, where):
    group_id = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{where}"
    role = {
        "Name": "Conformance Reader", "Description": "reads", "Actions": [], "NotActions": [],
        "DataActions": ["Microsoft.KeyVault/vaults/secrets/getSecret/action"], "NotDataActions": [],
        "AssignableScopes": [group_id],
    }  # fmt: skip
    with area.check("role definition create, update and delete of a role of one's own"):
        made = az("role", "definition", "create", "--role-definition", json.dumps(role))
        equal((made["roleName"], made["roleType"]), ("Conformance Reader", "CustomRole"))
        role["Description"] = "still reads"
        changed = az("role", "definition", "update", "--role-definition", json.dumps(role))
        equal((changed["name"], changed["description"]), (made["name"], "still reads"))
        listed = az("role", "definition", "list", "--custom-role-only", "true", "--scope", group_id)
        equal([role["name"] for role in listed], [made["name"]])
        az("role", "definition", "delete", "--name", "Conformance Reader", "--scope", group_id)
        equal(az("role", "definition", "list", "--custom-role-only", "true", "--scope", group_id), [])
