"""The ways to sign in of azure-identity, each ending with a call to a vault."""

import contextlib
import datetime
import functools
import json
import os
import tempfile
import time
import uuid
import warnings

import jwt
import requests
from azure import identity
from azure.identity import aio
from azure.keyvault.secrets import SecretClient
from azure.keyvault.secrets.aio import SecretClient as AsyncSecretClient
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12

import tokens
from suite import check, with_each
from world import ASYNC, BOTH, CLIENT_ID, CLIENT_SECRET, DIRECT, DISCOVERY, MANAGEMENT, SYNC, TENANT, vault_url

URL = vault_url("identity")
USER = "somebody@example.com"
IDENTITY = {name: os.environ.get(name) for name in ["IDENTITY_ENDPOINT", "IDENTITY_HEADER"]}
POD = os.environ.get("AZURE_POD_IDENTITY_AUTHORITY_HOST")


def opens(credential, client_id=None):
    """Whoever it signs in is let into a vault; gives who that is."""
    if credential.__class__.__module__.startswith("azure.identity.aio"):
        claims = ASYNC.run(_opens(credential))
    else:
        secrets = SecretClient(URL, credential)
        assert secrets.set_secret("db", "hunter2").value == "hunter2"
        claims = tokens.claims(credential)
        credential.close()
    assert claims["tid"] == TENANT and claims["exp"] > time.time(), claims
    assert uuid.UUID(claims["oid"])
    assert claims["aud"] in ("https://vault.azure.net", "cfa8b339-82a2-471a-a3c9-0fc0be7a4093"), claims["aud"]
    assert client_id is None or claims["appid"] == client_id, claims["appid"]
    return claims


async def _opens(credential):
    async with AsyncSecretClient(URL, credential) as secrets, credential:
        assert (await secrets.set_secret("db", "hunter2")).value == "hunter2"
        token = await credential.get_token("https://vault.azure.net/.default")
        return jwt.decode(token.token, options={"verify_signature": False})


@contextlib.contextmanager
def environment(**values):
    """Variables for what reads them when it is made; `None` takes one away."""
    before = {name: os.environ.get(name) for name in values}
    try:
        put(values)
        yield
    finally:
        put(before)


def put(values):
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def package(io):
    return identity if io is SYNC else aio


