package conformance;

import static conformance.Suite.equal;
import static conformance.Suite.refused;
import static conformance.Suite.that;

import com.azure.core.util.Context;
import com.azure.security.keyvault.keys.KeyClient;
import com.azure.security.keyvault.keys.cryptography.CryptographyAsyncClient;
import com.azure.security.keyvault.keys.cryptography.CryptographyClient;
import com.azure.security.keyvault.keys.cryptography.CryptographyClientBuilder;
import com.azure.security.keyvault.keys.cryptography.models.DecryptParameters;
import com.azure.security.keyvault.keys.cryptography.models.EncryptParameters;
import com.azure.security.keyvault.keys.cryptography.models.EncryptResult;
import com.azure.security.keyvault.keys.cryptography.models.EncryptionAlgorithm;
import com.azure.security.keyvault.keys.cryptography.models.KeyWrapAlgorithm;
import com.azure.security.keyvault.keys.cryptography.models.SignatureAlgorithm;
import com.azure.security.keyvault.keys.models.CreateEcKeyOptions;
import com.azure.security.keyvault.keys.models.CreateOctKeyOptions;
import com.azure.security.keyvault.keys.models.CreateRsaKeyOptions;
import com.azure.security.keyvault.keys.models.JsonWebKey;
import com.azure.security.keyvault.keys.models.KeyCurveName;
import com.azure.security.keyvault.keys.models.KeyOperation;
import com.azure.security.keyvault.keys.models.KeyVaultKey;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Security;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Cryptography: in the service and in this process, each judged by the other. */
final class CryptoChecks {
    private static final byte[] MESSAGE = "message".getBytes(StandardCharsets.UTF_8);
    private static final byte[] PLAIN = "a plaintext of some bytes".getBytes(StandardCharsets.UTF_8);
    private static final List<KeyOperation> ALL = List.of(KeyOperation.SIGN, KeyOperation.VERIFY, KeyOperation.ENCRYPT,
        KeyOperation.DECRYPT, KeyOperation.WRAP_KEY, KeyOperation.UNWRAP_KEY);
    private final Suite suite;
    private final Place at;
    private final KeyClient keys;
    private final KeyClient pool;
    private KeyVaultKey rsa;

    CryptoChecks(Suite suite, Place at) {
        this.suite = suite;
        this.at = at;
        keys = at.keys(at.vault("conf-java-crypto"));
        pool = at.keys(at.pool("conf-java-pool"));
    }

    private void check(String name, Suite.Run run) {
        suite.check("crypto", name, run);
    }

    void run() {
        check("a key is read for cryptography", () -> {
            rsa = keys.createRsaKey(new CreateRsaKeyOptions("rsa").setKeySize(2048));
            equal("kid", client(rsa).getKey().getId(), rsa.getId());
        });
        for (SignatureAlgorithm algorithm : List.of(SignatureAlgorithm.RS256, SignatureAlgorithm.RS384,
            SignatureAlgorithm.RS512, SignatureAlgorithm.PS256, SignatureAlgorithm.PS384, SignatureAlgorithm.PS512)) {
            check(algorithm + " is signed there, verified there and here", () -> signRsa(algorithm));
        }
        Map.of(SignatureAlgorithm.ES256, KeyCurveName.P_256, SignatureAlgorithm.ES384, KeyCurveName.P_384,
            SignatureAlgorithm.ES512, KeyCurveName.P_521, SignatureAlgorithm.ES256K, KeyCurveName.P_256K)
            .forEach((algorithm, curve) -> check(algorithm + " is signed there, verified there and here",
                () -> signCurve(algorithm, curve)));
        for (EncryptionAlgorithm algorithm : List.of(EncryptionAlgorithm.RSA1_5, EncryptionAlgorithm.RSA_OAEP,
            EncryptionAlgorithm.RSA_OAEP_256)) {
            check(algorithm + " is encrypted there and here, decrypted there", () -> encrypt(algorithm));
        }
        for (KeyWrapAlgorithm algorithm : List.of(KeyWrapAlgorithm.RSA1_5, KeyWrapAlgorithm.RSA_OAEP,
            KeyWrapAlgorithm.RSA_OAEP_256)) {
            check(algorithm + " wraps there and here, and unwraps there", () -> wrap(algorithm));
        }
        check("an imported RSA key decrypts there what was encrypted here, and the other way", this::importedRsa);
        check("an imported EC key signs here and is verified there, and the other way", this::importedCurve);
        check("A256GCM is encrypted and decrypted by a managed HSM", this::gcm);
        Map.of(KeyWrapAlgorithm.A128KW, 128, KeyWrapAlgorithm.A192KW, 192, KeyWrapAlgorithm.A256KW, 256)
            .forEach((algorithm, size) -> check(algorithm + " wraps and unwraps in a managed HSM",
                () -> wrapSymmetric(algorithm, size)));
        check("a managed HSM gives as many random bytes as asked for", () -> {
            byte[] first = pool.getRandomBytes(32);
            equal("length", first.length, 32);
            that(!Arrays.equals(first, pool.getRandomBytes(32)), "other bytes each time");
        });
        check("an asynchronous client signs and verifies", this::asynchronous);
        check("what a key may not do is refused with the service's code", this::refusals);
    }

