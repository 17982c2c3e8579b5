// The operations of @azure/keyvault-certificates, and what Node makes of the certificates.
"use strict";

const crypto = require("node:crypto");
const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const tls = require("node:tls");
const { CryptographyClient } = require("@azure/keyvault-keys");
const { assert, check: register, inner, listed, refused } = require("../suite");
const { certificates, credential, keys, secrets, vaultUrl } = require("../world");

const check = (name, run) => register("certificates", name, run);
const url = vaultUrl("certificates");
const vault = certificates(url);
const POLICY = { issuerName: "Self", subject: "cn=MyCert" };

const make = async (name, policy = POLICY, options = {}, client = vault) =>
  (await client.beginCreateCertificate(name, policy, options)).pollUntilDone();
const parsed = (made) => new crypto.X509Certificate(Buffer.from(made.cer));
const openssl = (...words) => execFileSync("openssl", words, { stdio: ["ignore", "pipe", "ignore"], encoding: "utf8" });

check("a certificate signed by itself is made", async () => {
  const made = await make("self", POLICY, { tags: { team: "payments" } });
  assert.equal(made.properties.id, `${url}/certificates/self/${made.properties.version}`);
  assert.deepEqual([made.policy.subject, made.policy.issuerName], ["cn=MyCert", "Self"]);
  assert.deepEqual([made.policy.keyType, made.policy.keySize, made.policy.validityInMonths], ["RSA", 2048, 12]);
  assert.deepEqual(made.properties.tags, { team: "payments" });
  const its = parsed(made);
  assert.equal(its.subject, "CN=MyCert");
  assert.ok(its.verify(its.publicKey));
  const print = Buffer.from(made.properties.x509Thumbprint).toString("hex");
  assert.equal(print, its.fingerprint.replaceAll(":", "").toLowerCase());
  assert.equal(+made.properties.expiresOn, +new Date(its.validTo));
  assert.deepEqual((await vault.getCertificate("self")).cer, made.cer);
  assert.deepEqual((await vault.getCertificateVersion("self", made.properties.version)).cer, made.cer);
});

check("a certificate, its key and its secret are one", async () => {
  const made = await make("one");
  const [secret, key] = [await secrets(url).getSecret("one"), await keys(url).getKey("one")];
  assert.deepEqual([made.secretId, made.keyId], [secret.properties.id, key.id]);
  assert.equal(key.properties.managed, true);
  assert.equal(secret.properties.contentType, "application/x-pkcs12");
  assert.ok(tls.createSecureContext({ pfx: Buffer.from(secret.value, "base64"), passphrase: "" }));
  const { result } = await new CryptographyClient(key, credential).signData("RS256", Buffer.from("hi"));
  assert.ok(crypto.verify("sha256", Buffer.from("hi"), parsed(made).publicKey, Buffer.from(result)));
  await refused(() => keys(url).beginDeleteKey("one"), 403, "Forbidden");
});

check("a policy decides on names, key and form", async () => {
  const made = await make("policy", {
    issuerName: "Self", subject: "CN=a.example", keyType: "EC", keyCurveName: "P-384", validityInMonths: 24,
    subjectAlternativeNames: { dnsNames: ["a.example", "b.example"] }, contentType: "application/x-pem-file",
    keyUsage: ["digitalSignature"], enhancedKeyUsage: ["1.3.6.1.5.5.7.3.1"],
    lifetimeActions: [{ action: "AutoRenew", daysBeforeExpiry: 40 }],
  });
  const its = parsed(made);
  assert.equal(its.subjectAltName, "DNS:a.example, DNS:b.example");
  assert.equal(its.publicKey.asymmetricKeyDetails.namedCurve, "secp384r1");
  const { value, properties } = await secrets(url).getSecret("policy");
  assert.equal(properties.contentType, "application/x-pem-file");
  assert.ok(its.checkPrivateKey(crypto.createPrivateKey(value)));
  const read = await vault.getCertificatePolicy("policy");
  assert.deepEqual([read.keyCurveName, read.validityInMonths], ["P-384", 24]);
  assert.deepEqual(read.lifetimeActions.map((it) => [it.action, it.daysBeforeExpiry]), [["AutoRenew", 40]]);
});

check("a certificate is imported as PEM", async () => {
  const words = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "-", "-subj", "/CN=imported", "-days", "30"];
  const pem = openssl(...words);
  const policy = { issuerName: "Self", contentType: "application/x-pem-file" };
  const made = await vault.importCertificate("pem", Buffer.from(pem), { policy });
  const own = new crypto.X509Certificate(pem.slice(pem.indexOf("-----BEGIN CERTIFICATE")));
  assert.equal(parsed(made).fingerprint256, own.fingerprint256);
  assert.ok(own.checkPrivateKey(crypto.createPrivateKey((await secrets(url).getSecret("pem")).value)));
});

