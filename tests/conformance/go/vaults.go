package main

import (
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/keyvault/armkeyvault"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resources/armresources"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"
)

const (
	managedVault = "conf-go-vault"
	renewedVault = "conf-go-renewed"
	group        = "conf-go"
	region       = "westus"
)

// pollerOf is what a vault that is being made is waited for with.
type pollerOf = runtime.Poller[armkeyvault.VaultsClientCreateOrUpdateResponse]

// management are the clients of Resource Manager.
type management struct {
	groups  *armresources.ResourceGroupsClient
	vaults  *armkeyvault.VaultsClient
	keys    *armkeyvault.KeysClient
	secrets *armkeyvault.SecretsClient
	oid     string
	tenant  string
}

func (at *place) manage(p *probe) *management {
	credential, options := at.credential(p), at.arm()
	resources := get[*armresources.ClientFactory](p)(armresources.NewClientFactory(at.subscription, credential, options))
	vaults := get[*armkeyvault.ClientFactory](p)(armkeyvault.NewClientFactory(at.subscription, credential, options))
	token, err := credential.GetToken(p, policy.TokenRequestOptions{Scopes: []string{at.management + "/.default"}})
	p.must(err)
	return &management{
		groups: resources.NewResourceGroupsClient(), vaults: vaults.NewVaultsClient(), keys: vaults.NewKeysClient(),
		secrets: vaults.NewSecretsClient(), oid: claimsOf(p, token.Token).Oid, tenant: at.tenant,
	}
}

// make creates a vault with these permissions of secrets for us.
func (m *management) make(p *probe, name string, secrets ...armkeyvault.SecretPermissions) armkeyvault.Vault {
	poller := get[*pollerOf](p)(m.vaults.BeginCreateOrUpdate(p, group, name, armkeyvault.VaultCreateOrUpdateParameters{
		Location: to(region),
		Properties: &armkeyvault.VaultProperties{
			TenantID:                  &m.tenant,
			SKU:                       &armkeyvault.SKU{Family: to(armkeyvault.SKUFamilyA), Name: to(armkeyvault.SKUNameStandard)},
			AccessPolicies:            m.policies(secrets...),
			EnableRbacAuthorization:   to(false),
			SoftDeleteRetentionInDays: to(int32(7)),
		},
		Tags: map[string]*string{"made": to("by Go")},
	}, nil))
	return get[armkeyvault.VaultsClientCreateOrUpdateResponse](p)(poller.PollUntilDone(p, nil)).Vault
}

func (m *management) policies(secrets ...armkeyvault.SecretPermissions) []*armkeyvault.AccessPolicyEntry {
	permissions := &armkeyvault.Permissions{}
	for _, permission := range secrets {
		permissions.Secrets = append(permissions.Secrets, &permission)
	}
	return []*armkeyvault.AccessPolicyEntry{{TenantID: &m.tenant, ObjectID: &m.oid, Permissions: permissions}}
}

func (m *management) deleted(p *probe) map[string]*armkeyvault.DeletedVault {
	found := map[string]*armkeyvault.DeletedVault{}
	for pager := m.vaults.NewListDeletedPager(nil); pager.More(); {
		for _, vault := range get[armkeyvault.VaultsClientListDeletedResponse](p)(pager.NextPage(p)).Value {
			found[is(vault.Name)] = vault
		}
	}
	return found
}

