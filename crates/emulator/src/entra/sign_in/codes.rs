//! Sign-ins that have begun and are not over: each has a code that nobody can guess.

use std::{collections::BTreeMap, fmt, sync::Mutex};

use aws_lc_rs::{constant_time::verify_slices_are_equal, digest, rand};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use time::{Duration, OffsetDateTime};

use crate::{
    entra::{grants::Asked, refusal::Refusal},
    locks::lock,
    principal::Principal,
};

/// As Entra has it.
pub(super) const DEVICE_LIFETIME: Duration = Duration::minutes(15);
const CODE_LIFETIME: Duration = Duration::minutes(10);
/// So many may be under way; the ones that end first make room.
const UNDER_WAY: usize = 10_000;
/// Without vowels, so that no word comes out, and without what looks alike.
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

/// The sign-ins under way.
#[derive(Default)]
pub(crate) struct SignIns {
    /// Whether a device's sign-in waits for somebody to approve it.
    pub(in crate::entra) by_hand: bool,
    devices: Mutex<BTreeMap<String, Device>>,
    /// `None` once redeemed.
    codes: Mutex<BTreeMap<String, Option<Code>>>,
}

#[derive(Clone)]
struct Device {
    user_code: String,
    client_id: String,
    asked: Asked,
    expires: OffsetDateTime,
    state: State,
}

#[derive(Clone)]
enum State {
    Pending,
    Approved(Principal),
    Declined,
}

/// What a browser brings the program.
#[derive(Clone, Debug)]
pub(super) struct Code {
    pub(super) client_id: String,
    pub(super) redirect_uri: String,
    /// The challenge that the verifier's SHA-256 has to be.
    pub(super) challenge: Option<String>,
    pub(super) user: Principal,
    pub(super) asked: Asked,
    pub(super) nonce: Option<String>,
}

/// How a device's sign-in stands.
#[derive(Debug)]
pub(in crate::entra) enum Polled {
    Approved(Principal, Asked),
    Pending,
    Declined,
    Expired,
    Unknown,
}

/// What a program shows for the code of a browser.
pub(in crate::entra) struct Redemption<'a> {
    pub(in crate::entra) code: &'a str,
    pub(in crate::entra) client_id: &'a str,
    pub(in crate::entra) redirect_uri: &'a str,
    pub(in crate::entra) verifier: Option<&'a str>,
}

/// What the code stands for.
pub(in crate::entra) struct Redeemed {
    pub(in crate::entra) user: Principal,
    pub(in crate::entra) asked: Asked,
    pub(in crate::entra) nonce: Option<String>,
}

impl SignIns {
    pub(crate) fn new(by_hand: bool) -> Self {
        Self { by_hand, ..Self::default() }
    }

    /// Begins a device's sign-in; gives the device's code and the user's. `user` approved it already, if there is one.
    pub(super) fn begin_device(
        &self,
        client_id: &str,
        asked: Asked,
        user: Option<Principal>,
        now: OffsetDateTime,
    ) -> Option<(String, String)> {
        let (code, user_code) = (unguessable()?, user_code()?);
        let device = Device {
            user_code: user_code.clone(),
            client_id: client_id.to_owned(),
            asked,
            expires: now.saturating_add(DEVICE_LIFETIME),
            state: user.map_or(State::Pending, State::Approved),
        };
        let mut devices = lock(&self.devices);
        // An expired one is still known for a while, since its program is told so.
        devices.retain(|_, device| device.expires.saturating_add(DEVICE_LIFETIME) > now);
        make_room(&mut devices, |device| device.expires);
        devices.insert(code.clone(), device);
        Some((code, user_code))
    }

    /// Approves, or declines without a user; `false` when no such sign-in waits.
    pub(super) fn decide(
        &self,
        user_code: &str,
        user: Option<Principal>,
        now: OffsetDateTime,
    ) -> bool {
        let typed: String = user_code
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_uppercase();
        let mut devices = lock(&self.devices);
        let waiting = devices.values_mut().find(|device| {
            device.user_code == typed
                && device.expires > now
                && matches!(device.state, State::Pending)
        });
        let Some(device) = waiting else {
            return false;
        };
        device.state = user.map_or(State::Declined, State::Approved);
        true
    }

