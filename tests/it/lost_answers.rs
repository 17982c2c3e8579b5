//! The service did it, and its answer was lost: the doubt is told, and a look finds what there is.

use azvault::{ErrorKind, secrets::SecretClient};
use azvault_core::retry::StopReason;
use azvault_emulator::Emulator;

fn secrets(emulator: &Emulator) -> SecretClient {
    SecretClient::builder(&emulator.vault_url("my-vault"))
        .credential(emulator.credential())
        .transport(emulator.in_memory_transport())
        .build()
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_secret_whose_answer_was_lost_is_set_once_and_found_by_a_look() {
    let emulator = Emulator::in_memory();
    let secrets = secrets(&emulator);
    secrets.set_secret("s", "old").await.unwrap();
    emulator.faults().next(1).on("PUT", "/secrets/s").disconnect_after_processing();
    let error = secrets.set_secret("s", "new").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert!(error.may_have_been_sent());
    assert_eq!(error.stop_reason(), Some(&StopReason::Ambiguous));
    // The look that the error's advice is about.
    assert_eq!(secrets.get_secret("s").await.unwrap().value().expose(), "new");
    let versions = secrets.list_secret_properties_versions("s").try_collect().await.unwrap();
    assert_eq!(versions.len(), 2, "the lost one was sent again");
}

#[tokio::test(start_paused = true)]
async fn a_failing_service_gets_no_second_version_and_a_failing_read_is_repeated() {
    let emulator = Emulator::in_memory();
    let secrets = secrets(&emulator);
    // So that no fault meets the question that a first call begins with.
    secrets.set_secret("warm", "v").await.unwrap();
    for status in [408, 500, 502, 503, 504] {
        let name = format!("s{status}");
        emulator.faults().next(1).on("PUT", "/secrets/").status(status);
        let error = secrets.set_secret(&name, "v").await.unwrap_err();
        assert!(error.may_have_been_sent(), "{status}");
        assert!(error.explain().unwrap().contains("newest version"), "{error:?}");
        assert_eq!(secrets.get_secret(&name).await.unwrap_err().kind(), ErrorKind::NotFound);
        secrets.set_secret(&name, "v").await.unwrap();
        emulator.faults().next(2).on("GET", "/secrets/").status(status);
        assert_eq!(secrets.get_secret(&name).await.unwrap().value().expose(), "v");
        let versions = secrets.list_secret_properties_versions(&name).try_collect().await;
        assert_eq!(versions.unwrap().len(), 1, "{status}");
    }
}