func checkVaults(s *suite, at *place) {
	var m *management
	check := func(name string, run func(*probe)) {
		s.check("vaults", name, func(p *probe) {
			if m == nil {
				m = at.manage(p)
			}
			run(p)
		})
	}
	var secrets *azsecrets.Client
	// Whether a secret can be set, as the vault's policies say.
	set := func(p *probe) error {
		if secrets == nil {
			secrets = get[*azsecrets.Client](p)(azsecrets.NewClient(at.vault(managedVault), at.credential(p), nil))
		}
		_, err := secrets.SetSecret(p, "by-policy", azsecrets.SetSecretParameters{Value: to("v")}, nil)
		return err
	}

	check("a resource group is made and found", func(p *probe) {
		made := get[armresources.ResourceGroupsClientCreateOrUpdateResponse](p)(
			m.groups.CreateOrUpdate(p, group, armresources.ResourceGroup{Location: to(region)}, nil))
		p.equal("name", is(made.Name), group)
		p.equal("state", is(made.Properties.ProvisioningState), "Succeeded")
		there := get[armresources.ResourceGroupsClientCheckExistenceResponse](p)(m.groups.CheckExistence(p, group, nil))
		p.that(there.Success, "exists")
		none := get[armresources.ResourceGroupsClientCheckExistenceResponse](p)(m.groups.CheckExistence(p, "conf-go-none", nil))
		p.that(!none.Success, "another does not")
	})

	check("a name is free until a vault has it", func(p *probe) {
		parameters := armkeyvault.VaultCheckNameAvailabilityParameters{
			Name: to(managedVault), Type: to("Microsoft.KeyVault/vaults"),
		}
		before := get[armkeyvault.VaultsClientCheckNameAvailabilityResponse](p)(m.vaults.CheckNameAvailability(p, parameters, nil))
		p.equal("available", is(before.NameAvailable), true)
		m.make(p, managedVault, armkeyvault.SecretPermissionsGet)
		after := get[armkeyvault.VaultsClientCheckNameAvailabilityResponse](p)(m.vaults.CheckNameAvailability(p, parameters, nil))
		p.equal("available", is(after.NameAvailable), false)
		p.equal("reason", is(after.Reason), armkeyvault.ReasonAlreadyExists)
	})

	check("a vault is read as it was made", func(p *probe) {
		vault := get[armkeyvault.VaultsClientGetResponse](p)(m.vaults.Get(p, group, managedVault, nil))
		p.equal("name", is(vault.Name), managedVault)
		p.equal("uri", strings.TrimSuffix(is(vault.Properties.VaultURI), "/"), at.vault(managedVault))
		p.equal("days", is(vault.Properties.SoftDeleteRetentionInDays), int32(7))
		p.equal("state", is(vault.Properties.ProvisioningState), armkeyvault.VaultProvisioningStateSucceeded)
		p.equal("tag", is(vault.Tags["made"]), "by Go")
		p.equal("principal", is(vault.Properties.AccessPolicies[0].ObjectID), m.oid)
		p.equal("location", is(vault.Location), region)
	})

	check("a permission that no policy grants is refused, and works once it is added, and not when it is removed", func(p *probe) {
		refusal := p.refused(set(p), 403, "Forbidden")
		p.that(strings.Contains(refusal.Error(), "does not have secrets set permission on key vault '"+managedVault+";location="+region), "the service's words: %v", refusal)
		change := func(kind armkeyvault.AccessPolicyUpdateKind, permissions ...armkeyvault.SecretPermissions) []*armkeyvault.AccessPolicyEntry {
			return get[armkeyvault.VaultsClientUpdateAccessPolicyResponse](p)(m.vaults.UpdateAccessPolicy(
				p, group, managedVault, kind, armkeyvault.VaultAccessPolicyParameters{
					Properties: &armkeyvault.VaultAccessPolicyProperties{AccessPolicies: m.policies(permissions...)},
				}, nil)).Properties.AccessPolicies
		}
		added := change(armkeyvault.AccessPolicyUpdateKindAdd, armkeyvault.SecretPermissionsSet)
		p.equal("permissions", len(added[0].Permissions.Secrets), 2)
		p.must(set(p))
		change(armkeyvault.AccessPolicyUpdateKindRemove, armkeyvault.SecretPermissionsSet)
		p.refused(set(p), 403, "Forbidden")
		change(armkeyvault.AccessPolicyUpdateKindReplace, armkeyvault.SecretPermissionsAll)
		p.must(set(p))
	})

	check("a vault is updated and keeps the rest", func(p *probe) {
		get[armkeyvault.VaultsClientUpdateResponse](p)(m.vaults.Update(p, group, managedVault, armkeyvault.VaultPatchParameters{
			Tags:       map[string]*string{"made": to("again")},
			Properties: &armkeyvault.VaultPatchProperties{EnabledForDeployment: to(true)},
		}, nil))
		vault := get[armkeyvault.VaultsClientGetResponse](p)(m.vaults.Get(p, group, managedVault, nil))
		p.equal("tag", is(vault.Tags["made"]), "again")
		p.equal("deployment", is(vault.Properties.EnabledForDeployment), true)
		p.equal("policies", len(vault.Properties.AccessPolicies), 1)
		p.equal("days", is(vault.Properties.SoftDeleteRetentionInDays), int32(7))
	})

	check("a vault is in each of the three lists", func(p *probe) {
		found := map[string]int{}
		for pager := m.vaults.NewListBySubscriptionPager(nil); pager.More(); {
			for _, vault := range get[armkeyvault.VaultsClientListBySubscriptionResponse](p)(pager.NextPage(p)).Value {
				found["subscription "+is(vault.Name)]++
			}
		}
		for pager := m.vaults.NewListByResourceGroupPager(group, nil); pager.More(); {
			for _, vault := range get[armkeyvault.VaultsClientListByResourceGroupResponse](p)(pager.NextPage(p)).Value {
				found["group "+is(vault.Name)]++
			}
		}
		for pager := m.vaults.NewListPager(nil); pager.More(); {
			for _, vault := range get[armkeyvault.VaultsClientListResponse](p)(pager.NextPage(p)).Value {
				found["resources "+is(vault.Name)]++
			}
		}
		for _, list := range []string{"subscription", "group", "resources"} {
			p.equal(list, found[list+" "+managedVault], 1)
		}
	})

	check("secrets and keys are made as resources", func(p *probe) {
		secret := get[armkeyvault.SecretsClientCreateOrUpdateResponse](p)(m.secrets.CreateOrUpdate(
			p, group, managedVault, "resource", armkeyvault.SecretCreateOrUpdateParameters{
				Properties: &armkeyvault.SecretProperties{Value: to("from a template")},
			}, nil))
		p.that(secret.Properties.Value == nil, "no value in the answer")
		read := get[azsecrets.GetSecretResponse](p)(secrets.GetSecret(p, "resource", "", nil))
		p.equal("value", is(read.Value), "from a template")
		key := get[armkeyvault.KeysClientCreateIfNotExistResponse](p)(m.keys.CreateIfNotExist(
			p, group, managedVault, "resource", armkeyvault.KeyCreateParameters{
				Properties: &armkeyvault.KeyProperties{Kty: to(armkeyvault.JSONWebKeyTypeEC)},
			}, nil))
		p.equal("kty", is(key.Properties.Kty), armkeyvault.JSONWebKeyTypeEC)
	})

	check("a deleted vault is found, and recovered with what was in it", func(p *probe) {
		get[armkeyvault.VaultsClientDeleteResponse](p)(m.vaults.Delete(p, group, managedVault, nil))
		_, err := m.vaults.Get(p, group, managedVault, nil)
		p.refused(err, 404, "ResourceNotFound")
		p.that(m.deleted(p)[managedVault] != nil, "listed as deleted")
		gone := get[armkeyvault.VaultsClientGetDeletedResponse](p)(m.vaults.GetDeleted(p, managedVault, region, nil))
		p.equal("retention", gone.Properties.ScheduledPurgeDate.Sub(*gone.Properties.DeletionDate), 7*24*time.Hour)
		p.that(strings.HasSuffix(is(gone.Properties.VaultID), "/vaults/"+managedVault), "vault id %s", is(gone.Properties.VaultID))
		poller := get[*pollerOf](p)(m.vaults.BeginCreateOrUpdate(p, group, managedVault, armkeyvault.VaultCreateOrUpdateParameters{
			Location: to(region),
			Properties: &armkeyvault.VaultProperties{
				CreateMode: to(armkeyvault.CreateModeRecover), TenantID: &m.tenant,
				SKU: &armkeyvault.SKU{Family: to(armkeyvault.SKUFamilyA), Name: to(armkeyvault.SKUNameStandard)},
			},
		}, nil))
		get[armkeyvault.VaultsClientCreateOrUpdateResponse](p)(poller.PollUntilDone(p, nil))
		p.equal("listed as deleted", m.deleted(p)[managedVault] == nil, true)
		read := get[azsecrets.GetSecretResponse](p)(secrets.GetSecret(p, "resource", "", nil))
		p.equal("value", is(read.Value), "from a template")
	})

	check("a purged vault is gone for good", func(p *probe) {
		m.make(p, renewedVault, armkeyvault.SecretPermissionsAll)
		get[armkeyvault.VaultsClientDeleteResponse](p)(m.vaults.Delete(p, group, renewedVault, nil))
		poller, err := m.vaults.BeginPurgeDeleted(p, renewedVault, region, nil)
		p.must(err)
		// As a user does who does not wait 30 seconds for what takes one.
		_, err = poller.PollUntilDone(p, nil)
		p.must(err)
		_, err = m.vaults.GetDeleted(p, renewedVault, region, nil)
		p.refused(err, 404, "DeletedVaultNotFound")
	})

	check("refusals carry the service's codes", func(p *probe) {
		_, err := m.vaults.Get(p, group, "conf-go-none", nil)
		p.refused(err, 404, "ResourceNotFound")
		_, err = m.vaults.Get(p, "conf-go-none", managedVault, nil)
		p.refused(err, 404, "ResourceGroupNotFound")
		_, err = m.vaults.BeginCreateOrUpdate(p, group, "x", armkeyvault.VaultCreateOrUpdateParameters{
			Location: to(region), Properties: &armkeyvault.VaultProperties{TenantID: &m.tenant,
				SKU: &armkeyvault.SKU{Family: to(armkeyvault.SKUFamilyA), Name: to(armkeyvault.SKUNameStandard)}},
		}, nil)
		p.refused(err, 400, "VaultNameNotValid")
	})
}
