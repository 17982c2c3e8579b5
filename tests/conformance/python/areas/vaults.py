"""Vaults with access policies, and deleted vaults, by azure-mgmt-keyvault."""

import functools
import uuid

from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
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

import tokens
from suite import refused, with_each
from world import BOTH, CLIENT_ID, SUBSCRIPTION, SYNC, TENANT, resources

GROUP, REGION = "conf-py", "eastus"
SOMEBODY = str(uuid.uuid4())


def check(name):
    return with_each(BOTH, "vaults", name)


@functools.cache
def group():
    return resources.resource_groups.create_or_update(GROUP, {"location": REGION})


@functools.cache
def object_id(client_id=CLIENT_ID):
    """Who a client id is, from its token."""
    return tokens.claims(SYNC.somebody(client_id))["oid"]


def body(policies, **properties):
    return VaultCreateOrUpdateParameters(
        location=REGION,
        tags={"made": "here"},
        properties=VaultProperties(
            tenant_id=TENANT,
            sku=Sku(family="A", name="standard"),
            access_policies=policies,
            **{"enable_rbac_authorization": False, **properties},
        ),
    )


def policy(principal, **permissions):
    return AccessPolicyEntry(tenant_id=TENANT, object_id=principal, permissions=Permissions(**permissions))


def make(name, parameters, io=SYNC):
    group()
    return io.done(io.management().vaults.begin_create_or_update(GROUP, f"conf-py-{name}", parameters))


def mine(**permissions):
    return policy(object_id(), **permissions)


def named(io, what):
    return f"{what}-{io.name}"


def full(io, what):
    return f"conf-py-{named(io, what)}"


@check("a vault is made, with what was asked for")
def _(io):
    made = make(named(io, "vault"), body([mine(secrets=["get", "set"])], enabled_for_deployment=True), io)
    assert made.name == full(io, "vault") and made.location == REGION
    assert made.type == "Microsoft.KeyVault/vaults" and made.tags == {"made": "here"}
    assert made.id.lower() == (
        f"/subscriptions/{SUBSCRIPTION}/resourcegroups/{GROUP}/providers/microsoft.keyvault/vaults/{made.name}"
    ).lower()
    its = made.properties
    assert (its.provisioning_state, its.sku.name, its.tenant_id) == ("Succeeded", "standard", TENANT)
    assert its.enabled_for_deployment and its.enable_soft_delete and its.enable_rbac_authorization is False
    assert [it.object_id for it in its.access_policies] == [object_id()]
    read = io.management().vaults.get(GROUP, made.name)
    assert read.properties.vault_uri == its.vault_uri


@check("its policies decide")
def _(io):
    made = make(named(io, "policies"), body([mine(secrets=["get", "set"])]), io)
    secrets = io.secrets(made.properties.vault_uri)
    secrets.set_secret("db", "hunter2")
    assert secrets.get_secret("db").value == "hunter2"
    error = refused(lambda: secrets.delete_secret("db"), 403, "Forbidden", HttpResponseError)
    assert "does not have secrets delete permission on key vault" in error.message, error.message
    assert error.error.innererror["code"] == "ForbiddenByPolicy"
    somebody = io.secrets(made.properties.vault_uri, io.somebody(SOMEBODY))
    refused(lambda: somebody.get_secret("db"), 403, "Forbidden", HttpResponseError)


@check("policies are added, replaced, removed")
def _(io):
    make(named(io, "verbs"), body([mine(secrets=["get"])]), io)
    vaults = io.management().vaults

    def change(verb, *entries):
        properties = VaultAccessPolicyProperties(access_policies=list(entries))
        vaults.update_access_policy(
            GROUP, full(io, "verbs"), verb, VaultAccessPolicyParameters(properties=properties)
        )
        found = vaults.get(GROUP, full(io, "verbs")).properties.access_policies
        return {it.object_id: it.permissions for it in found}

    added = change("add", policy(SOMEBODY, keys_property=["get"]), mine(secrets=["list"]))
    assert added[SOMEBODY].keys_property == ["get"] and set(added[object_id()].secrets) == {"get", "list"}
    replaced = change("replace", policy(SOMEBODY, keys_property=["list"]))
    assert replaced[SOMEBODY].keys_property == ["list"] and object_id() in replaced
    removed = change("remove", policy(SOMEBODY, keys_property=["list"]))
    assert SOMEBODY not in removed and object_id() in removed


