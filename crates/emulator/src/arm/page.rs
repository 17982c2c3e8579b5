//! A list, or a page of one, in Resource Manager's form.

use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Page<T> {
    pub(super) value: Vec<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_link: Option<String>,
}

impl<T> Page<T> {
    /// A list that is not cut into pages.
    pub(super) fn whole(value: Vec<T>) -> Self {
        Self { value, next_link: None }
    }

    /// The first `size` of `items`, which `view` gives with what each is continued after; `link` is asked for the way
    /// on when more follow.
    pub(super) fn cut<I, K>(
        items: impl Iterator<Item = I>,
        size: usize,
        view: impl Fn(I) -> (K, T),
        link: impl FnOnce(K) -> String,
    ) -> Self {
        let mut items = items.peekable();
        let (mut value, mut last) = (Vec::new(), None);
        while value.len() < size
            && let Some((key, item)) = items.next().map(&view)
        {
            last = Some(key);
            value.push(item);
        }
        let next_link = items.peek().and(last).map(link);
        Self { value, next_link }
    }
}
