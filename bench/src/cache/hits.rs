//! The caches, filled with the same secrets, and gets that all hit.

use std::{hint::black_box, sync::Arc, time::Duration};

use anyhow::{Context, Result, ensure};
use azvault_emulator::Emulator;
use azvault_secrets::{SecretBundle, SecretCache, SecretClient};
use tokio::runtime::Runtime;

use super::GETS;
use crate::harness::{Measure, cpu, runtime};

/// A few names, as a program has.
const NAMES: [&str; 8] = [
    "db-password",
    "db-user",
    "storage-account-key",
    "signing-key",
    "smtp-password",
    "api-token",
    "redis-connection-string",
    "webhook-secret",
];

/// Whose hits, and how they are asked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Hits {
    /// `cache.get_secret(name).await`.
    Ours,
    /// `cache.try_get(name)`.
    OursTried,
    /// `moka::sync::Cache::get(name)`, with a time to live of the same length.
    Moka,
}

/// What the gets are measured on.
pub(super) struct Table {
    runtime: Runtime,
    ours: SecretCache,
    moka: moka::sync::Cache<String, Arc<SecretBundle>>,
}

impl Table {
    pub(super) fn set() -> Result<Self> {
        let runtime = runtime()?;
        let emulator = Emulator::in_memory();
        let client = SecretClient::builder(&emulator.vault_url("bench"))
            .credential(emulator.credential())
            .transport(emulator.in_memory_transport())
            .build()?;
        let hour = Duration::from_secs(3600);
        let ours = SecretCache::builder(client).ttl(hour).capacity(1000).build();
        let moka = moka::sync::Cache::builder().time_to_live(hour).max_capacity(1000).build();
        runtime.block_on(async {
            for name in NAMES {
                ours.client().set_secret(name, "a value of thirty-two characters").await?;
                moka.insert(name.to_owned(), ours.get_secret(name).await?);
            }
            anyhow::Ok(())
        })?;
        ensure!(NAMES.iter().all(|name| ours.try_get(name).is_some()), "the cache is not filled");
        Ok(Self { runtime, ours, moka })
    }

    /// Nanoseconds of CPU a get.
    pub(super) fn measure(&self, hits: Hits) -> Measure<'_> {
        Box::new(move || {
            let spent = cpu(|| self.get(hits, GETS))?;
            Ok(spent.as_secs_f64() * 1e9 / GETS as f64)
        })
    }

    /// Gets so many secrets.
    pub(super) fn get(&self, hits: Hits, gets: usize) -> Result<()> {
        let names = || NAMES.iter().cycle().take(gets).copied();
        match hits {
            Hits::Ours => self.runtime.block_on(async {
                for name in names() {
                    black_box(self.ours.get_secret(black_box(name)).await?);
                }
                Ok(())
            }),
            Hits::OursTried => {
                for name in names() {
                    black_box(self.ours.try_get(black_box(name)).context("no hit")?);
                }
                Ok(())
            }
            Hits::Moka => {
                for name in names() {
                    black_box(self.moka.get(black_box(name)).context("no hit")?);
                }
                Ok(())
            }
        }
    }
}
