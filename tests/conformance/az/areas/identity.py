"""Signing in, in every way that needs no browser, and what is asked about the account."""

import base64
import json
import time

from areas import clouds
from place import CLIENT, DIRECT, MANAGEMENT, SECRET, SUBSCRIPTION, SUFFIX, TENANT, claims, sign_in as by_secret
from report import equal, has

CLOUD = "Emulator"
# Of principals.toml.
KNOWN = "22222222-3333-4444-8555-666666666666"


def sign_in(area, az):
    """Signs in by secret; gives who goes on, and the object id, or nobody."""
    if DIRECT:
        with area.check("cloud register finds all endpoints at Resource Manager"):
            az("cloud", "register", "-n", CLOUD, "--endpoint-resource-manager", MANAGEMENT)
            az("cloud", "set", "-n", CLOUD)
            cloud = az("cloud", "show")
            equal(cloud["endpoints"]["activeDirectory"], MANAGEMENT)
            equal(cloud["endpoints"]["resourceManager"], MANAGEMENT)
            equal(cloud["suffixes"]["keyvaultDns"], SUFFIX)
            has(cloud["endpoints"]["microsoftGraphResourceId"], MANAGEMENT)
    else:
        with area.check("the cloud is the default one, and nothing is registered"):
            equal(az("cloud", "show")["name"], "AzureCloud")
    with area.check("a wrong secret is refused in the service's words"):
        has(az.refusal(*login(KNOWN), "-p", "wrong"), "AADSTS7000215", "Invalid client secret provided")
    with area.check("the right secret of the same application is taken"):
        (account,) = az.copy("known")(*login(KNOWN), "-p", "the one secret")
        equal(account["user"]["name"], KNOWN)
    me = None
    with area.check("login by secret lists the subscription"):
        (account,) = by_secret(az)
        equal(account["id"], SUBSCRIPTION)
        equal(account["tenantId"], TENANT)
        equal(account["state"], "Enabled")
        equal(account["user"], {"name": CLIENT, "type": "servicePrincipal"})
        me = claims(az)["oid"]
    return (az, me) if me else (None, None)


def login(client=CLIENT, tenant=TENANT):
    return ["login", "--service-principal", "-u", client, "--tenant", tenant]


def run(area, az):
    account(area, az)
    other_ways(area, az)
    managed_identity(area, az)
    if DIRECT:
        clouds.run(area, az)


def account(area, az):
    with area.check("account show tells the subscription"):
        equal(az("account", "show")["id"], SUBSCRIPTION)
    with area.check("account list --refresh asks again and finds the same"):
        (account,) = az("account", "list", "--refresh")
        equal(account["id"], SUBSCRIPTION)
    with area.check("account list-locations has the regions"):
        locations = {location["name"]: location for location in az("account", "list-locations")}
        equal(locations["westeurope"]["displayName"], "West Europe")
        equal(locations["westeurope"]["metadata"]["regionType"], "Physical")
        has(locations, "eastus", "northeurope")
    with area.check("a token for vaults has the audience that was asked for"):
        resource = "https://vault.azure.net"
        token = az("account", "get-access-token", "--resource", resource)
        equal(token["tenant"], TENANT)
        equal(token["tokenType"], "Bearer")


def other_ways(area, az):
    with area.check("login by a federated token"):
        token = ".".join(["eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9", federated(), "c2lnbmF0dXJl"])
        (account,) = az.copy("federated")(*login(), "--federated-token", token)
        equal(account["id"], SUBSCRIPTION)
    with area.check("login with a domain name for the tenant"):
        fresh = az.copy("domain")
        fresh("account", "clear")
        (account,) = fresh(*login(tenant="contoso.onmicrosoft.com"), "-p", SECRET)
        equal(account["tenantId"], TENANT)
    with area.check("after logout there is nobody"):
        gone = az.copy("logout")
        gone("logout")
        has(gone.refusal("account", "show"), "az login")


def federated():
    """The claims of a token that a workload has, of no use to anybody."""
    now = int(time.time())
    body = {
        "iss": "https://issuer.example", "sub": "system:serviceaccount:default:app",
        "aud": "api://AzureADTokenExchange", "iat": now, "nbf": now, "exp": now + 600,
    }  # fmt: skip
    return base64.urlsafe_b64encode(json.dumps(body).encode()).decode().rstrip("=")


def managed_identity(area, az):
    """Both forms of the endpoint, one after the other: a machine has one of them."""
    there = ["IDENTITY_ENDPOINT", "IDENTITY_HEADER"], ["AZURE_POD_IDENTITY_AUTHORITY_HOST"]
    for name, absent in [("App Service", there[1]), ("IMDS", there[0])]:
        with area.check(f"login by the managed identity of {name}"):
            without = dict.fromkeys(absent)
            machine = az.copy("identity-" + name.split()[0].lower(), **without)
            machine("account", "clear")
            (account,) = machine("login", "--identity")
            equal(account["id"], SUBSCRIPTION)
            equal(account["user"]["assignedIdentityInfo"], "MSI")
        with area.check(f"as the managed identity of {name}, Resource Manager answers"):
            equal(machine("group", "exists", "-n", "conf-az-nowhere"), False)
