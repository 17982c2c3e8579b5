//! Carrying a plan out.

mod access;
mod progress;
mod report;
mod run;
mod vault;

use std::{
    fmt,
    future::IntoFuture,
    pin::Pin,
    task::{Context, Poll},
};

use futures::{
    FutureExt, Stream, StreamExt,
    channel::mpsc::{self, UnboundedReceiver, UnboundedSender},
    future::BoxFuture,
};
pub use progress::{Progress, Step};
pub use report::{FleetReport, Outcome, VaultReport};

use crate::{FleetPlan, Provisioner};

/// A plan that is carried out; made by [`Provisioner::apply`](crate::Provisioner::apply). Awaited it
/// gives a [`FleetReport`]; before that it is a stream of what is done. Nothing is done unless it is
/// polled; whoever drops it leaves what is done so far, and plans again.
///
/// # Examples
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = azvault_emulator::Emulator::start().await?;
/// # use azvault_fleet::{DesiredVault, Fleet, Provisioner};
/// # let provisioner = Provisioner::builder(emulator.credential())
/// #     .endpoint(emulator.management_url()).transport(emulator.transport()).build()?;
/// # let vault = DesiredVault::new("pay-prod").subscription(emulator.subscription_id())
/// #     .tenant(emulator.tenant_id()).location("eastus").resource_group("payments");
/// # let plan = provisioner.plan(&Fleet::new().vault(vault)).await?;
/// use futures::StreamExt;
///
/// let mut apply = provisioner.apply(plan);
/// while let Some(progress) = apply.next().await {
///     println!("{progress}");
/// }
/// let report = apply.await;
/// assert!(!report.has_failures());
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is done before it is polled"]
pub struct Apply {
    work: BoxFuture<'static, FleetReport>,
    told: UnboundedReceiver<Progress>,
    report: Option<FleetReport>,
}

/// Where those who work tell of it. As many are on their way as the work tells between two polls.
#[derive(Clone, Debug)]
struct Teller(UnboundedSender<Progress>);

impl Teller {
    fn tell(&self, progress: Progress) {
        // Nobody listens any more when the apply is dropped, and the work with it.
        let _gone = self.0.unbounded_send(progress);
    }
}

impl Apply {
    pub(crate) fn new(provisioner: Provisioner, plan: FleetPlan) -> Self {
        let (tell, told) = mpsc::unbounded();
        let work = run::run(provisioner, plan, Teller(tell)).boxed();
        Self { work, told, report: None }
    }

    /// Carries out what is left to do, and gives the report; the same as `.await`, for `spawn` and
    /// `join!`.
    pub async fn finish(mut self) -> FleetReport {
        match self.report.take() {
            Some(report) => report,
            None => {
                drop(self.told);
                self.work.await
            }
        }
    }
}

impl Stream for Apply {
    type Item = Progress;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Progress>> {
        let this = self.get_mut();
        // What was told is given before more is done.
        if let Poll::Ready(Some(progress)) = this.told.poll_next_unpin(cx) {
            return Poll::Ready(Some(progress));
        }
        if this.report.is_none()
            && let Poll::Ready(report) = this.work.poll_unpin(cx)
        {
            this.report = Some(report);
        }
        match this.told.poll_next_unpin(cx) {
            Poll::Ready(Some(progress)) => Poll::Ready(Some(progress)),
            _ if this.report.is_some() => Poll::Ready(None),
            _ => Poll::Pending,
        }
    }
}

impl IntoFuture for Apply {
    type Output = FleetReport;
    type IntoFuture = BoxFuture<'static, FleetReport>;

    fn into_future(self) -> Self::IntoFuture {
        self.finish().boxed()
    }
}

impl fmt::Debug for Apply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Apply").field("done", &self.report.is_some()).finish_non_exhaustive()
    }
}