    private CryptographyClientBuilder builder(KeyVaultKey key) {
        return new CryptographyClientBuilder().keyIdentifier(key.getId()).credential(at.credential());
    }

    /** As it comes: it fetches the public key and computes here what it can. */
    private CryptographyClient client(KeyVaultKey key) {
        return builder(key).buildClient();
    }

    /** All of it in the service. */
    private CryptographyClient remote(KeyVaultKey key) {
        return builder(key).disableKeyCaching().buildClient();
    }

    private static byte[] digest(SignatureAlgorithm algorithm) throws Exception {
        return MessageDigest.getInstance("SHA-" + bits(algorithm)).digest(MESSAGE);
    }

    private static String bits(SignatureAlgorithm algorithm) {
        return algorithm.toString().substring(2, 5);
    }

    private static byte[] flipped(byte[] data) {
        byte[] other = data.clone();
        other[other.length / 2] ^= 1;
        return other;
    }

    private byte[] sign(KeyVaultKey key, SignatureAlgorithm algorithm) throws Exception {
        byte[] digest = digest(algorithm);
        byte[] signature = remote(key).sign(algorithm, digest).getSignature();
        that(remote(key).verify(algorithm, digest, signature).isValid(), "accepted there");
        that(!remote(key).verify(algorithm, flipped(digest), signature).isValid(), "another digest is not");
        return signature;
    }

    private void signRsa(SignatureAlgorithm algorithm) throws Exception {
        byte[] signature = sign(rsa, algorithm);
        boolean pss = algorithm.toString().startsWith("PS");
        Signature verifier = Signature.getInstance(pss ? "RSASSA-PSS" : "SHA" + bits(algorithm) + "withRSA");
        verifier.initVerify(rsa.getKey().toRsa().getPublic());
        if (pss) {
            String hash = "SHA-" + bits(algorithm);
            verifier.setParameter(new PSSParameterSpec(hash, "MGF1", new MGF1ParameterSpec(hash),
                Integer.parseInt(bits(algorithm)) / 8, 1));
        }
        verifier.update(MESSAGE);
        that(verifier.verify(signature), "verified here");
        that(client(rsa).verify(algorithm, digest(algorithm), signature).isValid(), "accepted by the client");
    }

    private void signCurve(SignatureAlgorithm algorithm, KeyCurveName curve) throws Exception {
        KeyVaultKey key = keys.createEcKey(new CreateEcKeyOptions("ec-" + curve).setCurveName(curve));
        byte[] signature = sign(key, algorithm);
        // The JDK itself has no P-256K any more.
        if (!curve.equals(KeyCurveName.P_256K)) {
            Signature verifier = Signature.getInstance("SHA" + bits(algorithm) + "withECDSAinP1363Format");
            verifier.initVerify(key.getKey().toEc().getPublic());
            verifier.update(MESSAGE);
            that(verifier.verify(signature), "verified here");
            that(client(key).verify(algorithm, digest(algorithm), signature).isValid(), "accepted by the client");
        }
    }

    private void encrypt(EncryptionAlgorithm algorithm) {
        byte[] here = client(rsa).encrypt(algorithm, PLAIN).getCipherText();
        byte[] there = remote(rsa).encrypt(algorithm, PLAIN).getCipherText();
        equal("plaintext", client(rsa).decrypt(algorithm, here).getPlainText(), PLAIN);
        equal("plaintext", client(rsa).decrypt(algorithm, there).getPlainText(), PLAIN);
    }

    private void wrap(KeyWrapAlgorithm algorithm) {
        byte[] here = client(rsa).wrapKey(algorithm, PLAIN).getEncryptedKey();
        byte[] there = remote(rsa).wrapKey(algorithm, PLAIN).getEncryptedKey();
        equal("key", client(rsa).unwrapKey(algorithm, here).getKey(), PLAIN);
        equal("key", client(rsa).unwrapKey(algorithm, there).getKey(), PLAIN);
    }

