"""Where the clients are pointed at, and the two flavours of them: blocking, and on asyncio.

Direct mode says where the emulator is, and turns instance discovery off, since no authority but the
public ones can answer that; in proxy mode nothing is said that a program for Azure would not say.
"""

import asyncio
import inspect
import os

from azure import identity
from azure.identity import aio as identity_aio
from azure.keyvault.certificates import CertificateClient
from azure.keyvault.certificates.aio import CertificateClient as AsyncCertificateClient
from azure.keyvault.keys import KeyClient
from azure.keyvault.keys.aio import KeyClient as AsyncKeyClient
from azure.keyvault.keys.crypto import CryptographyClient
from azure.keyvault.keys.crypto.aio import CryptographyClient as AsyncCryptographyClient
from azure.keyvault.secrets import SecretClient
from azure.keyvault.secrets.aio import SecretClient as AsyncSecretClient
from azure.mgmt.keyvault import KeyVaultManagementClient
from azure.mgmt.keyvault.aio import KeyVaultManagementClient as AsyncKeyVaultManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient

DIRECT = os.environ["MODE"] == "direct"
SUFFIX = os.environ["VAULT_SUFFIX"]
HSM_SUFFIX = SUFFIX.replace(".vault.", ".managedhsm.")
MANAGEMENT = os.environ["MANAGEMENT_URL"].rstrip("/")
TENANT = os.environ["AZURE_TENANT_ID"]
CLIENT_ID = os.environ["AZURE_CLIENT_ID"]
CLIENT_SECRET = os.environ["AZURE_CLIENT_SECRET"]
SUBSCRIPTION = os.environ["AZURE_SUBSCRIPTION_ID"]

# What a credential is told, and what a client of Resource Manager is.
DISCOVERY = {"disable_instance_discovery": True} if DIRECT else {}
ON_ARM = {"base_url": MANAGEMENT, "credential_scopes": [MANAGEMENT + "/.default"]} if DIRECT else {}

VAULT_SCOPE = "https://vault.azure.net/.default"


def vault_url(name):
    return f"https://conf-py-{name}{SUFFIX}"


def hsm_url(name):
    return f"https://conf-py-{name}{HSM_SUFFIX}"


class Blocking:
    """The blocking clients; what begins something waits for it, as the asynchronous ones do."""

    name = "sync"

    def __init__(self):
        self.credential = identity.DefaultAzureCredential(**DISCOVERY)

    def somebody(self, client_id):
        return identity.ClientSecretCredential(TENANT, client_id, "any", **DISCOVERY)

    def keys(self, url, credential=None):
        return Waiting(KeyClient(url, credential or self.credential))

    def secrets(self, url, credential=None):
        return Waiting(SecretClient(url, credential or self.credential))

    def certificates(self, url):
        return Waiting(CertificateClient(url, self.credential))

    def crypto(self, key, credential=None):
        return CryptographyClient(key, credential or self.credential)

    def local(self, jwk):
        return CryptographyClient.from_jwk(jwk)

    def management(self, credential=None):
        return KeyVaultManagementClient(credential or self.credential, SUBSCRIPTION, **ON_ARM)

    def done(self, poller):
        return poller.result()

    def close(self):
        self.credential.close()


class Waiting:
    """`delete_key` and its like for a client that has `begin_delete_key`."""

    def __init__(self, client):
        self.client = client

    def __getattr__(self, name):
        begin = getattr(self.client, f"begin_{name}", None)
        if begin is None:
            return getattr(self.client, name)

        def until_done(*arguments, **options):
            poller = begin(*arguments, **options)
            poller.wait()
            return poller.result()

        return until_done


class OnAsyncio:
    """The asynchronous clients, on a loop of their own, so that a check is written once."""

    name = "async"

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.opened = []
        self.credential = self._of(identity_aio.DefaultAzureCredential(**DISCOVERY)).inner

    def somebody(self, client_id):
        return self._of(identity_aio.ClientSecretCredential(TENANT, client_id, "any", **DISCOVERY)).inner

    def keys(self, url, credential=None):
        return self._of(AsyncKeyClient(url, credential or self.credential))

    def secrets(self, url, credential=None):
        return self._of(AsyncSecretClient(url, credential or self.credential))

    def certificates(self, url):
        return self._of(AsyncCertificateClient(url, self.credential))

    def crypto(self, key, credential=None):
        return self._of(AsyncCryptographyClient(key, credential or self.credential))

    def local(self, jwk):
        return self._of(AsyncCryptographyClient.from_jwk(jwk), opened=False)

    def management(self, credential=None):
        client = AsyncKeyVaultManagementClient(credential or self.credential, SUBSCRIPTION, **ON_ARM)
        return self._of(client)

    def done(self, poller):
        return self.run(poller.result())

    def run(self, coroutine):
        return self.loop.run_until_complete(coroutine)

    def _of(self, inner, opened=True):
        if opened:
            self.opened.append(inner)
        return Awaited(self, inner)

    def close(self):
        for it in reversed(self.opened):
            self.run(it.close())
        self.loop.close()


class Awaited:
    """An asynchronous client whose calls are awaited, and whose lists are read."""

    def __init__(self, flavour, inner):
        self.flavour = flavour
        self.inner = inner

    def __getattr__(self, name):
        attribute = getattr(self.inner, name)
        if not callable(attribute):
            is_group = type(attribute).__module__.startswith("azure.mgmt")
            return Awaited(self.flavour, attribute) if is_group else attribute

        def call(*arguments, **options):
            result = attribute(*arguments, **options)
            if inspect.isawaitable(result):
                return self.flavour.run(result)
            return Pages(self.flavour, result) if hasattr(result, "by_page") else result

        return call


class Pages:
    """A list of the asynchronous clients, to iterate over, whole or by page."""

    def __init__(self, flavour, paged):
        self.flavour = flavour
        self.paged = paged

    def __iter__(self):
        async def read():
            return [it async for it in self.paged]

        return iter(self.flavour.run(read()))

    def by_page(self, **options):
        async def read():
            return [[it async for it in page] async for page in self.paged.by_page(**options)]

        return self.flavour.run(read())


SYNC, ASYNC = Blocking(), OnAsyncio()
BOTH = [SYNC, ASYNC]

resources = ResourceManagementClient(SYNC.credential, SUBSCRIPTION, **ON_ARM)

