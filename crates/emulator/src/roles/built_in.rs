//! The roles that Azure has for Key Vault, as documented.
//!
//! Source: <https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/security>

use std::sync::LazyLock;

use uuid::{Uuid, uuid};

use super::definition::{Definition, RolePermission};

/// Data actions are below this.
const VAULTS: &str = "Microsoft.KeyVault/vaults/";

/// What most of the roles for data may do in the management plane.
const DATA_ROLE: [&str; 10] = [
    "Microsoft.Authorization/*/read",
    "Microsoft.Insights/alertRules/*",
    "Microsoft.Resources/deployments/*",
    "Microsoft.Resources/subscriptions/resourceGroups/read",
    "Microsoft.Support/*",
    "Microsoft.KeyVault/checkNameAvailability/read",
    "Microsoft.KeyVault/deletedVaults/read",
    "Microsoft.KeyVault/locations/*/read",
    "Microsoft.KeyVault/vaults/*/read",
    "Microsoft.KeyVault/operations/read",
];

const DATA_ACCESS_ADMINISTRATOR: Uuid = uuid!("8b54135c-b56d-4d72-a534-26097cfdc8d8");

/// The roles that a Key Vault Data Access Administrator may assign.
const ASSIGNABLE: &str = "00482a5a-887f-4fb3-b363-3b7fe8e74483, a4417e6f-fecd-4de8-b567-7b0420556985, \
    14b46e9e-c2b7-41b4-b07b-48a6ebf60603, e147488a-f6f5-4113-8e2d-b22465e65bf6, \
    12338af0-0e69-4776-bea7-57ae8d297424, 21090545-7ca7-4776-b22c-e363652d74d2, \
    b86a8fe4-44ce-4948-aee5-eccb2c155cd7, 4633458b-17de-408a-b874-0445c86b69e6";

struct BuiltIn {
    id: Uuid,
    name: &'static str,
    description: &'static str,
    actions: &'static [&'static str],
    not_actions: &'static [&'static str],
    data_actions: &'static [&'static str],
}

/// All of them.
pub(super) fn definitions() -> &'static [Definition] {
    static DEFINITIONS: LazyLock<Vec<Definition>> =
        LazyLock::new(|| BUILT_IN.iter().map(BuiltIn::definition).collect());
    &DEFINITIONS
}

pub(super) fn definition(id: Uuid) -> Option<&'static Definition> {
    definitions().iter().find(|definition| definition.id == id)
}

impl BuiltIn {
    fn definition(&self) -> Definition {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let condition = (self.id == DATA_ACCESS_ADMINISTRATOR).then(|| {
            let clause = |verb: &str, of: &str| {
                format!(
                    "((!(ActionMatches{{'Microsoft.Authorization/roleAssignments/{verb}'}})) OR \
                     ({of}[Microsoft.Authorization/roleAssignments:RoleDefinitionId] \
                     ForAnyOfAnyValues:GuidEquals{{{ASSIGNABLE}}}))"
                )
            };
            format!("{} AND {}", clause("write", "@Request"), clause("delete", "@Resource"))
        });
        Definition {
            id: self.id,
            name: self.name.to_owned(),
            description: self.description.to_owned(),
            permissions: vec![RolePermission {
                actions: texts(self.actions),
                not_actions: texts(self.not_actions),
                data_actions: self
                    .data_actions
                    .iter()
                    .map(|action| format!("{VAULTS}{action}"))
                    .collect(),
                not_data_actions: Vec::new(),
                condition_version: condition.is_some().then(|| "2.0".to_owned()),
                condition,
            }],
            assignable_scopes: vec!["/".to_owned()],
            written: None,
        }
    }
}

