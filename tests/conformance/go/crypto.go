package main

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	_ "crypto/sha512"
	"fmt"
	"math/big"

	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azkeys"
)

const (
	cryptoVault = "conf-go-crypto"
	cryptoPool  = "conf-go-pool"
)

// verifies tells whether r and s, one after the other, sign a digest.
func verifies(key *ecdsa.PublicKey, digest, signature []byte) bool {
	half := len(signature) / 2
	r, s := new(big.Int).SetBytes(signature[:half]), new(big.Int).SetBytes(signature[half:])
	return half == (key.Curve.Params().BitSize+7)/8 && ecdsa.Verify(key, digest, r, s)
}

func flipped(data []byte) []byte {
	other := bytes.Clone(data)
	other[len(other)/2] ^= 1
	return other
}

func digest(hash crypto.Hash) []byte {
	hasher := hash.New()
	hasher.Write([]byte("message"))
	return hasher.Sum(nil)
}

func (k keyring) sign(p *probe, name string, algorithm azkeys.SignatureAlgorithm, value []byte) []byte {
	signed := get[azkeys.SignResponse](p)(k.Sign(p, name, "", azkeys.SignParameters{Algorithm: &algorithm, Value: value}, nil))
	p.equal("the key that signed", signed.KID.Name(), name)
	return signed.Result
}

func (k keyring) accepts(p *probe, name string, algorithm azkeys.SignatureAlgorithm, value, signature []byte) bool {
	verdict := get[azkeys.VerifyResponse](p)(k.Verify(p, name, "", azkeys.VerifyParameters{
		Algorithm: &algorithm, Digest: value, Signature: signature,
	}, nil))
	return is(verdict.Value)
}

func checkCrypto(s *suite, at *place) {
	var keys, pool keyring
	check := func(name string, run func(*probe)) {
		s.check("crypto", name, func(p *probe) {
			if keys.Client == nil {
				keys.Client = get[*azkeys.Client](p)(azkeys.NewClient(at.vault(cryptoVault), at.credential(p), nil))
				pool.Client = get[*azkeys.Client](p)(azkeys.NewClient(at.pool(cryptoPool), at.credential(p), nil))
			}
			run(p)
		})
	}
	var local *rsa.PublicKey
	check("the public key of an RSA key is Go's", func(p *probe) {
		key := keys.rsa(p, "rsa").Key
		local = &rsa.PublicKey{N: new(big.Int).SetBytes(key.N), E: int(new(big.Int).SetBytes(key.E).Int64())}
		p.equal("bits", local.Size()*8, 2048)
	})
	checkRSASignatures(check, &keys, &local)
	checkRSAEncryption(check, &keys, &local)
	checkCurves(check, &keys)
	checkSymmetric(check, &pool)

	check("what a key may not do is refused with the service's code", func(p *probe) {
		keys.create(p, "verifier", azkeys.CreateKeyParameters{
			Kty: to(azkeys.KeyTypeEC), KeyOps: []*azkeys.KeyOperation{to(azkeys.KeyOperationVerify)},
		})
		parameters := azkeys.SignParameters{Algorithm: to(azkeys.SignatureAlgorithmES256), Value: digest(crypto.SHA256)}
		_, err := keys.Sign(p, "verifier", "", parameters, nil)
		p.refused(err, 403, "Forbidden")
		keys.ec(p, "disabled", azkeys.CurveNameP256)
		get[azkeys.UpdateKeyResponse](p)(keys.UpdateKey(p, "disabled", "", azkeys.UpdateKeyParameters{
			KeyAttributes: &azkeys.KeyAttributes{Enabled: to(false)},
		}, nil))
		_, err = keys.Sign(p, "disabled", "", parameters, nil)
		p.refused(err, 403, "Forbidden")
		_, err = keys.Decrypt(p, "rsa", "", azkeys.KeyOperationParameters{
			Algorithm: to(azkeys.EncryptionAlgorithmRSAOAEP256), Value: make([]byte, 256),
		}, nil)
		p.refused(err, 400, "BadParameter")
	})
}

type checker func(name string, run func(*probe))

