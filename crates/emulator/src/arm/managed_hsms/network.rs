//! Network rules of a managed HSM: a vault's, and service tags.

use serde::{Deserialize, Serialize};

use super::super::{
    error::ArmError,
    vaults::{NetworkAcls, rules},
};
use crate::vault::NetworkRules;

/// Network rules as they are kept and shown.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HsmNetworkAcls {
    #[serde(flatten)]
    acls: NetworkAcls,
    /// No caller here is one of Azure's services.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    service_tags: Option<Vec<ServiceTag>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct ServiceTag {
    tag: String,
}

impl HsmNetworkAcls {
    /// As the service completes them; everybody is let in where nothing is said.
    pub(super) fn completed(sent: Option<Self>) -> Result<Self, ArmError> {
        let Self { acls, service_tags } = match sent {
            Some(sent) => sent,
            None => Self { acls: NetworkAcls::of_nothing(), service_tags: None },
        };
        acls.check()?;
        Ok(Self { acls: acls.with_default_action("Allow"), service_tags })
    }

    /// What the data plane goes by.
    pub(super) fn rules(&self, public_access: &str) -> NetworkRules {
        rules(Some(&self.acls), Some(public_access))
    }
}