@check("a vault is updated")
def _(io):
    make(named(io, "update"), body([mine(secrets=["get"])]), io)
    properties = VaultPatchProperties(enabled_for_template_deployment=True, sku=Sku(family="A", name="premium"))
    patch = VaultPatchParameters(tags={"team": "orders"}, properties=properties)
    changed = io.management().vaults.update(GROUP, full(io, "update"), patch)
    assert changed.tags == {"team": "orders"} and changed.properties.sku.name == "premium"
    assert changed.properties.enabled_for_template_deployment
    assert [it.object_id for it in changed.properties.access_policies] == [object_id()]


@check("a vault is on roles unless it is told otherwise")
def _(io):
    parameters = body([])
    parameters.properties.enable_rbac_authorization = None
    made = make(named(io, "rbac"), parameters, io)
    assert io.management().vaults.get(GROUP, made.name).properties.enable_rbac_authorization is True
    secrets = io.secrets(made.properties.vault_uri)
    error = refused(lambda: secrets.get_secret("db"), 403, "Forbidden", HttpResponseError)
    assert error.error.innererror["code"] == "ForbiddenByRbac"


@check("vaults are listed")
def _(io):
    made = make(named(io, "listed"), body([]), io)
    vaults = io.management().vaults
    assert made.name in [it.name for it in vaults.list_by_resource_group(GROUP)]
    assert made.name in [it.name for it in vaults.list_by_subscription()]
    assert made.name in [it.name for it in vaults.list()]


@check("a name is free or taken")
def _(io):
    vaults = io.management().vaults
    ask = lambda name: vaults.check_name_availability(VaultCheckNameAvailabilityParameters(name=name))
    assert ask("conf-py-free").name_available is True
    make(named(io, "taken"), body([]), io)
    taken = ask(full(io, "taken"))
    assert (taken.name_available, taken.reason) == (False, "AlreadyExists") and taken.message
    bad = ask("1-no-name")
    assert (bad.name_available, bad.reason) == (False, "AccountNameInvalid")


@check("a vault is deleted, shown, listed, recovered")
def _(io):
    made = make(named(io, "recover"), body([mine(secrets=["get", "set"])]), io)
    secrets, vaults = io.secrets(made.properties.vault_uri), io.management().vaults
    secrets.set_secret("db", "hunter2")
    vaults.delete(GROUP, made.name)
    refused(lambda: vaults.get(GROUP, made.name), 404, "ResourceNotFound", ResourceNotFoundError)
    deleted = vaults.get_deleted(made.name, REGION)
    assert deleted.properties.vault_id == made.id and deleted.properties.location == REGION
    assert (deleted.properties.scheduled_purge_date - deleted.properties.deletion_date).days == 90
    assert made.name in [it.name for it in vaults.list_deleted()]
    back = make(named(io, "recover"), body([], create_mode="recover"), io)
    assert back.properties.provisioning_state == "Succeeded"
    assert secrets.get_secret("db").value == "hunter2"


@check("a deleted vault is purged, and its name is free")
def _(io):
    made = make(named(io, "purge"), body([]), io)
    vaults = io.management().vaults
    vaults.delete(GROUP, made.name)
    io.done(vaults.begin_purge_deleted(made.name, REGION))
    refused(lambda: vaults.get_deleted(made.name, REGION), 404, "DeletedVaultNotFound", ResourceNotFoundError)
    assert vaults.check_name_availability(VaultCheckNameAvailabilityParameters(name=made.name)).name_available


@check("a vault that is protected is not purged")
def _(io):
    made = make(named(io, "kept"), body([], enable_purge_protection=True, soft_delete_retention_in_days=7), io)
    vaults = io.management().vaults
    vaults.delete(GROUP, made.name)
    assert vaults.get_deleted(made.name, REGION).properties.purge_protection_enabled is True
    refused(lambda: io.done(vaults.begin_purge_deleted(made.name, REGION)), 405, "MethodNotAllowed")


@check("what is no vault is refused")
def _(io):
    unknown = body([mine(secrets=["fetch"])])
    refused(lambda: make(named(io, "bad"), unknown, io), 400, "BadRequest", HttpResponseError)
    vaults = io.management().vaults
    refused(lambda: vaults.get(GROUP, full(io, "none")), 404, "ResourceNotFound", ResourceNotFoundError)
    refused(lambda: vaults.get("no-such-group", "conf-py-x"), 404, "ResourceGroupNotFound", ResourceNotFoundError)
