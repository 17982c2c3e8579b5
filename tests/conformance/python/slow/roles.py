"""Azure roles: a vault on Azure RBAC opens for whom a role is assigned, where it is assigned."""

import uuid

from azure.keyvault.keys import KeyClient
from azure.keyvault.secrets import SecretClient
from azure.mgmt.authorization.models import Permission, RoleAssignmentCreateParameters, RoleDefinition

from common import (
    GROUP,
    SUBSCRIPTION,
    authorization,
    before_long,
    before_long_refused,
    check,
    credential,
    make,
    object_id,
    refused,
    sign_in,
    vault,
    vaults,
)

READER = "21090545-7ca7-4776-b22c-e363652d74d2"
definitions, assignments = authorization.role_definitions, authorization.role_assignments


def named(scope, name):
    return list(definitions.list(scope, filter=f"roleName eq '{name}'"))


def assign(scope, role, principal):
    body = RoleAssignmentCreateParameters(
        role_definition_id=role.id, principal_id=principal, principal_type="ServicePrincipal"
    )
    return assignments.create(scope, str(uuid.uuid4()), body)


def run():
    somebody = sign_in("conformance-roles")
    caller = object_id(somebody)
    made = make("roles-kv", vault([], enable_rbac_authorization=True))
    # Its name begins with that of the other.
    neighbour = make("roles-kv2", vault([], enable_rbac_authorization=True))
    secrets = SecretClient(made.properties.vault_uri, somebody)
    keys = KeyClient(made.properties.vault_uri, somebody)

    # Definitions.
    [officer] = named(made.id, "Key Vault Secrets Officer")
    check("it is built in", officer.role_type == "BuiltInRole")
    check("it is found by its name", definitions.get(made.id, officer.name).id == officer.id)
    check("and by its id", definitions.get_by_id(officer.id).role_name == officer.role_name)
    check("what it allows is told", officer.permissions[0].data_actions)
    check("a name that no role has finds none", named(made.id, "Key Vault Nobody") == [])

    # Without a role nobody comes in; with one, who has it.
    error = refused("without a role", 403, "Forbidden", lambda: secrets.set_secret("db", "1"))
    check("the refusal names the action", "secrets/setSecret/action" in error.message)
    check("and why", error.error.innererror["code"] == "ForbiddenByRbac")
    assigned = assign(made.id, officer, caller)
    check("it is assigned where it was asked for", assigned.scope.lower() == made.id.lower())
    before_long("a secret is set", lambda: secrets.set_secret("db", "hunter2"))
    check("a secret is read", secrets.get_secret("db").value == "hunter2")
    refused("a key", 403, "Forbidden", lambda: keys.create_rsa_key("k"))
    others = SecretClient(made.properties.vault_uri, credential)
    refused("somebody else", 403, "Forbidden", lambda: others.get_secret("db"))
    beside = SecretClient(neighbour.properties.vault_uri, somebody)
    refused("a vault whose name goes on", 403, "Forbidden", lambda: beside.set_secret("db", "1"))

    # Lists.
    found = assignments.list_for_scope(made.id, filter=f"assignedTo('{caller}')")
    check("it is listed for its principal", [it.id for it in found] == [assigned.id])
    found = assignments.list_for_scope(made.id, filter="atScope()")
    check("it is listed at its scope", assigned.id in [it.id for it in found])
    found = list(assignments.list_for_subscription())
    check("it is listed in its subscription", assigned.id in [it.id for it in found])
    check("it is got by its id", assignments.get_by_id(assigned.id).principal_id == caller)
    refused("the same again", 409, "RoleAssignmentExists", lambda: assign(made.id, officer, caller))

    # Taken away, it lets nobody in any more.
    assignments.delete(made.id, assigned.name)
    before_long_refused("without the role", lambda: secrets.get_secret("db"))
    check("deleting twice is no error", assignments.delete(made.id, assigned.name) is None)

    # A role for one secret opens that one.
    [user] = named(made.id, "Key Vault Secrets User")
    assign(f"{made.id}/secrets/db", user, caller)
    one = before_long("the one secret", lambda: secrets.get_secret("db"))
    check("has its value", one.value == "hunter2")
    refused("another secret", 403, "Forbidden", lambda: secrets.get_secret("db2"))
    refused("the list", 403, "Forbidden", lambda: list(secrets.list_properties_of_secrets()))

    # A custom role, for the group.
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}"
    body = RoleDefinition(
        role_name="Setters and listers",
        role_type="CustomRole",
        assignable_scopes=[group],
        permissions=[
            Permission(
                actions=[],
                data_actions=["Microsoft.KeyVault/vaults/secrets/*"],
                not_data_actions=["Microsoft.KeyVault/vaults/secrets/getSecret/*"],
            )
        ],
    )
    role = definitions.create_or_update(group, str(uuid.uuid4()), body)
    check("it is custom", role.role_type == "CustomRole")
    check("it is found by its name", [it.id for it in named(group, body.role_name)] == [role.id])
    assign(group, role, caller)
    before_long("the group's vaults open", lambda: beside.set_secret("db", "1"))
    refused("what is excepted", 403, "Forbidden", lambda: beside.get_secret("db"))
    refused("a role in use", 400, "RoleDefinitionHasAssignments", lambda: definitions.delete(group, role.name))

    # A vault's roles go with it, and do not come back.
    vaults.delete(GROUP, "roles-kv")
    make("roles-kv", vault([], enable_rbac_authorization=True, create_mode="recover"))
    left = [it.scope for it in assignments.list_for_scope(made.id, filter=f"assignedTo('{caller}')")]
    check("the group's assignment is left alone", left == [group])
