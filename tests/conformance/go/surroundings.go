package main

import (
	"os"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

// place is where the emulator is, as the variables say.
type place struct {
	proxy                                bool
	suffix, management, authority        string
	tenant, client, secret, subscription string
}

func surroundings() *place {
	return &place{
		proxy:        os.Getenv("MODE") == "proxy",
		suffix:       os.Getenv("VAULT_SUFFIX"),
		management:   strings.TrimSuffix(os.Getenv("MANAGEMENT_URL"), "/"),
		authority:    os.Getenv("AZURE_AUTHORITY_HOST"),
		tenant:       os.Getenv("AZURE_TENANT_ID"),
		client:       os.Getenv("AZURE_CLIENT_ID"),
		secret:       os.Getenv("AZURE_CLIENT_SECRET"),
		subscription: os.Getenv("AZURE_SUBSCRIPTION_ID"),
	}
}

// vault is the URL of a vault of names.txt.
func (at *place) vault(name string) string {
	return "https://" + name + at.suffix
}

// pool is the URL of a managed HSM.
func (at *place) pool(name string) string {
	return "https://" + name + strings.Replace(at.suffix, ".vault.", ".managedhsm.", 1)
}

// direct tells the one option that a user sets for the credentials: no instance discovery, since a local
// authority is not one that Microsoft's list knows.
func (at *place) direct() bool {
	return !at.proxy
}

// arm are the options of the management clients: in direct mode where Resource Manager is.
func (at *place) arm() *arm.ClientOptions {
	if at.proxy {
		return nil
	}
	return &arm.ClientOptions{ClientOptions: azcore.ClientOptions{Cloud: cloud.Configuration{
		ActiveDirectoryAuthorityHost: at.authority,
		Services: map[cloud.ServiceName]cloud.ServiceConfiguration{
			cloud.ResourceManager: {Audience: at.management, Endpoint: at.management},
		},
	}}}
}

// scope is what a token of the vaults is asked for.
func (at *place) scope() string {
	return "https://" + strings.TrimPrefix(at.suffix, ".") + "/.default"
}

// credential is what the areas beside identity are called with.
func (at *place) credential(p *probe) azcore.TokenCredential {
	return get[*azidentity.DefaultAzureCredential](p)(azidentity.NewDefaultAzureCredential(
		&azidentity.DefaultAzureCredentialOptions{DisableInstanceDiscovery: at.direct()}))
}

// without takes variables away for as long as a check runs; call what it gives to put them back.
func without(names ...string) func() {
	values := map[string]string{}
	for _, name := range names {
		if value, there := os.LookupEnv(name); there {
			values[name] = value
			os.Unsetenv(name)
		}
	}
	return func() {
		for name, value := range values {
			os.Setenv(name, value)
		}
	}
}

// with sets a variable for as long as a check runs.
func with(name, value string) func() {
	before, there := os.LookupEnv(name)
	os.Setenv(name, value)
	return func() {
		if there {
			os.Setenv(name, before)
		} else {
			os.Unsetenv(name)
		}
	}
}