check("a request is signed elsewhere and merged", async () => {
  await vault.beginCreateCertificate("merge", { issuerName: "Unknown", subject: "CN=merged" });
  const { certificateOperation } = (await vault.getCertificateOperation("merge")).getOperationState();
  assert.equal(certificateOperation.status, "inProgress");
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "azvault-conformance-"));
  try {
    const file = (name) => path.join(folder, name);
    fs.writeFileSync(file("csr"), Buffer.from(certificateOperation.csr));
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", file("key"), "-out", file("ca"), "-subj", "/CN=ca");
    const by = ["-CA", file("ca"), "-CAkey", file("key"), "-set_serial", "7", "-days", "30"];
    openssl("x509", "-req", "-inform", "DER", "-in", file("csr"), ...by, "-out", file("leaf"));
    const [leaf, authority] = [file("leaf"), file("ca")].map((it) => new crypto.X509Certificate(fs.readFileSync(it)));
    assert.equal(leaf.subject, "CN=merged");
    await refused(() => vault.mergeCertificate("merge", [authority.raw]), 400);
    const merged = await vault.mergeCertificate("merge", [leaf.raw, authority.raw]);
    assert.equal(parsed(merged).fingerprint256, leaf.fingerprint256);
    const { value } = await secrets(url).getSecret("merge");
    assert.ok(tls.createSecureContext({ pfx: Buffer.from(value, "base64"), passphrase: "" }));
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});

check("properties and policy are updated", async () => {
  const made = await make("update");
  const changed = await vault.updateCertificateProperties("update", made.properties.version, { enabled: false, tags: { a: "b" } });
  assert.deepEqual([changed.properties.enabled, changed.properties.tags], [false, { a: "b" }]);
  const error = await refused(() => secrets(url).getSecret("update"), 403, "Forbidden");
  assert.equal(inner(error), "SecretDisabled");
  await vault.updateCertificatePolicy("update", { ...POLICY, validityInMonths: 6 });
  assert.equal((await vault.getCertificatePolicy("update")).validityInMonths, 6);
});

check("versions and certificates are listed", async () => {
  const client = certificates(vaultUrl("certlists"));
  const small = { issuerName: "Self", subject: "CN=x", keyType: "EC", keyCurveName: "P-256" };
  for (const name of ["versions", "versions", "c0", "c1"]) await make(name, small, {}, client);
  assert.equal((await listed(client.listPropertiesOfCertificateVersions("versions"))).length, 2);
  const found = await listed(client.listPropertiesOfCertificates());
  assert.deepEqual(found.map((it) => it.name).sort(), ["c0", "c1", "versions"]);
});

check("a certificate is deleted, listed, recovered, purged", async () => {
  const made = await make("gone");
  const deleted = await (await vault.beginDeleteCertificate("gone")).pollUntilDone();
  assert.equal(deleted.recoveryId, `${url}/deletedcertificates/gone`);
  assert.equal(Math.round((deleted.scheduledPurgeDate - deleted.deletedOn) / 86400000), 90);
  await refused(() => vault.getCertificate("gone"), 404, "CertificateNotFound");
  await refused(() => keys(url).getKey("gone"), 404, "KeyNotFound");
  assert.ok((await listed(vault.listDeletedCertificates())).some((it) => it.name === "gone"));
  await refused(() => vault.beginCreateCertificate("gone", POLICY), 409, "Conflict");
  const back = await (await vault.beginRecoverDeletedCertificate("gone")).pollUntilDone();
  assert.equal(back.properties.id, made.properties.id);
  await (await vault.beginDeleteCertificate("gone")).pollUntilDone();
  await vault.purgeDeletedCertificate("gone");
  await refused(() => vault.getDeletedCertificate("gone"), 404);
});

check("a backup brings certificate, key and secret back", async () => {
  const made = await make("backup");
  const blob = await vault.backupCertificate("backup");
  await refused(() => vault.restoreCertificateBackup(blob), 409, "Conflict");
  await (await vault.beginDeleteCertificate("backup")).pollUntilDone();
  await vault.purgeDeletedCertificate("backup");
  assert.equal((await vault.restoreCertificateBackup(blob)).properties.id, made.properties.id);
  assert.equal((await keys(url).getKey("backup")).id, made.keyId);
  assert.equal((await secrets(url).getSecret("backup")).properties.id, made.secretId);
});

check("issuers and contacts are kept", async () => {
  const about = { accountId: "user", administratorContacts: [{ firstName: "J", email: "a@b.example" }] };
  const made = await vault.createIssuer("ca", "Test", about);
  assert.deepEqual([made.provider, made.administratorContacts[0].email], ["Test", "a@b.example"]);
  assert.deepEqual((await listed(vault.listPropertiesOfIssuers())).map((it) => it.id), [`${url}/certificates/issuers/ca`]);
  assert.equal((await vault.updateIssuer("ca", { accountId: "other" })).accountId, "other");
  await vault.deleteIssuer("ca");
  await refused(() => vault.getIssuer("ca"), 404);
  await vault.setContacts([{ email: "a@b.example", name: "n", phone: "1" }]);
  assert.deepEqual((await vault.getContacts()).map((it) => it.email), ["a@b.example"]);
  await vault.deleteContacts();
  await refused(() => vault.getContacts(), 404, "ContactsNotFound");
});

check("a certificate that is not there is not found", async () => {
  await refused(() => vault.getCertificate("none"), 404, "CertificateNotFound");
  await refused(() => vault.beginDeleteCertificate("none"), 404, "CertificateNotFound");
  await refused(() => vault.backupCertificate("none"), 404, "CertificateNotFound");
});
