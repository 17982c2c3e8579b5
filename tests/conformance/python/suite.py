"""Registers checks, runs them, and prints what came of each."""

import linecache
import os
import sys
import time
import traceback

CHECKS = []


def check(area, name):
    """A check that needs nothing."""

    def register(function):
        CHECKS.append((area, name, function))
        return function

    return register


def with_each(flavours, area, name):
    """A check that is made with each flavour of the clients."""

    def register(function):
        for flavour in flavours:
            CHECKS.append((area, f"{name} ({flavour.name})", lambda it=flavour: function(it)))
        return function

    return register


def refused(call, status, code=None, kind=None, words=None):
    """Calls what must be refused in that way; gives the refusal."""
    from azure.core.exceptions import HttpResponseError

    try:
        result = call()
    except HttpResponseError as error:
        found = error.error.code if getattr(error, "error", None) else None
        assert error.status_code == status, f"{error.status_code} {found}, not {status}"
        assert code is None or found == code, f"code {found}, not {code}"
        assert kind is None or isinstance(error, kind), f"{type(error).__name__}, not {kind.__name__}"
        assert words is None or words in error.message, f"the words are {error.message!r}"
        return error
    raise AssertionError(f"it was not refused, but gave {type(result).__name__}")


def why(error):
    """The error and where it was met in the suite, in one line."""
    here = os.path.dirname(__file__)
    frames = [it for it in traceback.extract_tb(error.__traceback__) if it.filename.startswith(here)]
    at = frames[-1] if frames else None
    # An assertion that says nothing is its own text.
    text = " ".join(str(error).split()) or (at and linecache.getline(at.filename, at.lineno).strip())
    place = f"{os.path.basename(at.filename)}:{at.lineno}" if at else "?"
    return f"{type(error).__name__} at {place}: {text[:600]}"


def run(areas):
    passed = failed = 0
    slow = []
    for area, name, function in CHECKS:
        if areas and area not in areas:
            continue
        started = time.monotonic()
        try:
            function()
        except Exception as error:
            failed += 1
            print(f"FAILED {area}: {name}: {why(error)}", flush=True)
        else:
            passed += 1
            print(f"ok {area}: {name}", flush=True)
        took = time.monotonic() - started
        if took > 2:
            slow.append(f"{took:.1f} s {area}: {name}")
    for line in slow:
        print(f"slow: {line}")
    print(f"{passed} passed, {failed} failed", flush=True)
    sys.exit(1 if failed or not passed else 0)
