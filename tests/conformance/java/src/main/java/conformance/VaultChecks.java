package conformance;

import static conformance.Suite.equal;
import static conformance.Suite.refused;
import static conformance.Suite.that;

import com.azure.core.credential.TokenRequestContext;
import com.azure.core.management.Region;
import com.azure.resourcemanager.keyvault.KeyVaultManager;
import com.azure.resourcemanager.keyvault.models.CheckNameAvailabilityResult;
import com.azure.resourcemanager.keyvault.models.DeletedVault;
import com.azure.resourcemanager.keyvault.models.SecretPermissions;
import com.azure.resourcemanager.keyvault.models.Vault;
import com.azure.resourcemanager.resources.ResourceManager;
import com.azure.security.keyvault.secrets.SecretClient;
import java.time.Duration;
import java.util.List;

/** Vaults and their policies, through Resource Manager. */
final class VaultChecks {
    private static final String NAME = "conf-java-vault";
    private static final String RENEWED = "conf-java-renewed";
    private static final String GROUP = "conf-java";
    private static final Region REGION = Region.US_WEST;
    private final Suite suite;
    private final Place at;
    private final KeyVaultManager manager;
    private final ResourceManager resources;
    private final SecretClient secrets;

    VaultChecks(Suite suite, Place at) {
        this.suite = suite;
        this.at = at;
        manager = KeyVaultManager.authenticate(at.credential(), at.profile());
        resources = ResourceManager.authenticate(at.credential(), at.profile())
            .withSubscription(at.subscription);
        secrets = at.secrets(at.vault(NAME));
    }

    private void check(String name, Suite.Run run) {
        suite.check("vaults", name, run);
    }

    void run() {
        check("a resource group is made and found", () -> {
            equal("name", resources.resourceGroups().define(GROUP).withRegion(REGION).create().name(), GROUP);
            that(resources.resourceGroups().contain(GROUP), "it is there");
            that(!resources.resourceGroups().contain("conf-java-none"), "another is not");
        });
        check("a name is free until a vault has it", this::made);
        check("a vault is read as it was made", this::read);
        check("a permission that no policy grants is refused, and works once it is added", this::policies);
        check("a vault is updated and keeps the rest", this::updated);
        check("a vault is in the lists of its group and of the subscription", this::listed);
        check("secrets and keys of a vault are read through its management object", this::contents);
        check("a deleted vault is found, and recovered with what was in it", this::deleted);
        check("a purged vault is gone for good", this::purged);
        check("an asynchronous client reads a vault", () ->
            equal("name", manager.vaults().getByResourceGroupAsync(GROUP, NAME).block().name(), NAME));
        check("refusals carry the service's codes", this::refusals);
    }

    private String oid() throws Exception {
        String token = at.credential().getTokenSync(
            new TokenRequestContext().addScopes(at.management + "/.default")).getToken();
        return (String) IdentityChecks.claims(token).get("oid");
    }

    private Vault make(String name, SecretPermissions... permissions) throws Exception {
        return manager.vaults().define(name).withRegion(REGION).withExistingResourceGroup(GROUP)
            .defineAccessPolicy().forObjectId(oid()).allowSecretPermissions(permissions).attach()
            .withTag("made", "by Java").create();
    }

    private void made() throws Exception {
        that(manager.vaults().checkNameAvailability(NAME).nameAvailable(), "free");
        Vault vault = make(NAME, SecretPermissions.GET);
        equal("uri", vault.vaultUri().replaceAll("/$", ""), at.vault(NAME));
        CheckNameAvailabilityResult taken = manager.vaults().checkNameAvailability(NAME);
        equal("free", taken.nameAvailable(), false);
        equal("reason", taken.reason().toString(), "AlreadyExists");
    }

    private Vault vault() {
        return manager.vaults().getByResourceGroup(GROUP, NAME);
    }

