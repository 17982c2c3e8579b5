"""One line for each check, and the sum at the end."""

import contextlib
import threading

printing = threading.Lock()


class Report:
    """What the checks of a run came to; shared by the areas, which run side by side."""

    def __init__(self):
        self.passed = self.failed = 0

    def line(self, text, passed):
        with printing:
            print(text, flush=True)
            if passed:
                self.passed += 1
            else:
                self.failed += 1


class Area:
    """The checks of one area."""

    def __init__(self, name, report):
        self.name = name
        self.report = report

    @contextlib.contextmanager
    def check(self, what):
        """What is in the block has to hold; when it does not, the area goes on behind it."""
        try:
            yield
        except Exception as error:  # whatever went wrong, that check has failed
            why = " ".join(f"{type(error).__name__}: {error}".split())
            self.report.line(f"FAILED {self.name}: {what}: {why[:600]}", False)
        else:
            self.report.line(f"ok {self.name}: {what}", True)


def equal(found, wanted):
    assert found == wanted, f"{found!r} is not {wanted!r}"


def has(text, *words):
    for word in words:
        assert word in text, f"{word!r} is not in {text!r}"
