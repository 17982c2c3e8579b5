"""What people do with azure-keyvault-certificates beyond the plain calls: pollers, cancelling, own authorities, files."""

import base64
import datetime

from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.core.rest import HttpRequest
from azure.keyvault.certificates import (
    AdministratorContact,
    CertificateContact,
    CertificateContentType,
    CertificatePolicy,
    CertificatePolicyAction,
    KeyCurveName,
    KeyType,
    KeyUsageType,
    LifetimeAction,
    WellKnownIssuerNames,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs7,
    pkcs12,
)

import suite
from areas.certificates import check, issued, named, parsed, url, vault
from suite import refused
from world import SYNC, vault_url

UNKNOWN = WellKnownIssuerNames.unknown
SELF = WellKnownIssuerNames.self


def small(issuer=SELF, **more):
    """The policy whose key is made fastest."""
    options = {"subject": "CN=small", "key_type": KeyType.ec, "key_curve_name": KeyCurveName.p_256, **more}
    return CertificatePolicy(issuer, **options)


def authorities():
    """A root and one below it, with the key of the latter."""
    root_key, key = rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())
    root = issued(named("root"), root_key.public_key(), named("root"), root_key, authority=True)
    between = issued(named("between"), key.public_key(), named("root"), root_key, authority=True)
    return root, between, key


def signed(csr, key):
    """What that authority makes of a request."""
    request = x509.load_der_x509_csr(bytes(csr))
    assert request.is_signature_valid
    return issued(request.subject, request.public_key(), named("between"), key)


def der(certificate):
    return certificate.public_bytes(Encoding.DER)


def opened(io, name):
    """The key and the certificates of a secret, as cryptography reads them."""
    return pkcs12.load_key_and_certificates(base64.b64decode(io.secrets(url(io)).get_secret(name).value), None)


@suite.check("certificates", "a poller tells how far it is, and is waited for (sync)")
def _():
    certificates = vault(SYNC).client
    poller = certificates.begin_create_certificate("poller", small(), enabled=True, tags={"a": "b"})
    poller.wait()
    assert poller.done() and poller.status() == "completed", poller.status()
    assert poller.result().properties.tags == {"a": "b"}
    poller = certificates.begin_delete_certificate("poller")
    assert poller.result().name == "poller"
    poller.wait()
    poller = certificates.begin_recover_deleted_certificate("poller")
    poller.wait()
    assert poller.result().name == "poller"


@check("a request of an unknown issuer is cancelled, deleted, and made again")
def _(io):
    certificates = vault(io)
    begun = certificates.create_certificate("cancel", small(UNKNOWN))
    assert (begun.status, begun.cancellation_requested) == ("inProgress", False)
    again = lambda: certificates.create_certificate("cancel", small())
    refused(again, 409, "Forbidden", HttpResponseError, "while a pending key vault certificate")
    asked = certificates.cancel_certificate_operation("cancel")
    assert asked.cancellation_requested and asked.csr == begun.csr
    assert certificates.get_certificate_operation("cancel").status == "cancelled"
    refused(lambda: certificates.cancel_certificate_operation("cancel"), 400)
    assert certificates.delete_certificate_operation("cancel").status == "cancelled"
    gone = "PendingCertificateNotFound"
    refused(lambda: certificates.cancel_certificate_operation("cancel"), 404, gone, ResourceNotFoundError)
    refused(lambda: certificates.delete_certificate_operation("cancel"), 404, gone)
    refused(lambda: certificates.merge_certificate("cancel", [b"x"]), 404, gone)
    assert parsed(again()).subject == named("small")


@check("a chain of an own authority is merged, in whatever order and form")
def _(io):
    certificates = vault(io)
    root, between, key = authorities()
    bags = lambda chain: pkcs12.serialize_key_and_certificates(None, None, None, chain, NoEncryption())
    bundle = lambda chain: pkcs7.serialize_certificates(chain, Encoding.DER)
    for form, of in [
        ("list", lambda leaf: [der(it) for it in (leaf, between, root)]),
        ("reversed", lambda leaf: [der(it) for it in (root, between, leaf)]),
        ("p7b", lambda leaf: [bundle([leaf, between, root])]),
        ("pfx", lambda leaf: [bags([leaf, between, root])]),
    ]:
        name = f"chain-{form}"
        begun = certificates.create_certificate(name, small(UNKNOWN))
        leaf = signed(begun.csr, key)
        merged = certificates.merge_certificate(name, of(leaf), enabled=True, tags={"form": form})
        assert parsed(merged) == leaf and merged.properties.tags == {"form": form}
        private, found, chain = opened(io, name)
        assert found == leaf and private.public_key() == leaf.public_key(), form
        assert set(chain) == {between, root}, form
        found.verify_directly_issued_by(between)
        assert certificates.get_certificate_operation(name).status == "completed"


