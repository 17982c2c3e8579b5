"""Keys and secrets as resources, as templates make them."""

from azure.keyvault.keys import KeyClient
from azure.keyvault.secrets import SecretClient
from azure.mgmt.keyvault.models import (
    KeyCreateParameters,
    KeyProperties,
    NetworkRuleSet,
    SecretCreateOrUpdateParameters,
    SecretPatchParameters,
    SecretPatchProperties,
    SecretProperties,
)

from common import GROUP, before_long, check, credential, make, management, object_id, policy, refused, vault

NAME = "contents-kv"


def run():
    mine = policy(object_id(credential), secrets=["get"], keys_property=["get", "rotate"])
    made = make(NAME, vault([mine]))

    secrets = management.secrets
    body = SecretCreateOrUpdateParameters(
        tags={"team": "payments"},
        properties=SecretProperties(value="hunter2", content_type="text/plain"),
    )
    secret = secrets.create_or_update(GROUP, NAME, "db", body)
    check("its value is not told", secret.properties.value is None)
    check("its address is", secret.properties.secret_uri == made.properties.vault_uri + "secrets/db")
    client = SecretClient(made.properties.vault_uri, credential)
    read = before_long("a secret is read", lambda: client.get_secret("db"))
    check("it is what was set", (read.value, read.properties.tags) == ("hunter2", {"team": "payments"}))
    patch = SecretPatchParameters(properties=SecretPatchProperties(content_type="text/html"))
    changed = secrets.update(GROUP, NAME, "db", patch)
    check("what was left out stays", changed.tags == {"team": "payments"})
    check("the value too", client.get_secret("db").value == "hunter2")
    check("it is listed", [it.name for it in secrets.list(GROUP, NAME)] == ["db"])
    missing = lambda: secrets.get(GROUP, NAME, "none")
    refused("a secret that is not there", 404, "SecretNotFound", missing)

    keys = management.keys
    body = KeyCreateParameters(properties=KeyProperties(kty="EC", curve_name="P-256"))
    key = keys.create_if_not_exist(GROUP, NAME, "signing", body)
    check("a key is made", (key.properties.kty, key.properties.curve_name) == ("EC", "P-256"))
    again = keys.create_if_not_exist(GROUP, NAME, "signing", body)
    versions = [it.properties.key_uri_with_version for it in (key, again)]
    check("making it again makes no version", versions[0] == versions[1])
    KeyClient(made.properties.vault_uri, credential).rotate_key("signing")
    versions = [it.name for it in keys.list_versions(GROUP, NAME, "signing")]
    check("both versions are listed", len(versions) == 2)
    first = keys.get_version(GROUP, NAME, "signing", key.properties.key_uri_with_version[-32:])
    check("each is got", first.properties.key_uri_with_version == key.properties.key_uri_with_version)
    check("it is listed", [it.name for it in keys.list(GROUP, NAME)] == ["signing"])

    # Networks are the data plane's; this plane goes on.
    closed = vault([mine], network_acls=NetworkRuleSet(default_action="Deny", bypass="None"))
    make(NAME, closed)
    refused("the closed vault", 403, "Forbidden", lambda: client.get_secret("db"))
    check("is open here", secrets.get(GROUP, NAME, "db").name == "db")
