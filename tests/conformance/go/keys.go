package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azkeys"
)

const keysVault = "conf-go-keys"

// keyring is a client with what the checks of keys and cryptography ask of it.
type keyring struct {
	*azkeys.Client
}

func (k keyring) create(p *probe, name string, parameters azkeys.CreateKeyParameters) azkeys.KeyBundle {
	return get[azkeys.CreateKeyResponse](p)(k.CreateKey(p, name, parameters, nil)).KeyBundle
}

func (k keyring) rsa(p *probe, name string) azkeys.KeyBundle {
	return k.create(p, name, azkeys.CreateKeyParameters{Kty: to(azkeys.KeyTypeRSA), KeySize: to(int32(2048))})
}

func (k keyring) ec(p *probe, name string, curve azkeys.CurveName) azkeys.KeyBundle {
	return k.create(p, name, azkeys.CreateKeyParameters{Kty: to(azkeys.KeyTypeEC), Curve: &curve})
}

// attestation is a token of the emulator's attestation authority, as the SDKs' own tests ask for one.
func attestation(p *probe, at *place) string {
	request := get[*http.Request](p)(http.NewRequestWithContext(
		p, http.MethodGet, at.management+"/attestation/generate-test-token", nil))
	answer := get[*http.Response](p)(http.DefaultClient.Do(request))
	defer answer.Body.Close()
	p.equal("status", answer.StatusCode, http.StatusOK)
	var given struct{ Token string }
	p.must(json.NewDecoder(answer.Body).Decode(&given))
	return given.Token
}

