// Vaults with access policies, and deleted vaults, by @azure/arm-keyvault.
"use strict";

const { randomUUID } = require("node:crypto");
const { assert, check: register, inner, listed, refused } = require("../suite");
const { SUBSCRIPTION, TENANT, claims, credential, management, resources, secrets, somebody } = require("../world");

const check = (name, run) => register("vaults", name, run);
const { vaults } = management;
const [GROUP, REGION] = ["conf-js", "eastus"];
const SOMEBODY = randomUUID();
const full = (name) => `conf-js-${name}`;

let group;
async function make(name, parameters) {
  group ??= resources.resourceGroups.createOrUpdate(GROUP, { location: REGION });
  await group;
  return vaults.createOrUpdate(GROUP, full(name), parameters);
}

/** Who a credential signs in, from its token. */
const objectId = async (by = credential) => (await claims(by)).oid;

const body = (accessPolicies, properties = {}) => ({
  location: REGION,
  tags: { made: "here" },
  properties: {
    tenantId: TENANT,
    sku: { family: "A", name: "standard" },
    accessPolicies,
    enableRbacAuthorization: false,
    ...properties,
  },
});
const policy = (id, permissions) => ({ tenantId: TENANT, objectId: id, permissions });
const mine = async (permissions) => policy(await objectId(), permissions);

module.exports = { body, make, objectId };