static BUILT_IN: [BuiltIn; 13] = [
    BuiltIn {
        id: uuid!("00482a5a-887f-4fb3-b363-3b7fe8e74483"),
        name: "Key Vault Administrator",
        description: "Perform all data plane operations on a key vault and all objects in it, including \
                      certificates, keys, and secrets. Cannot manage key vault resources or manage role \
                      assignments. Only works for key vaults that use the 'Azure role-based access control' \
                      permission model.",
        actions: &DATA_ROLE,
        not_actions: &[],
        data_actions: &["*"],
    },
    BuiltIn {
        id: uuid!("21090545-7ca7-4776-b22c-e363652d74d2"),
        name: "Key Vault Reader",
        description: "Read metadata of key vaults and its certificates, keys, and secrets. Cannot read \
                      sensitive values such as secret contents or key material. Only works for key vaults that \
                      use the 'Azure role-based access control' permission model.",
        actions: &DATA_ROLE,
        not_actions: &[],
        data_actions: &["*/read", "secrets/readMetadata/action"],
    },
    BuiltIn {
        id: uuid!("a68e7c17-0ab2-4c09-9a58-125dae29748c"),
        name: "Key Vault Purge Operator",
        description: "Allows permanent deletion of soft-deleted vaults.",
        actions: &[
            "Microsoft.KeyVault/deletedVaults/read",
            "Microsoft.KeyVault/locations/deletedVaults/read",
            "Microsoft.KeyVault/locations/deletedVaults/purge/action",
            "Microsoft.KeyVault/locations/operationResults/read",
        ],
        not_actions: &[],
        data_actions: &[],
    },
    BuiltIn {
        id: uuid!("a4417e6f-fecd-4de8-b567-7b0420556985"),
        name: "Key Vault Certificates Officer",
        description: "Perform any action on the certificates of a key vault, except manage permissions. Only \
                      works for key vaults that use the 'Azure role-based access control' permission model.",
        actions: &DATA_ROLE,
        not_actions: &[],
        data_actions: &["certificatecas/*", "certificates/*", "certificatecontacts/write"],
    },
    BuiltIn {
        id: uuid!("db79e9a7-68ee-4b58-9aeb-b90e7c24fcba"),
        name: "Key Vault Certificate User",
        description: "Read certificate contents. Only works for key vaults that use the 'Azure role-based \
                      access control' permission model.",
        actions: &[],
        not_actions: &[],
        data_actions: &[
            "certificates/read",
            "secrets/getSecret/action",
            "secrets/readMetadata/action",
            "keys/read",
        ],
    },
    BuiltIn {
        id: uuid!("14b46e9e-c2b7-41b4-b07b-48a6ebf60603"),
        name: "Key Vault Crypto Officer",
        description: "Perform any action on the keys of a key vault, except manage permissions. Only works for \
                      key vaults that use the 'Azure role-based access control' permission model.",
        actions: &DATA_ROLE,
        not_actions: &[],
        data_actions: &["keys/*", "keyrotationpolicies/*"],
    },
    BuiltIn {
        id: uuid!("12338af0-0e69-4776-bea7-57ae8d297424"),
        name: "Key Vault Crypto User",
        description: "Perform cryptographic operations using keys. Only works for key vaults that use the \
                      'Azure role-based access control' permission model.",
        actions: &[],
        not_actions: &[],
        data_actions: &[
            "keys/read",
            "keys/update/action",
            "keys/backup/action",
            "keys/encrypt/action",
            "keys/decrypt/action",
            "keys/wrap/action",
            "keys/unwrap/action",
            "keys/sign/action",
            "keys/verify/action",
        ],
    },
    BuiltIn {
        id: uuid!("e147488a-f6f5-4113-8e2d-b22465e65bf6"),
        name: "Key Vault Crypto Service Encryption User",
        description: "Read metadata of keys and perform wrap/unwrap operations. Only works for key vaults that \
                      use the 'Azure role-based access control' permission model.",
        actions: &[
            "Microsoft.EventGrid/eventSubscriptions/write",
            "Microsoft.EventGrid/eventSubscriptions/read",
            "Microsoft.EventGrid/eventSubscriptions/delete",
        ],
        not_actions: &[],
        data_actions: &["keys/read", "keys/wrap/action", "keys/unwrap/action"],
    },
    BuiltIn {
        id: uuid!("08bbd89e-9f13-488c-ac41-acfcb10c90ab"),
        name: "Key Vault Crypto Service Release User",
        description: "Release keys. Only works for key vaults that use the 'Azure role-based access control' \
                      permission model.",
        actions: &[],
        not_actions: &[],
        data_actions: &["keys/release/action"],
    },
    BuiltIn {
        id: uuid!("b86a8fe4-44ce-4948-aee5-eccb2c155cd7"),
        name: "Key Vault Secrets Officer",
        description: "Perform any action on the secrets of a key vault, except manage permissions. Only works \
                      for key vaults that use the 'Azure role-based access control' permission model.",
        actions: &DATA_ROLE,
        not_actions: &[],
        data_actions: &["secrets/*"],
    },
    BuiltIn {
        id: uuid!("4633458b-17de-408a-b874-0445c86b69e6"),
        name: "Key Vault Secrets User",
        description: "Read secret contents. Only works for key vaults that use the 'Azure role-based access \
                      control' permission model.",
        actions: &[],
        not_actions: &[],
        data_actions: &["secrets/getSecret/action", "secrets/readMetadata/action"],
    },
    BuiltIn {
        id: DATA_ACCESS_ADMINISTRATOR,
        name: "Key Vault Data Access Administrator",
        description: "Manage access to Azure Key Vault by adding or removing role assignments for the Key \
                      Vault Administrator, Key Vault Certificates Officer, Key Vault Crypto Officer, Key Vault \
                      Crypto Service Encryption User, Key Vault Crypto User, Key Vault Reader, Key Vault \
                      Secrets Officer, or Key Vault Secrets User roles. Includes an ABAC condition to \
                      constrain role assignments.",
        actions: &[
            "Microsoft.Authorization/roleAssignments/write",
            "Microsoft.Authorization/roleAssignments/delete",
            "Microsoft.Authorization/*/read",
            "Microsoft.Resources/deployments/*",
            "Microsoft.Resources/subscriptions/resourceGroups/read",
            "Microsoft.Resources/subscriptions/read",
            "Microsoft.Management/managementGroups/read",
            "Microsoft.Resources/deployments/*",
            "Microsoft.Support/*",
            "Microsoft.KeyVault/vaults/*/read",
        ],
        not_actions: &[],
        data_actions: &[],
    },
    BuiltIn {
        id: uuid!("f25e0fa2-a7c8-4377-a976-54943a77a395"),
        name: "Key Vault Contributor",
        description: "Lets you manage key vaults, but not access to them.",
        actions: &[
            "Microsoft.Authorization/*/read",
            "Microsoft.Insights/alertRules/*",
            "Microsoft.KeyVault/*",
            "Microsoft.Resources/deployments/*",
            "Microsoft.Resources/subscriptions/resourceGroups/read",
            "Microsoft.Support/*",
        ],
        not_actions: &[
            "Microsoft.KeyVault/locations/deletedVaults/purge/action",
            "Microsoft.KeyVault/hsmPools/*",
            "Microsoft.KeyVault/managedHsms/*",
        ],
        data_actions: &[],
    },
];