@check("what does not fit is not merged")
def _(io):
    certificates = vault(io)
    _, between, key = authorities()
    begun = certificates.create_certificate("unfit", small(UNKNOWN))
    other = ec.generate_private_key(ec.SECP256R1())
    stranger = issued(named("small"), other.public_key(), named("between"), key)
    merge = lambda *chain: refused(lambda: certificates.merge_certificate("unfit", [*chain]), 400, "BadParameter")
    assert "does not match" in merge(der(stranger), der(between)).message
    merge(b"garbage")
    merge()
    certificates.cancel_certificate_operation("unfit")
    assert certificates.get_certificate_operation("unfit").status == "cancelled"
    leaf = signed(begun.csr, key)
    assert parsed(certificates.merge_certificate("unfit", [der(leaf)])) == leaf


@check("an issuer signs by its authority, and is there to be changed")
def _(io):
    certificates = vault(io)
    admins = [AdministratorContact(first_name="J", last_name="D", email="a@b.example", phone="1")]
    made = certificates.create_issuer("signer", "Test", account_id="user", password="p", organization_id="o",
                                      admin_contacts=admins)
    assert (made.organization_id, made.enabled, made.password) == ("o", True, None)
    certificate = certificates.create_certificate("by-issuer", small("signer"))
    leaf = parsed(certificate)
    private, found, chain = opened(io, "by-issuer")
    assert found == leaf and private.public_key() == leaf.public_key()
    leaf.verify_directly_issued_by(chain[0])
    assert chain[0].extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    operation = certificates.get_certificate_operation("by-issuer")
    assert (operation.issuer_name, operation.error) == ("signer", None)
    off = certificates.update_issuer("signer", enabled=False, organization_id="p")
    assert (off.enabled, off.organization_id, off.account_id) == (False, "p", "user")
    refused(lambda: certificates.create_certificate("by-nobody", small("signer")), 400)
    assert certificates.get_issuer("signer").admin_contacts[0].last_name == "D"
    assert certificates.delete_issuer("signer").name == "signer"
    refused(lambda: certificates.create_certificate("by-nobody", small("signer")), 404, "CertificateIssuerNotFound")


@check("what is not issued is listed on demand")
def _(io):
    certificates = io.certificates(vault_url(f"certlists-{io.name}"))
    certificates.create_certificate("pending", small(UNKNOWN))
    names = lambda **options: [it.name for it in certificates.list_properties_of_certificates(**options)]
    assert "pending" not in names() and "pending" not in names(include_pending=False)
    assert "pending" in names(include_pending=True)
    [item] = [it for it in certificates.list_properties_of_certificates(include_pending=True) if it.name == "pending"]
    assert item.enabled is False and item.x509_thumbprint is None
    certificates.delete_certificate("pending")
    assert certificates.get_deleted_certificate("pending").properties.enabled is False
    deleted = lambda **options: [it.name for it in certificates.list_deleted_certificates(**options)]
    assert "pending" not in deleted() and "pending" in deleted(include_pending=True)
    certificates.purge_deleted_certificate("pending")
    assert "pending" not in deleted(include_pending=True)


@check("lists come by page")
def _(io):
    certificates = io.certificates(vault_url(f"certlists-{io.name}"))
    for _ in range(3):
        certificates.create_certificate("pages", small(reuse_key=True))
    pages = certificates.list_properties_of_certificate_versions("pages", max_page_size=2).by_page()
    sizes = [len(list(page)) for page in pages]
    assert sizes == [2, 1], sizes
    contacts = [CertificateContact(email=f"{number}@b.example") for number in range(3)]
    assert len(certificates.set_contacts(contacts)) == 3
    for number in range(3):
        certificates.create_issuer(f"ca-{number}", "Test")
    pages = certificates.list_properties_of_issuers(max_page_size=2).by_page()
    assert [len(list(page)) for page in pages] == [2, 1]


@check("a PFX with its chain is imported by its password alone")
def _(io):
    root, between, authority_key = authorities()
    for name, key in [
        ("rsa", rsa.generate_private_key(65537, 3072)),
        ("p256", ec.generate_private_key(ec.SECP256R1())),
        ("p384", ec.generate_private_key(ec.SECP384R1())),
        ("p521", ec.generate_private_key(ec.SECP521R1())),
        ("p256k", ec.generate_private_key(ec.SECP256K1())),
    ]:
        leaf = issued(named(name), key.public_key(), named("between"), authority_key)
        secret = BestAvailableEncryption(b"pass word")
        pfx = pkcs12.serialize_key_and_certificates(b"friendly", key, leaf, [between, root], secret)
        certificates = vault(io)
        for wrong in [{"password": "wrong"}, {}]:
            call = lambda: certificates.import_certificate(f"import-{name}", pfx, **wrong)
            refused(call, 400, "BadParameter", words="PKCS#12 X.509 certificate content can not be read")
        made = certificates.import_certificate(f"import-{name}", pfx, password="pass word", tags={"a": "b"})
        assert parsed(made) == leaf and made.policy.issuer_name == "Unknown"
        assert made.policy.key_size == key.key_size and made.policy.exportable
        assert [it.action for it in made.policy.lifetime_actions] == [CertificatePolicyAction.email_contacts]
        private, found, chain = opened(io, f"import-{name}")
        assert (found, chain) == (leaf, [between, root])
        assert private.private_numbers() == key.private_numbers()


