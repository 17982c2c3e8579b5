"""The operations of azure-keyvault-certificates, and what cryptography makes of the certificates."""

import base64
import datetime
import hashlib

from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.keyvault.certificates import AdministratorContact, CertificateContact, CertificatePolicy, LifetimeAction
from azure.keyvault.keys.crypto import SignatureAlgorithm
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)

from suite import refused, with_each
from world import BOTH, vault_url


def check(name):
    return with_each(BOTH, "certificates", name)


def url(io):
    return vault_url(f"certificates-{io.name}")


def vault(io):
    return io.certificates(url(io))


def parsed(certificate):
    return x509.load_der_x509_certificate(bytes(certificate.cer))


def named(name):
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


def issued(subject, public_key, issuer, issuer_key, authority=False):
    """A certificate made here."""
    now, day = datetime.datetime.now(datetime.timezone.utc), datetime.timedelta(days=1)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public_key)
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - day)
    builder = builder.not_valid_after(now + 300 * day)
    if authority:
        builder = builder.add_extension(x509.BasicConstraints(True, None), True)
    return builder.sign(issuer_key, hashes.SHA256())


@check("a certificate signed by itself is made by the default policy")
def _(io):
    made = vault(io).create_certificate("self", CertificatePolicy.get_default(), tags={"team": "payments"})
    assert made.id == f"{url(io)}/certificates/self/{made.properties.version}"
    assert made.policy.subject == "CN=DefaultPolicy" and made.policy.issuer_name == "Self"
    assert (made.policy.key_type, made.policy.key_size, made.policy.validity_in_months) == ("RSA", 2048, 12)
    assert made.properties.tags == {"team": "payments"}
    its = parsed(made)
    its.verify_directly_issued_by(its)
    assert its.subject.rfc4514_string() == "CN=DefaultPolicy"
    assert made.properties.x509_thumbprint == hashlib.sha1(bytes(made.cer)).digest()
    assert made.properties.expires_on == its.not_valid_after_utc
    read = vault(io).get_certificate("self")
    assert (read.id, read.cer) == (made.id, made.cer)
    assert vault(io).get_certificate_version("self", made.properties.version).cer == made.cer


@check("a certificate, its key and its secret are one")
def _(io):
    made = vault(io).create_certificate("one", CertificatePolicy.get_default())
    its, secret, key = parsed(made), io.secrets(url(io)).get_secret("one"), io.keys(url(io)).get_key("one")
    assert made.secret_id == secret.id and made.key_id == key.id
    assert secret.properties.version == key.properties.version == made.properties.version
    assert key.properties.managed and secret.properties.content_type == "application/x-pkcs12"
    private, leaf, _ = pkcs12.load_key_and_certificates(base64.b64decode(secret.value), None)
    assert leaf == its and private.public_key() == its.public_key()
    signature = io.crypto(key).sign(SignatureAlgorithm.rs256, hashlib.sha256(b"hi").digest()).signature
    its.public_key().verify(signature, b"hi", padding.PKCS1v15(), hashes.SHA256())
    refused(lambda: io.keys(url(io)).delete_key("one"), 403, "Forbidden", HttpResponseError)


@check("a policy decides on names, key, usages and form")
def _(io):
    policy = CertificatePolicy(
        "Self", subject="CN=a.example", san_dns_names=["a.example", "b.example"], san_emails=["x@y.example"],
        key_type="EC", key_curve_name="P-384", content_type="application/x-pem-file", validity_in_months=24,
        key_usage=["digitalSignature"], enhanced_key_usage=["1.3.6.1.5.5.7.3.1"],
        lifetime_actions=[LifetimeAction("AutoRenew", days_before_expiry=40)],
    )
    made = vault(io).create_certificate("policy", policy)
    its = parsed(made)
    names = its.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["a.example", "b.example"]
    assert names.get_values_for_type(x509.RFC822Name) == ["x@y.example"]
    assert isinstance(its.public_key().curve, ec.SECP384R1)
    assert its.extensions.get_extension_for_class(x509.KeyUsage).value.digital_signature
    months = round((its.not_valid_after_utc - its.not_valid_before_utc).days / 30.4)
    assert months == 24, months
    secret = io.secrets(url(io)).get_secret("policy")
    assert secret.properties.content_type == "application/x-pem-file"
    assert load_pem_private_key(secret.value.encode(), None).public_key() == its.public_key()
    read = vault(io).get_certificate_policy("policy")
    assert (read.key_curve_name, read.san_dns_names) == ("P-384", ["a.example", "b.example"])
    [action] = read.lifetime_actions
    assert (action.action, action.days_before_expiry) == ("AutoRenew", 40)


