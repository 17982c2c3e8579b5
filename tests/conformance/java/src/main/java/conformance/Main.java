package conformance;

/**
 * The official Java clients judge the emulator. What each line of the output means, and which variables tell where
 * the emulator is, is in the README beside this folder.
 */
public final class Main {
    private Main() {
    }

    public static void main(String[] arguments) {
        Suite suite = new Suite();
        Place at = new Place();
        if (arguments.length == 1) {
            new IdentityChecks(suite, at).alone(arguments[0]);
        } else {
            new IdentityChecks(suite, at).run();
            new KeyChecks(suite, at).run();
            new CryptoChecks(suite, at).run();
            new SecretChecks(suite, at).run();
            new VaultChecks(suite, at).run();
        }
        System.out.printf("%d passed, %d failed%n", suite.passed, suite.failed);
        System.out.flush();
        // The clients' threads would keep the process for a while.
        System.exit(suite.failed == 0 && suite.passed > 0 ? 0 : 1);
    }
}
