package conformance;

import static conformance.Suite.equal;
import static conformance.Suite.refused;
import static conformance.Suite.that;

import com.azure.core.util.polling.SyncPoller;
import com.azure.security.keyvault.secrets.SecretAsyncClient;
import com.azure.security.keyvault.secrets.SecretClient;
import com.azure.security.keyvault.secrets.SecretClientBuilder;
import com.azure.security.keyvault.secrets.models.DeletedSecret;
import com.azure.security.keyvault.secrets.models.KeyVaultSecret;
import com.azure.security.keyvault.secrets.models.SecretProperties;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Secrets: every operation of the client. */
final class SecretChecks {
    private final Suite suite;
    private final Place at;
    private final String url;
    private final SecretClient secrets;

    SecretChecks(Suite suite, Place at) {
        this.suite = suite;
        this.at = at;
        url = at.vault("conf-java-secrets");
        secrets = at.secrets(url);
    }

    private void check(String name, Suite.Run run) {
        suite.check("secrets", name, run);
    }

    void run() {
        check("a secret is set with all that it can have", this::full);
        check("the latest version is read by the name alone, an older one by its own", this::versions);
        check("properties are updated without the value", this::updated);
        check("a disabled secret is not read", this::disabled);
        check("a list of more than a page has each secret once", this::listed);
        check("a deleted secret is gone, shown as deleted, and recovered", this::deleted);
        check("a purged secret cannot be recovered, and its name is free", this::purged);
        check("a backup has every version and is restored after a purge", this::backedUp);
        check("an asynchronous client sets and reads", this::asynchronous);
        check("refusals carry the service's codes", this::refusals);
    }

    private static OffsetDateTime in(Duration duration) {
        return OffsetDateTime.now(ZoneOffset.UTC).plus(duration).truncatedTo(ChronoUnit.SECONDS);
    }

    private String value(String name) {
        return secrets.getSecret(name).getValue();
    }

    /** Waits as a user does who knows that it takes no second here. */
    private DeletedSecret delete(String name) {
        SyncPoller<DeletedSecret, Void> poller = secrets.beginDeleteSecret(name);
        poller.setPollInterval(Duration.ofMillis(50));
        poller.waitForCompletion();
        return secrets.getDeletedSecret(name);
    }

    private void full() {
        OffsetDateTime expires = in(Duration.ofHours(48));
        OffsetDateTime starts = in(Duration.ofHours(-1));
        KeyVaultSecret made = secrets.setSecret(new KeyVaultSecret("full", "höchst geheim").setProperties(
            new SecretProperties().setContentType("text/plain").setTags(Map.of("a", "b")).setEnabled(true)
                .setExpiresOn(expires).setNotBefore(starts)));
        String version = made.getProperties().getVersion();
        equal("length of the version", version.length(), 32);
        equal("id", made.getId(), url + "/secrets/full/" + version);
        KeyVaultSecret read = secrets.getSecret("full", version);
        equal("value", read.getValue(), "höchst geheim");
        SecretProperties properties = read.getProperties();
        equal("content type", properties.getContentType(), "text/plain");
        equal("tags", properties.getTags(), Map.of("a", "b"));
        equal("exp", properties.getExpiresOn(), expires);
        equal("nbf", properties.getNotBefore(), starts);
        equal("recovery level", properties.getRecoveryLevel(), "Recoverable+Purgeable");
        equal("days", properties.getRecoverableDays(), 90);
        that(properties.getCreatedOn().isAfter(in(Duration.ofMinutes(-1))), "created just now");
    }

    private void versions() {
        String first = secrets.setSecret("twice", "one").getProperties().getVersion();
        String second = secrets.setSecret("twice", "two").getProperties().getVersion();
        equal("latest", value("twice"), "two");
        equal("older", secrets.getSecret("twice", first).getValue(), "one");
        Set<String> listed = new HashSet<>();
        secrets.listPropertiesOfSecretVersions("twice").forEach(one -> listed.add(one.getVersion()));
        equal("versions", listed, Set.of(first, second));
    }