    /// How it stands; an approved one is over by that.
    pub(in crate::entra) fn poll(
        &self,
        code: &str,
        client_id: &str,
        now: OffsetDateTime,
    ) -> Polled {
        let mut devices = lock(&self.devices);
        let Some(device) = devices.get(code).filter(|device| is(&device.client_id, client_id))
        else {
            return Polled::Unknown;
        };
        if device.expires <= now {
            return Polled::Expired;
        }
        match device.state.clone() {
            State::Pending => Polled::Pending,
            State::Declined => Polled::Declined,
            State::Approved(user) => {
                let asked = device.asked.clone();
                devices.remove(code);
                Polled::Approved(user.with_appid(client_id), asked)
            }
        }
    }

    /// The code for a browser to take along.
    pub(super) fn issue(&self, code: Code, now: OffsetDateTime) -> Option<String> {
        // The time comes first, so that the oldest is the first of the map.
        let expires = now.saturating_add(CODE_LIFETIME).unix_timestamp();
        let name = format!("{expires:011}.{}", unguessable()?);
        let mut codes = lock(&self.codes);
        codes.retain(|name, _| lives(name, now));
        make_room(&mut codes, |_| 0);
        codes.insert(name.clone(), Some(code));
        Some(name)
    }

    /// Gives what the code stands for, once.
    pub(in crate::entra) fn redeem(
        &self,
        shown: &Redemption<'_>,
        now: OffsetDateTime,
    ) -> Result<Redeemed, Refusal> {
        if !lives(shown.code, now) {
            return Err(if ends(shown.code).is_some() {
                let text = "The provided authorization code or refresh token has expired due to inactivity. Send a \
                            new interactive authorization request for this user and resource.";
                Refusal::grant(70_008, text)
            } else {
                malformed()
            });
        }
        let code = lock(&self.codes).get_mut(shown.code).map(Option::take);
        let code = code.ok_or_else(malformed)?.ok_or_else(|| {
            let text = "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use \
                        an existing refresh token.";
            Refusal::grant(54_005, text)
        })?;
        if !is(&code.client_id, shown.client_id) || code.redirect_uri != shown.redirect_uri {
            let text = "The provided value for the 'code' parameter is not valid: the client or the reply address \
                        is another than the one it was issued for.";
            return Err(Refusal::grant(70_000, text));
        }
        let proven = match (&code.challenge, shown.verifier) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(challenge), Some(verifier)) => {
                let hash = digest::digest(&digest::SHA256, verifier.as_bytes());
                let hash = URL_SAFE_NO_PAD.encode(hash);
                verify_slices_are_equal(hash.as_bytes(), challenge.as_bytes()).is_ok()
            }
        };
        if !proven {
            let text = "The Code_Verifier does not match the code_challenge supplied in the authorization request.";
            return Err(Refusal::grant(501_481, text));
        }
        Ok(Redeemed { user: code.user, asked: code.asked, nonce: code.nonce })
    }
}

/// Each code is worth a token, so that none is shown.
impl fmt::Debug for SignIns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignIns").field("by_hand", &self.by_hand).finish_non_exhaustive()
    }
}

fn is(client_id: &str, other: &str) -> bool {
    client_id.eq_ignore_ascii_case(other)
}

fn malformed() -> Refusal {
    Refusal::grant(9_002_313, "Invalid request. Request is malformed or invalid.")
}

/// When a code of that name ends, in seconds since 1970; `None` when it is none.
fn ends(name: &str) -> Option<i64> {
    name.split_once('.').and_then(|(seconds, _)| seconds.parse().ok())
}

fn lives(name: &str, now: OffsetDateTime) -> bool {
    ends(name).is_some_and(|ends| ends > now.unix_timestamp())
}

/// Takes the one that ends first away when there are too many.
fn make_room<T, O: Ord>(under_way: &mut BTreeMap<String, T>, ends: impl Fn(&T) -> O) {
    if under_way.len() < UNDER_WAY {
        return;
    }
    let first = under_way.iter().min_by_key(|(_, one)| ends(one)).map(|(name, _)| name.clone());
    if let Some(first) = first {
        under_way.remove(&first);
    }
}

/// `None` when the system has no random bytes.
fn unguessable() -> Option<String> {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).ok()?;
    Some(URL_SAFE_NO_PAD.encode(bytes))
}

