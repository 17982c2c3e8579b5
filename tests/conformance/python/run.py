"""The official Python clients judge the emulator. See tests/conformance/README.md."""

import os

import suite
import world
from areas import certificate_forms, certificates, crypto, identity, keys, secrets, strict, vaults

# What is imported is registered.
PARTS = [identity, strict, keys, crypto, secrets, certificates, certificate_forms, vaults]

if __name__ == "__main__":
    try:
        suite.run(os.environ.get("AREAS", "").split())
    finally:
        for flavour in world.BOTH:
            flavour.close()
