"""What comes before and beside vaults: registration, operations, pages, and limits."""

import time

from azure.core.exceptions import HttpResponseError
from azure.mgmt.keyvault.models import VaultCheckNameAvailabilityParameters

from common import GROUP, REGION, check, management, refused, resources, vault, vaults

FREE = VaultCheckNameAvailabilityParameters(name="free-kv")


def registration():
    """The client registers the provider by itself when it is told to, and looks every 10 seconds."""
    state = lambda: resources.providers.get("Microsoft.KeyVault").registration_state
    check("the provider is not registered", state() == "NotRegistered")
    check("the name is free", vaults.check_name_availability(FREE).name_available)
    check("the client registered the provider", state() == "Registered")


def operations():
    known = {it.name: it for it in management.operations.list()}
    check("what can be done is told", known["Microsoft.KeyVault/vaults/read"].display.operation)
    check("data actions are marked", known["Microsoft.KeyVault/vaults/secrets/getSecret/action"].is_data_action)


def pages():
    """More deleted vaults than a page has."""
    names = {f"page-kv-{number}" for number in range(101)}
    for name in names:
        # Nobody looks before it is deleted: there is no need to wait until it is ready.
        vaults.begin_create_or_update(GROUP, name, vault([]), polling=False)
        vaults.delete(GROUP, name)
    listed = [it.name for it in vaults.list_deleted()]
    check("each deleted vault is listed once", len(listed) == len(set(listed)))
    check("all of them are", names <= set(listed))


def groups():
    """A group takes its vaults along, and they can be recovered in one of the same name."""
    group, name = "conformance-rg2", "group-kv"
    resources.resource_groups.create_or_update(group, {"location": REGION})
    vaults.begin_create_or_update(group, name, vault([]), polling_interval=1).result()
    resources.resource_groups.begin_delete(group, polling_interval=1).result()
    check("the group is gone", not resources.resource_groups.check_existence(group))
    check("its vault is deleted", vaults.get_deleted(name, REGION).name == name)
    back = vault([], create_mode="recover")
    recover = lambda: vaults.begin_create_or_update(group, name, back, polling_interval=1).result()
    refused("recovery without its group", 404, "ResourceGroupNotFound", recover)
    resources.resource_groups.create_or_update(group, {"location": REGION})
    check("it is recovered in its group", recover().properties.provisioning_state == "Succeeded")


def limits():
    """The client waits as it is told to, and comes through."""
    answers = []
    note = lambda answer: answers.append(answer.http_response.headers)
    throttled = 0
    deadline = time.monotonic() + 60
    while not throttled and time.monotonic() < deadline:
        try:
            vaults.check_name_availability(FREE, retry_total=0, raw_response_hook=note)
        except HttpResponseError as error:
            check(f"{error.status_code} {error.message}", error.status_code == 429)
            check("it says for how long", int(error.response.headers["Retry-After"]) >= 1)
            check("it says what", error.error.code == "SubscriptionRequestsThrottled")
            throttled += 1
    check("too many writes are throttled", throttled == 1)
    left = [int(it["x-ms-ratelimit-remaining-subscription-writes"]) for it in answers if "Retry-After" not in it]
    check("what is left goes down to nothing", left[-1] == 0)
    check("the client comes through", vaults.check_name_availability(FREE).name_available)