    private void read() throws Exception {
        Vault vault = vault();
        equal("name", vault.name(), NAME);
        equal("region", vault.regionName(), REGION.name());
        equal("tag", vault.tags().get("made"), "by Java");
        equal("tenant", vault.tenantId(), at.tenant);
        equal("principal", vault.accessPolicies().get(0).objectId(), oid());
        equal("permissions", vault.accessPolicies().get(0).permissions().secrets(), List.of(SecretPermissions.GET));
        equal("soft deletion", vault.softDeleteEnabled(), true);
        equal("roles decide", vault.roleBasedAccessControlEnabled(), false);
    }

    private void policies() throws Exception {
        String text = refused(403, "Forbidden", () -> secrets.setSecret("by-policy", "v"));
        that(text.contains("does not have secrets set permission on key vault '" + NAME + ";location=westus"),
            "the service's words: " + text);
        vault().update().updateAccessPolicy(oid()).allowSecretPermissions(SecretPermissions.SET).parent().apply();
        equal("value", secrets.setSecret("by-policy", "v").getValue(), "v");
        equal("principals", vault().accessPolicies().size(), 1);
        vault().update().updateAccessPolicy(oid()).disallowSecretPermissions(SecretPermissions.SET).parent()
            .apply();
        refused(403, "Forbidden", () -> secrets.setSecret("by-policy", "w"));
        equal("value", secrets.getSecret("by-policy").getValue(), "v");
        vault().update().updateAccessPolicy(oid()).allowSecretAllPermissions().parent().apply();
    }

    private void updated() {
        vault().update().withTag("made", "again").withDeploymentEnabled().apply();
        Vault vault = vault();
        equal("tag", vault.tags().get("made"), "again");
        equal("deployment", vault.enabledForDeployment(), true);
        equal("principals", vault.accessPolicies().size(), 1);
    }

    private void listed() {
        equal("in the group",
            manager.vaults().listByResourceGroup(GROUP).stream().filter(one -> one.name().equals(NAME)).count(), 1L);
        equal("in the subscription", manager.serviceClient().getVaults().listBySubscription().stream()
            .filter(one -> one.name().equals(NAME)).count(), 1L);
        equal("among resources", manager.serviceClient().getVaults().list().stream()
            .filter(one -> one.name().equals(NAME)).count(), 1L);
    }

    private void contents() {
        Vault vault = vault();
        vault.secrets().define("managed").withValue("by its vault").create();
        equal("value", secrets.getSecret("managed").getValue(), "by its vault");
        equal("read", vault.secrets().getByName("managed").getValue(), "by its vault");
    }

    private void deleted() throws Exception {
        manager.vaults().deleteByResourceGroup(GROUP, NAME);
        refused(404, "ResourceNotFound", () -> manager.serviceClient().getVaults().getByResourceGroup(GROUP, NAME));
        equal("listed as deleted",
            manager.vaults().listDeleted().stream().filter(one -> one.name().equals(NAME)).count(), 1L);
        DeletedVault gone = manager.vaults().getDeleted(NAME, REGION.name());
        equal("retention", Duration.between(gone.deletionDate(), gone.scheduledPurgeDate()), Duration.ofDays(90));
        equal("name", manager.vaults().recoverSoftDeletedVault(GROUP, NAME, REGION.name()).name(), NAME);
        equal("value", secrets.getSecret("managed").getValue(), "by its vault");
    }

    private void purged() throws Exception {
        make(RENEWED, SecretPermissions.ALL);
        manager.vaults().deleteByResourceGroup(GROUP, RENEWED);
        manager.vaults().purgeDeleted(RENEWED, REGION.name());
        refused(404, "DeletedVaultNotFound",
            () -> manager.serviceClient().getVaults().getDeleted(RENEWED, REGION.name()));
    }

    private void refusals() throws Exception {
        refused(404, "ResourceNotFound",
            () -> manager.serviceClient().getVaults().getByResourceGroup(GROUP, "conf-java-none"));
        refused(404, "ResourceGroupNotFound",
            () -> manager.serviceClient().getVaults().getByResourceGroup("conf-java-none", NAME));
        refused(400, "VaultNameNotValid", () -> make("x", SecretPermissions.GET));
    }
}
