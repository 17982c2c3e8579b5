// The ways to sign in of @azure/identity, each ending with a call to a vault.
"use strict";

const { execFileSync, execFile } = require("node:child_process");
const crypto = require("node:crypto");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { promisify } = require("node:util");
const identity = require("@azure/identity");
const { assert, check: register } = require("../suite");
const world = require("../world");

const { CLIENT_ID, CLIENT_SECRET, DIRECT, DISCOVERY, MANAGEMENT, TENANT, VAULT_SCOPE } = world;
const check = (name, run) => register("identity", name, run);
const url = world.vaultUrl("identity");

/** Whoever it signs in is let into a vault; gives who that is. */
async function opens(credential, clientId) {
  const client = world.secrets(url, credential);
  assert.equal((await client.setSecret("db", "hunter2")).value, "hunter2");
  return judged(await world.claims(credential), clientId);
}

function judged(claims, clientId) {
  assert.equal(claims.tid, TENANT);
  assert.match(claims.oid, /^[0-9a-f-]{36}$/);
  assert.ok(["https://vault.azure.net", "cfa8b339-82a2-471a-a3c9-0fc0be7a4093"].includes(claims.aud), claims.aud);
  if (clientId) assert.equal(claims.appid, clientId);
  return claims;
}

/** Another process, with other variables: what a credential finds when it is made. */
async function signsIn(what, changes, clientId) {
  const env = Object.fromEntries(Object.entries({ ...process.env, ...changes }).filter(([, value]) => value !== undefined));
  const script = path.join(__dirname, "..", "sign_in.js");
  const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, script, what, clientId ?? ""], { env });
  return judged(JSON.parse(stdout), clientId);
}

const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A token of some other issuer, as a pod or a pipeline has it. */
function federated() {
  const { privateKey } = crypto.generateKeyPairSync("rsa", { modulusLength: 2048 });
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: "https://issuer.example", sub: "system:serviceaccount:ns:app", aud: "api://AzureADTokenExchange",
    iat: now, nbf: now, exp: now + 600,
  };
  const signed = `${encoded({ alg: "RS256", typ: "JWT", kid: "1" })}.${encoded(claims)}`;
  return `${signed}.${crypto.sign("sha256", Buffer.from(signed), privateKey).toString("base64url")}`;
}

/** Something in a file, for as long as a check takes. */
async function inFile(text, use) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "azvault-conformance-"));
  try {
    const file = path.join(folder, "file");
    fs.writeFileSync(file, text, { mode: 0o600 });
    return await use(file);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

let pem;
/** A key with its certificate, self-signed: Node makes none itself. */
function certificate() {
  const wanted = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "-", "-subj", "/CN=conformance", "-days", "1"];
  pem ??= execFileSync("openssl", wanted, { stdio: ["ignore", "pipe", "ignore"], encoding: "utf8" });
  return pem;
}

check("a client secret", async () => {
  await opens(new identity.ClientSecretCredential(TENANT, CLIENT_ID, CLIENT_SECRET, DISCOVERY), CLIENT_ID);
});

check("a certificate", async () => {
  const given = { certificate: certificate() };
  await opens(new identity.ClientCertificateCredential(TENANT, CLIENT_ID, given, DISCOVERY), CLIENT_ID);
});

check("a certificate's file, sent along", async () => {
  await inFile(certificate(), async (certificatePath) => {
    const options = { ...DISCOVERY, sendCertificateChain: true };
    await opens(new identity.ClientCertificateCredential(TENANT, CLIENT_ID, { certificatePath }, options), CLIENT_ID);
  });
});

check("a client assertion", async () => {
  const assertion = async () => federated();
  await opens(new identity.ClientAssertionCredential(TENANT, CLIENT_ID, assertion, DISCOVERY), CLIENT_ID);
});

check("a workload identity's file", async () => {
  await inFile(federated(), async (tokenFilePath) => {
    const options = { tenantId: TENANT, clientId: CLIENT_ID, tokenFilePath, ...DISCOVERY };
    await opens(new identity.WorkloadIdentityCredential(options), CLIENT_ID);
  });
});

check("the default credential finds the environment's", async () => {
  await signsIn("default", {}, CLIENT_ID);
});

