package conformance;

import static conformance.Suite.equal;
import static conformance.Suite.refused;
import static conformance.Suite.that;

import com.azure.core.util.BinaryData;
import com.azure.core.util.polling.SyncPoller;
import com.azure.security.keyvault.keys.KeyAsyncClient;
import com.azure.security.keyvault.keys.KeyClient;
import com.azure.security.keyvault.keys.KeyClientBuilder;
import com.azure.security.keyvault.keys.models.CreateEcKeyOptions;
import com.azure.security.keyvault.keys.models.CreateRsaKeyOptions;
import com.azure.security.keyvault.keys.models.DeletedKey;
import com.azure.security.keyvault.keys.models.JsonWebKey;
import com.azure.security.keyvault.keys.models.KeyCurveName;
import com.azure.security.keyvault.keys.models.KeyOperation;
import com.azure.security.keyvault.keys.models.KeyProperties;
import com.azure.security.keyvault.keys.models.KeyReleasePolicy;
import com.azure.security.keyvault.keys.models.KeyRotationLifetimeAction;
import com.azure.security.keyvault.keys.models.KeyRotationPolicy;
import com.azure.security.keyvault.keys.models.KeyRotationPolicyAction;
import com.azure.security.keyvault.keys.models.KeyType;
import com.azure.security.keyvault.keys.models.KeyVaultKey;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Keys: every operation of the client but the cryptographic ones. */
final class KeyChecks {
    private static final Map<KeyCurveName, Integer> CURVES =
        Map.of(KeyCurveName.P_256, 32, KeyCurveName.P_256K, 32, KeyCurveName.P_384, 48, KeyCurveName.P_521, 66);
    private final Suite suite;
    private final Place at;
    private final String url;
    private final KeyClient keys;

    KeyChecks(Suite suite, Place at) {
        this.suite = suite;
        this.at = at;
        url = at.vault("conf-java-keys");
        keys = at.keys(url);
    }

    private void check(String name, Suite.Run run) {
        suite.check("keys", name, run);
    }

    void run() {
        for (int size : new int[] {2048, 3072, 4096}) {
            check("an RSA key of " + size + " bits is made", () -> rsa(size, false));
        }
        check("an RSA key in hardware is made", () -> rsa(2048, true));
        CURVES.forEach((curve, size) -> {
            check("an EC key on " + curve + " is made", () -> ec(curve, size, false));
            check("an EC key on " + curve + " in hardware is made", () -> ec(curve, size, true));
        });
        check("a key is made with all that it can have and read by name and by version", this::full);
        check("a key is updated, and no version is added", this::updated);
        check("a list of more than a page has each key once, a list of versions each version", this::listed);
        check("a deleted key is gone, shown as deleted, recovered, and purged", this::deleted);
        check("a backup is restored with its versions", this::backedUp);
        check("a key is imported, and nothing private comes back", this::imported);
        check("a rotation makes a version that differs", this::rotated);
        check("a rotation policy is set and kept", this::policy);
        check("a key with a release policy is not released without attestation", this::released);
        check("a key's attestation comes with its certificates", this::attested);
        check("an asynchronous client makes and reads a key", this::asynchronous);
        check("refusals carry the service's codes", this::refusals);
    }

    /** A small key that is made in no time. */
    private KeyVaultKey any(String name) {
        return keys.createEcKey(new CreateEcKeyOptions(name));
    }

    private static String version(KeyVaultKey key) {
        return key.getProperties().getVersion();
    }

    private static JsonWebKey open(KeyVaultKey key) {
        JsonWebKey jwk = key.getKey();
        that(!jwk.hasPrivateKey() && jwk.getD() == null && jwk.getP() == null && jwk.getK() == null, "nothing private");
        return jwk;
    }

    private void rsa(int size, boolean hardware) {
        JsonWebKey jwk = open(keys.createRsaKey(
            new CreateRsaKeyOptions("rsa-" + size + hardware).setKeySize(size).setHardwareProtected(hardware)));
        equal("kty", jwk.getKeyType(), hardware ? KeyType.RSA_HSM : KeyType.RSA);
        equal("bits", new BigInteger(1, jwk.getN()).bitLength(), size);
        equal("e", new BigInteger(1, jwk.getE()).intValue(), 65537);
        equal("operations", jwk.getKeyOps().size(), 6);
    }

