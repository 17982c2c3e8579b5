// What people do with @azure/keyvault-certificates beyond the plain calls: pollers, cancelling, own authorities, files.
"use strict";

const crypto = require("node:crypto");
const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const tls = require("node:tls");
const { assert, check: register, listed, refused } = require("../suite");
const { certificates, keys, secrets, vaultUrl } = require("../world");

const check = (name, run) => register("certificates", name, run);
const url = vaultUrl("certificates");
const vault = certificates(url);
const SMALL = { issuerName: "Self", subject: "CN=small", keyType: "EC", keyCurveName: "P-256" };
const ELSEWHERE = { ...SMALL, issuerName: "Unknown" };

const make = async (name, policy = SMALL, options = {}) =>
  (await vault.beginCreateCertificate(name, policy, options)).pollUntilDone();
const parsed = (made) => new crypto.X509Certificate(Buffer.from(made.cer));
const state = async (name) => (await vault.getCertificateOperation(name)).getOperationState().certificateOperation;
const opens = (value, passphrase = "") => tls.createSecureContext({ pfx: Buffer.from(value, "base64"), passphrase });

/** A folder with the key and the certificate of an authority in it, for as long as `work` runs. */
async function withAuthority(work) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "azvault-conformance-"));
  const file = (name) => path.join(folder, name);
  const openssl = (...words) => execFileSync("openssl", words, { cwd: folder, stdio: ["ignore", "pipe", "ignore"] });
  try {
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key", "-out", "ca", "-subj", "/CN=ca", "-days", "90");
    const by = ["-CA", "ca", "-CAkey", "key", "-set_serial", "7", "-days", "30"];
    const read = (name) => new crypto.X509Certificate(fs.readFileSync(file(name)));
    const sign = (csr) => {
      fs.writeFileSync(file("csr"), Buffer.from(csr));
      openssl("x509", "-req", "-inform", "DER", "-in", "csr", ...by, "-out", "leaf");
      return read("leaf");
    };
    await work({ by, file, openssl, read, sign });
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

check("a poller tells how far it is, is written down and goes on", async () => {
  const poller = await vault.beginCreateCertificate("poller", SMALL, { intervalInMs: 1, enabled: true });
  assert.equal((await state("poller")).name, "poller");
  const resumed = await vault.beginCreateCertificate("poller", SMALL, { resumeFrom: poller.toString() });
  const made = await resumed.pollUntilDone();
  assert.equal((await listed(vault.listPropertiesOfCertificateVersions("poller"))).length, 1);
  assert.equal((await poller.pollUntilDone()).properties.version, made.properties.version);
  assert.ok(poller.getOperationState().isCompleted);
  const operation = await vault.getCertificateOperation("poller");
  assert.equal((await operation.pollUntilDone()).properties.id, made.properties.id);
  assert.equal((await state("poller")).target, `${url}/certificates/poller`);
});

check("a request of an unknown issuer is cancelled, deleted, and made again", async () => {
  const poller = await vault.beginCreateCertificate("cancel", ELSEWHERE);
  assert.equal((await state("cancel")).status, "inProgress");
  await refused(() => vault.beginCreateCertificate("cancel", SMALL), 409, "Forbidden");
  await poller.cancelOperation();
  assert.equal((await state("cancel")).status, "cancelled");
  const again = await vault.getCertificateOperation("cancel");
  await refused(() => again.cancelOperation(), 400, "BadParameter");
  assert.equal((await vault.deleteCertificateOperation("cancel")).status, "cancelled");
  await refused(() => vault.deleteCertificateOperation("cancel"), 404, "PendingCertificateNotFound");
  await refused(() => vault.getCertificateOperation("cancel"), 404, "PendingCertificateNotFound");
  assert.equal(parsed(await make("cancel")).subject, "CN=small");
});

check("an operation that is got is cancelled", async () => {
  await vault.beginCreateCertificate("got", ELSEWHERE);
  const operation = await vault.getCertificateOperation("got");
  await operation.cancelOperation();
  assert.equal((await state("got")).status, "cancelled");
  await vault.deleteCertificateOperation("got");
});

check("a chain of an own authority is merged in either order, and what does not fit is not", async () => {
  await withAuthority(async ({ read, sign }) => {
    for (const reversed of [false, true]) {
      const name = `chain-${reversed}`;
      await vault.beginCreateCertificate(name, ELSEWHERE);
      const leaf = sign((await state(name)).csr);
      const authority = read("ca");
      await refused(() => vault.mergeCertificate(name, [authority.raw]), 400, "BadParameter", "does not match");
      await refused(() => vault.mergeCertificate(name, [Buffer.from("garbage")]), 400, "BadParameter");
      const chain = [leaf.raw, authority.raw];
      const merged = await vault.mergeCertificate(name, reversed ? chain.reverse() : chain);
      assert.equal(parsed(merged).fingerprint256, leaf.fingerprint256);
      assert.ok(leaf.verify(authority.publicKey));
      assert.ok(opens((await secrets(url).getSecret(name)).value));
      await refused(() => vault.mergeCertificate(name, chain), 404, "PendingCertificateNotFound");
    }
  });
});

check("a PFX is imported by its password alone, and comes back whole", async () => {
  await withAuthority(async ({ by, file, openssl, read }) => {
    openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "own", "-out", "csr", "-subj", "/CN=pfx");
    openssl("x509", "-req", "-in", "csr", ...by, "-out", "leaf");
    const about = ["-inkey", "own", "-in", "leaf", "-certfile", "ca", "-passout", "pass:pass word"];
    for (const older of [[], ["-legacy"]]) {
      openssl("pkcs12", "-export", ...older, ...about, "-out", "pfx");
      const pfx = fs.readFileSync(file("pfx"));
      const text = "PKCS#12 X.509 certificate content can not be read";
      await refused(() => vault.importCertificate("pfx", pfx, { password: "wrong" }), 400, "BadParameter", text);
      const made = await vault.importCertificate("pfx", pfx, { password: "pass word", tags: { a: "b" } });
      assert.equal(parsed(made).fingerprint256, read("leaf").fingerprint256);
      assert.deepEqual([made.policy.issuerName, made.policy.keySize, made.policy.subject], ["Unknown", 2048, "CN=pfx"]);
      const { value } = await secrets(url).getSecret("pfx");
      assert.ok(opens(value));
      fs.writeFileSync(file("back"), Buffer.from(value, "base64"));
      const legacy = ["-legacy", "-passin", "pass:"];
      const key = openssl("pkcs12", "-in", "back", "-nocerts", "-nodes", ...legacy).toString();
      assert.ok(read("leaf").checkPrivateKey(crypto.createPrivateKey(key)));
      const chain = openssl("pkcs12", "-in", "back", "-nokeys", ...legacy).toString();
      assert.equal(chain.split("BEGIN CERTIFICATE").length - 1, 2);
    }
  });
});

