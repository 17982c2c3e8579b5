// Where the clients are pointed at.
//
// Direct mode says where the emulator is, and turns instance discovery off, since no authority but the
// public ones can answer that; in proxy mode nothing is said that a program for Azure would not say.
"use strict";

const { ClientSecretCredential, DefaultAzureCredential } = require("@azure/identity");
const { CertificateClient } = require("@azure/keyvault-certificates");
const { KeyClient } = require("@azure/keyvault-keys");
const { SecretClient } = require("@azure/keyvault-secrets");
const { KeyVaultManagementClient } = require("@azure/arm-keyvault");
const { ResourceManagementClient } = require("@azure/arm-resources");

const env = process.env;
const DIRECT = env.MODE === "direct";
const SUFFIX = env.VAULT_SUFFIX;
const HSM_SUFFIX = SUFFIX.replace(".vault.", ".managedhsm.");
const MANAGEMENT = env.MANAGEMENT_URL.replace(/\/$/, "");
const TENANT = env.AZURE_TENANT_ID;
const CLIENT_ID = env.AZURE_CLIENT_ID;
const CLIENT_SECRET = env.AZURE_CLIENT_SECRET;
const SUBSCRIPTION = env.AZURE_SUBSCRIPTION_ID;
const VAULT_SCOPE = "https://vault.azure.net/.default";

// What a credential is told, and what a client of Resource Manager is.
const DISCOVERY = DIRECT ? { disableInstanceDiscovery: true } : {};
const ON_ARM = DIRECT ? { endpoint: MANAGEMENT } : {};

const vaultUrl = (name) => `https://conf-js-${name}${SUFFIX}`;
const hsmUrl = (name) => `https://conf-js-${name}${HSM_SUFFIX}`;

const credential = new DefaultAzureCredential(DISCOVERY);
const somebody = (clientId) => new ClientSecretCredential(TENANT, clientId, "any", DISCOVERY);
const keys = (url, by = credential) => new KeyClient(url, by);
const secrets = (url, by = credential) => new SecretClient(url, by);
const certificates = (url) => new CertificateClient(url, credential);
const management = new KeyVaultManagementClient(credential, SUBSCRIPTION, ON_ARM);
const resources = new ResourceManagementClient(credential, SUBSCRIPTION, ON_ARM);

const claimsOf = (token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
const claims = async (by, scope = VAULT_SCOPE) => claimsOf((await by.getToken(scope)).token);

module.exports = {
  CLIENT_ID, CLIENT_SECRET, DIRECT, DISCOVERY, MANAGEMENT, SUBSCRIPTION, TENANT, VAULT_SCOPE,
  certificates, claims, claimsOf, credential, hsmUrl, keys, management, resources, secrets, somebody, vaultUrl,
};
