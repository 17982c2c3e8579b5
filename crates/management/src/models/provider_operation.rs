//! The operations of the resource provider, as its own list describes them.

use serde::Deserialize;

use super::{accessors, lenient};

/// An operation of the resource provider `Microsoft.KeyVault`, which roles can allow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ProviderOperation {
    name: Option<String>,
    display: Option<OperationDisplay>,
    origin: Option<String>,
    is_data_action: Option<bool>,
    #[serde(deserialize_with = "lenient::or_default")]
    properties: Properties,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Properties {
    service_specification: Option<ServiceSpecification>,
}

accessors!(ProviderOperation {
    /// Its name, `Microsoft.KeyVault/vaults/read` for instance.
    name: [text] = name;
    /// What people are shown of it.
    display: [ref OperationDisplay] = display;
    /// Who may call it: `user`, `system` or `user,system`.
    origin: [text] = origin;
    /// The metrics and logs of what it is an operation on.
    service_specification: [ref ServiceSpecification] = properties.service_specification;
});

impl ProviderOperation {
    /// Whether it is carried out at the vault itself rather than by Resource Manager.
    pub fn is_data_action(&self) -> bool {
        self.is_data_action.unwrap_or(false)
    }
}

/// What people are shown of an operation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct OperationDisplay {
    provider: Option<String>,
    resource: Option<String>,
    operation: Option<String>,
    description: Option<String>,
}

accessors!(OperationDisplay {
    /// The provider's name.
    provider: [text] = provider;
    /// The kind of resource.
    resource: [text] = resource;
    /// The operation's title.
    operation: [text] = operation;
    /// What it does.
    description: [text] = description;
});

/// The metrics and logs of a kind of resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServiceSpecification {
    log_specifications: Option<Vec<LogSpecification>>,
    metric_specifications: Option<Vec<MetricSpecification>>,
}

accessors!(ServiceSpecification {
    /// The logs.
    log_specifications: [list LogSpecification] = log_specifications;
    /// The metrics.
    metric_specifications: [list MetricSpecification] = metric_specifications;
});

/// A log of a kind of resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LogSpecification {
    name: Option<String>,
    display_name: Option<String>,
    blob_duration: Option<String>,
}

accessors!(LogSpecification {
    /// Its name.
    name: [text] = name;
    /// Its name for people.
    display_name: [text] = display_name;
    /// The time that one of its blobs covers, as ISO 8601 writes durations.
    blob_duration: [text] = blob_duration;
});

/// A metric of a kind of resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct MetricSpecification {
    name: Option<String>,
    display_name: Option<String>,
    display_description: Option<String>,
    unit: Option<String>,
    aggregation_type: Option<String>,
    supported_aggregation_types: Option<Vec<String>>,
    supported_time_grain_types: Option<Vec<String>>,
    lock_aggregation_type: Option<String>,
    dimensions: Option<Vec<MetricDimension>>,
    fill_gap_with_zero: Option<bool>,
    internal_metric_name: Option<String>,
}

accessors!(MetricSpecification {
    /// Its name.
    name: [text] = name;
    /// Its name for people.
    display_name: [text] = display_name;
    /// What it measures.
    display_description: [text] = display_description;
    /// What it counts in: `Bytes`, `Count` or `Milliseconds`.
    unit: [text] = unit;
    /// How it is summed up: `Average`, `Count` or `Total`.
    aggregation_type: [text] = aggregation_type;
    /// How it may be summed up.
    supported_aggregation_types: [list String] = supported_aggregation_types;
    /// The spans it may be summed up over, as ISO 8601 writes durations.
    supported_time_grain_types: [list String] = supported_time_grain_types;
    /// How it is summed up whatever is asked for.
    lock_aggregation_type: [text] = lock_aggregation_type;
    /// What it can be told apart by.
    dimensions: [list MetricDimension] = dimensions;
    /// Whether a time without a value counts as 0.
    fill_gap_with_zero: [copy bool] = fill_gap_with_zero;
    /// Its name inside the service.
    internal_metric_name: [text] = internal_metric_name;
});

/// What a metric can be told apart by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct MetricDimension {
    name: Option<String>,
    display_name: Option<String>,
    to_be_exported_for_shoebox: Option<bool>,
}

accessors!(MetricDimension {
    /// Its name.
    name: [text] = name;
    /// Its name for people.
    display_name: [text] = display_name;
    /// Whether it goes to the customers' own diagnostics.
    to_be_exported_for_shoebox: [copy bool] = to_be_exported_for_shoebox;
});