@check("a PEM is imported with either part first")
def _(io):
    certificates = vault(io)
    key = rsa.generate_private_key(65537, 2048)
    own = issued(named("pem"), key.public_key(), named("pem"), key)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    policy = CertificatePolicy(SELF, content_type=CertificateContentType.pem)
    for parts in [private + own.public_bytes(Encoding.PEM), own.public_bytes(Encoding.PEM) + private]:
        assert parsed(certificates.import_certificate("either", parts, policy=policy)) == own
        value = io.secrets(url(io)).get_secret("either").value.encode()
        assert load_pem_private_key(value, None).private_numbers() == key.private_numbers()
        assert x509.load_pem_x509_certificate(value) == own
    closed = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"p"))
    call = lambda: certificates.import_certificate("closed", closed + own.public_bytes(Encoding.PEM), policy=policy)
    refused(call, 400, "BadParameter", words="PEM X.509 certificate content")
    assert len(list(certificates.list_properties_of_certificate_versions("either"))) == 2


@check("the order of a chain is kept where it is asked for")
def _(io):
    certificates = vault(io)
    root, between, authority_key = authorities()
    key = ec.generate_private_key(ec.SECP256R1())
    leaf = issued(named("order"), key.public_key(), named("between"), authority_key)
    parts = [it.public_bytes(Encoding.PEM) for it in (root, between, leaf)]
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    policy = CertificatePolicy(SELF, content_type=CertificateContentType.pem)
    for kept, order in [(False, [leaf, root, between]), (True, [root, between, leaf])]:
        made = certificates.import_certificate("order", private + b"".join(parts), policy=policy, preserve_order=kept)
        assert parsed(made) == leaf
        value = io.secrets(url(io)).get_secret("order").value.encode()
        assert x509.load_pem_x509_certificates(value) == order, kept
        assert certificates.get_certificate("order").properties.preserve_order is kept


@check("a policy says all that a policy can")
def _(io):
    certificates = vault(io)
    policy = CertificatePolicy(
        SELF, subject="CN=full, O=Contoso, C=DE", exportable=False, key_type=KeyType.rsa, key_size=2048, reuse_key=True,
        san_dns_names=["full.example"], san_emails=["a@full.example"], san_user_principal_names=["u@full.example"],
        san_ip_addresses=["127.0.0.1"], san_uris=["https://full.example/"], enhanced_key_usage=["1.3.6.1.5.5.7.3.2"],
        key_usage=[KeyUsageType.digital_signature, KeyUsageType.key_cert_sign], validity_in_months=3,
        lifetime_actions=[LifetimeAction(CertificatePolicyAction.email_contacts, lifetime_percentage=70)],
        content_type=CertificateContentType.pkcs12,
    )
    its = parsed(certificates.create_certificate("full", policy))
    names = its.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["full.example"]
    assert names.get_values_for_type(x509.UniformResourceIdentifier) == ["https://full.example/"]
    assert [str(it) for it in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]
    assert len(names.get_values_for_type(x509.OtherName)) == 1
    assert its.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    private, found, _ = opened(io, "full")
    assert private is None and found is None or found == its, "the key does not leave"
    read = certificates.get_certificate_policy("full")
    assert (read.exportable, read.reuse_key, read.san_user_principal_names) == (False, True, ["u@full.example"])
    first = io.keys(url(io)).get_key("full").key.n
    certificates.create_certificate("full", policy)
    assert io.keys(url(io)).get_key("full").key.n == first, "the key is used again"
    two = [LifetimeAction(CertificatePolicyAction.email_contacts, lifetime_percentage=at) for at in (70, 80)]
    call = lambda: certificates.create_certificate("two", small(lifetime_actions=two))
    refused(call, 400, "BadParameter", words="At most one action is allowed")


@check("a version is updated, disabled and read by itself")
def _(io):
    certificates = vault(io)
    first = certificates.create_certificate("one-version", small())
    latest = certificates.create_certificate("one-version", small())
    old = first.properties.version
    changed = certificates.update_certificate_properties("one-version", old, enabled=False, tags={"v": "1"})
    assert (changed.properties.version, changed.properties.enabled) == (old, False)
    error = refused(lambda: io.secrets(url(io)).get_secret("one-version", old), 403, "Forbidden")
    assert error.error.innererror["code"] == "SecretDisabled"
    read = certificates.get_certificate_version("one-version", old)
    assert (read.cer, read.properties.tags) == (first.cer, {"v": "1"})
    assert certificates.get_certificate("one-version").properties.enabled
    listed = certificates.list_properties_of_certificate_versions("one-version")
    assert {it.version: it.enabled for it in listed} == {old: False, latest.properties.version: True}
    assert latest.properties.not_before < datetime.datetime.now(datetime.timezone.utc)


@suite.check("certificates", "a request of one's own is sent with the client's token (sync)")
def _():
    certificates = vault(SYNC).client
    certificates.begin_create_certificate("raw", small()).result()
    answer = certificates.send_request(HttpRequest("GET", "certificates/raw"))
    answer.raise_for_status()
    assert answer.json()["id"].startswith(f"{url(SYNC)}/certificates/raw/")
    certificates.close()