@check("a request is signed elsewhere and merged")
def _(io):
    certificates = vault(io)
    operation = certificates.create_certificate("merge", CertificatePolicy("Unknown", subject="CN=merged"))
    assert operation.status == "inProgress", operation.status
    request = x509.load_der_x509_csr(bytes(certificates.get_certificate_operation("merge").csr))
    assert request.is_signature_valid and request.subject.rfc4514_string() == "CN=merged"
    authority_key = rsa.generate_private_key(65537, 2048)
    authority = issued(named("ca"), authority_key.public_key(), named("ca"), authority_key, authority=True)
    leaf = issued(request.subject, request.public_key(), named("ca"), authority_key)
    other = authority.public_bytes(Encoding.DER)
    refused(lambda: certificates.merge_certificate("merge", [other]), 400, None, HttpResponseError)
    merged = certificates.merge_certificate("merge", [leaf.public_bytes(Encoding.DER), other])
    assert parsed(merged) == leaf
    value = io.secrets(url(io)).get_secret("merge").value
    private, found, chain = pkcs12.load_key_and_certificates(base64.b64decode(value), None)
    assert found == leaf and chain == [authority] and private.public_key() == leaf.public_key()


@check("a certificate is imported as PFX and as PEM")
def _(io):
    key = rsa.generate_private_key(65537, 2048)
    own = issued(named("imported"), key.public_key(), named("imported"), key)
    pfx = pkcs12.serialize_key_and_certificates(b"n", key, own, None, BestAvailableEncryption(b"password"))
    made = vault(io).import_certificate("pfx", pfx, password="password")
    assert parsed(made) == own and made.policy.subject == "CN=imported"
    refused(lambda: vault(io).import_certificate("bad", pfx, password="wrong"), 400, "BadParameter")
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + own.public_bytes(Encoding.PEM)
    policy = CertificatePolicy("Self", content_type="application/x-pem-file")
    assert parsed(vault(io).import_certificate("pem", pem, policy=policy)) == own
    value = io.secrets(url(io)).get_secret("pem").value
    assert load_pem_private_key(value.encode(), None).public_key() == own.public_key()


@check("an operation is told, and deleted")
def _(io):
    certificates = vault(io)
    made = certificates.create_certificate("operation", CertificatePolicy.get_default())
    operation = certificates.get_certificate_operation("operation")
    assert (operation.status, operation.target) == ("completed", f"{url(io)}/certificates/operation")
    certificates.delete_certificate_operation("operation")
    refused(lambda: certificates.get_certificate_operation("operation"), 404, None, ResourceNotFoundError)
    assert certificates.get_certificate("operation").id == made.id


@check("properties and policy are updated")
def _(io):
    certificates = vault(io)
    certificates.create_certificate("update", CertificatePolicy.get_default())
    changed = certificates.update_certificate_properties("update", enabled=False, tags={"a": "b"})
    assert (changed.properties.enabled, changed.properties.tags) == (False, {"a": "b"})
    error = refused(lambda: io.secrets(url(io)).get_secret("update"), 403, "Forbidden")
    assert error.error.innererror["code"] == "SecretDisabled"
    certificates.update_certificate_properties("update", enabled=True)
    policy = CertificatePolicy("Self", subject="CN=DefaultPolicy", validity_in_months=6)
    assert certificates.update_certificate_policy("update", policy).validity_in_months == 6
    assert certificates.get_certificate_policy("update").validity_in_months == 6


