package main

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"
)

const (
	identityVault = "conf-go-identity"
	// As principals.toml has it.
	knownClient = "33333333-3333-4444-8555-666666666666"
	knownSecret = "the one secret"
)

// claims are what a token says.
type claims struct {
	Aud, Iss, Tid, Oid, Appid string
	Exp, Nbf                  int64
}

func claimsOf(p *probe, token string) claims {
	parts := strings.Split(token, ".")
	p.equal("parts of the token", len(parts), 3)
	body := get[[]byte](p)(base64.RawURLEncoding.DecodeString(parts[1]))
	var said claims
	p.must(json.Unmarshal(body, &said))
	return said
}

// accepted expects a token for this tenant that a vault takes.
func accepted(p *probe, at *place, credential azcore.TokenCredential) claims {
	token := get[azcore.AccessToken](p)(credential.GetToken(p, policy.TokenRequestOptions{Scopes: []string{at.scope()}}))
	p.that(time.Until(token.ExpiresOn) > 5*time.Minute, "the token lasts")
	said := claimsOf(p, token.Token)
	p.equal("tid", said.Tid, at.tenant)
	p.that(said.Aud != "" && strings.HasPrefix(at.scope(), strings.TrimSuffix(said.Aud, "/")), "aud is the vaults': %s", said.Aud)
	p.that(said.Oid != "", "oid")
	p.that(said.Exp > time.Now().Unix(), "exp")
	again := get[azcore.AccessToken](p)(credential.GetToken(p, policy.TokenRequestOptions{Scopes: []string{at.scope()}}))
	p.equal("cached token", again.Token == token.Token, true)

	secrets := get[*azsecrets.Client](p)(azsecrets.NewClient(at.vault(identityVault), credential, nil))
	value := base64.RawURLEncoding.EncodeToString([]byte(time.Now().String()))
	get[azsecrets.SetSecretResponse](p)(secrets.SetSecret(p, "signed-in", azsecrets.SetSecretParameters{Value: &value}, nil))
	read := get[azsecrets.GetSecretResponse](p)(secrets.GetSecret(p, "signed-in", "", nil))
	p.equal("value", is(read.Value), value)
	return said
}

// certificate is a self-signed one for signing in, with its key.
func certificate(p *probe) (*x509.Certificate, *rsa.PrivateKey) {
	key := get[*rsa.PrivateKey](p)(rsa.GenerateKey(rand.Reader, 2048))
	template := &x509.Certificate{
		SerialNumber: big.NewInt(7),
		Subject:      pkix.Name{CommonName: "conformance"},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(24 * time.Hour),
	}
	der := get[[]byte](p)(x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key))
	return get[*x509.Certificate](p)(x509.ParseCertificate(der)), key
}

