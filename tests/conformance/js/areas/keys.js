// Every operation of @azure/keyvault-keys.
"use strict";

const { generateKeyPairSync } = require("node:crypto");
const { KeyClient } = require("@azure/keyvault-keys");
const { assert, check: register, inner, listed, refused } = require("../suite");
const { credential, hsmUrl, keys, vaultUrl } = require("../world");

const check = (name, run) => register("keys", name, run);
const url = vaultUrl("keys");
const vault = keys(url);
const hsm = keys(hsmUrl("keys"));
const later = (days) => new Date(Math.floor(Date.now() / 1000 + days * 86400) * 1000);
const gone = async (name) => (await vault.beginDeleteKey(name)).pollUntilDone();

check("an RSA key is made and read", async () => {
  const made = await vault.createRsaKey("rsa", { keySize: 2048, tags: { team: "payments" } });
  assert.equal(made.keyType, "RSA");
  assert.equal(made.key.n.length, 256);
  assert.deepEqual([...made.key.e], [1, 0, 1]);
  assert.equal(made.id, `${url}/keys/rsa/${made.properties.version}`);
  assert.match(made.properties.version, /^[0-9a-f]{32}$/);
  assert.deepEqual(made.properties.tags, { team: "payments" });
  assert.equal(made.properties.recoveryLevel, "Recoverable+Purgeable");
  assert.equal(made.properties.recoverableDays, 90);
  assert.deepEqual([...made.keyOperations].sort(), ["decrypt", "encrypt", "sign", "unwrapKey", "verify", "wrapKey"]);
  const read = await vault.getKey("rsa");
  assert.equal(read.id, made.id);
  assert.equal(read.key.d, undefined);
  assert.equal((await vault.getKey("rsa", { version: made.properties.version })).id, made.id);
});

for (const keySize of [3072, 4096]) {
  check(`an RSA key of ${keySize} bits is made`, async () => {
    assert.equal((await vault.createRsaKey(`rsa-${keySize}`, { keySize })).key.n.length, keySize / 8);
  });
}

for (const [curve, length] of [["P-256", 32], ["P-384", 48], ["P-521", 66], ["P-256K", 32]]) {
  check(`a key on ${curve} is made`, async () => {
    const made = await vault.createEcKey(`ec-${curve}`, { curve });
    assert.equal(made.key.crv, curve);
    assert.deepEqual([made.keyType, made.key.x.length, made.key.y.length], ["EC", length, length]);
    assert.equal(made.key.d, undefined);
  });
}

check("keys in hardware are made", async () => {
  assert.equal((await vault.createRsaKey("rsa-hsm", { hsm: true })).keyType, "RSA-HSM");
  assert.equal((await vault.createEcKey("ec-hsm", { hsm: true })).keyType, "EC-HSM");
});

check("a symmetric key is made in a managed HSM, and does not leave it", async () => {
  const made = await hsm.createOctKey("oct", { keySize: 256, hsm: true });
  assert.equal(made.keyType, "oct-HSM");
  assert.equal(made.key.k, undefined);
  assert.equal((await hsm.getKey("oct")).key.k, undefined);
});

check("times, operations and state are as asked for", async () => {
  const [notBefore, expiresOn] = [later(-1), later(30)];
  const made = await vault.createKey("attributes", "RSA", { enabled: false, notBefore, expiresOn, keyOps: ["sign", "verify"] });
  assert.deepEqual(made.keyOperations, ["sign", "verify"]);
  assert.equal(made.properties.enabled, false);
  assert.deepEqual([made.properties.notBefore, made.properties.expiresOn], [notBefore, expiresOn]);
});

check("another version is made, and both are listed", async () => {
  const [first, second] = [await vault.createRsaKey("versions"), await vault.createRsaKey("versions")];
  assert.notEqual(first.properties.version, second.properties.version);
  assert.equal((await vault.getKey("versions")).id, second.id);
  const found = (await listed(vault.listPropertiesOfKeyVersions("versions"))).map((it) => it.version);
  assert.deepEqual(found.sort(), [first.properties.version, second.properties.version].sort());
});