// checkKeys makes small keys of elliptic curves where any key will do: they are made in no time.
func checkKeys(s *suite, at *place) {
	var keys keyring
	check := func(name string, run func(*probe)) {
		s.check("keys", name, func(p *probe) {
			if keys.Client == nil {
				keys.Client = get[*azkeys.Client](p)(azkeys.NewClient(at.vault(keysVault), at.credential(p), nil))
			}
			run(p)
		})
	}

	for _, size := range []int32{2048, 3072, 4096} {
		for _, kind := range []azkeys.KeyType{azkeys.KeyTypeRSA, azkeys.KeyTypeRSAHSM} {
			if kind == azkeys.KeyTypeRSAHSM && size != 2048 {
				continue
			}
			check(fmt.Sprintf("an %s key of %d bits is made", kind, size), func(p *probe) {
				key := keys.create(p, fmt.Sprintf("%s-%d", kind, size), azkeys.CreateKeyParameters{Kty: &kind, KeySize: &size}).Key
				p.equal("kty", is(key.Kty), kind)
				p.equal("bits", len(key.N)*8, int(size))
				p.equal("e", new(big.Int).SetBytes(key.E).Int64(), int64(65537))
				p.that(key.D == nil && key.P == nil && key.Q == nil, "nothing private")
				p.equal("operations", len(key.KeyOps), 6)
			})
		}
	}
	for curve, size := range map[azkeys.CurveName]int{
		azkeys.CurveNameP256: 32, azkeys.CurveNameP256K: 32, azkeys.CurveNameP384: 48, azkeys.CurveNameP521: 66,
	} {
		for _, kind := range []azkeys.KeyType{azkeys.KeyTypeEC, azkeys.KeyTypeECHSM} {
			check(fmt.Sprintf("an %s key on %s is made", kind, curve), func(p *probe) {
				key := keys.create(p, fmt.Sprintf("%s-%s", kind, curve), azkeys.CreateKeyParameters{Kty: &kind, Curve: &curve}).Key
				p.equal("kty", is(key.Kty), kind)
				p.equal("crv", is(key.Crv), curve)
				p.equal("x", len(key.X), size)
				p.equal("y", len(key.Y), size)
				p.that(key.D == nil, "nothing private")
			})
		}
	}

	check("a key is made with all that it can have and read by name and by version", func(p *probe) {
		expires := time.Now().Add(48 * time.Hour).Truncate(time.Second).UTC()
		made := keys.create(p, "full", azkeys.CreateKeyParameters{
			Kty: to(azkeys.KeyTypeEC), KeyOps: []*azkeys.KeyOperation{to(azkeys.KeyOperationSign)},
			KeyAttributes: &azkeys.KeyAttributes{Enabled: to(true), Expires: &expires},
			Tags:          map[string]*string{"a": to("b")},
		})
		version := made.Key.KID.Version()
		p.equal("kid", string(*made.Key.KID), at.vault(keysVault)+"/keys/full/"+version)
		p.equal("length of the version", len(version), 32)
		latest := get[azkeys.GetKeyResponse](p)(keys.GetKey(p, "full", "", nil))
		p.equal("latest", is(latest.Key.KID), is(made.Key.KID))
		read := get[azkeys.GetKeyResponse](p)(keys.GetKey(p, "full", version, nil))
		p.equal("x", read.Key.X, made.Key.X)
		p.equal("exp", read.Attributes.Expires.UTC(), expires)
		p.equal("tag", is(read.Tags["a"]), "b")
		p.equal("operations", len(read.Key.KeyOps), 1)
		p.equal("recovery level", is(read.Attributes.RecoveryLevel), "Recoverable+Purgeable")
		p.equal("exportable", is(read.Attributes.Exportable), false)
	})

	check("a key is updated, and no version is added", func(p *probe) {
		made := keys.ec(p, "updated", azkeys.CurveNameP256)
		changed := get[azkeys.UpdateKeyResponse](p)(keys.UpdateKey(p, "updated", "", azkeys.UpdateKeyParameters{
			KeyAttributes: &azkeys.KeyAttributes{Enabled: to(false)},
			KeyOps:        []*azkeys.KeyOperation{to(azkeys.KeyOperationVerify)},
			Tags:          map[string]*string{"x": to("y")},
		}, nil))
		p.equal("kid", is(changed.Key.KID), is(made.Key.KID))
		read := get[azkeys.GetKeyResponse](p)(keys.GetKey(p, "updated", "", nil))
		p.equal("enabled", is(read.Attributes.Enabled), false)
		p.equal("operation", is(read.Key.KeyOps[0]), azkeys.KeyOperationVerify)
		p.equal("tag", is(read.Tags["x"]), "y")
	})

	check("a list of more than a page has each key once, a list of versions each version", func(p *probe) {
		for number := range 28 {
			keys.ec(p, fmt.Sprintf("many-%02d", number), azkeys.CurveNameP256)
		}
		seen := map[string]int{}
		pages := 0
		for pager := keys.NewListKeyPropertiesPager(nil); pager.More(); pages++ {
			for _, key := range get[azkeys.ListKeyPropertiesResponse](p)(pager.NextPage(p)).Value {
				seen[key.KID.Name()]++
			}
		}
		for number := range 28 {
			p.equal("listed", seen[fmt.Sprintf("many-%02d", number)], 1)
		}
		p.that(pages >= 2, "pages: %d", pages)
		first := keys.ec(p, "versions", azkeys.CurveNameP256).Key.KID.Version()
		second := keys.ec(p, "versions", azkeys.CurveNameP256).Key.KID.Version()
		versions := map[string]bool{}
		for pager := keys.NewListKeyPropertiesVersionsPager("versions", nil); pager.More(); {
			for _, key := range get[azkeys.ListKeyPropertiesVersionsResponse](p)(pager.NextPage(p)).Value {
				versions[key.KID.Version()] = true
			}
		}
		p.equal("versions", versions, map[string]bool{first: true, second: true})
	})

	check("a deleted key is gone, shown as deleted, recovered, deleted again and purged", func(p *probe) {
		made := keys.ec(p, "deleted", azkeys.CurveNameP256)
		gone := get[azkeys.DeleteKeyResponse](p)(keys.DeleteKey(p, "deleted", nil))
		p.equal("recovery id", is(gone.RecoveryID), at.vault(keysVault)+"/deletedkeys/deleted")
		p.equal("retention", gone.ScheduledPurgeDate.Sub(*gone.DeletedDate), 90*24*time.Hour)
		_, err := keys.GetKey(p, "deleted", "", nil)
		p.refused(err, 404, "KeyNotFound")
		_, err = keys.CreateKey(p, "deleted", azkeys.CreateKeyParameters{Kty: to(azkeys.KeyTypeEC)}, nil)
		p.refused(err, 409, "Conflict")
		shown := get[azkeys.GetDeletedKeyResponse](p)(keys.GetDeletedKey(p, "deleted", nil))
		p.equal("kid", is(shown.Key.KID), is(made.Key.KID))
		listed := 0
		for pager := keys.NewListDeletedKeyPropertiesPager(nil); pager.More(); {
			for _, key := range get[azkeys.ListDeletedKeyPropertiesResponse](p)(pager.NextPage(p)).Value {
				if key.KID.Name() == "deleted" {
					listed++
				}
			}
		}
		p.equal("listed as deleted", listed, 1)
		back := get[azkeys.RecoverDeletedKeyResponse](p)(keys.RecoverDeletedKey(p, "deleted", nil))
		p.equal("kid", is(back.Key.KID), is(made.Key.KID))
		p.equal("x", get[azkeys.GetKeyResponse](p)(keys.GetKey(p, "deleted", "", nil)).Key.X, made.Key.X)
		get[azkeys.DeleteKeyResponse](p)(keys.DeleteKey(p, "deleted", nil))
		get[azkeys.PurgeDeletedKeyResponse](p)(keys.PurgeDeletedKey(p, "deleted", nil))
		_, err = keys.GetDeletedKey(p, "deleted", nil)
		p.refused(err, 404, "KeyNotFound")
	})

	check("a backup is restored with its versions", func(p *probe) {
		first := keys.ec(p, "kept", azkeys.CurveNameP256)
		second := keys.ec(p, "kept", azkeys.CurveNameP256)
		backup := get[azkeys.BackupKeyResponse](p)(keys.BackupKey(p, "kept", nil)).Value
		parameters := azkeys.RestoreKeyParameters{KeyBackup: backup}
		_, err := keys.RestoreKey(p, parameters, nil)
		p.refused(err, 409, "Conflict")
		get[azkeys.DeleteKeyResponse](p)(keys.DeleteKey(p, "kept", nil))
		get[azkeys.PurgeDeletedKeyResponse](p)(keys.PurgeDeletedKey(p, "kept", nil))
		restored := get[azkeys.RestoreKeyResponse](p)(keys.RestoreKey(p, parameters, nil))
		p.equal("kid", is(restored.Key.KID), is(second.Key.KID))
		older := get[azkeys.GetKeyResponse](p)(keys.GetKey(p, "kept", first.Key.KID.Version(), nil))
		p.equal("x", older.Key.X, first.Key.X)
	})

	check("an RSA key and one of a curve are imported", func(p *probe) {
		mine := get[*rsa.PrivateKey](p)(rsa.GenerateKey(rand.Reader, 2048))
		imported := get[azkeys.ImportKeyResponse](p)(keys.ImportKey(p, "imported-rsa", azkeys.ImportKeyParameters{
			Key: &azkeys.JSONWebKey{
				Kty: to(azkeys.KeyTypeRSA), N: mine.N.Bytes(), E: []byte{1, 0, 1}, D: mine.D.Bytes(),
				P: mine.Primes[0].Bytes(), Q: mine.Primes[1].Bytes(), DP: mine.Precomputed.Dp.Bytes(),
				DQ: mine.Precomputed.Dq.Bytes(), QI: mine.Precomputed.Qinv.Bytes(),
			},
		}, nil))
		p.equal("n", imported.Key.N, mine.N.Bytes())
		p.that(imported.Key.D == nil, "nothing private")

		curve := get[*ecdsa.PrivateKey](p)(ecdsa.GenerateKey(elliptic.P384(), rand.Reader))
		point := get[[]byte](p)(curve.PublicKey.Bytes())
		private := get[[]byte](p)(curve.Bytes())
		key := get[azkeys.ImportKeyResponse](p)(keys.ImportKey(p, "imported-ec", azkeys.ImportKeyParameters{
			Key: &azkeys.JSONWebKey{
				Kty: to(azkeys.KeyTypeEC), Crv: to(azkeys.CurveNameP384), X: point[1:49], Y: point[49:], D: private,
			},
		}, nil))
		p.equal("x", key.Key.X, point[1:49])
		signed := get[azkeys.SignResponse](p)(keys.Sign(p, "imported-ec", "", azkeys.SignParameters{
			Algorithm: to(azkeys.SignatureAlgorithmES384), Value: bytes.Repeat([]byte{7}, 48),
		}, nil))
		p.that(verifies(&curve.PublicKey, bytes.Repeat([]byte{7}, 48), signed.Result), "signs as the key that was imported")
	})

	check("a rotation makes a version that differs", func(p *probe) {
		made := keys.ec(p, "rotated", azkeys.CurveNameP256)
		next := get[azkeys.RotateKeyResponse](p)(keys.RotateKey(p, "rotated", nil))
		p.that(next.Key.KID.Version() != made.Key.KID.Version(), "another version")
		p.that(!bytes.Equal(next.Key.X, made.Key.X), "another key")
		p.equal("crv", is(next.Key.Crv), azkeys.CurveNameP256)
		latest := get[azkeys.GetKeyResponse](p)(keys.GetKey(p, "rotated", "", nil))
		p.equal("latest", is(latest.Key.KID), is(next.Key.KID))
	})

	check("a rotation policy is shown by default, set and kept", func(p *probe) {
		keys.ec(p, "policy", azkeys.CurveNameP256)
		before := get[azkeys.GetKeyRotationPolicyResponse](p)(keys.GetKeyRotationPolicy(p, "policy", nil))
		p.equal("actions", len(before.LifetimeActions), 1)
		get[azkeys.UpdateKeyRotationPolicyResponse](p)(keys.UpdateKeyRotationPolicy(p, "policy", azkeys.KeyRotationPolicy{
			Attributes: &azkeys.KeyRotationPolicyAttributes{ExpiryTime: to("P90D")},
			LifetimeActions: []*azkeys.LifetimeAction{{
				Action:  &azkeys.LifetimeActionType{Type: to(azkeys.KeyRotationPolicyActionRotate)},
				Trigger: &azkeys.LifetimeActionTrigger{TimeAfterCreate: to("P30D")},
			}},
		}, nil))
		after := get[azkeys.GetKeyRotationPolicyResponse](p)(keys.GetKeyRotationPolicy(p, "policy", nil))
		p.equal("expiry", is(after.Attributes.ExpiryTime), "P90D")
		rotate := ""
		for _, action := range after.LifetimeActions {
			if strings.EqualFold(string(is(action.Action.Type)), "rotate") {
				rotate = is(action.Trigger.TimeAfterCreate)
			}
		}
		p.equal("rotate", rotate, "P30D")
		next := get[azkeys.RotateKeyResponse](p)(keys.RotateKey(p, "policy", nil))
		p.equal("lifetime", next.Attributes.Expires.Sub(*next.Attributes.Created), 90*24*time.Hour)
	})

	check("a release policy belongs to an exportable key of hardware", func(p *probe) {
		policy := []byte(`{"version":"1.0.0","anyOf":[{"authority":"https://sharedeus.eus.attest.azure.net","allOf":[{"claim":"c","equals":"v"}]}]}`)
		made := keys.create(p, "exportable", azkeys.CreateKeyParameters{
			Kty: to(azkeys.KeyTypeECHSM), KeyAttributes: &azkeys.KeyAttributes{Exportable: to(true)},
			ReleasePolicy: &azkeys.KeyReleasePolicy{EncodedPolicy: policy},
		})
		p.equal("exportable", is(made.Attributes.Exportable), true)
		p.equal("policy's authority", bytes.Contains(made.ReleasePolicy.EncodedPolicy, []byte("sharedeus.eus.attest.azure.net")), true)
		_, err := keys.Release(p, "exportable", "", azkeys.ReleaseParameters{TargetAttestationToken: to("no token")}, nil)
		p.refused(err, 403, "Forbidden")
	})

	// The emulator's own authority is below its own name, which the public cloud has not.
	if at.direct() {
		check("a key is released to an environment that is vouched for", func(p *probe) {
			token := attestation(p, at)
			policy := fmt.Sprintf(`{"version":"1.0.0","anyOf":[{"authority":%q,"allOf":[{"claim":"sdk-test","equals":true}]}]}`,
				claimsOf(p, token).Iss)
			made := keys.create(p, "released", azkeys.CreateKeyParameters{
				Kty: to(azkeys.KeyTypeRSAHSM), KeyAttributes: &azkeys.KeyAttributes{Exportable: to(true)},
				ReleasePolicy: &azkeys.KeyReleasePolicy{EncodedPolicy: []byte(policy)},
			})
			given := get[azkeys.ReleaseResponse](p)(keys.Release(p, "released", made.Key.KID.Version(),
				azkeys.ReleaseParameters{TargetAttestationToken: &token}, nil))
			parts := strings.Split(is(given.Value), ".")
			p.equal("parts of the statement", len(parts), 3)
			statement := get[[]byte](p)(base64.RawURLEncoding.DecodeString(parts[1]))
			p.that(bytes.Contains(statement, []byte(*made.Key.KID)), "the key is named")
			p.that(bytes.Contains(statement, []byte("key_hsm")), "the key is in it, wrapped")
		})
	}

	check("a key's attestation comes with its certificates", func(p *probe) {
		keys.create(p, "attested", azkeys.CreateKeyParameters{Kty: to(azkeys.KeyTypeECHSM)})
		shown := get[azkeys.GetKeyAttestationResponse](p)(keys.GetKeyAttestation(p, "attested", "", nil))
		p.that(shown.Attributes.Attestation != nil, "an attestation")
		p.that(bytes.Contains(shown.Attributes.Attestation.CertificatePEMFile, []byte("BEGIN CERTIFICATE")), "certificates")
		p.that(len(shown.Attributes.Attestation.PublicKeyAttestation) > 0, "a statement")
	})

	check("refusals carry the service's codes", func(p *probe) {
		_, err := keys.GetKey(p, "nowhere", "", nil)
		p.refused(err, 404, "KeyNotFound")
		_, err = keys.CreateKey(p, "bad_name", azkeys.CreateKeyParameters{Kty: to(azkeys.KeyTypeEC)}, nil)
		p.refused(err, 400, "BadParameter")
		_, err = keys.CreateKey(p, "odd", azkeys.CreateKeyParameters{Kty: to(azkeys.KeyTypeRSA), KeySize: to(int32(1234))}, nil)
		p.refused(err, 400, "BadParameter")
		_, err = keys.RestoreKey(p, azkeys.RestoreKeyParameters{KeyBackup: []byte("no backup")}, nil)
		p.refused(err, 400, "Malformed backup blob")
		_, err = keys.RecoverDeletedKey(p, "nowhere", nil)
		p.refused(err, 404, "KeyNotFound")
		_, err = keys.GetRandomBytes(p, azkeys.GetRandomBytesParameters{Count: to(int32(8))}, nil)
		p.that(err != nil, "a vault gives no random bytes")
	})
}
