"""Lets the official clients judge the emulator's Resource Manager, part by part."""

import account
import common
import connections
import contents
import network
import roles
import vaults


def main():
    common.resources.resource_groups.create_or_update(common.GROUP, {"location": common.REGION})
    # First: nothing is registered before it.
    account.registration()
    vaults.run()
    roles.run()
    network.run()
    connections.run()
    contents.run()
    account.operations()
    account.groups()
    account.pages()
    # Last: it takes what others might need.
    account.limits()
    print(f"conformance: {common.checks} checks of Resource Manager by the official Python clients")


if __name__ == "__main__":
    main()
