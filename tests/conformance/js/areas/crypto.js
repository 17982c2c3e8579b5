// Every algorithm, computed here on the one side (by the official client where it can, else by Node's own
// cryptography) and in the vault on the other. Whoever may not read a key has each operation computed there.
"use strict";

const crypto = require("node:crypto");
const { CryptographyClient } = require("@azure/keyvault-keys");
const { assert, check: register, inner, refused } = require("../suite");
const { TENANT, credential, hsmUrl, keys, somebody } = require("../world");
const vaults = require("./vaults");

const check = (name, run) => register("crypto", name, run);
const PLAINTEXT = Buffer.from("hunter2");
const CURVES = { ES256: ["P-256", "P-256"], ES384: ["P-384", "P-384"], ES512: ["P-521", "P-521"], ES256K: ["P-256K", "secp256k1"] };
const caller = somebody("66666666-7777-4888-8999-000000000001");

const pairs = {};
/** A private key that is known here, by name. */
function pair(name) {
  const curve = name.slice(3);
  pairs[name] ??= name === "rsa"
    ? crypto.generateKeyPairSync("rsa", { modulusLength: 2048 })
    : crypto.generateKeyPairSync("ec", { namedCurve: curve === "P-256K" ? "secp256k1" : curve });
  return pairs[name];
}

function jwkOf(key, keyOps) {
  const members = Object.entries(key.export({ format: "jwk" })).filter(([name]) => name !== "kty" && name !== "crv");
  const jwk = Object.fromEntries(members.map(([name, text]) => [name, Buffer.from(text, "base64url")]));
  const { kty, crv } = key.export({ format: "jwk" });
  return { ...jwk, kty, ...(crv && { crv: crv === "secp256k1" ? "P-256K" : crv }), keyOps };
}

let opened;
const imported = {};
/** A client of a known key that may compute with it, but not read it. */
async function there(name) {
  opened ??= (async () => {
    const words = ["encrypt", "decrypt", "sign", "verify", "wrapKey", "unwrapKey"];
    const mine = { tenantId: TENANT, objectId: await vaults.objectId(credential), permissions: { keys: ["all"] } };
    const theirs = { tenantId: TENANT, objectId: await vaults.objectId(caller), permissions: { keys: words } };
    return (await vaults.make("crypto", vaults.body([mine, theirs]))).properties.vaultUri;
  })();
  const uri = await opened;
  imported[name] ??= (async () => {
    const operations = name === "rsa" ? ["encrypt", "decrypt", "sign", "verify", "wrapKey", "unwrapKey"] : ["sign", "verify"];
    const key = await keys(uri).importKey(name, jwkOf(pair(name).privateKey, operations));
    // So that what follows is surely not computed here.
    await refused(() => keys(uri, caller).getKey(name), 403, "Forbidden");
    return key;
  })();
  return new CryptographyClient((await imported[name]).id, caller);
}

const here = (name) => new CryptographyClient(jwkOf(pair(name).publicKey, ["encrypt", "wrapKey", "verify"]));

const padded = (algorithm, key) => algorithm === "RSA1_5"
  ? { key, padding: crypto.constants.RSA_PKCS1_PADDING }
  : { key, padding: crypto.constants.RSA_PKCS1_OAEP_PADDING, oaepHash: algorithm === "RSA-OAEP-256" ? "sha256" : "sha1" };
const seal = (algorithm, data) => crypto.publicEncrypt(padded(algorithm, pair("rsa").publicKey), data);

function open(algorithm, data) {
  const key = pair("rsa").privateKey;
  if (algorithm !== "RSA1_5") return crypto.privateDecrypt(padded(algorithm, key), Buffer.from(data));
  // Node may refuse this padding, which is 00 02, at least eight bytes that are not 00, and 00.
  const block = crypto.privateDecrypt({ key, padding: crypto.constants.RSA_NO_PADDING }, Buffer.from(data));
  const end = block.indexOf(0, 2);
  assert.ok(block[0] === 0 && block[1] === 2 && end >= 10, "the padding is wrong");
  return block.subarray(end + 1);
}