@check("versions and certificates are listed")
def _(io):
    certificates = io.certificates(vault_url(f"certlists-{io.name}"))
    for _ in range(2):
        certificates.create_certificate("versions", CertificatePolicy.get_default())
    for number in range(3):
        policy = CertificatePolicy("Self", subject="CN=x", key_type="EC", key_curve_name="P-256")
        certificates.create_certificate(f"c{number}", policy)
    assert len(list(certificates.list_properties_of_certificate_versions("versions"))) == 2
    listed = [it.name for it in certificates.list_properties_of_certificates()]
    assert sorted(listed) == ["c0", "c1", "c2", "versions"]
    small = certificates.list_properties_of_certificates(max_page_size=2)
    assert len(list(small)) == 4


@check("a certificate is deleted, listed, recovered, purged")
def _(io):
    certificates = vault(io)
    made = certificates.create_certificate("gone", CertificatePolicy.get_default())
    deleted = certificates.delete_certificate("gone")
    assert deleted.recovery_id == f"{url(io)}/deletedcertificates/gone"
    assert (deleted.scheduled_purge_date - deleted.deleted_on).days == 90
    refused(lambda: certificates.get_certificate("gone"), 404, "CertificateNotFound", ResourceNotFoundError)
    refused(lambda: io.keys(url(io)).get_key("gone"), 404, "KeyNotFound", ResourceNotFoundError)
    assert "gone" in [it.name for it in certificates.list_deleted_certificates()]
    create = lambda: certificates.create_certificate("gone", CertificatePolicy.get_default())
    refused(create, 409, "Conflict", ResourceExistsError)
    assert certificates.recover_deleted_certificate("gone").id == made.id
    assert io.keys(url(io)).get_key("gone").id == made.key_id
    certificates.delete_certificate("gone")
    certificates.purge_deleted_certificate("gone")
    refused(lambda: certificates.get_deleted_certificate("gone"), 404, None, ResourceNotFoundError)
    assert create().name == "gone"


@check("a backup brings certificate, key and secret back")
def _(io):
    certificates = vault(io)
    made = certificates.create_certificate("backup", CertificatePolicy.get_default())
    blob = certificates.backup_certificate("backup")
    refused(lambda: certificates.restore_certificate_backup(blob), 409, "Conflict", ResourceExistsError)
    certificates.delete_certificate("backup")
    certificates.purge_deleted_certificate("backup")
    assert certificates.restore_certificate_backup(blob).id == made.id
    assert io.keys(url(io)).get_key("backup").id == made.key_id
    assert io.secrets(url(io)).get_secret("backup").id == made.secret_id


@check("issuers are kept")
def _(io):
    certificates = vault(io)
    admin = AdministratorContact(first_name="J", last_name="D", email="a@b.example", phone="1")
    made = certificates.create_issuer("ca", "Test", account_id="user", admin_contacts=[admin], enabled=True)
    assert made.id == f"{url(io)}/certificates/issuers/ca" and made.provider == "Test"
    assert [it.name for it in certificates.list_properties_of_issuers()] == ["ca"]
    changed = certificates.update_issuer("ca", admin_contacts=[AdministratorContact(email="z@b.example")])
    assert changed.admin_contacts[0].email == "z@b.example"
    assert certificates.get_issuer("ca").account_id == "user"
    certificates.delete_issuer("ca")
    refused(lambda: certificates.get_issuer("ca"), 404, None, ResourceNotFoundError)


@check("contacts are kept")
def _(io):
    certificates = vault(io)
    contact = CertificateContact(email="a@b.example", name="n", phone="1")
    assert [it.email for it in certificates.set_contacts([contact])] == ["a@b.example"]
    assert [it.name for it in certificates.get_contacts()] == ["n"]
    assert [it.phone for it in certificates.delete_contacts()] == ["1"]
    refused(lambda: certificates.get_contacts(), 404, None, ResourceNotFoundError)


@check("a certificate that is not there is not found")
def _(io):
    certificates = vault(io)
    for call in [
        lambda: certificates.get_certificate("none"),
        lambda: certificates.delete_certificate("none"),
        lambda: certificates.backup_certificate("none"),
        lambda: certificates.get_deleted_certificate("none"),
        lambda: certificates.update_certificate_properties("none", enabled=True),
    ]:
        refused(call, 404, "CertificateNotFound", ResourceNotFoundError)