/// Nine letters, as people type them.
fn user_code() -> Option<String> {
    let mut bytes = [0; 9];
    rand::fill(&mut bytes).ok()?;
    let letter = |byte: &u8| LETTERS.get(usize::from(*byte) % LETTERS.len()).copied();
    bytes.iter().map(letter).map(|letter| letter.map(char::from)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked() -> Asked {
        Asked { audience: "https://a".to_owned(), scope: "https://a/.default".to_owned() }
    }

    #[test]
    fn a_device_waits_until_it_is_approved_and_is_let_in_once() {
        let (sign_ins, now) = (SignIns::new(true), OffsetDateTime::UNIX_EPOCH);
        let (code, user_code) = sign_ins.begin_device("app", asked(), None, now).unwrap();
        assert!(matches!(sign_ins.poll(&code, "app", now), Polled::Pending));
        assert!(matches!(sign_ins.poll(&code, "other", now), Polled::Unknown));
        assert!(!sign_ins.decide("WRONG", Some(Principal::for_user("ada")), now));
        let typed = format!(" {}-{}", user_code[..4].to_lowercase(), &user_code[4..]);
        assert!(sign_ins.decide(&typed, Some(Principal::for_user("ada")), now));
        assert!(!sign_ins.decide(&typed, None, now), "it waits no more");
        match sign_ins.poll(&code, "app", now) {
            Polled::Approved(user, asked) => {
                assert_eq!((user.upn(), user.appid()), (Some("ada"), "app"));
                assert_eq!(asked.audience, "https://a");
            }
            other => panic!("{other:?}"),
        }
        assert!(matches!(sign_ins.poll(&code, "app", now), Polled::Unknown));
    }

    #[test]
    fn a_device_is_told_that_it_was_declined_or_that_it_is_too_late() {
        let (sign_ins, now) = (SignIns::new(true), OffsetDateTime::UNIX_EPOCH);
        let (declined, user_code) = sign_ins.begin_device("app", asked(), None, now).unwrap();
        assert!(sign_ins.decide(&user_code, None, now));
        assert!(matches!(sign_ins.poll(&declined, "app", now), Polled::Declined));
        let (late, user_code) = sign_ins.begin_device("app", asked(), None, now).unwrap();
        let then = now + DEVICE_LIFETIME;
        assert!(!sign_ins.decide(&user_code, None, then));
        assert!(matches!(sign_ins.poll(&late, "app", then), Polled::Expired));
        sign_ins.begin_device("app", asked(), None, then + DEVICE_LIFETIME).unwrap();
        assert!(matches!(sign_ins.poll(&late, "app", then), Polled::Unknown));
    }

    fn code() -> Code {
        Code {
            client_id: "app".to_owned(),
            redirect_uri: "http://localhost:1".to_owned(),
            // RFC 7636, appendix B.
            challenge: Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".to_owned()),
            user: Principal::for_user("ada"),
            asked: asked(),
            nonce: None,
        }
    }

    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    #[test]
    fn a_code_is_redeemed_once_in_time_by_who_began() {
        let (sign_ins, now) = (SignIns::default(), OffsetDateTime::UNIX_EPOCH);
        let good = ("app", "http://localhost:1", Some(VERIFIER));
        for (client_id, redirect_uri, verifier) in [
            good,
            ("other", good.1, good.2),
            (good.0, "http://localhost:2", good.2),
            (good.0, good.1, None),
            (good.0, good.1, Some("wrong")),
        ] {
            let name = sign_ins.issue(code(), now).unwrap();
            let shown = Redemption { code: &name, client_id, redirect_uri, verifier };
            let right = (client_id, redirect_uri, verifier) == good;
            assert_eq!(sign_ins.redeem(&shown, now).is_ok(), right, "{client_id} {redirect_uri}");
            assert!(sign_ins.redeem(&shown, now).is_err(), "twice");
        }
        let name = sign_ins.issue(code(), now).unwrap();
        let shown =
            Redemption { code: &name, client_id: good.0, redirect_uri: good.1, verifier: good.2 };
        let late = sign_ins.redeem(&shown, now + CODE_LIFETIME).err().unwrap();
        assert!(late.description().starts_with("AADSTS70008: "), "{}", late.description());
    }
}
