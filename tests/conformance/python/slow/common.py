"""What the checks of Resource Manager share: clients on the emulator, and what makes a check.

The clients are unmodified; the environment says where the emulator is.
"""

import base64
import json
import os
import sys
import time

from azure.core.exceptions import HttpResponseError
from azure.identity import ClientSecretCredential
from azure.mgmt.authorization import AuthorizationManagementClient
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
SUBSCRIPTION = os.environ["AZURE_SUBSCRIPTION_ID"]
TENANT = os.environ["AZURE_TENANT_ID"]
CLIENT_ADDRESS = os.environ["CLIENT_ADDRESS"]
GROUP, REGION = "conformance-rg", "eastus"
SCOPE = MANAGEMENT + "/.default"
area, checks = "vaults", 0

def sign_in(client_id):
    return ClientSecretCredential(TENANT, client_id, "any", disable_instance_discovery=True)


credential = sign_in("conformance")
on_emulator = {"base_url": MANAGEMENT, "credential_scopes": [SCOPE]}
management = KeyVaultManagementClient(credential, SUBSCRIPTION, **on_emulator)
resources = ResourceManagementClient(credential, SUBSCRIPTION, **on_emulator)
authorization = AuthorizationManagementClient(credential, SUBSCRIPTION, **on_emulator)
vaults = management.vaults


def check(what, holds):
    """The first that does not hold ends the run: what follows builds on it."""
    global checks
    if not holds:
        failed(what)
    checks += 1
    print(f"ok {area}: {what}", flush=True)


def failed(what):
    print(f"FAILED {area}: {what}")
    print(f"{checks} passed, 1 failed")
    sys.exit(1)


def refused(what, status, code, call):
    """Calls what must be refused in that way; gives the refusal."""
    try:
        call()
    except HttpResponseError as error:
        found = (error.status_code, error.error.code if error.error else None)
        check(f"{what}: {found}", found == (status, code))
        return error
    failed(f"{what} was not refused")


def before_long(what, call):
    """Calls until it is not refused with 403 any more: changes of access take a second here."""
    deadline = time.monotonic() + 15
    while True:
        try:
            result = call()
        except HttpResponseError as error:
            if error.status_code != 403 or time.monotonic() > deadline:
                failed(f"{what}: {error.message}")
            time.sleep(0.2)
        else:
            check(what, True)
            return result


def before_long_refused(what, call):
    """Calls until it is refused with 403; gives the refusal."""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        try:
            call()
        except HttpResponseError as error:
            check(f"{what}: {error.status_code}", error.status_code == 403)
            return error
        time.sleep(0.2)
    failed(f"{what} was not refused")


def object_id(credential):
    """The object id of whom a token is for, from the token."""
    body = credential.get_token(SCOPE).token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=="))["oid"]


def policy(principal, **permissions):
    return AccessPolicyEntry(
        tenant_id=TENANT, object_id=principal, permissions=Permissions(**permissions)
    )


def vault(policies, tags=None, **properties):
    """A vault on access policies, unless told otherwise."""
    return VaultCreateOrUpdateParameters(
        location=REGION,
        tags=tags,
        properties=VaultProperties(
            tenant_id=TENANT,
            sku=Sku(family="A", name="standard"),
            access_policies=policies,
            **{"enable_rbac_authorization": False, **properties},
        ),
    )


def make(name, body):
    return vaults.begin_create_or_update(GROUP, name, body, polling_interval=1).result()
