// Signs in by what the environment holds, opens a vault, and prints whom the token names.
"use strict";

const identity = require("@azure/identity");
const { DISCOVERY, claims, secrets, vaultUrl } = require("./world");

const [what, clientId] = process.argv.slice(2);
const made = {
  default: () => new identity.DefaultAzureCredential(DISCOVERY),
  environment: () => new identity.EnvironmentCredential(DISCOVERY),
  managed: () => new identity.ManagedIdentityCredential(clientId ? { clientId } : {}),
  optionless: () => new identity.DefaultAzureCredential(),
  secret: () => new identity.EnvironmentCredential(DISCOVERY),
};

async function main() {
  const credential = made[what]();
  const { value } = await secrets(vaultUrl("identity"), credential).setSecret("db", "hunter2");
  if (value !== "hunter2") throw new Error("the vault kept something else");
  console.log(JSON.stringify(await claims(credential)));
}

main().catch((error) => {
  console.error(`${error.name}: ${error.message}`, error.errors?.map((it) => it.message) ?? "");
  process.exit(1);
});