check("attributes, operations and tags are updated", async () => {
  const made = await vault.createRsaKey("update", { tags: { a: "1" } });
  const change = { enabled: false, tags: { b: "2" }, keyOps: ["encrypt"] };
  const changed = await vault.updateKeyProperties("update", made.properties.version, change);
  assert.equal(changed.id, made.id);
  assert.deepEqual(changed.keyOperations, ["encrypt"]);
  assert.equal(changed.properties.enabled, false);
  assert.deepEqual(changed.properties.tags, { b: "2" });
  const again = await vault.updateKeyProperties("update", { enabled: true });
  assert.deepEqual([again.properties.enabled, again.properties.tags], [true, { b: "2" }]);
});

check("a private key is imported, and is not given out", async () => {
  const pair = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" });
  const jwk = Object.fromEntries(Object.entries(pair).map(([name, text]) => [name, Buffer.from(text, "base64url")]));
  const key = { ...jwk, kty: "RSA", keyOps: ["sign", "verify"] };
  for (const hardwareProtected of [false, true]) {
    const made = await vault.importKey("import", key, { hardwareProtected });
    assert.equal(made.keyType, hardwareProtected ? "RSA-HSM" : "RSA");
    assert.deepEqual(Buffer.from(made.key.n), jwk.n);
    for (const member of ["d", "p", "q", "dp", "dq", "qi", "k"]) assert.equal(made.key[member], undefined);
  }
});

check("a key is deleted, read, listed, recovered", async () => {
  const made = await vault.createEcKey("recover");
  const deleted = await gone("recover");
  assert.equal(deleted.key.kid, made.id);
  assert.equal(deleted.properties.recoveryId, `${url}/deletedkeys/recover`);
  assert.equal(Math.round((deleted.properties.scheduledPurgeDate - deleted.properties.deletedOn) / 86400000), 90);
  await refused(() => vault.getKey("recover"), 404, "KeyNotFound");
  assert.equal((await vault.getDeletedKey("recover")).name, "recover");
  assert.ok((await listed(vault.listDeletedKeys())).some((it) => it.name === "recover"));
  const back = await (await vault.beginRecoverDeletedKey("recover")).pollUntilDone();
  assert.equal(back.name, "recover");
  assert.equal((await vault.getKey("recover")).id, made.id);
  await refused(() => vault.getDeletedKey("recover"), 404, "KeyNotFound");
});

check("a deleted key keeps its name until it is purged", async () => {
  await vault.createEcKey("purge");
  await gone("purge");
  const error = await refused(() => vault.createEcKey("purge"), 409, "Conflict");
  assert.equal(inner(error), "ObjectIsDeletedButRecoverable");
  await vault.purgeDeletedKey("purge");
  await refused(() => vault.getDeletedKey("purge"), 404, "KeyNotFound");
  assert.equal((await vault.createEcKey("purge")).name, "purge");
});

check("a backup brings all versions back", async () => {
  const [first, second] = [await vault.createEcKey("backup"), await vault.createEcKey("backup")];
  const blob = await vault.backupKey("backup");
  assert.ok(blob.length > 500);
  await refused(() => vault.restoreKeyBackup(blob), 409, "Conflict");
  await gone("backup");
  await vault.purgeDeletedKey("backup");
  assert.equal((await vault.restoreKeyBackup(blob)).id, second.id);
  assert.equal((await listed(vault.listPropertiesOfKeyVersions("backup"))).length, 2);
  assert.equal((await vault.getKey("backup", { version: first.properties.version })).id, first.id);
});

check("what is no backup is refused", async () => {
  await refused(() => vault.restoreKeyBackup(Buffer.from("no backup")), 400, "Malformed backup blob");
});

check("a key is rotated, on demand and with a policy", async () => {
  const made = await vault.createRsaKey("rotate");
  const before = await vault.getKeyRotationPolicy("rotate");
  assert.deepEqual(before.lifetimeActions.map((it) => it.action), ["Notify"]);
  const lifetimeActions = [{ action: "Rotate", timeAfterCreate: "P60D" }];
  const set = await vault.updateKeyRotationPolicy("rotate", { expiresIn: "P90D", lifetimeActions });
  assert.equal(set.expiresIn, "P90D");
  const read = await vault.getKeyRotationPolicy("rotate");
  assert.equal(read.lifetimeActions.find((it) => it.action === "Rotate").timeAfterCreate, "P60D");
  const rotated = await vault.rotateKey("rotate");
  assert.notEqual(rotated.id, made.id);
  assert.ok(Math.abs(rotated.properties.expiresOn - later(90)) < 60000);
});

