"""Certificates hold where they are judged strictly, as Python does by default from 3.13 on."""

import os
import ssl

import requests
from azure.core.pipeline.transport import RequestsTransport
from azure.keyvault.secrets import SecretClient
from requests.adapters import HTTPAdapter

from suite import check
from world import SYNC, vault_url


class Strict(HTTPAdapter):
    """TLS with the flags of Python 3.13."""

    def __init__(self):
        self.context = ssl.create_default_context(cafile=os.environ["REQUESTS_CA_BUNDLE"])
        self.context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
        super().__init__()

    def init_poolmanager(self, *arguments, **options):
        return super().init_poolmanager(*arguments, ssl_context=self.context, **options)

    def proxy_manager_for(self, *arguments, **options):
        return super().proxy_manager_for(*arguments, ssl_context=self.context, **options)


@check("identity", "strict verification of certificates takes ours")
def _():
    session = requests.Session()
    adapter = Strict()
    session.mount("https://", adapter)
    transport = RequestsTransport(session=session, session_owner=False)
    secrets = SecretClient(vault_url("strict"), SYNC.credential, transport=transport)
    assert secrets.set_secret("db", "hunter2").value == "hunter2"
    assert adapter.context.verify_flags & ssl.VERIFY_X509_STRICT


@check("identity", "a certificate is verified at all")
def _():
    try:
        session = requests.Session()
        # The environment's authorities are left out, its proxy is not.
        session.trust_env = False
        session.get(vault_url("strict"), proxies=requests.utils.get_environ_proxies(vault_url("strict")))
    except requests.exceptions.SSLError as error:
        assert "CERTIFICATE_VERIFY_FAILED" in str(error), error
    else:
        raise AssertionError("who does not know the authority took its certificate")
