package conformance;

import com.azure.core.credential.TokenCredential;
import com.azure.core.management.AzureEnvironment;
import com.azure.core.management.profile.AzureProfile;
import com.azure.identity.AadCredentialBuilderBase;
import com.azure.identity.DefaultAzureCredentialBuilder;
import com.azure.security.keyvault.keys.KeyClient;
import com.azure.security.keyvault.keys.KeyClientBuilder;
import com.azure.security.keyvault.secrets.SecretClient;
import com.azure.security.keyvault.secrets.SecretClientBuilder;
import java.util.HashMap;
import java.util.Map;

/** Where the emulator is, as the variables say. */
final class Place {
    final boolean proxy = variable("MODE", "").equals("proxy");
    final String suffix = variable("VAULT_SUFFIX", "");
    final String management = variable("MANAGEMENT_URL", "").replaceAll("/$", "");
    final String authority = variable("AZURE_AUTHORITY_HOST", "");
    final String tenant = variable("AZURE_TENANT_ID", "");
    final String client = variable("AZURE_CLIENT_ID", "");
    final String secret = variable("AZURE_CLIENT_SECRET", "");
    final String subscription = variable("AZURE_SUBSCRIPTION_ID", "");

    static String variable(String name, String otherwise) {
        String value = System.getenv(name);
        return value == null ? otherwise : value;
    }

    /** The URL of a vault of names.txt. */
    String vault(String name) {
        return "https://" + name + suffix;
    }

    /** The URL of a managed HSM. */
    String pool(String name) {
        return vault(name).replace(".vault.", ".managedhsm.");
    }

    /** What a token of the vaults is asked for. */
    String scope() {
        return "https://" + suffix.substring(1) + "/.default";
    }

    /** The tenant, the client, and in direct mode the one option that a user sets: no instance discovery. */
    <T extends AadCredentialBuilderBase<T>> T signingIn(T builder) {
        builder.tenantId(tenant).clientId(client);
        return proxy ? builder : builder.disableInstanceDiscovery();
    }

    /** What the areas beside identity are called with. */
    TokenCredential credential() {
        DefaultAzureCredentialBuilder builder = new DefaultAzureCredentialBuilder();
        return (proxy ? builder : builder.disableInstanceDiscovery()).build();
    }

    KeyClient keys(String url) {
        return new KeyClientBuilder().vaultUrl(url).credential(credential()).buildClient();
    }

    SecretClient secrets(String url) {
        return new SecretClientBuilder().vaultUrl(url).credential(credential()).buildClient();
    }

    /** Which cloud the management client is for: in direct mode one that a user describes. */
    AzureProfile profile() {
        if (proxy) {
            return new AzureProfile(tenant, subscription, AzureEnvironment.AZURE);
        }
        Map<String, String> endpoints = new HashMap<>(AzureEnvironment.AZURE.getEndpoints());
        endpoints.put("resourceManagerEndpointUrl", management + "/");
        endpoints.put("managementEndpointUrl", management + "/");
        endpoints.put("activeDirectoryEndpointUrl", authority + "/");
        endpoints.put("activeDirectoryResourceId", management + "/");
        endpoints.put("microsoftGraphResourceId", management + "/graph/");
        endpoints.put("keyVaultDnsSuffix", suffix);
        return new AzureProfile(tenant, subscription, new AzureEnvironment(endpoints));
    }
}
