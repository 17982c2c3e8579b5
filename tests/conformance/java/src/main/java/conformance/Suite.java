package conformance;

import com.azure.core.exception.HttpResponseException;
import com.azure.core.management.exception.ManagementException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Runs checks, counts them, and says what is expected. */
final class Suite {
    int passed;
    int failed;
    private final List<String> areas = Arrays.stream(Place.variable("AREAS", "").split(" "))
        .filter(area -> !area.isEmpty()).toList();

    /** What a check does. */
    interface Run {
        void run() throws Exception;
    }

    /** What a check expects to be refused. */
    interface Call {
        Object call() throws Exception;
    }

    void check(String area, String name, Run run) {
        if (!areas.isEmpty() && !areas.contains(area)) {
            return;
        }
        long begun = System.nanoTime();
        String why = null;
        try {
            run.run();
        } catch (Exception | LinkageError | AssertionError error) {
            why = error.toString();
            for (Throwable cause = error.getCause(); cause != null; cause = cause.getCause()) {
                why += " <- " + cause;
            }
        }
        String time = Place.variable("TIMES", "").isEmpty() ? ""
            : " [" + (System.nanoTime() - begun) / 1_000_000 + " ms]";
        if (why == null) {
            passed++;
            System.out.printf("ok %s: %s%s%n", area, name, time);
        } else {
            failed++;
            System.out.printf("FAILED %s: %s%s: %s%n", area, name, time, String.join(" ", why.split("\\s+")));
        }
        System.out.flush();
    }

    static void equal(String what, Object got, Object wanted) {
        if (!Objects.deepEquals(got, wanted)) {
            throw new AssertionError(what + " is " + shown(got) + ", not " + shown(wanted));
        }
    }

    private static String shown(Object value) {
        return value instanceof byte[] bytes ? Arrays.toString(bytes) : String.valueOf(value);
    }

    static void that(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("not so: " + what);
        }
    }

    /** Expects the service's refusal, and gives its text. */
    static String refused(int status, String code, Call call) throws Exception {
        try {
            call.call();
        } catch (HttpResponseException error) {
            equal("status of " + error.getMessage(), error.getResponse().getStatusCode(), status);
            equal("code", codeOf(error), code);
            return error.getMessage();
        }
        throw new AssertionError("expected " + status + " " + code + ", got an answer");
    }

    private static Object codeOf(HttpResponseException error) {
        if (error instanceof ManagementException management) {
            return management.getValue().getCode();
        }
        // A map, or a model of the client whose text is not the code.
        Object value = error.getValue();
        if (value instanceof Map<?, ?> map && map.get("error") instanceof Map<?, ?> inner) {
            return inner.get("code");
        }
        String message = String.valueOf(error.getMessage());
        int at = message.indexOf("\"code\":\"");
        return at < 0 ? message : message.substring(at + 8, message.indexOf('"', at + 8));
    }
}
