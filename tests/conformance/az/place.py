"""Where the emulator is, and what the areas have in common there."""

import base64
import json
import os

DIRECT = os.environ["MODE"] == "direct"
MANAGEMENT = os.environ["MANAGEMENT_URL"].rstrip("/")
SUFFIX = os.environ["VAULT_SUFFIX"]
TENANT = os.environ["AZURE_TENANT_ID"]
CLIENT = os.environ["AZURE_CLIENT_ID"]
SECRET = os.environ["AZURE_CLIENT_SECRET"]
SUBSCRIPTION = os.environ["AZURE_SUBSCRIPTION_ID"]
REGION = "westeurope"
EVERYTHING = [
    *("--key-permissions", "all", "purge", "rotate", "getrotationpolicy", "setrotationpolicy"),
    *("--secret-permissions", "all", "purge"),
    *("--certificate-permissions", "all", "purge"),
]


def url(vault):
    """The address of a vault, without a slash at its end."""
    return f"https://{vault}{SUFFIX}"


def claims(az):
    """What the token says that `az` has for Resource Manager."""
    token = az("account", "get-access-token")["accessToken"]
    body = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))


def group(az, area):
    """A resource group for the vaults of an area."""
    name = f"conf-az-{area}"
    az("group", "create", "--name", name, "--location", REGION)
    return name


def vault_for_everything(az, me, group, name, *more):
    """A vault whose policies allow the caller everything."""
    az("keyvault", "create", "-g", group, "-n", name, "-l", REGION, "--no-self-perms", "true",
       "--enable-rbac-authorization", "false", *more)  # fmt: skip
    az("keyvault", "set-policy", "-g", group, "-n", name, "--object-id", me, *EVERYTHING)


def sign_in(az, secret=SECRET):
    return az("login", "--service-principal", "-u", CLIENT, "-p", secret, "--tenant", TENANT)
