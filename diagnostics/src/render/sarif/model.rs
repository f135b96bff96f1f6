//! The part of the SARIF 2.1.0 object model that we write, and read again, under its own names.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A word of the standard.
pub(super) type Name = Cow<'static, str>;

#[derive(Serialize, Deserialize)]
pub(super) struct Log {
    #[serde(rename = "$schema")]
    pub(super) schema: Name,
    pub(super) version: Name,
    pub(super) runs: Vec<Run>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Run {
    pub(super) tool: Tool,
    pub(super) invocations: Vec<Invocation>,
    pub(super) original_uri_base_ids: Value,
    pub(super) column_kind: Name,
    pub(super) results: Vec<Outcome>,
    pub(super) properties: Value,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Tool {
    pub(super) driver: Component,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Component {
    pub(super) name: Name,
    pub(super) semantic_version: String,
    pub(super) rules: Vec<Descriptor>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Descriptor {
    pub(super) id: String,
    pub(super) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) short_description: Option<Message>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) full_description: Option<Message>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) help: Option<Message>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) help_uri: Option<String>,
    pub(super) default_configuration: Configuration,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) properties: Option<Value>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Invocation {
    pub(super) execution_successful: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Notification {
    pub(super) descriptor: Reference,
    pub(super) level: Name,
    pub(super) message: Message,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) locations: Vec<Location>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Reference {
    pub(super) id: String,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Configuration {
    pub(super) level: Name,
}

/// A `result`, under a name that does not hide Rust's own.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Outcome {
    pub(super) rule_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) rule_index: Option<usize>,
    pub(super) level: Name,
    pub(super) message: Message,
    pub(super) locations: Vec<Location>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) code_flows: Vec<CodeFlow>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) baseline_state: Option<Name>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) suppressions: Option<Vec<Suppression>>,
    pub(super) partial_fingerprints: Value,
    pub(super) properties: Value,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Suppression {
    pub(super) kind: Name,
    pub(super) status: Name,
    pub(super) justification: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) location: Option<Location>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Message {
    pub(super) text: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the names are those of the standard")]
pub(super) struct Location {
    pub(super) physical_location: PhysicalLocation,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) logical_locations: Vec<LogicalLocation>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<Message>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct LogicalLocation {
    pub(super) name: String,
    pub(super) kind: Name,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PhysicalLocation {
    pub(super) artifact_location: ArtifactLocation,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) region: Option<Region>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ArtifactLocation {
    pub(super) uri: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) uri_base_id: Option<Name>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Region {
    pub(super) start_line: u32,
    pub(super) start_column: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) end_line: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) end_column: Option<u32>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CodeFlow {
    pub(super) thread_flows: Vec<ThreadFlow>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct ThreadFlow {
    pub(super) locations: Vec<ThreadFlowLocation>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ThreadFlowLocation {
    pub(super) location: Location,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) state: Option<Value>,
    pub(super) nesting_level: u32,
}
