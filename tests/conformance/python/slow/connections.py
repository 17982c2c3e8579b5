"""Private endpoint connections: asked for by an endpoint, approved, and removed."""

from azure.mgmt.keyvault.models import (
    PrivateEndpointConnection,
    PrivateEndpointConnectionProperties,
    PrivateLinkServiceConnectionState,
)
from azure.mgmt.resource.resources.models import GenericResource

from common import GROUP, REGION, SUBSCRIPTION, check, make, management, resources, vault, vaults

NAME, CONNECTION = "connections-kv", "from-app"


def run():
    made = make(NAME, vault([]))
    connections = management.private_endpoint_connections
    [link] = management.private_link_resources.list_by_vault(GROUP, NAME).value
    check("a vault can be linked to", link.properties.group_id == "vault")
    check("there is no connection", list(connections.list_by_resource(GROUP, NAME)) == [])

    # azure-mgmt-network is not needed for this: an endpoint is a resource like others.
    endpoint = (
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}"
        "/providers/Microsoft.Network/privateEndpoints/app"
    )
    wanted = {
        "name": CONNECTION,
        "properties": {"privateLinkServiceId": made.id, "groupIds": ["vault"]},
    }
    body = GenericResource(
        location=REGION, properties={"manualPrivateLinkServiceConnections": [wanted]}
    )
    resources.resources.begin_create_or_update_by_id(endpoint, body, api_version="2024-05-01").result()
    [asked] = connections.list_by_resource(GROUP, NAME)
    check("it waits", asked.properties.private_link_service_connection_state.status == "Pending")
    check("it names its endpoint", asked.properties.private_endpoint.id == endpoint)
    [shown] = vaults.get(GROUP, NAME).properties.private_endpoint_connections
    check("its vault shows it", shown.id == asked.id)

    state = PrivateLinkServiceConnectionState(status="Approved", description="fine")
    approval = PrivateEndpointConnection(
        properties=PrivateEndpointConnectionProperties(private_link_service_connection_state=state)
    )
    connections.put(GROUP, NAME, CONNECTION, approval)
    state = connections.get(GROUP, NAME, CONNECTION).properties.private_link_service_connection_state
    check("it is approved", (state.status, state.description) == ("Approved", "fine"))

    connections.begin_delete(GROUP, NAME, CONNECTION, polling_interval=1).result()
    check("it is gone", list(connections.list_by_resource(GROUP, NAME)) == [])
