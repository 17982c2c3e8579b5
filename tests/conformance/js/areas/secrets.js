// Every operation of @azure/keyvault-secrets.
"use strict";

const { SecretClient } = require("@azure/keyvault-secrets");
const { assert, check: register, inner, listed, refused } = require("../suite");
const { credential, secrets, vaultUrl } = require("../world");

const check = (name, run) => register("secrets", name, run);
const url = vaultUrl("secrets");
const vault = secrets(url);
const later = (days) => new Date(Math.floor(Date.now() / 1000 + days * 86400) * 1000);
const gone = async (name, client = vault) => (await client.beginDeleteSecret(name)).pollUntilDone();

check("a secret is set and read", async () => {
  const made = await vault.setSecret("db", "hunter2", { contentType: "text/plain", tags: { team: "payments" } });
  assert.equal(made.value, "hunter2");
  assert.equal(made.properties.id, `${url}/secrets/db/${made.properties.version}`);
  const read = await vault.getSecret("db");
  assert.deepEqual([read.properties.id, read.value], [made.properties.id, "hunter2"]);
  assert.deepEqual([read.properties.contentType, read.properties.tags], ["text/plain", { team: "payments" }]);
  assert.deepEqual([read.properties.recoveryLevel, read.properties.recoverableDays], ["Recoverable+Purgeable", 90]);
  assert.equal((await vault.getSecret("db", { version: made.properties.version })).value, "hunter2");
});

check("any text is a value", async () => {
  for (const text of ["ä ö ü ß €", '{"a": "b\\n"}', "line\r\nline\t\0", "🔑", "x".repeat(25600)]) {
    assert.equal((await vault.setSecret("text", text)).value, text);
    assert.equal((await vault.getSecret("text")).value, text);
  }
});

check("a value over 25,600 bytes is refused", async () => {
  await refused(() => vault.setSecret("long", "x".repeat(25601)), 400, "BadParameter");
});

check("times are as asked for", async () => {
  const [notBefore, expiresOn] = [later(-1), later(30)];
  const made = await vault.setSecret("attributes", "v", { notBefore, expiresOn });
  assert.deepEqual([made.properties.notBefore, made.properties.expiresOn], [notBefore, expiresOn]);
});

check("a disabled secret is refused, but not its properties", async () => {
  const made = await vault.setSecret("disabled", "v", { enabled: false });
  const error = await refused(() => vault.getSecret("disabled"), 403, "Forbidden");
  assert.equal(inner(error), "SecretDisabled");
  const [found] = await listed(vault.listPropertiesOfSecretVersions("disabled"));
  assert.equal(found.enabled, false);
  await vault.updateSecretProperties("disabled", made.properties.version, { enabled: true });
  assert.equal((await vault.getSecret("disabled")).value, "v");
});

check("another version is made, and both are listed", async () => {
  const [first, second] = [await vault.setSecret("versions", "1"), await vault.setSecret("versions", "2")];
  assert.equal((await vault.getSecret("versions")).value, "2");
  assert.equal((await vault.getSecret("versions", { version: first.properties.version })).value, "1");
  const found = (await listed(vault.listPropertiesOfSecretVersions("versions"))).map((it) => it.version);
  assert.deepEqual(found.sort(), [first.properties.version, second.properties.version].sort());
});

check("attributes, type and tags are updated, and the value stays", async () => {
  const made = await vault.setSecret("update", "v", { contentType: "a/b", tags: { a: "1" } });
  const expiresOn = later(9);
  const change = { contentType: "c/d", tags: { b: "2" }, expiresOn };
  const changed = await vault.updateSecretProperties("update", made.properties.version, change);
  assert.deepEqual([changed.contentType, changed.tags, changed.expiresOn], ["c/d", { b: "2" }, expiresOn]);
  const read = await vault.getSecret("update");
  assert.deepEqual([read.properties.id, read.value], [made.properties.id, "v"]);
});