check("a PEM's order is kept where that is asked for", async () => {
  await withAuthority(async ({ by, file, openssl, read }) => {
    openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "own", "-out", "csr", "-subj", "/CN=pem");
    openssl("x509", "-req", "-in", "csr", ...by, "-out", "leaf");
    const pem = Buffer.concat(["own", "ca", "leaf"].map((it) => fs.readFileSync(file(it))));
    const policy = { issuerName: "Self", contentType: "application/x-pem-file" };
    for (const kept of [false, true]) {
      const made = await vault.importCertificate("order", pem, { policy, preserveCertificateOrder: kept });
      assert.equal(parsed(made).fingerprint256, read("leaf").fingerprint256);
      const { value } = await secrets(url).getSecret("order");
      const first = new crypto.X509Certificate(value.slice(value.indexOf("-----BEGIN CERTIFICATE")));
      assert.equal(first.subject, kept ? "CN=ca" : "CN=pem");
    }
  });
});

check("an issuer signs by its authority, and is there to be changed", async () => {
  const contact = { firstName: "J", lastName: "D", email: "a@b.example", phone: "1" };
  const about = { accountId: "user", password: "p", organizationId: "o", administratorContacts: [contact], enabled: true };
  const issuer = await vault.createIssuer("signer", "Test", about);
  assert.deepEqual([issuer.organizationId, issuer.enabled, issuer.password], ["o", true, undefined]);
  const made = await make("by-issuer", { ...SMALL, issuerName: "signer", contentType: "application/x-pem-file" });
  const { value } = await secrets(url).getSecret("by-issuer");
  const chain = value.split(/(?=-----BEGIN CERTIFICATE)/).slice(1).map((it) => new crypto.X509Certificate(it));
  assert.equal(chain[0].fingerprint256, parsed(made).fingerprint256);
  assert.ok(chain[1].ca && chain[0].checkIssued(chain[1]) && chain[0].verify(chain[1].publicKey));
  const changed = await vault.updateIssuer("signer", { accountId: "other", organizationId: "p", provider: "Provider" });
  assert.deepEqual([changed.accountId, changed.organizationId, changed.provider], ["other", "p", "Provider"]);
  assert.deepEqual((await vault.getIssuer("signer")).administratorContacts, [contact]);
  assert.equal((await vault.deleteIssuer("signer")).provider, "Provider");
  await refused(() => vault.beginCreateCertificate("by-nobody", { ...SMALL, issuerName: "signer" }), 404);
});

