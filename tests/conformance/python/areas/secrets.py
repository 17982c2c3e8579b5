"""Every operation of azure-keyvault-secrets."""

import datetime

from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.keyvault.secrets import ApiVersion, SecretClient

from suite import refused, with_each
from world import BOTH, SYNC, vault_url


def check(name):
    return with_each(BOTH, "secrets", name)


def vault(io):
    return io.secrets(vault_url(f"secrets-{io.name}"))


def later(days):
    return datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) + datetime.timedelta(days=days)


@check("a secret is set and read")
def _(io):
    secrets = vault(io)
    made = secrets.set_secret("db", "hunter2", content_type="text/plain", tags={"team": "payments"})
    assert (made.name, made.value) == ("db", "hunter2")
    assert made.id == f"{vault_url(f'secrets-{io.name}')}/secrets/db/{made.properties.version}"
    read = secrets.get_secret("db")
    assert (read.id, read.value) == (made.id, "hunter2")
    assert (read.properties.content_type, read.properties.tags) == ("text/plain", {"team": "payments"})
    assert read.properties.enabled and read.properties.recovery_level == "Recoverable+Purgeable"
    assert read.properties.recoverable_days == 90
    assert secrets.get_secret("db", made.properties.version).value == "hunter2"


@check("any text is a value")
def _(io):
    secrets = vault(io)
    for text in ["ä ö ü ß €", "", '{"a": "b\\n"}', "line\r\nline\t\0", "🔑", "x" * 25_600]:
        assert secrets.set_secret("text", text).value == text
        assert secrets.get_secret("text").value == text


@check("a value over 25,600 bytes is refused")
def _(io):
    refused(lambda: vault(io).set_secret("long", "x" * 25_601), 400, "BadParameter", HttpResponseError)


@check("times and state are as asked for")
def _(io):
    secrets = vault(io)
    begins, ends = later(-1), later(30)
    made = secrets.set_secret("attributes", "v", not_before=begins, expires_on=ends)
    assert (made.properties.not_before, made.properties.expires_on) == (begins, ends)
    assert made.properties.created_on == made.properties.updated_on


@check("a disabled secret is refused, but not its properties")
def _(io):
    secrets = vault(io)
    secrets.set_secret("disabled", "v", enabled=False)
    error = refused(lambda: secrets.get_secret("disabled"), 403, "Forbidden", HttpResponseError)
    assert error.error.innererror["code"] == "SecretDisabled"
    [listed] = secrets.list_properties_of_secret_versions("disabled")
    assert listed.enabled is False
    secrets.update_secret_properties("disabled", enabled=True)
    assert secrets.get_secret("disabled").value == "v"


@check("another version is made, and both are listed")
def _(io):
    secrets = vault(io)
    first, second = secrets.set_secret("versions", "1"), secrets.set_secret("versions", "2")
    assert secrets.get_secret("versions").value == "2"
    assert secrets.get_secret("versions", first.properties.version).value == "1"
    listed = {it.version for it in secrets.list_properties_of_secret_versions("versions")}
    assert listed == {first.properties.version, second.properties.version}


@check("attributes, type and tags are updated, and the value stays")
def _(io):
    secrets = vault(io)
    made = secrets.set_secret("update", "v", content_type="a/b", tags={"a": "1"})
    ends = later(9)
    changed = secrets.update_secret_properties(
        "update", made.properties.version, content_type="c/d", tags={"b": "2"}, expires_on=ends
    )
    assert (changed.content_type, changed.tags, changed.expires_on) == ("c/d", {"b": "2"}, ends)
    read = secrets.get_secret("update")
    assert (read.id, read.value, read.properties.content_type) == (made.id, "v", "c/d")


@check("a secret is deleted, read, listed, recovered")
def _(io):
    secrets = vault(io)
    made = secrets.set_secret("recover", "v")
    deleted = secrets.delete_secret("recover")
    assert deleted.id == made.id
    assert deleted.recovery_id == f"{vault_url(f'secrets-{io.name}')}/deletedsecrets/recover"
    assert (deleted.scheduled_purge_date - deleted.deleted_date).days == 90
    error = refused(lambda: secrets.get_secret("recover"), 404, "SecretNotFound", ResourceNotFoundError)
    assert "A secret with (name/id) recover was not found in this key vault." in error.message
    assert secrets.get_deleted_secret("recover").name == "recover"
    assert "recover" in [it.name for it in secrets.list_deleted_secrets()]
    assert secrets.recover_deleted_secret("recover").id == made.id
    assert secrets.get_secret("recover").value == "v"
    refused(lambda: secrets.get_deleted_secret("recover"), 404, "SecretNotFound", ResourceNotFoundError)