    private void ec(KeyCurveName curve, int size, boolean hardware) {
        JsonWebKey jwk = open(keys.createEcKey(
            new CreateEcKeyOptions("ec-" + curve + hardware).setCurveName(curve).setHardwareProtected(hardware)));
        equal("kty", jwk.getKeyType(), hardware ? KeyType.EC_HSM : KeyType.EC);
        equal("crv", jwk.getCurveName(), curve);
        equal("x", jwk.getX().length, size);
        equal("y", jwk.getY().length, size);
    }

    private void full() {
        OffsetDateTime expires = OffsetDateTime.now(ZoneOffset.UTC).plusDays(2).truncatedTo(ChronoUnit.SECONDS);
        KeyVaultKey made = keys.createEcKey(new CreateEcKeyOptions("full").setKeyOperations(KeyOperation.SIGN)
            .setEnabled(true).setExpiresOn(expires).setTags(Map.of("a", "b")));
        KeyVaultKey read = keys.getKey("full", version(made));
        equal("kid", read.getId(), url + "/keys/full/" + version(made));
        equal("x", read.getKey().getX(), made.getKey().getX());
        equal("operations", read.getKeyOperations(), List.of(KeyOperation.SIGN));
        KeyProperties properties = read.getProperties();
        equal("exp", properties.getExpiresOn(), expires);
        equal("tags", properties.getTags(), Map.of("a", "b"));
        equal("recovery level", properties.getRecoveryLevel(), "Recoverable+Purgeable");
        equal("days", properties.getRecoverableDays(), 90);
        equal("latest", keys.getKey("full").getId(), made.getId());
    }

    private void updated() {
        KeyVaultKey made = any("updated");
        keys.updateKeyProperties(made.getProperties().setEnabled(false).setTags(Map.of("x", "y")), KeyOperation.VERIFY);
        KeyVaultKey read = keys.getKey("updated");
        equal("kid", read.getId(), made.getId());
        equal("enabled", read.getProperties().isEnabled(), false);
        equal("tags", read.getProperties().getTags(), Map.of("x", "y"));
        equal("operations", read.getKeyOperations(), List.of(KeyOperation.VERIFY));
    }

    private void listed() {
        for (int number = 0; number < 28; number++) {
            any("many-" + number);
        }
        Map<String, Integer> seen = new HashMap<>();
        int[] pages = {0};
        keys.listPropertiesOfKeys().iterableByPage().forEach(page -> {
            pages[0]++;
            page.getElements().forEach(key -> seen.merge(key.getName(), 1, Integer::sum));
        });
        for (int number = 0; number < 28; number++) {
            equal("listed", seen.get("many-" + number), 1);
        }
        that(pages[0] >= 2, "pages: " + pages[0]);
        Set<String> made = Set.of(version(any("versions")), version(any("versions")));
        Set<String> listed = new HashSet<>();
        keys.listPropertiesOfKeyVersions("versions").forEach(key -> listed.add(key.getVersion()));
        equal("versions", listed, made);
    }

    /** Waits as a user does who knows that it takes no second here. */
    private DeletedKey delete(String name) {
        SyncPoller<DeletedKey, Void> poller = keys.beginDeleteKey(name);
        poller.setPollInterval(Duration.ofMillis(50));
        poller.waitForCompletion();
        return keys.getDeletedKey(name);
    }

    private void deleted() throws Exception {
        KeyVaultKey made = any("deleted");
        DeletedKey gone = delete("deleted");
        equal("recovery id", gone.getRecoveryId(), url + "/deletedkeys/deleted");
        equal("retention", Duration.between(gone.getDeletedOn(), gone.getScheduledPurgeDate()), Duration.ofDays(90));
        refused(404, "KeyNotFound", () -> keys.getKey("deleted"));
        refused(409, "Conflict", () -> any("deleted"));
        equal("listed as deleted",
            keys.listDeletedKeys().stream().filter(one -> one.getName().equals("deleted")).count(), 1L);
        SyncPoller<KeyVaultKey, Void> poller = keys.beginRecoverDeletedKey("deleted");
        poller.setPollInterval(Duration.ofMillis(50));
        poller.waitForCompletion();
        equal("x", keys.getKey("deleted").getKey().getX(), made.getKey().getX());
        delete("deleted");
        keys.purgeDeletedKey("deleted");
        refused(404, "KeyNotFound", () -> keys.getDeletedKey("deleted"));
    }

