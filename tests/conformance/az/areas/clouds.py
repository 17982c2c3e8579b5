"""The other ways of telling `az` where a cloud is."""

from place import CLIENT, MANAGEMENT, SECRET, SUBSCRIPTION, SUFFIX, TENANT
from report import equal


def run(area, az):
    with area.check("a cloud by ARM_CLOUD_METADATA_URL needs no registration"):
        metadata = f"{MANAGEMENT}/metadata/endpoints?api-version=2019-05-01"
        other = az.copy("metadata", ARM_CLOUD_METADATA_URL=metadata)
        other("cloud", "set", "-n", "AzvaultEmulator")
        signs_in(other)
    with area.check("an authority of ADFS's form needs no setting about discovery"):
        other = az.copy("adfs", AZURE_CORE_INSTANCE_DISCOVERY=None)
        named(other, "Adfs", "--endpoint-active-directory", MANAGEMENT + "/adfs")
        signs_in(other)
    with area.check("a cloud of which every endpoint was told"):
        other = az.copy("told")
        named(other, "Told", "--endpoint-active-directory", MANAGEMENT)
        signs_in(other)
        equal(other("keyvault", "list", "--resource-type", "hsm"), [])


def named(az, name, *endpoints):
    az("cloud", "register", "-n", name, "--skip-endpoint-discovery", *endpoints,
       "--endpoint-resource-manager", MANAGEMENT, "--suffix-keyvault-dns", SUFFIX,
       "--endpoint-active-directory-resource-id", MANAGEMENT + "/",
       "--endpoint-microsoft-graph-resource-id", MANAGEMENT + "/graph")  # fmt: skip
    az("cloud", "set", "-n", name)


def signs_in(az):
    (account,) = az("login", "--service-principal", "-u", CLIENT, "-p", SECRET, "--tenant", TENANT)
    equal(account["id"], SUBSCRIPTION)
    equal(az("group", "exists", "-n", "conf-az-nowhere"), False)