for (const algorithm of ["RSA-OAEP", "RSA-OAEP-256", "RSA1_5"]) {
  const local = algorithm !== "RSA-OAEP-256"; // the client has no OAEP with SHA-256 of its own
  check(`${algorithm}: encrypted here, decrypted there`, async () => {
    const sealed = local ? (await here("rsa").encrypt(algorithm, PLAINTEXT)).result : seal(algorithm, PLAINTEXT);
    const result = await (await there("rsa")).decrypt(algorithm, sealed);
    assert.deepEqual([result.algorithm, Buffer.from(result.result)], [algorithm, PLAINTEXT]);
  });
  check(`${algorithm}: encrypted there, decrypted here`, async () => {
    const sealed = (await (await there("rsa")).encrypt(algorithm, PLAINTEXT)).result;
    assert.deepEqual(open(algorithm, sealed), PLAINTEXT);
  });
  check(`${algorithm}: wrapped here, unwrapped there`, async () => {
    const key = crypto.randomBytes(32);
    const wrapped = local ? (await here("rsa").wrapKey(algorithm, key)).result : seal(algorithm, key);
    assert.deepEqual(Buffer.from((await (await there("rsa")).unwrapKey(algorithm, wrapped)).result), key);
  });
  check(`${algorithm}: wrapped there, unwrapped here`, async () => {
    const key = crypto.randomBytes(32);
    const wrapped = (await (await there("rsa")).wrapKey(algorithm, key)).result;
    assert.deepEqual(open(algorithm, wrapped), key);
  });
}

const hashOf = (algorithm) => `sha${algorithm.slice(2, 5)}`;
const digest = (algorithm) => crypto.createHash(hashOf(algorithm)).update(PLAINTEXT).digest();
const signing = (algorithm, key) => {
  if (algorithm.startsWith("ES")) return { key, dsaEncoding: "ieee-p1363" };
  if (algorithm.startsWith("RS")) return { key, padding: crypto.constants.RSA_PKCS1_PADDING };
  return { key, padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: crypto.constants.RSA_PSS_SALTLEN_DIGEST };
};

for (const algorithm of ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", ...Object.keys(CURVES)]) {
  const name = CURVES[algorithm] ? `ec-${CURVES[algorithm][0]}` : "rsa";
  check(`${algorithm}: signed here, verified there`, async () => {
    const signature = crypto.sign(hashOf(algorithm), PLAINTEXT, signing(algorithm, pair(name).privateKey));
    const client = await there(name);
    assert.equal((await client.verify(algorithm, digest(algorithm), signature)).result, true);
    assert.equal((await client.verifyData(algorithm, PLAINTEXT, signature)).result, true);
    const wrong = Buffer.from(digest(algorithm));
    wrong[0] ^= 1;
    assert.equal((await client.verify(algorithm, wrong, signature)).result, false);
  });
  check(`${algorithm}: signed there, verified here`, async () => {
    const client = await there(name);
    for (const sign of [() => client.sign(algorithm, digest(algorithm)), () => client.signData(algorithm, PLAINTEXT)]) {
      const signature = Buffer.from((await sign()).result);
      assert.ok(crypto.verify(hashOf(algorithm), PLAINTEXT, signing(algorithm, pair(name).publicKey), signature));
      assert.ok(!crypto.verify(hashOf(algorithm), Buffer.from("other"), signing(algorithm, pair(name).publicKey), signature));
      // The client itself has RSA alone; its PSS salts are as long as the digest allows.
      if (algorithm.startsWith("RS")) {
        assert.equal((await here(name).verifyData(algorithm, PLAINTEXT, signature)).result, true);
      }
    }
  });
}

const symmetric = {};
async function inHsm(name, bytes, keyOps) {
  symmetric[name] ??= { k: crypto.randomBytes(bytes) };
  const k = symmetric[name].k;
  symmetric[name].key ??= await keys(hsmUrl("crypto")).importKey(name, { kty: "oct-HSM", k, keyOps });
  return { k, client: new CryptographyClient(symmetric[name].key, credential) };
}
const ALL = ["encrypt", "decrypt", "wrapKey", "unwrapKey"];

for (const algorithm of ["HS256", "HS384", "HS512"]) {
  check(`${algorithm}: signed there, verified here and there`, async () => {
    const { k, client } = await inHsm(`hmac-${algorithm}`, 32, ["sign", "verify"]);
    const { result } = await client.sign(algorithm, digest(algorithm));
    assert.deepEqual(Buffer.from(result), crypto.createHmac(hashOf(algorithm), k).update(digest(algorithm)).digest());
    assert.equal((await client.verify(algorithm, digest(algorithm), result)).result, true);
    assert.equal((await client.verify(algorithm, digest(algorithm), Buffer.from(result).reverse())).result, false);
  });
}