@functools.cache
def certificate():
    """A key with its certificate, self-signed, as PEM and as PFX."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "conformance")])
    now = datetime.datetime.now(datetime.timezone.utc)
    day = datetime.timedelta(days=1)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - day).not_valid_after(now + day)
    made = builder.sign(key, hashes.SHA256())
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ) + made.public_bytes(serialization.Encoding.PEM)
    pfx = pkcs12.serialize_key_and_certificates(
        b"conformance", key, made, None, serialization.BestAvailableEncryption(b"password")
    )
    return pem, pfx


def federated():
    """A token of some other issuer, as a pod or a pipeline has it."""
    now = int(time.time())
    about = {"iss": "https://issuer.example", "sub": "system:serviceaccount:ns:app"}
    claims = {**about, "aud": "api://AzureADTokenExchange", "iat": now, "nbf": now, "exp": now + 600}
    return jwt.encode(claims, rsa.generate_private_key(65537, 2048), "RS256", headers={"kid": "1"})


@with_each(BOTH, "identity", "a client secret")
def _(io):
    opens(package(io).ClientSecretCredential(TENANT, CLIENT_ID, CLIENT_SECRET, **DISCOVERY), CLIENT_ID)


@with_each(BOTH, "identity", "a certificate in PEM")
def _(io):
    data = certificate()[0]
    opens(package(io).CertificateCredential(TENANT, CLIENT_ID, certificate_data=data, **DISCOVERY), CLIENT_ID)


@with_each(BOTH, "identity", "a certificate in PFX, sent along")
def _(io):
    options = {"certificate_data": certificate()[1], "password": "password", "send_certificate_chain": True}
    opens(package(io).CertificateCredential(TENANT, CLIENT_ID, **options, **DISCOVERY), CLIENT_ID)


@with_each(BOTH, "identity", "a client assertion")
def _(io):
    opens(package(io).ClientAssertionCredential(TENANT, CLIENT_ID, federated, **DISCOVERY), CLIENT_ID)


@with_each(BOTH, "identity", "a workload identity's file")
def _(io):
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(federated())
        file.flush()
        options = {"tenant_id": TENANT, "client_id": CLIENT_ID, "token_file_path": file.name}
        opens(package(io).WorkloadIdentityCredential(**options, **DISCOVERY), CLIENT_ID)


@with_each(BOTH, "identity", "the default credential finds the environment's")
def _(io):
    opens(package(io).DefaultAzureCredential(**DISCOVERY), CLIENT_ID)


@with_each(BOTH, "identity", "the default credential finds a workload identity")
def _(io):
    with tempfile.NamedTemporaryFile("w") as file, environment(
        AZURE_CLIENT_SECRET=None, AZURE_FEDERATED_TOKEN_FILE=file.name
    ):
        file.write(federated())
        file.flush()
        opens(package(io).DefaultAzureCredential(**DISCOVERY), CLIENT_ID)


@with_each(BOTH, "identity", "the environment's certificate")
def _(io):
    with tempfile.NamedTemporaryFile("wb") as file, environment(
        AZURE_CLIENT_SECRET=None, AZURE_CLIENT_CERTIFICATE_PATH=file.name
    ):
        file.write(certificate()[0])
        file.flush()
        opens(package(io).EnvironmentCredential(**DISCOVERY), CLIENT_ID)


if IDENTITY["IDENTITY_ENDPOINT"]:
    NOBODY = {"AZURE_CLIENT_ID": None, "AZURE_CLIENT_SECRET": None, "AZURE_TENANT_ID": None}
    APP_SERVICE = {**IDENTITY, "AZURE_POD_IDENTITY_AUTHORITY_HOST": None}
    IMDS = {"IDENTITY_ENDPOINT": None, "IDENTITY_HEADER": None, "AZURE_POD_IDENTITY_AUTHORITY_HOST": POD}

    for form, variables in [("App Service", APP_SERVICE), ("a virtual machine", IMDS)]:

        @with_each(BOTH, "identity", f"the managed identity of {form}")
        def _(io, variables=variables):
            with environment(**variables):
                claims = opens(package(io).ManagedIdentityCredential())
                again = opens(package(io).ManagedIdentityCredential())
            assert claims["oid"] == again["oid"]

        @with_each(BOTH, "identity", f"a user-assigned managed identity of {form}")
        def _(io, variables=variables):
            chosen = str(uuid.uuid4())
            with environment(**variables):
                opens(package(io).ManagedIdentityCredential(client_id=chosen), chosen)

        @with_each(BOTH, "identity", f"the default credential finds the managed identity of {form}")
        def _(io, variables=variables):
            with environment(**variables, **NOBODY):
                opens(package(io).DefaultAzureCredential(**DISCOVERY))


def device_code(**options):
    """Somebody with a browser opens the page and enters the code."""

    def show(uri, code, expires_on):
        assert uri.startswith("https://") and code and expires_on

    return identity.DeviceCodeCredential(CLIENT_ID, tenant_id=TENANT, prompt_callback=show, **options, **DISCOVERY)


@check("identity", "a device code")
def _():
    claims = opens(device_code(), CLIENT_ID)
    assert claims.get("upn") or claims.get("preferred_username") or claims.get("unique_name"), claims.keys()


@check("identity", "a device code's refresh token serves another resource")
def _():
    shown = []
    options = {"prompt_callback": lambda *about: shown.append(about)}
    credential = identity.DeviceCodeCredential(CLIENT_ID, tenant_id=TENANT, **options, **DISCOVERY)
    vault, arm = (tokens.claims(credential, scope) for scope in (tokens.VAULT_SCOPE, MANAGEMENT + "/.default"))
    assert len(shown) == 1 and vault["oid"] == arm["oid"] and vault["aud"] != arm["aud"]


@check("identity", "a user's name and password")
def _():
    # At an authority with a port, MSAL asks about the user without the port, unless it has the form of ADFS.
    tenant = "adfs" if DIRECT else TENANT
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        credential = identity.UsernamePasswordCredential(CLIENT_ID, USER, "any", tenant_id=tenant)
    claims = opens(credential, CLIENT_ID)
    assert USER in (claims.get("upn"), claims.get("preferred_username"), claims.get("unique_name")), claims


@check("identity", "one client id is one principal, and another is another")
def _():
    one, same, other = (tokens.claims(SYNC.somebody(it))["oid"] for it in ("app-one", "app-one", "app-two"))
    assert one == same != other


@with_each(BOTH, "identity", "a token is for whom it was asked")
def _(io):
    credential = io.somebody(CLIENT_ID)
    audience = tokens.claims(credential, MANAGEMENT + "/.default")["aud"]
    assert audience.rstrip("/") == MANAGEMENT, audience
    assert tokens.claims(credential)["aud"] != audience


@check("identity", "tokens are signed by the keys that the authority publishes")
def _():
    host = os.environ.get("AZURE_AUTHORITY_HOST", "https://login.microsoftonline.com").rstrip("/")
    about = requests.get(f"{host}/{TENANT}/v2.0/.well-known/openid-configuration", timeout=30).json()
    keys = requests.get(about["jwks_uri"], timeout=30).json()["keys"]
    token = SYNC.credential.get_token(tokens.VAULT_SCOPE).token
    [key] = [it for it in keys if it["kid"] == jwt.get_unverified_header(token)["kid"]]
    public = jwt.PyJWK.from_json(json.dumps(key), "RS256").key
    read = jwt.decode(token, public, ["RS256"], options={"verify_aud": False})
    assert read["tid"] == TENANT


if DIRECT:

    @with_each(BOTH, "identity", "the ADFS form of the authority needs no option")
    def _(io):
        with environment(AZURE_TENANT_ID="adfs"):
            credential = package(io).DefaultAzureCredential()
        opens(credential, CLIENT_ID)