func checkRSASignatures(check checker, keys *keyring, local **rsa.PublicKey) {
	for algorithm, hash := range map[azkeys.SignatureAlgorithm]crypto.Hash{
		azkeys.SignatureAlgorithmRS256: crypto.SHA256, azkeys.SignatureAlgorithmRS384: crypto.SHA384,
		azkeys.SignatureAlgorithmRS512: crypto.SHA512, azkeys.SignatureAlgorithmPS256: crypto.SHA256,
		azkeys.SignatureAlgorithmPS384: crypto.SHA384, azkeys.SignatureAlgorithmPS512: crypto.SHA512,
	} {
		check(fmt.Sprintf("%s is signed there, verified there and here", algorithm), func(p *probe) {
			value := digest(hash)
			signature := keys.sign(p, "rsa", algorithm, value)
			if algorithm[0] == 'P' {
				p.must(rsa.VerifyPSS(*local, hash, value, signature, nil))
			} else {
				p.must(rsa.VerifyPKCS1v15(*local, hash, value, signature))
			}
			p.that(keys.accepts(p, "rsa", algorithm, value, signature), "accepted")
			p.that(!keys.accepts(p, "rsa", algorithm, flipped(value), signature), "another digest is not")
		})
	}
}

func checkRSAEncryption(check checker, keys *keyring, local **rsa.PublicKey) {
	plain := []byte("a plaintext of some bytes")
	here := map[azkeys.EncryptionAlgorithm]func() ([]byte, error){
		azkeys.EncryptionAlgorithmRSA15: func() ([]byte, error) { return rsa.EncryptPKCS1v15(rand.Reader, *local, plain) },
		azkeys.EncryptionAlgorithmRSAOAEP: func() ([]byte, error) {
			return rsa.EncryptOAEP(sha1.New(), rand.Reader, *local, plain, nil)
		},
		azkeys.EncryptionAlgorithmRSAOAEP256: func() ([]byte, error) {
			return rsa.EncryptOAEP(sha256.New(), rand.Reader, *local, plain, nil)
		},
	}
	for algorithm, encrypt := range here {
		check(fmt.Sprintf("%s is encrypted there and here, decrypted there", algorithm), func(p *probe) {
			there := get[azkeys.EncryptResponse](p)(keys.Encrypt(p, "rsa", "", azkeys.KeyOperationParameters{
				Algorithm: &algorithm, Value: plain,
			}, nil))
			for _, sealed := range [][]byte{there.Result, get[[]byte](p)(encrypt())} {
				opened := get[azkeys.DecryptResponse](p)(keys.Decrypt(p, "rsa", "", azkeys.KeyOperationParameters{
					Algorithm: &algorithm, Value: sealed,
				}, nil))
				p.equal("plaintext", opened.Result, plain)
			}
		})
		check(fmt.Sprintf("%s wraps there and here, and unwraps there", algorithm), func(p *probe) {
			there := get[azkeys.WrapKeyResponse](p)(keys.WrapKey(p, "rsa", "", azkeys.KeyOperationParameters{
				Algorithm: &algorithm, Value: plain,
			}, nil))
			for _, wrapped := range [][]byte{there.Result, get[[]byte](p)(encrypt())} {
				opened := get[azkeys.UnwrapKeyResponse](p)(keys.UnwrapKey(p, "rsa", "", azkeys.KeyOperationParameters{
					Algorithm: &algorithm, Value: wrapped,
				}, nil))
				p.equal("key", opened.Result, plain)
			}
		})
	}
}

func checkCurves(check checker, keys *keyring) {
	for _, of := range []struct {
		name      azkeys.CurveName
		algorithm azkeys.SignatureAlgorithm
		hash      crypto.Hash
		curve     elliptic.Curve
	}{
		{azkeys.CurveNameP256, azkeys.SignatureAlgorithmES256, crypto.SHA256, elliptic.P256()},
		{azkeys.CurveNameP384, azkeys.SignatureAlgorithmES384, crypto.SHA384, elliptic.P384()},
		{azkeys.CurveNameP521, azkeys.SignatureAlgorithmES512, crypto.SHA512, elliptic.P521()},
		// Go itself has no such curve.
		{azkeys.CurveNameP256K, azkeys.SignatureAlgorithmES256K, crypto.SHA256, nil},
	} {
		check(fmt.Sprintf("%s is signed there, verified there and here", of.algorithm), func(p *probe) {
			name := "ec-" + string(of.name)
			key, value := keys.ec(p, name, of.name).Key, digest(of.hash)
			signature := keys.sign(p, name, of.algorithm, value)
			if of.curve != nil {
				point := append(append([]byte{4}, key.X...), key.Y...)
				public := get[*ecdsa.PublicKey](p)(ecdsa.ParseUncompressedPublicKey(of.curve, point))
				p.that(verifies(public, value, signature), "verified here")
			}
			p.that(keys.accepts(p, name, of.algorithm, value, signature), "accepted")
			p.that(!keys.accepts(p, name, of.algorithm, value, flipped(signature)), "another signature is not")
		})
	}
}