check("a vault is made, with what was asked for", async () => {
  const made = await make("vault", body([await mine({ secrets: ["get", "set"] })], { enabledForDeployment: true }));
  assert.deepEqual([made.name, made.location, made.type], [full("vault"), REGION, "Microsoft.KeyVault/vaults"]);
  assert.deepEqual(made.tags, { made: "here" });
  const id = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}/providers/Microsoft.KeyVault/vaults/${made.name}`;
  assert.equal(made.id.toLowerCase(), id.toLowerCase());
  const its = made.properties;
  assert.deepEqual([its.provisioningState, its.sku.name, its.tenantId], ["Succeeded", "standard", TENANT]);
  assert.deepEqual([its.enabledForDeployment, its.enableSoftDelete, its.enableRbacAuthorization], [true, true, false]);
  assert.deepEqual(its.accessPolicies.map((it) => it.objectId), [await objectId()]);
  assert.equal((await vaults.get(GROUP, made.name)).properties.vaultUri, its.vaultUri);
});

check("its policies decide", async () => {
  const made = await make("policies", body([await mine({ secrets: ["get", "set"] })]));
  const client = secrets(made.properties.vaultUri);
  await client.setSecret("db", "hunter2");
  assert.equal((await client.getSecret("db")).value, "hunter2");
  const words = "does not have secrets delete permission on key vault";
  await refused(() => client.beginDeleteSecret("db"), 403, "Forbidden", words);
  await refused(() => secrets(made.properties.vaultUri, somebody(SOMEBODY)).getSecret("db"), 403, "Forbidden");
});

check("policies are added, replaced, removed", async () => {
  await make("verbs", body([await mine({ secrets: ["get"] })]));
  const change = async (verb, ...accessPolicies) => {
    await vaults.updateAccessPolicy(GROUP, full("verbs"), verb, { properties: { accessPolicies } });
    const found = (await vaults.get(GROUP, full("verbs"))).properties.accessPolicies;
    return Object.fromEntries(found.map((it) => [it.objectId, it.permissions]));
  };
  const me = await objectId();
  const added = await change("add", policy(SOMEBODY, { keys: ["get"] }), policy(me, { secrets: ["list"] }));
  assert.deepEqual(added[SOMEBODY].keys, ["get"]);
  assert.deepEqual([...added[me].secrets].sort(), ["get", "list"]);
  const replaced = await change("replace", policy(SOMEBODY, { keys: ["list"] }));
  assert.deepEqual(replaced[SOMEBODY].keys, ["list"]);
  const removed = await change("remove", policy(SOMEBODY, { keys: ["list"] }));
  assert.deepEqual(Object.keys(removed), [me]);
});

check("a vault is updated", async () => {
  await make("update", body([await mine({ secrets: ["get"] })]));
  const properties = { enabledForTemplateDeployment: true, sku: { family: "A", name: "premium" } };
  const changed = await vaults.update(GROUP, full("update"), { tags: { team: "orders" }, properties });
  assert.deepEqual([changed.tags, changed.properties.sku.name], [{ team: "orders" }, "premium"]);
  assert.equal(changed.properties.enabledForTemplateDeployment, true);
  assert.equal(changed.properties.accessPolicies.length, 1);
});

check("a vault is on roles unless it is told otherwise", async () => {
  const made = await make("rbac", body([], { enableRbacAuthorization: undefined }));
  assert.equal((await vaults.get(GROUP, made.name)).properties.enableRbacAuthorization, true);
  const error = await refused(() => secrets(made.properties.vaultUri).getSecret("db"), 403, "Forbidden");
  assert.equal(inner(error), "ForbiddenByRbac");
});

check("vaults are listed", async () => {
  const made = await make("listed", body([]));
  for (const list of [vaults.listByResourceGroup(GROUP), vaults.listBySubscription(), vaults.list()]) {
    assert.ok((await listed(list)).some((it) => it.name === made.name));
  }
});

check("a name is free or taken", async () => {
  const ask = (name) => vaults.checkNameAvailability({ name, type: "Microsoft.KeyVault/vaults" });
  assert.equal((await ask("conf-js-free")).nameAvailable, true);
  await make("taken", body([]));
  const taken = await ask(full("taken"));
  assert.deepEqual([taken.nameAvailable, taken.reason], [false, "AlreadyExists"]);
  assert.deepEqual((await ask("1-no-name")).reason, "AccountNameInvalid");
});

check("a vault is deleted, shown, listed, recovered", async () => {
  const made = await make("recover", body([await mine({ secrets: ["get", "set"] })]));
  const client = secrets(made.properties.vaultUri);
  await client.setSecret("db", "hunter2");
  await vaults.delete(GROUP, made.name);
  await refused(() => vaults.get(GROUP, made.name), 404, "ResourceNotFound");
  const { properties } = await vaults.getDeleted(made.name, REGION);
  assert.deepEqual([properties.vaultId, properties.location], [made.id, REGION]);
  assert.equal(Math.round((properties.scheduledPurgeDate - properties.deletionDate) / 86400000), 90);
  assert.ok((await listed(vaults.listDeleted())).some((it) => it.name === made.name));
  const back = await make("recover", body([], { createMode: "recover" }));
  assert.equal(back.properties.provisioningState, "Succeeded");
  assert.equal((await client.getSecret("db")).value, "hunter2");
});

check("a deleted vault is purged, and its name is free", async () => {
  const made = await make("purge", body([]));
  await vaults.delete(GROUP, made.name);
  await vaults.purgeDeleted(made.name, REGION);
  await refused(() => vaults.getDeleted(made.name, REGION), 404, "DeletedVaultNotFound");
  const free = await vaults.checkNameAvailability({ name: made.name, type: "Microsoft.KeyVault/vaults" });
  assert.equal(free.nameAvailable, true);
});

check("a vault that is protected is not purged", async () => {
  const made = await make("kept", body([], { enablePurgeProtection: true, softDeleteRetentionInDays: 7 }));
  await vaults.delete(GROUP, made.name);
  assert.equal((await vaults.getDeleted(made.name, REGION)).properties.purgeProtectionEnabled, true);
  await refused(async () => vaults.purgeDeleted(made.name, REGION), 405, "MethodNotAllowed");
});

check("what is no vault is refused", async () => {
  const unknown = body([await mine({ secrets: ["fetch"] })]);
  await refused(() => make("bad", unknown), 400, "BadRequest");
  await refused(() => vaults.get(GROUP, full("none")), 404, "ResourceNotFound");
  await refused(() => vaults.get("no-such-group", full("none")), 404, "ResourceGroupNotFound");
});