    /** The client on an RSA key that it has itself needs no vault, but signs nothing. */
    private void importedRsa() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        JsonWebKey mine = JsonWebKey.fromRsa(generator.generateKeyPair(), ALL);
        KeyVaultKey theirs = keys.importKey("imported", mine);
        CryptographyClient local = local(mine);
        for (EncryptionAlgorithm algorithm : List.of(EncryptionAlgorithm.RSA_OAEP, EncryptionAlgorithm.RSA1_5)) {
            byte[] here = local.encrypt(algorithm, PLAIN).getCipherText();
            equal("plaintext there", remote(theirs).decrypt(algorithm, here).getPlainText(), PLAIN);
            byte[] there = remote(theirs).encrypt(algorithm, PLAIN).getCipherText();
            equal("plaintext here", local.decrypt(algorithm, there).getPlainText(), PLAIN);
        }
    }

    private void importedCurve() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        byte[] digest = digest(SignatureAlgorithm.ES256);
        // Some, since this client writes numbers with a zero in front or without one, as they come.
        for (int number = 0; number < 8; number++) {
            agreeOn(generator, digest);
        }
    }

    private void agreeOn(KeyPairGenerator generator, byte[] digest) throws Exception {
        JsonWebKey mine = JsonWebKey.fromEc(generator.generateKeyPair(), Security.getProvider("SunEC"), ALL);
        KeyVaultKey theirs = keys.importKey("imported-ec", mine);
        byte[] here = local(mine).sign(SignatureAlgorithm.ES256, digest).getSignature();
        that(remote(theirs).verify(SignatureAlgorithm.ES256, digest, here).isValid(), "accepted there");
        byte[] there = remote(theirs).sign(SignatureAlgorithm.ES256, digest).getSignature();
        that(local(mine).verify(SignatureAlgorithm.ES256, digest, there).isValid(), "accepted here");
    }

    private static CryptographyClient local(JsonWebKey key) {
        return new CryptographyClientBuilder().jsonWebKey(key.setId("mine")).buildClient();
    }

    private CryptographyClient symmetric(int size) {
        return client(pool.createOctKey(
            new CreateOctKeyOptions("oct-" + size).setKeySize(size).setHardwareProtected(true)));
    }

    private void gcm() throws Exception {
        CryptographyClient client = symmetric(256);
        byte[] said = "aad".getBytes(StandardCharsets.UTF_8);
        EncryptResult sealed = client.encrypt(EncryptParameters.createA256GcmParameters(PLAIN, said), Context.NONE);
        equal("iv", sealed.getIv().length, 12);
        equal("tag", sealed.getAuthenticationTag().length, 16);
        equal("plaintext", client.decrypt(DecryptParameters.createA256GcmParameters(sealed.getCipherText(),
            sealed.getIv(), sealed.getAuthenticationTag(), said), Context.NONE).getPlainText(), PLAIN);
        refused(400, "BadParameter", () -> client.decrypt(DecryptParameters.createA256GcmParameters(
            sealed.getCipherText(), sealed.getIv(), sealed.getAuthenticationTag(), flipped(said)), Context.NONE));
    }

    private void wrapSymmetric(KeyWrapAlgorithm algorithm, int size) {
        CryptographyClient client = symmetric(size);
        byte[] key = new byte[32];
        byte[] wrapped = client.wrapKey(algorithm, key).getEncryptedKey();
        equal("length", wrapped.length, 40);
        equal("key", client.unwrapKey(algorithm, wrapped).getKey(), key);
    }

    private void asynchronous() {
        CryptographyAsyncClient client = builder(rsa).buildAsyncClient();
        byte[] signature = client.signData(SignatureAlgorithm.PS256, MESSAGE).block().getSignature();
        that(client.verifyData(SignatureAlgorithm.PS256, MESSAGE, signature).block().isValid(), "accepted");
    }

    private void refusals() throws Exception {
        KeyVaultKey key = keys.createEcKey(new CreateEcKeyOptions("verifier").setKeyOperations(KeyOperation.VERIFY));
        refused(403, "Forbidden", () -> remote(key).sign(SignatureAlgorithm.ES256, new byte[32]));
        refused(400, "BadParameter", () -> remote(rsa).decrypt(EncryptionAlgorithm.RSA_OAEP_256, new byte[256]));
    }
}
