//! How Graph shows the objects of the directory.

use serde_json::{Value, json};

use crate::entra::{Entry, Kind, Tokens};

/// Shows objects as one host names them.
pub(super) struct Viewer<'a> {
    pub(super) base: &'a str,
    pub(super) tokens: &'a Tokens,
}

impl Viewer<'_> {
    pub(super) fn one(&self, collection: &str, entry: &Entry) -> Value {
        let mut view = self.object(entry);
        if let Some(members) = view.as_object_mut() {
            let context = format!("{}/$entity", self.context(collection));
            members.insert("@odata.context".to_owned(), context.into());
        }
        view
    }

    pub(super) fn list(&self, collection: &str, entries: &[Entry]) -> Value {
        let value: Vec<Value> = entries.iter().map(|entry| self.object(entry)).collect();
        json!({"@odata.context": self.context(collection), "value": value})
    }

    fn context(&self, collection: &str) -> String {
        format!("{}/v1.0/$metadata#{collection}", self.base)
    }

    /// Its type is said each time; the service does so where types are mixed.
    fn object(&self, entry: &Entry) -> Value {
        let Entry { kind, id, name, display_name, resource_id } = entry;
        let kind = match kind {
            Kind::User => {
                return json!({
                    "@odata.type": "#microsoft.graph.user",
                    "id": id,
                    "displayName": display_name,
                    "userPrincipalName": name,
                    "mail": name,
                    "businessPhones": [],
                    "givenName": null,
                    "jobTitle": null,
                    "mobilePhone": null,
                    "officeLocation": null,
                    "preferredLanguage": null,
                    "surname": null,
                });
            }
            Kind::Application => "Application",
            Kind::ManagedIdentity => "ManagedIdentity",
        };
        json!({
            "@odata.type": "#microsoft.graph.servicePrincipal",
            "id": id,
            "accountEnabled": true,
            "alternativeNames": resource_id.as_slice(),
            "appDisplayName": display_name,
            "appId": name,
            "appOwnerOrganizationId": self.tokens.tenant_id,
            "displayName": display_name,
            "servicePrincipalNames": [name],
            "servicePrincipalType": kind,
        })
    }
}
