"""Private keys that are known here, made once."""

import functools
import os

from azure.keyvault.keys import JsonWebKey
from cryptography.hazmat.primitives.asymmetric import ec, rsa

CURVES = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1(), "P-256K": ec.SECP256K1()}


def number(value, length=None):
    return value.to_bytes(length or (value.bit_length() + 7) // 8, "big")


@functools.cache
def _rsa():
    return rsa.generate_private_key(65537, 2048)


@functools.cache
def _ec(curve):
    return ec.generate_private_key(CURVES[curve])


def rsa_jwk():
    its = _rsa().private_numbers()
    public = its.public_numbers
    return JsonWebKey(
        kty="RSA", n=number(public.n), e=number(public.e), d=number(its.d), p=number(its.p), q=number(its.q),
        dp=number(its.dmp1), dq=number(its.dmq1), qi=number(its.iqmp),
        key_ops=["encrypt", "decrypt", "sign", "verify", "wrapKey", "unwrapKey"],
    )


def ec_jwk(curve):
    its = _ec(curve).private_numbers()
    length = (CURVES[curve].key_size + 7) // 8
    return JsonWebKey(
        kty="EC", crv=curve, x=number(its.public_numbers.x, length), y=number(its.public_numbers.y, length),
        d=number(its.private_value, length), key_ops=["sign", "verify"],
    )


@functools.cache
def symmetric(bits):
    return os.urandom(bits // 8)


def oct_jwk(bits, kty="oct-HSM", operations=("encrypt", "decrypt", "wrapKey", "unwrapKey")):
    return JsonWebKey(kty=kty, k=symmetric(bits), key_ops=list(operations))
