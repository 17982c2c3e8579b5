//! The actions by what they are done to.

use super::Actions;

const READ: (&str, &str) = ("read", "Read");
const WRITE: (&str, &str) = ("write", "Create or Update");
const DELETE: (&str, &str) = ("delete", "Delete");
const BACKUP: (&str, &str) = ("backup/action", "Back Up");
const CREATE: (&str, &str) = ("create/action", "Create");
const IMPORT: (&str, &str) = ("import/action", "Import");
const PURGE: (&str, &str) = ("purge/action", "Purge");
const RECOVER: (&str, &str) = ("recover/action", "Recover");
const RESTORE: (&str, &str) = ("restore/action", "Restore");
const UPDATE: (&str, &str) = ("update/action", "Update");

/// Of the management plane.
pub(super) const CONTROL: &[Actions] = &[
    (
        "",
        "Resource Provider",
        &[("register/action", "Register"), ("unregister/action", "Unregister")],
    ),
    ("operations", "Available Operations", &[READ]),
    ("checkNameAvailability", "Key Vault Name Availability", &[READ]),
    ("deletedVaults", "Soft Deleted Vault", &[READ]),
    ("locations/deletedVaults", "Soft Deleted Vault", &[READ, PURGE]),
    ("locations/operationResults", "Operation Result", &[READ]),
    ("vaults", "Key Vault", &[READ, WRITE, DELETE, ("deploy/action", "Use for Deployment")]),
    ("vaults/accessPolicies", "Access Policy", &[WRITE]),
    ("vaults/keys", "Key", &[READ, WRITE]),
    ("vaults/keys/versions", "Key Version", &[READ]),
    ("vaults/secrets", "Secret", &[READ, WRITE]),
    ("vaults/privateLinkResources", "Private Link Resource", &[READ]),
    ("vaults/privateEndpointConnections", "Private Endpoint Connection", &[READ, WRITE, DELETE]),
    (
        "vaults",
        "Private Endpoint Connection",
        &[("PrivateEndpointConnectionsApproval/action", "Approve")],
    ),
    ("deletedManagedHsms", "Soft Deleted Managed HSM", &[READ]),
    ("locations/deletedManagedHsms", "Soft Deleted Managed HSM", &[READ, PURGE]),
    ("locations/managedHsmOperationResults", "Operation Result", &[READ]),
    ("managedHSMs", "Managed HSM", &[READ, WRITE, DELETE]),
    ("managedHSMs/keys", "Managed HSM Key", &[READ, WRITE]),
    ("managedHSMs/keys/versions", "Managed HSM Key Version", &[READ]),
    ("managedHSMs/privateLinkResources", "Private Link Resource", &[READ]),
    (
        "managedHSMs/privateEndpointConnections",
        "Private Endpoint Connection",
        &[READ, WRITE, DELETE],
    ),
];

/// Of the data plane, which roles grant by `dataActions`.
pub(super) const DATA: &[Actions] = &[
    (
        "vaults/keys",
        "Key",
        &[
            READ,
            DELETE,
            CREATE,
            IMPORT,
            UPDATE,
            RECOVER,
            RESTORE,
            PURGE,
            BACKUP,
            ("encrypt/action", "Encrypt with"),
            ("decrypt/action", "Decrypt with"),
            ("wrap/action", "Wrap with"),
            ("unwrap/action", "Unwrap with"),
            ("sign/action", "Sign with"),
            ("verify/action", "Verify with"),
            ("rotate/action", "Rotate"),
            ("release/action", "Release"),
        ],
    ),
    ("vaults/keyrotationpolicies", "Key Rotation Policy", &[READ, WRITE]),
    (
        "vaults/secrets",
        "Secret",
        &[
            DELETE,
            BACKUP,
            PURGE,
            UPDATE,
            RECOVER,
            RESTORE,
            ("readMetadata/action", "Read the Properties of"),
            ("getSecret/action", "Get the Value of"),
            ("setSecret/action", "Set"),
        ],
    ),
    (
        "vaults/certificates",
        "Certificate",
        &[READ, DELETE, BACKUP, PURGE, UPDATE, CREATE, IMPORT, RECOVER, RESTORE],
    ),
    ("vaults/certificatecas", "Certificate Issuer", &[READ, WRITE, DELETE]),
    ("vaults/certificatecontacts", "Certificate Contact", &[WRITE]),
];
