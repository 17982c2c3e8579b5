package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"
)

const secretsVault = "conf-go-secrets"

func checkSecrets(s *suite, at *place) {
	var secrets *azsecrets.Client
	check := func(name string, run func(*probe)) {
		s.check("secrets", name, func(p *probe) {
			if secrets == nil {
				secrets = get[*azsecrets.Client](p)(azsecrets.NewClient(at.vault(secretsVault), at.credential(p), nil))
			}
			run(p)
		})
	}
	set := func(p *probe, name, value string) azsecrets.SetSecretResponse {
		return get[azsecrets.SetSecretResponse](p)(
			secrets.SetSecret(p, name, azsecrets.SetSecretParameters{Value: &value}, nil))
	}

	check("a secret is set with all that it can have", func(p *probe) {
		expires := time.Now().Add(48 * time.Hour).Truncate(time.Second).UTC()
		starts := time.Now().Add(-time.Hour).Truncate(time.Second).UTC()
		made := get[azsecrets.SetSecretResponse](p)(secrets.SetSecret(p, "full", azsecrets.SetSecretParameters{
			Value: to("höchst geheim"), ContentType: to("text/plain"), Tags: map[string]*string{"a": to("b")},
			SecretAttributes: &azsecrets.SecretAttributes{Enabled: to(true), Expires: &expires, NotBefore: &starts},
		}, nil))
		p.equal("name", made.ID.Name(), "full")
		p.equal("length of the version", len(made.ID.Version()), 32)
		p.that(strings.HasPrefix(string(*made.ID), at.vault(secretsVault)+"/secrets/full/"), "id %s", *made.ID)
		read := get[azsecrets.GetSecretResponse](p)(secrets.GetSecret(p, "full", made.ID.Version(), nil))
		p.equal("value", is(read.Value), "höchst geheim")
		p.equal("content type", is(read.ContentType), "text/plain")
		p.equal("tag", is(read.Tags["a"]), "b")
		p.equal("exp", read.Attributes.Expires.UTC(), expires)
		p.equal("nbf", read.Attributes.NotBefore.UTC(), starts)
		p.that(is(read.Attributes.Enabled), "enabled")
		p.equal("recovery level", is(read.Attributes.RecoveryLevel), "Recoverable+Purgeable")
		p.equal("days", is(read.Attributes.RecoverableDays), int32(90))
		p.that(time.Since(is(read.Attributes.Created)) < time.Minute, "created just now")
	})

	check("the latest version is read by the name alone, an older one by its own", func(p *probe) {
		first := set(p, "twice", "one")
		second := set(p, "twice", "two")
		p.that(first.ID.Version() != second.ID.Version(), "another version")
		p.equal("latest", is(get[azsecrets.GetSecretResponse](p)(secrets.GetSecret(p, "twice", "", nil)).Value), "two")
		older := get[azsecrets.GetSecretResponse](p)(secrets.GetSecret(p, "twice", first.ID.Version(), nil))
		p.equal("older", is(older.Value), "one")
	})

	check("properties are updated without the value", func(p *probe) {
		made := set(p, "updated", "stays")
		changed := get[azsecrets.UpdateSecretPropertiesResponse](p)(secrets.UpdateSecretProperties(p, "updated", "",
			azsecrets.UpdateSecretPropertiesParameters{
				ContentType: to("kind"), Tags: map[string]*string{"x": to("y")},
			}, nil))
		p.that(changed.Value == nil, "no value in the answer")
		read := get[azsecrets.GetSecretResponse](p)(secrets.GetSecret(p, "updated", "", nil))
		p.equal("version", read.ID.Version(), made.ID.Version())
		p.equal("content type", is(read.ContentType), "kind")
		p.equal("tag", is(read.Tags["x"]), "y")
		p.equal("value", is(read.Value), "stays")
	})

	check("a disabled secret is not read", func(p *probe) {
		made := set(p, "disabled", "hidden")
		get[azsecrets.UpdateSecretPropertiesResponse](p)(secrets.UpdateSecretProperties(p, "disabled", made.ID.Version(),
			azsecrets.UpdateSecretPropertiesParameters{SecretAttributes: &azsecrets.SecretAttributes{Enabled: to(false)}}, nil))
		_, err := secrets.GetSecret(p, "disabled", "", nil)
		refusal := p.refused(err, 403, "Forbidden")
		p.that(strings.Contains(refusal.Error(), "SecretDisabled"), "the inner code is told")
	})

	check("a list of more than a page has each secret once and no value", func(p *probe) {
		for number := range 30 {
			set(p, fmt.Sprintf("many-%02d", number), "v")
		}
		seen := map[string]int{}
		pages := 0
		for pager := secrets.NewListSecretPropertiesPager(nil); pager.More(); pages++ {
			for _, secret := range get[azsecrets.ListSecretPropertiesResponse](p)(pager.NextPage(p)).Value {
				seen[secret.ID.Name()]++
				p.equal("version in a list", secret.ID.Version(), "")
			}
		}
		for number := range 30 {
			p.equal("listed", seen[fmt.Sprintf("many-%02d", number)], 1)
		}
		p.that(pages >= 2, "pages: %d", pages)
	})

	check("versions are listed", func(p *probe) {
		versions := map[string]bool{}
		for _, value := range []string{"1", "2", "3"} {
			versions[set(p, "versions", value).ID.Version()] = true
		}
		for pager := secrets.NewListSecretPropertiesVersionsPager("versions", nil); pager.More(); {
			for _, version := range get[azsecrets.ListSecretPropertiesVersionsResponse](p)(pager.NextPage(p)).Value {
				p.that(versions[version.ID.Version()], "known version")
				delete(versions, version.ID.Version())
			}
		}
		p.equal("versions left out", len(versions), 0)
	})

	check("a deleted secret is gone, shown as deleted, and recovered", func(p *probe) {
		set(p, "deleted", "back")
		gone := get[azsecrets.DeleteSecretResponse](p)(secrets.DeleteSecret(p, "deleted", nil))
		p.equal("recovery id", is(gone.RecoveryID), at.vault(secretsVault)+"/deletedsecrets/deleted")
		p.equal("retention", gone.ScheduledPurgeDate.Sub(*gone.DeletedDate), 90*24*time.Hour)
		p.that(gone.Value == nil, "no value in the answer")
		_, err := secrets.GetSecret(p, "deleted", "", nil)
		p.refused(err, 404, "SecretNotFound")
		shown := get[azsecrets.GetDeletedSecretResponse](p)(secrets.GetDeletedSecret(p, "deleted", nil))
		p.equal("name", shown.ID.Name(), "deleted")
		_, err = secrets.SetSecret(p, "deleted", azsecrets.SetSecretParameters{Value: to("v")}, nil)
		refusal := p.refused(err, 409, "Conflict")
		p.that(strings.Contains(refusal.Error(), "ObjectIsDeletedButRecoverable"), "the inner code is told")
		listed := 0
		for pager := secrets.NewListDeletedSecretPropertiesPager(nil); pager.More(); {
			for _, secret := range get[azsecrets.ListDeletedSecretPropertiesResponse](p)(pager.NextPage(p)).Value {
				if secret.ID.Name() == "deleted" {
					listed++
				}
			}
		}
		p.equal("listed as deleted", listed, 1)
		back := get[azsecrets.RecoverDeletedSecretResponse](p)(secrets.RecoverDeletedSecret(p, "deleted", nil))
		p.equal("name", back.ID.Name(), "deleted")
		p.equal("value", is(get[azsecrets.GetSecretResponse](p)(secrets.GetSecret(p, "deleted", "", nil)).Value), "back")
	})

	check("a purged secret cannot be recovered, and its name is free", func(p *probe) {
		set(p, "purged", "first")
		get[azsecrets.DeleteSecretResponse](p)(secrets.DeleteSecret(p, "purged", nil))
		get[azsecrets.PurgeDeletedSecretResponse](p)(secrets.PurgeDeletedSecret(p, "purged", nil))
		_, err := secrets.RecoverDeletedSecret(p, "purged", nil)
		p.refused(err, 404, "SecretNotFound")
		set(p, "purged", "second")
		p.equal("value", is(get[azsecrets.GetSecretResponse](p)(secrets.GetSecret(p, "purged", "", nil)).Value), "second")
	})

	check("a backup has every version and is restored after a purge", func(p *probe) {
		first := set(p, "kept", "one")
		set(p, "kept", "two")
		backup := get[azsecrets.BackupSecretResponse](p)(secrets.BackupSecret(p, "kept", nil)).Value
		p.that(len(backup) > 100, "a blob")
		parameters := azsecrets.RestoreSecretParameters{SecretBackup: backup}
		_, err := secrets.RestoreSecret(p, parameters, nil)
		p.refused(err, 409, "Conflict")
		get[azsecrets.DeleteSecretResponse](p)(secrets.DeleteSecret(p, "kept", nil))
		get[azsecrets.PurgeDeletedSecretResponse](p)(secrets.PurgeDeletedSecret(p, "kept", nil))
		get[azsecrets.RestoreSecretResponse](p)(secrets.RestoreSecret(p, parameters, nil))
		p.equal("latest", is(get[azsecrets.GetSecretResponse](p)(secrets.GetSecret(p, "kept", "", nil)).Value), "two")
		older := get[azsecrets.GetSecretResponse](p)(secrets.GetSecret(p, "kept", first.ID.Version(), nil))
		p.equal("older", is(older.Value), "one")
	})

	check("refusals carry the service's codes", func(p *probe) {
		_, err := secrets.GetSecret(p, "nowhere", "", nil)
		refusal := p.refused(err, 404, "SecretNotFound")
		p.that(refusal.RawResponse.Header.Get("x-ms-request-id") != "", "a request id")
		_, err = secrets.GetSecret(p, "twice", strings.Repeat("0", 32), nil)
		p.refused(err, 404, "SecretNotFound")
		_, err = secrets.SetSecret(p, "bad_name", azsecrets.SetSecretParameters{Value: to("v")}, nil)
		p.refused(err, 400, "BadParameter")
		_, err = secrets.SetSecret(p, "large", azsecrets.SetSecretParameters{Value: to(strings.Repeat("x", 25_601))}, nil)
		p.refused(err, 400, "BadParameter")
		_, err = secrets.RestoreSecret(p, azsecrets.RestoreSecretParameters{SecretBackup: []byte("no backup")}, nil)
		p.refused(err, 400, "Malformed backup blob")
		_, err = secrets.GetDeletedSecret(p, "nowhere", nil)
		p.refused(err, 404, "SecretNotFound")
	})
}
