//! What the builders of whole objects' lives have in common.

/// Resumption and limits, for a builder with the fields `target` and `options`, whose operation is
/// the field `$operation` of [`ObjectKind`](super::ObjectKind).
macro_rules! begin_builder {
    ($builder:ident, $operation:ident) => {
        impl<T> $builder<T>
        where
            T: ::serde::de::DeserializeOwned + Send + Sync + 'static,
        {
            /// Goes on with one that was begun, perhaps in another process.
            ///
            /// # Errors
            /// `InvalidInput` if the token is for another operation or another vault.
            pub fn resume(
                target: &$crate::object::Target,
                token: &$crate::poller::ResumeToken,
            ) -> $crate::Result<$crate::Poller<T>> {
                let (client, operation) = (target.client().clone(), &target.kind().$operation);
                let pipeline = client.pipeline().clone();
                let strategy =
                    $crate::poller::ResourceState::resume(client, operation.name(), token)?;
                Ok($crate::Poller::new(pipeline, operation, strategy))
            }

            /// Limits how long this call may take, with all its attempts and waits.
            pub fn with_timeout(mut self, limit: ::std::time::Duration) -> Self {
                self.options = self.options.timeout(limit);
                self
            }

            /// Repeats failed attempts of this call as `policy` says.
            pub fn with_retry(mut self, policy: $crate::retry::RetryPolicy) -> Self {
                self.options = self.options.retry(policy);
                self
            }

            /// Sends this call again for up to `limit` while access policies or roles refuse it:
            /// what was just granted takes effect some seconds to minutes later.
            pub fn wait_for_access(mut self, limit: ::std::time::Duration) -> Self {
                self.options = self.options.wait_for_access(limit);
                self
            }
        }

        impl<T> ::std::future::IntoFuture for $builder<T>
        where
            T: ::serde::de::DeserializeOwned + Send + Sync + 'static,
        {
            type Output = $crate::Result<$crate::Poller<T>>;
            type IntoFuture = $crate::call::CallFuture<$crate::Poller<T>>;

            fn into_future(self) -> Self::IntoFuture {
                Box::pin(self.send())
            }
        }

        impl<T> ::std::fmt::Debug for $builder<T> {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct(stringify!($builder))
                    .field("target", &self.target)
                    .finish_non_exhaustive()
            }
        }
    };
}
pub(super) use begin_builder;

/// Limits, `.await` and `Debug`, for a builder of several calls that gives `$output`, with the
/// fields `target`, `options` and `limit`.
macro_rules! task_builder {
    ($builder:ident, [$($generic:ident: $($bound:tt)+)?], $output:ty) => {
        impl$(<$generic: $($bound)+>)? $builder$(<$generic>)? {
            /// How long all the calls and pauses may take; 5 min unless set.
            pub fn with_timeout(mut self, limit: ::std::time::Duration) -> Self {
                self.limit = limit;
                self
            }

            /// Repeats failed attempts of each call as `policy` says.
            pub fn with_retry(mut self, policy: $crate::retry::RetryPolicy) -> Self {
                self.options = self.options.retry(policy);
                self
            }
        }

        impl$(<$generic: $($bound)+>)? ::std::future::IntoFuture for $builder$(<$generic>)? {
            type Output = $crate::Result<$output>;
            type IntoFuture = $crate::call::CallFuture<$output>;

            fn into_future(self) -> Self::IntoFuture {
                Box::pin(self.send())
            }
        }

        impl$(<$generic>)? ::std::fmt::Debug for $builder$(<$generic>)? {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct(stringify!($builder))
                    .field("target", &self.target)
                    .field("limit", &self.limit)
                    .finish_non_exhaustive()
            }
        }
    };
}
pub(super) use task_builder;