for (const bits of [128, 192, 256]) {
  check(`A${bits}CBCPAD: encrypted on either side, decrypted on the other`, async () => {
    const { k, client } = await inHsm(`aes-${bits}`, bits / 8, ALL);
    const [algorithm, iv] = [`A${bits}CBCPAD`, crypto.randomBytes(16)];
    const local = new CryptographyClient({ kty: "oct", k, keyOps: ALL });
    const sealed = await client.encrypt({ algorithm, plaintext: PLAINTEXT, iv });
    const opened = await local.decrypt({ algorithm, ciphertext: sealed.result, iv });
    assert.deepEqual(Buffer.from(opened.result), PLAINTEXT);
    const back = await local.encrypt({ algorithm, plaintext: PLAINTEXT, iv });
    assert.deepEqual(Buffer.from((await client.decrypt({ algorithm, ciphertext: back.result, iv })).result), PLAINTEXT);
  });
  check(`A${bits}CBC: encrypted there, decrypted here and there`, async () => {
    const { k, client } = await inHsm(`aes-${bits}`, bits / 8, ALL);
    const [algorithm, iv, plaintext] = [`A${bits}CBC`, crypto.randomBytes(16), crypto.randomBytes(32)];
    const { result } = await client.encrypt({ algorithm, plaintext, iv });
    const cipher = crypto.createDecipheriv(`aes-${bits}-cbc`, k, iv).setAutoPadding(false);
    assert.deepEqual(Buffer.concat([cipher.update(result), cipher.final()]), plaintext);
    assert.deepEqual(Buffer.from((await client.decrypt({ algorithm, ciphertext: result, iv })).result), plaintext);
  });
  check(`A${bits}GCM: encrypted there, decrypted here and there`, async () => {
    const { k, client } = await inHsm(`aes-${bits}`, bits / 8, ALL);
    const [algorithm, additionalAuthenticatedData] = [`A${bits}GCM`, Buffer.from("for whom")];
    const sealed = await client.encrypt({ algorithm, plaintext: PLAINTEXT, additionalAuthenticatedData });
    const { iv, authenticationTag, result: ciphertext } = sealed;
    const cipher = crypto.createDecipheriv(`aes-${bits}-gcm`, k, iv).setAAD(additionalAuthenticatedData);
    cipher.setAuthTag(authenticationTag);
    assert.deepEqual(Buffer.concat([cipher.update(ciphertext), cipher.final()]), PLAINTEXT);
    const about = { algorithm, ciphertext, iv, authenticationTag, additionalAuthenticatedData };
    assert.deepEqual(Buffer.from((await client.decrypt(about)).result), PLAINTEXT);
    await refused(() => client.decrypt({ ...about, authenticationTag: Buffer.alloc(16) }), 400, "BadParameter");
  });
  check(`A${bits}KW: wrapped there, unwrapped here and there`, async () => {
    const { k, client } = await inHsm(`aes-${bits}`, bits / 8, ALL);
    const key = crypto.randomBytes(16);
    const { result } = await client.wrapKey(`A${bits}KW`, key);
    const cipher = crypto.createDecipheriv(`aes${bits}-wrap`, k, Buffer.alloc(8, 0xa6));
    assert.deepEqual(Buffer.concat([cipher.update(result), cipher.final()]), key);
    assert.deepEqual(Buffer.from((await client.unwrapKey(`A${bits}KW`, result)).result), key);
  });
}

check("a key that may be read is read, and then used on both sides", async () => {
  await there("rsa");
  const key = await keys(await opened).createRsaKey("mixed");
  const client = new CryptographyClient(key, credential);
  const sealed = await client.encrypt("RSA-OAEP", PLAINTEXT);
  assert.deepEqual(Buffer.from((await client.decrypt("RSA-OAEP", sealed.result)).result), PLAINTEXT);
  const { result } = await client.signData("RS256", PLAINTEXT);
  assert.equal((await client.verifyData("RS256", PLAINTEXT, result)).result, true);
});

check("a key computes only what its operations say", async () => {
  await there("rsa");
  const key = await keys(await opened).createRsaKey("sign-only", { keyOps: ["sign", "verify"] });
  // By whom may not read it: the client would refuse by itself.
  const client = new CryptographyClient(key.id, caller);
  const error = await refused(() => client.decrypt("RSA-OAEP", Buffer.alloc(256)), 403, "Forbidden");
  assert.equal(error.message, "Operation decrypt is not permitted on this key.");
  assert.equal(inner(error), "KeyOperationForbidden");
});

check("a disabled key computes nothing", async () => {
  await there("rsa");
  const key = await keys(await opened).createRsaKey("disabled", { enabled: false });
  const call = () => new CryptographyClient(key.id, caller).sign("RS256", Buffer.alloc(32));
  const error = await refused(call, 403, "Forbidden");
  assert.equal(inner(error), "KeyDisabled");
});

check("a ciphertext that is none, and a digest of another length, are refused", async () => {
  const client = await there("rsa");
  await refused(() => client.decrypt("RSA-OAEP-256", Buffer.alloc(256)), 400, "BadParameter");
  await refused(() => client.sign("RS256", Buffer.alloc(20)), 400, "BadParameter");
});