check("what is not issued is listed on demand, and lists come by page", async () => {
  const client = certificates(vaultUrl("certlists"));
  await client.beginCreateCertificate("pending", ELSEWHERE);
  const names = async (list) => (await listed(list)).map((it) => it.name);
  assert.ok(!(await names(client.listPropertiesOfCertificates())).includes("pending"));
  assert.ok((await names(client.listPropertiesOfCertificates({ includePending: true }))).includes("pending"));
  await (await client.beginDeleteCertificate("pending")).pollUntilDone();
  assert.ok(!(await names(client.listDeletedCertificates())).includes("pending"));
  assert.ok((await names(client.listDeletedCertificates({ includePending: true }))).includes("pending"));
  assert.equal((await client.getDeletedCertificate("pending")).name, "pending");
  await client.purgeDeletedCertificate("pending");
  // This client leaves the size of a page to the service.
  await withAuthority(async ({ file }) => {
    const pem = Buffer.concat(["key", "ca"].map((it) => fs.readFileSync(file(it))));
    const policy = { issuerName: "Self", contentType: "application/x-pem-file" };
    for (let number = 0; number < 27; number += 1) await client.importCertificate("pages", pem, { policy });
  });
  const sizes = [];
  for await (const page of client.listPropertiesOfCertificateVersions("pages").byPage()) sizes.push(page.length);
  assert.deepEqual(sizes, [25, 2]);
  const contacts = [{ email: "a@b.example" }, { email: "c@d.example", name: "n", phone: "2" }];
  assert.deepEqual(await client.setContacts(contacts).then((it) => it.map((one) => one.email)), ["a@b.example", "c@d.example"]);
  await client.deleteContacts();
  await refused(() => client.deleteContacts(), 404, "ContactsNotFound");
});

check("a policy says all that a policy can", async () => {
  const made = await make("full", {
    issuerName: "Self", subject: "CN=full, O=Contoso", exportable: false, keyType: "RSA", keySize: 2048, reuseKey: true,
    subjectAlternativeNames: { dnsNames: ["full.example"], emails: ["a@full.example"], userPrincipalNames: ["u@full.example"] },
    keyUsage: ["digitalSignature", "keyCertSign"], enhancedKeyUsage: ["1.3.6.1.5.5.7.3.2"], validityInMonths: 3,
    lifetimeActions: [{ action: "EmailContacts", lifetimePercentage: 70 }], contentType: "application/x-pem-file",
  });
  const its = parsed(made);
  assert.ok(its.subjectAltName.includes("DNS:full.example") && its.subjectAltName.includes("email:a@full.example"));
  assert.deepEqual(its.keyUsage, ["1.3.6.1.5.5.7.3.2"]);
  assert.ok(!(await secrets(url).getSecret("full")).value.includes("PRIVATE KEY"), "the key does not leave");
  const read = await vault.getCertificatePolicy("full");
  assert.deepEqual(read.subjectAlternativeNames.userPrincipalNames, ["u@full.example"]);
  assert.deepEqual(read.lifetimeActions.map((it) => [it.action, it.lifetimePercentage]), [["EmailContacts", 70]]);
  const first = (await keys(url).getKey("full")).key.n;
  await make("full", read);
  assert.deepEqual((await keys(url).getKey("full")).key.n, first, "the key is used again");
});