    private void updated() {
        KeyVaultSecret made = secrets.setSecret("updated", "stays");
        secrets.updateSecretProperties(made.getProperties().setContentType("kind").setTags(Map.of("x", "y")));
        KeyVaultSecret read = secrets.getSecret("updated");
        equal("version", read.getProperties().getVersion(), made.getProperties().getVersion());
        equal("content type", read.getProperties().getContentType(), "kind");
        equal("tags", read.getProperties().getTags(), Map.of("x", "y"));
        equal("value", read.getValue(), "stays");
    }

    private void disabled() throws Exception {
        KeyVaultSecret made = secrets.setSecret("disabled", "hidden");
        secrets.updateSecretProperties(made.getProperties().setEnabled(false));
        refused(403, "Forbidden", () -> secrets.getSecret("disabled"));
    }

    private void listed() {
        for (int number = 0; number < 30; number++) {
            secrets.setSecret("many-" + number, "v");
        }
        Map<String, Integer> seen = new HashMap<>();
        int[] pages = {0};
        secrets.listPropertiesOfSecrets().iterableByPage().forEach(page -> {
            pages[0]++;
            page.getElements().forEach(secret -> seen.merge(secret.getName(), 1, Integer::sum));
        });
        for (int number = 0; number < 30; number++) {
            equal("listed", seen.get("many-" + number), 1);
        }
        that(pages[0] >= 2, "pages: " + pages[0]);
    }

    private void deleted() throws Exception {
        secrets.setSecret("deleted", "back");
        DeletedSecret gone = delete("deleted");
        equal("recovery id", gone.getRecoveryId(), url + "/deletedsecrets/deleted");
        equal("retention", Duration.between(gone.getDeletedOn(), gone.getScheduledPurgeDate()), Duration.ofDays(90));
        refused(404, "SecretNotFound", () -> secrets.getSecret("deleted"));
        refused(409, "Conflict", () -> secrets.setSecret("deleted", "v"));
        long listed = secrets.listDeletedSecrets().stream().filter(one -> one.getName().equals("deleted")).count();
        equal("listed as deleted", listed, 1L);
        SyncPoller<KeyVaultSecret, Void> poller = secrets.beginRecoverDeletedSecret("deleted");
        poller.setPollInterval(Duration.ofMillis(50));
        poller.waitForCompletion();
        equal("value", value("deleted"), "back");
    }

    private void purged() throws Exception {
        secrets.setSecret("purged", "first");
        delete("purged");
        secrets.purgeDeletedSecret("purged");
        refused(404, "SecretNotFound", () -> secrets.getDeletedSecret("purged"));
        secrets.setSecret("purged", "second");
        equal("value", value("purged"), "second");
    }

    private void backedUp() throws Exception {
        String first = secrets.setSecret("kept", "one").getProperties().getVersion();
        secrets.setSecret("kept", "two");
        byte[] backup = secrets.backupSecret("kept");
        refused(409, "Conflict", () -> secrets.restoreSecretBackup(backup));
        delete("kept");
        secrets.purgeDeletedSecret("kept");
        equal("name", secrets.restoreSecretBackup(backup).getName(), "kept");
        equal("latest", value("kept"), "two");
        equal("older", secrets.getSecret("kept", first).getValue(), "one");
    }

    private void asynchronous() {
        SecretAsyncClient client =
            new SecretClientBuilder().vaultUrl(url).credential(at.credential()).buildAsyncClient();
        String value = client.setSecret("later", "v").flatMap(made -> client.getSecret(made.getName())).block().getValue();
        equal("value", value, "v");
    }

    private void refusals() throws Exception {
        refused(404, "SecretNotFound", () -> secrets.getSecret("nowhere"));
        refused(404, "SecretNotFound", () -> secrets.getSecret("twice", "0".repeat(32)));
        refused(404, "SecretNotFound", () -> secrets.getDeletedSecret("nowhere"));
        refused(400, "BadParameter", () -> secrets.setSecret("bad_name", "v"));
        refused(400, "BadParameter", () -> secrets.setSecret("large", "x".repeat(25_601)));
        refused(400, "Malformed backup blob", () -> secrets.restoreSecretBackup("no backup".getBytes()));
    }
}