check("a secret is deleted, read, listed, recovered", async () => {
  const made = await vault.setSecret("recover", "v");
  const deleted = await gone("recover");
  assert.equal(deleted.properties.recoveryId, `${url}/deletedsecrets/recover`);
  assert.equal(Math.round((deleted.properties.scheduledPurgeDate - deleted.properties.deletedOn) / 86400000), 90);
  const words = "A secret with (name/id) recover was not found in this key vault.";
  await refused(() => vault.getSecret("recover"), 404, "SecretNotFound", words);
  assert.equal((await vault.getDeletedSecret("recover")).value, undefined);
  assert.ok((await listed(vault.listDeletedSecrets())).some((it) => it.name === "recover"));
  const back = await (await vault.beginRecoverDeletedSecret("recover")).pollUntilDone();
  assert.equal(back.name, "recover");
  assert.equal((await vault.getSecret("recover")).properties.id, made.properties.id);
});

check("a deleted secret keeps its name until it is purged", async () => {
  await vault.setSecret("purge", "v");
  await gone("purge");
  const error = await refused(() => vault.setSecret("purge", "w"), 409, "Conflict");
  assert.equal(inner(error), "ObjectIsDeletedButRecoverable");
  await vault.purgeDeletedSecret("purge");
  await refused(() => vault.getDeletedSecret("purge"), 404, "SecretNotFound");
  assert.equal((await vault.setSecret("purge", "w")).value, "w");
});

check("a backup brings all versions back", async () => {
  const [first, second] = [await vault.setSecret("backup", "1"), await vault.setSecret("backup", "2")];
  const blob = await vault.backupSecret("backup");
  await refused(() => vault.restoreSecretBackup(blob), 409, "Conflict");
  await gone("backup");
  await vault.purgeDeletedSecret("backup");
  assert.equal((await vault.restoreSecretBackup(blob)).id, second.properties.id);
  assert.equal((await vault.getSecret("backup", { version: first.properties.version })).value, "1");
});

check("a backup goes into another vault", async () => {
  await vault.setSecret("moves", "v");
  const other = secrets(vaultUrl("secrets2"));
  const moved = await other.restoreSecretBackup(await vault.backupSecret("moves"));
  assert.equal(moved.vaultUrl, vaultUrl("secrets2"));
  assert.equal((await other.getSecret("moves")).value, "v");
});

check("what is no backup is refused", async () => {
  await refused(() => vault.restoreSecretBackup(Buffer.from("no backup")), 400, "Malformed backup blob");
});

check("secrets are listed over pages, without values", async () => {
  const paged = secrets(vaultUrl("secretpages"));
  const names = Array.from({ length: 60 }, (_, number) => `s${number}`);
  for (const name of names) await paged.setSecret(name, "v");
  const pages = await listed(paged.listPropertiesOfSecrets().byPage());
  assert.deepEqual(pages.map((page) => page.length), [25, 25, 10]);
  assert.deepEqual(pages.flat().map((it) => it.name).sort(), names.sort());
  assert.equal(pages[0][0].value, undefined);
  const small = await listed(paged.listPropertiesOfSecrets().byPage({ maxPageSize: 25 }));
  const [first] = small;
  const rest = await listed(paged.listPropertiesOfSecrets().byPage({ continuationToken: first.continuationToken, maxPageSize: 25 }));
  assert.equal(small.length, 3);
  if (first.continuationToken) assert.equal(rest.length, 2);
});

check("a secret that is not there is not found", async () => {
  for (const call of [
    () => vault.getSecret("none"),
    () => vault.getSecret("none", { version: "0".repeat(32) }),
    () => vault.beginDeleteSecret("none"),
    () => vault.backupSecret("none"),
    () => vault.updateSecretProperties("none", "", { enabled: true }),
    () => vault.getDeletedSecret("none"),
    () => vault.purgeDeletedSecret("none"),
    () => vault.beginRecoverDeletedSecret("none"),
  ]) {
    await refused(call, 404, "SecretNotFound");
  }
  assert.deepEqual(await listed(vault.listPropertiesOfSecretVersions("none")), []);
});

check("a name that is none is refused", async () => {
  await refused(() => vault.setSecret("bad_name!", "v"), 400, "BadParameter");
});

for (const serviceVersion of ["7.0", "7.1", "7.2", "7.3", "7.4", "7.5", "7.6", "2025-07-01"]) {
  check(`api-version ${serviceVersion} is spoken`, async () => {
    const client = new SecretClient(url, credential, { serviceVersion });
    await client.setSecret("spoken", "v");
    assert.equal((await client.getSecret("spoken")).value, "v");
  });
}