check("keys are listed over pages", async () => {
  const paged = keys(vaultUrl("keypages"));
  const names = Array.from({ length: 30 }, (_, number) => `k${number}`);
  for (const name of names) await paged.createEcKey(name);
  const pages = (await listed(paged.listPropertiesOfKeys().byPage())).map((page) => page.map((it) => it.name));
  assert.deepEqual(pages.map((page) => page.length), [25, 5]);
  assert.deepEqual(pages.flat().sort(), names.sort());
  const small = await listed(paged.listPropertiesOfKeys().byPage({ maxPageSize: 7 }));
  assert.deepEqual(small.map((page) => page.length), [7, 7, 7, 7, 2]);
  await (await paged.beginDeleteKey("k1")).pollUntilDone();
  assert.deepEqual((await listed(paged.listDeletedKeys())).map((it) => it.name), ["k1"]);
  assert.equal((await listed(paged.listPropertiesOfKeys())).length, 29);
});

check("a key that is not there is not found", async () => {
  const words = "A key with (name/id) none was not found in this key vault.";
  await refused(() => vault.getKey("none"), 404, "KeyNotFound", words);
  await refused(() => vault.beginDeleteKey("none"), 404, "KeyNotFound");
  await refused(() => vault.backupKey("none"), 404, "KeyNotFound");
  await refused(() => vault.rotateKey("none"), 404, "KeyNotFound");
  await refused(() => vault.updateKeyProperties("none", { enabled: true }), 404, "KeyNotFound");
  await refused(() => vault.purgeDeletedKey("none"), 404, "KeyNotFound");
  assert.deepEqual(await listed(vault.listPropertiesOfKeyVersions("none")), []);
});

check("what is no key is refused", async () => {
  await refused(() => vault.createRsaKey("bad", { keySize: 1234 }), 400, "BadParameter");
  await refused(() => vault.createKey("bad", "RSB"), 400, "BadParameter");
  await refused(() => vault.createRsaKey("bad_name!"), 400, "BadParameter");
});

check("random bytes come from a managed HSM", async () => {
  const [first, second] = [await hsm.getRandomBytes(32), await hsm.getRandomBytes(32)];
  assert.equal(first.length, 32);
  assert.notDeepEqual(first, second);
});

check("a key is released to nobody without an attestation", async () => {
  const rule = { authority: "https://sharedeus.eus.attest.azure.net", allOf: [{ claim: "x-ms-sgx-is-debuggable", equals: "false" }] };
  const policy = Buffer.from(JSON.stringify({ version: "1.0.0", anyOf: [rule] }));
  const about = { hsm: true, exportable: true, releasePolicy: { encodedPolicy: policy }, keyOps: ["encrypt", "decrypt"] };
  const made = await vault.createRsaKey("release", about);
  assert.equal(made.properties.exportable, true);
  assert.equal(JSON.parse(Buffer.from(made.properties.releasePolicy.encodedPolicy)).version, "1.0.0");
  await refused(() => vault.releaseKey("release", "no.attestation.token"), 403, "Forbidden");
});

check("a token that is none is refused", async () => {
  const nobody = { getToken: async () => ({ token: "no.token.atall", expiresOnTimestamp: 4102444800000 }) };
  await refused(() => keys(url, nobody).getKey("rsa"), 401);
});

for (const serviceVersion of ["7.0", "7.1", "7.2", "7.3", "7.4", "7.5", "7.6", "2025-07-01"]) {
  check(`api-version ${serviceVersion} is spoken`, async () => {
    const client = new KeyClient(url, credential, { serviceVersion });
    assert.equal((await client.createEcKey("spoken")).id, (await client.getKey("spoken")).id);
  });
}
