package conformance;

import static conformance.Suite.equal;
import static conformance.Suite.refused;
import static conformance.Suite.that;

import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import com.azure.core.util.serializer.JacksonAdapter;
import com.azure.core.util.serializer.SerializerEncoding;
import com.azure.identity.ClientAssertionCredentialBuilder;
import com.azure.identity.ClientCertificateCredentialBuilder;
import com.azure.identity.ClientSecretCredentialBuilder;
import com.azure.identity.DeviceCodeCredentialBuilder;
import com.azure.identity.DeviceCodeInfo;
import com.azure.identity.EnvironmentCredentialBuilder;
import com.azure.identity.ManagedIdentityCredentialBuilder;
import com.azure.identity.WorkloadIdentityCredentialBuilder;
import com.azure.security.keyvault.secrets.SecretClient;
import com.azure.security.keyvault.secrets.SecretClientBuilder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Signing in, with each credential that needs no other program. */
final class IdentityChecks {
    private static final String VAULT = "conf-java-identity";
    private static final String ASSIGNED = "77777777-2222-4333-8444-555555555555";
    // As principals.toml has it.
    private static final String KNOWN = "33333333-3333-4444-8555-666666666666";
    private final Suite suite;
    private final Place at;

    IdentityChecks(Suite suite, Place at) {
        this.suite = suite;
        this.at = at;
    }

    private void check(String name, Suite.Run run) {
        suite.check("identity", name, run);
    }

    void run() {
        check("a client secret signs in", () -> equal("appid", accepted(bySecret(at.client)).get("appid"), at.client));
        check("another client is another principal", () -> that(
            !accepted(bySecret(at.client)).get("oid").equals(accepted(bySecret(ASSIGNED)).get("oid")), "another oid"));
        check("a certificate signs in", () -> withCertificate(file -> equal("appid", accepted(
            at.signingIn(new ClientCertificateCredentialBuilder()).pfxCertificate(file.toString(), "changeit").build())
            .get("appid"), at.client)));
        check("a certificate with its chain in the token request signs in", () -> withCertificate(file -> equal(
            "appid", accepted(at.signingIn(new ClientCertificateCredentialBuilder()).sendCertificateChain(true)
                .pfxCertificate(file.toString(), "changeit").build()).get("appid"), at.client)));
        check("a client assertion signs in", () -> equal("appid", accepted(
            at.signingIn(new ClientAssertionCredentialBuilder()).clientAssertion(IdentityChecks::statement).build())
            .get("appid"), at.client));
        check("a workload's federated token signs in", this::workload);
        // This credential has no option against instance discovery.
        if (at.proxy) {
            check("the environment's client signs in", () -> equal("appid",
                accepted(new EnvironmentCredentialBuilder().build()).get("appid"), at.client));
        }
        check("the managed identity of App Service signs in", () -> {
            that(System.getenv("IDENTITY_ENDPOINT") != null, "IDENTITY_ENDPOINT is set");
            accepted(new ManagedIdentityCredentialBuilder().build());
        });
        check("a managed identity that the user assigned is the client that it is named by", () -> {
            that(System.getenv("IDENTITY_ENDPOINT") != null, "IDENTITY_ENDPOINT is set");
            equal("appid", accepted(new ManagedIdentityCredentialBuilder().clientId(ASSIGNED).build()).get("appid"),
                ASSIGNED);
        });
        check("the managed identity of a virtual machine signs in", () -> inProcess("machine"));
        check("a device code signs a user in", this::deviceCode);
        check("DefaultAzureCredential signs in", () -> accepted(at.credential()));
        check("an asynchronous client signs in", () -> {
            AccessToken token = at.credential().getToken(context(at.scope())).block();
            equal("tid", claims(token.getToken()).get("tid"), at.tenant);
        });
        check("of an application that is known, its secret alone signs in", this::known);
        check("a scope that is none is refused with Entra's code", () -> {
            try {
                bySecret(at.client).getTokenSync(context("not-a-scope"));
            } catch (Exception error) {
                that(error.toString().contains("AADSTS"), "a code of Entra: " + error);
                return;
            }
            throw new AssertionError("a token was given");
        });
        check("a token of another audience is refused by a vault", () -> {
            TokenCredential credential = at.credential();
            TokenCredential elsewhere = request -> credential.getToken(context(at.management + "/.default"));
            SecretClient secrets = client(elsewhere);
            refused(401, "Unauthorized", () -> secrets.getSecret("signed-in"));
        });
    }

    /** Runs what needs other variables than those of this process, in one of its own. */
    void alone(String what) {
        check(what, () -> accepted(new ManagedIdentityCredentialBuilder().build()));
    }

    private TokenCredential bySecret(String client) {
        return at.signingIn(new ClientSecretCredentialBuilder()).clientId(client).clientSecret(at.secret).build();
    }

    private static TokenRequestContext context(String scope) {
        return new TokenRequestContext().addScopes(scope);
    }

    private SecretClient client(TokenCredential credential) {
        return new SecretClientBuilder().vaultUrl(at.vault(VAULT)).credential(credential).buildClient();
    }

