"""What keys of a managed HSM can do besides."""

import base64

from report import equal

POOL = "conf-az-pool"


def run(area, az, me):
    key = lambda verb, name, *more: az("keyvault", "key", verb, "--hsm-name", POOL, "-n", name, *more)
    with area.check("random gives as many bytes as were asked for, and others each time"):
        random = lambda: az("keyvault", "key", "random", "--hsm-name", POOL, "--count", "24")
        one, two = ((answer if isinstance(answer, str) else answer["value"]) for answer in (random(), random()))
        equal(len(base64.b64decode(one)), 24)
        assert one != two
    with area.check("A256CBC and A256GCM: a symmetric key of a managed HSM opens what it sealed"):
        made = key("create", "aes", "--kty", "oct-HSM", "--size", "256", "--ops", "encrypt", "decrypt")
        equal((made["key"]["kty"], made["key"].get("k")), ("oct-HSM", None))
        iv = base64.b16encode(b"i" * 16).decode()
        text = ["--data-type", "plaintext"]
        sealed = key("encrypt", "aes", "-a", "A256CBC", "--value", "a block, no more", "--iv", iv, *text)
        opened = key("decrypt", "aes", "-a", "A256CBC", "--value", sealed["result"], "--iv", iv, *text)
        equal(opened["result"], "a block, no more")
        sealed = key("encrypt", "aes", "-a", "A256GCM", "--value", "tagged", *text)
        opened = key("decrypt", "aes", "-a", "A256GCM", "--value", sealed["result"], "--iv", sealed["iv"],
                     "--tag", sealed["tag"], *text)  # fmt: skip
        equal(opened["result"], "tagged")