check("the default credential finds a workload identity", async () => {
  await inFile(federated(), async (file) => {
    const changes = { AZURE_CLIENT_SECRET: undefined, AZURE_FEDERATED_TOKEN_FILE: file };
    await signsIn("default", changes, CLIENT_ID);
  });
});

check("the environment's certificate", async () => {
  await inFile(certificate(), async (file) => {
    const changes = { AZURE_CLIENT_SECRET: undefined, AZURE_CLIENT_CERTIFICATE_PATH: file };
    await signsIn("environment", changes, CLIENT_ID);
  });
});

if (process.env.IDENTITY_ENDPOINT) {
  const pod = process.env.AZURE_POD_IDENTITY_AUTHORITY_HOST;
  const nobody = { AZURE_CLIENT_ID: undefined, AZURE_CLIENT_SECRET: undefined, AZURE_TENANT_ID: undefined };
  for (const [form, variables] of [
    ["App Service", { AZURE_POD_IDENTITY_AUTHORITY_HOST: undefined }],
    ["a virtual machine", { AZURE_POD_IDENTITY_AUTHORITY_HOST: pod, IDENTITY_ENDPOINT: undefined, IDENTITY_HEADER: undefined }],
  ]) {
    check(`the managed identity of ${form}`, async () => {
      const [one, same] = [await signsIn("managed", variables), await signsIn("managed", variables)];
      assert.equal(one.oid, same.oid);
    });
    check(`a user-assigned managed identity of ${form}`, async () => {
      await signsIn("managed", variables, crypto.randomUUID());
    });
    check(`the default credential finds the managed identity of ${form}`, async () => {
      await signsIn("default", { ...variables, ...nobody });
    });
  }
}

check("a device code, whose refresh token serves another resource", async () => {
  const shown = [];
  const credential = new identity.DeviceCodeCredential({
    tenantId: TENANT, clientId: CLIENT_ID, userPromptCallback: (about) => shown.push(about), ...DISCOVERY,
  });
  const [vault, arm] = [await world.claims(credential), await world.claims(credential, `${MANAGEMENT}/.default`)];
  assert.equal(shown.length, 1);
  assert.ok(shown[0].userCode && shown[0].verificationUri.startsWith("https://"));
  assert.equal(arm.oid, vault.oid);
  assert.notEqual(arm.aud, vault.aud);
  // Shown again: what clients of vaults ask for may be revoked at once, and MSAL keeps such tokens apart.
  assert.equal((await opens(credential, CLIENT_ID)).oid, vault.oid);
});

check("a user's name and password", async () => {
  const user = "somebody@example.com";
  const credential = new identity.UsernamePasswordCredential(TENANT, CLIENT_ID, user, "any", DISCOVERY);
  const claims = await opens(credential, CLIENT_ID);
  assert.ok([claims.upn, claims.preferred_username, claims.unique_name].includes(user));
});

check("one client id is one principal, and another is another", async () => {
  const ask = async (clientId) => (await world.claims(world.somebody(clientId))).oid;
  const [one, same, other] = [await ask("app-one"), await ask("app-one"), await ask("app-two")];
  assert.equal(one, same);
  assert.notEqual(one, other);
});

check("a token is for whom it was asked", async () => {
  const credential = world.somebody(CLIENT_ID);
  assert.equal((await world.claims(credential, `${MANAGEMENT}/.default`)).aud.replace(/\/$/, ""), MANAGEMENT);
  assert.notEqual((await world.claims(credential, VAULT_SCOPE)).aud, MANAGEMENT);
});

check("a certificate is verified at all", async () => {
  const script = path.join(__dirname, "..", "sign_in.js");
  const { NODE_EXTRA_CA_CERTS: _, SSL_CERT_FILE: __, ...env } = process.env;
  await assert.rejects(promisify(execFile)(process.execPath, [...process.execArgv, script, "secret", ""], { env }), (error) => {
    assert.match(error.stderr, /unable to (verify|get local issuer)|self-signed certificate|UNABLE_TO/i);
    return true;
  });
});

if (DIRECT) {
  check("the ADFS form of the authority needs no option", async () => {
    await signsIn("optionless", { AZURE_TENANT_ID: "adfs" }, CLIENT_ID);
  });
}