@check("a deleted secret keeps its name until it is purged")
def _(io):
    secrets = vault(io)
    secrets.set_secret("purge", "v")
    secrets.delete_secret("purge")
    error = refused(lambda: secrets.set_secret("purge", "w"), 409, "Conflict", ResourceExistsError)
    assert error.error.innererror["code"] == "ObjectIsDeletedButRecoverable"
    assert secrets.purge_deleted_secret("purge") is None
    refused(lambda: secrets.get_deleted_secret("purge"), 404, "SecretNotFound", ResourceNotFoundError)
    assert secrets.set_secret("purge", "w").value == "w"


@check("a backup brings all versions back")
def _(io):
    secrets = vault(io)
    first, second = secrets.set_secret("backup", "1"), secrets.set_secret("backup", "2")
    blob = secrets.backup_secret("backup")
    assert isinstance(blob, bytes) and b"2" != blob
    refused(lambda: secrets.restore_secret_backup(blob), 409, "Conflict", ResourceExistsError)
    secrets.delete_secret("backup")
    secrets.purge_deleted_secret("backup")
    assert secrets.restore_secret_backup(blob).id == second.id
    assert secrets.get_secret("backup").value == "2"
    assert secrets.get_secret("backup", first.properties.version).value == "1"


@check("a backup goes into another vault")
def _(io):
    secrets, other = vault(io), io.secrets(vault_url(f"secrets2-{io.name}"))
    secrets.set_secret("moves", "v")
    moved = other.restore_secret_backup(secrets.backup_secret("moves"))
    assert moved.vault_url == vault_url(f"secrets2-{io.name}")
    assert other.get_secret("moves").value == "v"


@check("what is no backup is refused")
def _(io):
    refused(lambda: vault(io).restore_secret_backup(b"no backup"), 400, "Malformed backup blob")


@check("secrets are listed over pages, without values")
def _(io):
    secrets = io.secrets(vault_url(f"secretpages-{io.name}"))
    names = {f"s{number}" for number in range(60)}
    for name in sorted(names):
        secrets.set_secret(name, "v")
    pages = [list(page) for page in secrets.list_properties_of_secrets().by_page()]
    assert [len(page) for page in pages] == [25, 25, 10], [len(page) for page in pages]
    assert {it.name for page in pages for it in page} == names
    assert not hasattr(pages[0][0], "value")
    assert len(list(secrets.list_properties_of_secrets(max_page_size=7))) == 60
    for name in sorted(names)[:27]:
        secrets.delete_secret(name)
    assert len(list(secrets.list_deleted_secrets())) == 27
    assert len(list(secrets.list_properties_of_secrets())) == 33


@check("versions are listed over pages")
def _(io):
    secrets = vault(io)
    made = {secrets.set_secret("many", str(number)).properties.version for number in range(27)}
    listed = [it.version for it in secrets.list_properties_of_secret_versions("many")]
    assert len(listed) == 27 and set(listed) == made


@check("a secret that is not there is not found")
def _(io):
    secrets = vault(io)
    for call in [
        lambda: secrets.get_secret("none"),
        lambda: secrets.get_secret("none", "0" * 32),
        lambda: secrets.delete_secret("none"),
        lambda: secrets.backup_secret("none"),
        lambda: secrets.update_secret_properties("none", enabled=True),
        lambda: secrets.get_deleted_secret("none"),
        lambda: secrets.purge_deleted_secret("none"),
        lambda: secrets.recover_deleted_secret("none"),
    ]:
        refused(call, 404, "SecretNotFound", ResourceNotFoundError)
    assert list(secrets.list_properties_of_secret_versions("none")) == []


@check("a name that is none is refused")
def _(io):
    refused(lambda: vault(io).set_secret("bad_name!", "v"), 400, "BadParameter", HttpResponseError)


for version in ApiVersion:

    @with_each([SYNC], "secrets", f"api-version {version.value} is spoken")
    def _(io, version=version):
        secrets = SecretClient(vault_url("secrets-sync"), io.credential, api_version=version)
        made = secrets.set_secret("spoken", "v")
        assert secrets.get_secret("spoken").id == made.id