// checkSymmetric asks a managed HSM, which alone has symmetric keys.
func checkSymmetric(check checker, pool *keyring) {
	made := func(p *probe, size int32) string {
		name := fmt.Sprintf("oct-%d", size)
		key := pool.create(p, name, azkeys.CreateKeyParameters{Kty: to(azkeys.KeyTypeOctHSM), KeySize: &size}).Key
		p.that(key.K == nil, "nothing private")
		return name
	}
	for size, algorithm := range map[int32]azkeys.EncryptionAlgorithm{
		128: azkeys.EncryptionAlgorithmA128GCM, 192: azkeys.EncryptionAlgorithmA192GCM, 256: azkeys.EncryptionAlgorithmA256GCM,
	} {
		check(fmt.Sprintf("%s is encrypted and decrypted by a managed HSM", algorithm), func(p *probe) {
			name := made(p, size)
			sealed := get[azkeys.EncryptResponse](p)(pool.Encrypt(p, name, "", azkeys.KeyOperationParameters{
				Algorithm: &algorithm, Value: []byte("plain"), AdditionalAuthenticatedData: []byte("aad"),
			}, nil))
			p.equal("iv", len(sealed.IV), 12)
			p.equal("tag", len(sealed.AuthenticationTag), 16)
			parameters := azkeys.KeyOperationParameters{
				Algorithm: &algorithm, Value: sealed.Result, IV: sealed.IV,
				AuthenticationTag: sealed.AuthenticationTag, AdditionalAuthenticatedData: []byte("aad"),
			}
			opened := get[azkeys.DecryptResponse](p)(pool.Decrypt(p, name, "", parameters, nil))
			p.equal("plaintext", opened.Result, []byte("plain"))
			parameters.AdditionalAuthenticatedData = []byte("another")
			_, err := pool.Decrypt(p, name, "", parameters, nil)
			p.refused(err, 400, "BadParameter")
		})
	}
	for size, algorithm := range map[int32]azkeys.EncryptionAlgorithm{
		128: azkeys.EncryptionAlgorithmA128KW, 192: azkeys.EncryptionAlgorithmA192KW, 256: azkeys.EncryptionAlgorithmA256KW,
	} {
		check(fmt.Sprintf("%s wraps and unwraps in a managed HSM", algorithm), func(p *probe) {
			name := made(p, size)
			key := bytes.Repeat([]byte{9}, 32)
			wrapped := get[azkeys.WrapKeyResponse](p)(pool.WrapKey(p, name, "", azkeys.KeyOperationParameters{
				Algorithm: &algorithm, Value: key,
			}, nil))
			p.equal("length", len(wrapped.Result), 40)
			opened := get[azkeys.UnwrapKeyResponse](p)(pool.UnwrapKey(p, name, "", azkeys.KeyOperationParameters{
				Algorithm: &algorithm, Value: wrapped.Result,
			}, nil))
			p.equal("key", opened.Result, key)
		})
	}
	check("A256CBCPAD is encrypted and decrypted by a managed HSM", func(p *probe) {
		name := made(p, 256)
		algorithm := azkeys.EncryptionAlgorithmA256CBCPAD
		parameters := azkeys.KeyOperationParameters{Algorithm: &algorithm, Value: []byte("plain"), IV: make([]byte, 16)}
		sealed := get[azkeys.EncryptResponse](p)(pool.Encrypt(p, name, "", parameters, nil))
		parameters.Value = sealed.Result
		opened := get[azkeys.DecryptResponse](p)(pool.Decrypt(p, name, "", parameters, nil))
		p.equal("plaintext", opened.Result, []byte("plain"))
	})
	check("a managed HSM gives as many random bytes as asked for", func(p *probe) {
		given := func() []byte {
			return get[azkeys.GetRandomBytesResponse](p)(
				pool.GetRandomBytes(p, azkeys.GetRandomBytesParameters{Count: to(int32(32))}, nil)).Value
		}
		first, second := given(), given()
		p.equal("length", len(first), 32)
		p.that(!bytes.Equal(first, second), "other bytes each time")
	})
}