    private void backedUp() throws Exception {
        KeyVaultKey first = any("kept");
        KeyVaultKey second = any("kept");
        byte[] backup = keys.backupKey("kept");
        refused(409, "Conflict", () -> keys.restoreKeyBackup(backup));
        delete("kept");
        keys.purgeDeletedKey("kept");
        equal("kid", keys.restoreKeyBackup(backup).getId(), second.getId());
        equal("x", keys.getKey("kept", version(first)).getKey().getX(), first.getKey().getX());
    }

    private void imported() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        JsonWebKey mine = JsonWebKey.fromRsa(generator.generateKeyPair());
        JsonWebKey jwk = open(keys.importKey("imported", mine));
        equal("n", new BigInteger(1, jwk.getN()), new BigInteger(1, mine.getN()));
    }

    private void rotated() {
        KeyVaultKey made = any("rotated");
        KeyVaultKey next = keys.rotateKey("rotated");
        that(!version(next).equals(version(made)), "another version");
        that(!java.util.Arrays.equals(next.getKey().getX(), made.getKey().getX()), "another key");
        equal("latest", keys.getKey("rotated").getId(), next.getId());
    }

    private void policy() {
        any("policy");
        keys.updateKeyRotationPolicy("policy", new KeyRotationPolicy().setExpiresIn("P90D").setLifetimeActions(
            List.of(new KeyRotationLifetimeAction(KeyRotationPolicyAction.ROTATE).setTimeAfterCreate("P30D"))));
        KeyRotationPolicy kept = keys.getKeyRotationPolicy("policy");
        equal("expiry", kept.getExpiresIn(), "P90D");
        equal("rotation", kept.getLifetimeActions().stream().map(KeyRotationLifetimeAction::getTimeAfterCreate)
            .filter(java.util.Objects::nonNull).toList(), List.of("P30D"));
        KeyProperties next = keys.rotateKey("policy").getProperties();
        equal("lifetime", Duration.between(next.getCreatedOn(), next.getExpiresOn()), Duration.ofDays(90));
    }

    private void released() throws Exception {
        String policy = "{\"version\":\"1.0.0\",\"anyOf\":[{\"authority\":\"https://sharedeus.eus.attest.azure.net\","
            + "\"allOf\":[{\"claim\":\"c\",\"equals\":\"v\"}]}]}";
        KeyVaultKey made = keys.createEcKey(new CreateEcKeyOptions("exportable").setHardwareProtected(true)
            .setExportable(true).setReleasePolicy(new KeyReleasePolicy(BinaryData.fromString(policy))));
        equal("exportable", made.getProperties().isExportable(), true);
        that(made.getProperties().getReleasePolicy().getEncodedPolicy().toString().contains("sharedeus"), "the policy");
        refused(403, "Forbidden", () -> keys.releaseKey("exportable", "no token"));
    }

    private void attested() {
        keys.createEcKey(new CreateEcKeyOptions("attested").setHardwareProtected(true));
        byte[] certificates =
            keys.getKeyAttestation("attested").getProperties().getKeyAttestation().getCertificatePemFile();
        that(new String(certificates, StandardCharsets.UTF_8).contains("BEGIN CERTIFICATE"), "certificates in PEM");
    }

    private void asynchronous() {
        KeyAsyncClient client = new KeyClientBuilder().vaultUrl(url).credential(at.credential()).buildAsyncClient();
        KeyVaultKey made = client.createKey("later", KeyType.EC).block();
        equal("kid", client.getKey("later").block().getId(), made.getId());
    }

    private void refusals() throws Exception {
        refused(404, "KeyNotFound", () -> keys.getKey("nowhere"));
        refused(404, "KeyNotFound", () -> keys.getDeletedKey("nowhere"));
        refused(400, "BadParameter", () -> any("bad_name"));
        refused(400, "BadParameter", () -> keys.createRsaKey(new CreateRsaKeyOptions("odd").setKeySize(1234)));
        refused(400, "Malformed backup blob", () -> keys.restoreKeyBackup("no backup".getBytes()));
    }
}