    /** Expects a token for this tenant that a vault takes; gives its claims. */
    private Map<String, Object> accepted(TokenCredential credential) throws Exception {
        AccessToken token = credential.getTokenSync(context(at.scope()));
        that(token.getExpiresAt().isAfter(OffsetDateTime.now().plusMinutes(5)), "the token lasts");
        String again = credential.getTokenSync(context(at.scope())).getToken();
        // Nothing that fails here may show a token. At an authority with a port, msal4j asks each time.
        that(!at.proxy || again.equals(token.getToken()), "the token is kept");
        Map<String, Object> claims = claims(token.getToken());
        equal("tid", claims.get("tid"), at.tenant);
        that(at.scope().startsWith(((String) claims.get("aud")).replaceAll("/$", "")), "aud is that of the vaults");
        that(claims.get("oid") != null, "oid");
        SecretClient secrets = client(credential);
        String value = "written at " + System.nanoTime();
        secrets.setSecret("signed-in", value);
        equal("value", secrets.getSecret("signed-in").getValue(), value);
        return claims;
    }

    static Map<String, Object> claims(String token) throws Exception {
        String[] parts = token.split("\\.");
        equal("parts of the token", parts.length, 3);
        byte[] body = Base64.getUrlDecoder().decode(parts[1]);
        return JacksonAdapter.createDefaultSerializerAdapter().deserialize(body, Map.class, SerializerEncoding.JSON);
    }

    /** A statement of some other issuer, in the form of a token. */
    private static String statement() {
        Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
        List<String> parts = new ArrayList<>();
        for (String part : List.of("{\"alg\":\"RS256\",\"typ\":\"JWT\"}",
            "{\"iss\":\"https://issuer.example\",\"sub\":\"a\",\"aud\":\"api://AzureADTokenExchange\",\"exp\":4000000000}",
            "signed by nobody")) {
            parts.add(encoder.encodeToString(part.getBytes(StandardCharsets.UTF_8)));
        }
        return String.join(".", parts);
    }

    private interface WithFile {
        void use(Path file) throws Exception;
    }

    /** A self-signed certificate, by the JDK's own program. */
    private static void withCertificate(WithFile use) throws Exception {
        Path folder = Files.createTempDirectory("conformance");
        Path file = folder.resolve("certificate.pfx");
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-genkeypair", "-keyalg", "RSA", "-keysize", "2048", "-alias", "a", "-dname", "CN=conformance",
            "-storetype", "PKCS12", "-storepass", "changeit", "-keystore", file.toString())
            .redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            equal("keytool: " + output, process.waitFor(), 0);
            use.use(file);
        } finally {
            Files.deleteIfExists(file);
            Files.delete(folder);
        }
    }

    private void workload() throws Exception {
        Path file = Files.createTempFile("conformance", "token");
        try {
            Files.writeString(file, statement());
            equal("appid", accepted(at.signingIn(new WorkloadIdentityCredentialBuilder())
                .tokenFilePath(file.toString()).build()).get("appid"), at.client);
        } finally {
            Files.delete(file);
        }
    }

    private void inProcess(String what) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp", System.getProperty("java.class.path"), "conformance.Main", what);
        String endpoint = builder.environment().remove("IDENTITY_ENDPOINT");
        builder.environment().remove("IDENTITY_HEADER");
        that(endpoint != null, "IDENTITY_ENDPOINT is set");
        // The same port serves both kinds; only here does this client let the address be told.
        String host = endpoint.substring(0, endpoint.indexOf('/', "http://".length()));
        builder.environment().put("AZURE_POD_IDENTITY_AUTHORITY_HOST", host);
        Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        equal(output, process.waitFor(), 0);
    }

    private void known() throws Exception {
        ClientSecretCredentialBuilder builder = at.signingIn(new ClientSecretCredentialBuilder()).clientId(KNOWN);
        equal("appid", accepted(builder.clientSecret("the one secret").build()).get("appid"), KNOWN);
        try {
            builder.clientSecret("another secret").build().getTokenSync(context(at.scope()));
        } catch (Exception error) {
            that(error.toString().contains("AADSTS7000215"), "the code of a wrong secret: " + error);
            return;
        }
        throw new AssertionError("a token was given");
    }

    private void deviceCode() throws Exception {
        List<DeviceCodeInfo> shown = new ArrayList<>();
        TokenCredential credential =
            at.signingIn(new DeviceCodeCredentialBuilder()).challengeConsumer(shown::add).build();
        credential.getTokenSync(context(at.scope()));
        credential.getTokenSync(context(at.scope()));
        equal("codes shown", shown.size(), 1);
        // A vault's client has this credential ask with another of its caches, that of revocable tokens.
        accepted(credential);
        DeviceCodeInfo code = shown.get(0);
        that(code.getMessage().contains(code.getUserCode()), "the message has the code");
        that(code.getVerificationUrl().startsWith("https://"), "where to go: " + code.getVerificationUrl());
    }
}