func checkIdentity(s *suite, at *place) {
	check := func(name string, run func(*probe)) { s.check("identity", name, run) }

	check("a client secret signs in", func(p *probe) {
		credential := get[*azidentity.ClientSecretCredential](p)(azidentity.NewClientSecretCredential(
			at.tenant, at.client, at.secret,
			&azidentity.ClientSecretCredentialOptions{DisableInstanceDiscovery: at.direct()}))
		said := accepted(p, at, credential)
		p.equal("appid", said.Appid, at.client)
	})

	check("the same client is the same principal whichever way it signs in, another is another", func(p *probe) {
		options := &azidentity.ClientSecretCredentialOptions{DisableInstanceDiscovery: at.direct()}
		oid := func(client string) string {
			credential := get[*azidentity.ClientSecretCredential](p)(azidentity.NewClientSecretCredential(
				at.tenant, client, at.secret, options))
			return accepted(p, at, credential).Oid
		}
		cert, key := certificate(p)
		byCertificate := get[*azidentity.ClientCertificateCredential](p)(azidentity.NewClientCertificateCredential(
			at.tenant, at.client, []*x509.Certificate{cert}, key,
			&azidentity.ClientCertificateCredentialOptions{DisableInstanceDiscovery: at.direct()}))
		p.equal("oid", accepted(p, at, byCertificate).Oid, oid(at.client))
		p.that(oid("22222222-2222-4333-8444-555555555555") != oid(at.client), "another oid")
	})

	check("a certificate with its chain in the token request signs in", func(p *probe) {
		cert, key := certificate(p)
		credential := get[*azidentity.ClientCertificateCredential](p)(azidentity.NewClientCertificateCredential(
			at.tenant, at.client, []*x509.Certificate{cert}, key, &azidentity.ClientCertificateCredentialOptions{
				DisableInstanceDiscovery: at.direct(), SendCertificateChain: true,
			}))
		p.equal("appid", accepted(p, at, credential).Appid, at.client)
	})

	check("a client assertion signs in", func(p *probe) {
		credential := get[*azidentity.ClientAssertionCredential](p)(azidentity.NewClientAssertionCredential(
			at.tenant, at.client, func(context.Context) (string, error) { return assertion(p), nil },
			&azidentity.ClientAssertionCredentialOptions{DisableInstanceDiscovery: at.direct()}))
		p.equal("appid", accepted(p, at, credential).Appid, at.client)
	})

	check("a workload's federated token signs in", func(p *probe) {
		file := filepath.Join(get[string](p)(os.MkdirTemp("", "conformance")), "token")
		defer os.RemoveAll(filepath.Dir(file))
		p.must(os.WriteFile(file, []byte(assertion(p)), 0o600))
		credential := get[*azidentity.WorkloadIdentityCredential](p)(azidentity.NewWorkloadIdentityCredential(
			&azidentity.WorkloadIdentityCredentialOptions{
				DisableInstanceDiscovery: at.direct(), TokenFilePath: file,
			}))
		p.equal("appid", accepted(p, at, credential).Appid, at.client)
	})

	check("the environment's certificate signs in", func(p *probe) {
		cert, key := certificate(p)
		file := filepath.Join(get[string](p)(os.MkdirTemp("", "conformance")), "certificate.pem")
		defer os.RemoveAll(filepath.Dir(file))
		text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})
		pkcs8 := get[[]byte](p)(x509.MarshalPKCS8PrivateKey(key))
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})...)
		p.must(os.WriteFile(file, text, 0o600))
		defer without("AZURE_CLIENT_SECRET")()
		defer with("AZURE_CLIENT_CERTIFICATE_PATH", file)()
		credential := get[*azidentity.EnvironmentCredential](p)(azidentity.NewEnvironmentCredential(
			&azidentity.EnvironmentCredentialOptions{DisableInstanceDiscovery: at.direct()}))
		p.equal("appid", accepted(p, at, credential).Appid, at.client)
	})

	check("the managed identity of App Service signs in", func(p *probe) {
		p.that(os.Getenv("IDENTITY_ENDPOINT") != "", "IDENTITY_ENDPOINT is set")
		credential := get[*azidentity.ManagedIdentityCredential](p)(azidentity.NewManagedIdentityCredential(nil))
		accepted(p, at, credential)
	})

	check("a managed identity that the user assigned is the client that it is named by", func(p *probe) {
		const mine = "77777777-2222-4333-8444-555555555555"
		credential := get[*azidentity.ManagedIdentityCredential](p)(azidentity.NewManagedIdentityCredential(
			&azidentity.ManagedIdentityCredentialOptions{ID: azidentity.ClientID(mine)}))
		p.equal("appid", accepted(p, at, credential).Appid, mine)
	})

	// This client has the address of IMDS as a constant: nothing but a proxy leads it here.
	if at.proxy {
		check("the managed identity of a virtual machine signs in", func(p *probe) {
			defer without("IDENTITY_ENDPOINT", "IDENTITY_HEADER")()
			credential := get[*azidentity.ManagedIdentityCredential](p)(azidentity.NewManagedIdentityCredential(nil))
			accepted(p, at, credential)
		})
	}

	check("a device code signs a user in", func(p *probe) {
		var shown azidentity.DeviceCodeMessage
		credential := get[*azidentity.DeviceCodeCredential](p)(azidentity.NewDeviceCodeCredential(
			&azidentity.DeviceCodeCredentialOptions{
				DisableInstanceDiscovery: at.direct(),
				TenantID:                 at.tenant,
				ClientID:                 at.client,
				UserPrompt: func(_ context.Context, message azidentity.DeviceCodeMessage) error {
					shown = message
					return nil
				},
			}))
		accepted(p, at, credential)
		p.that(strings.Contains(shown.Message, shown.UserCode) && shown.UserCode != "", "the message has the code")
		p.that(strings.HasPrefix(shown.VerificationURL, "https://"), "where to go: %s", shown.VerificationURL)
	})

	for _, source := range []string{"", "EnvironmentCredential", "ManagedIdentityCredential", "prod"} {
		name := "DefaultAzureCredential signs in"
		if source != "" {
			name += " as AZURE_TOKEN_CREDENTIALS=" + source
		}
		check(name, func(p *probe) {
			if source != "" {
				defer with("AZURE_TOKEN_CREDENTIALS", source)()
			}
			accepted(p, at, at.credential(p))
		})
	}

	check("of an application that is known, its secret alone signs in", func(p *probe) {
		by := func(secret string) *azidentity.ClientSecretCredential {
			return get[*azidentity.ClientSecretCredential](p)(azidentity.NewClientSecretCredential(
				at.tenant, knownClient, secret,
				&azidentity.ClientSecretCredentialOptions{DisableInstanceDiscovery: at.direct()}))
		}
		p.equal("appid", accepted(p, at, by(knownSecret)).Appid, knownClient)
		_, err := by("another secret").GetToken(p, policy.TokenRequestOptions{Scopes: []string{at.scope()}})
		var refusal *azidentity.AuthenticationFailedError
		p.that(errors.As(err, &refusal), "AuthenticationFailedError: %v", err)
		p.equal("status", refusal.RawResponse.StatusCode, 401)
		p.that(strings.Contains(err.Error(), "AADSTS7000215"), "the code of a wrong secret: %v", err)
	})

	check("a scope that is none is refused with Entra's code", func(p *probe) {
		credential := get[*azidentity.ClientSecretCredential](p)(azidentity.NewClientSecretCredential(
			at.tenant, at.client, at.secret,
			&azidentity.ClientSecretCredentialOptions{DisableInstanceDiscovery: at.direct()}))
		_, err := credential.GetToken(p, policy.TokenRequestOptions{Scopes: []string{"not-a-scope"}})
		var refusal *azidentity.AuthenticationFailedError
		p.that(errors.As(err, &refusal), "AuthenticationFailedError: %v", err)
		p.that(strings.Contains(err.Error(), "AADSTS"), "a code of Entra: %v", err)
		p.equal("status", refusal.RawResponse.StatusCode, 400)
	})

	check("a token of another audience is refused by a vault", func(p *probe) {
		credential := wrongAudience{at.credential(p), at.management + "/.default"}
		secrets := get[*azsecrets.Client](p)(azsecrets.NewClient(at.vault(identityVault), credential, nil))
		_, err := secrets.GetSecret(p, "signed-in", "", nil)
		p.refused(err, 401, "Unauthorized")
	})
}

// wrongAudience asks for a scope of its own.
type wrongAudience struct {
	azcore.TokenCredential
	scope string
}

func (w wrongAudience) GetToken(ctx context.Context, options policy.TokenRequestOptions) (azcore.AccessToken, error) {
	options.Scopes = slices.Clone([]string{w.scope})
	return w.TokenCredential.GetToken(ctx, options)
}

// assertion is a statement of some other issuer, in the form of a token.
func assertion(p *probe) string {
	encode := func(value map[string]any) string {
		return base64.RawURLEncoding.EncodeToString(get[[]byte](p)(json.Marshal(value)))
	}
	return encode(map[string]any{"alg": "RS256", "typ": "JWT"}) + "." + encode(map[string]any{
		"iss": "https://issuer.example", "sub": "system:serviceaccount:a:b", "aud": "api://AzureADTokenExchange",
		"exp": time.Now().Add(time.Hour).Unix(),
	}) + "." + base64.RawURLEncoding.EncodeToString([]byte("signed by nobody"))
}
