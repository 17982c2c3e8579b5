//! Rust source without what its comments and literals say, line by line as it was.
//!
//! Enough of a lexer that a forbidden word in a string or a comment is not taken for code.

/// What the scanner is inside of.
#[derive(Clone, Copy, PartialEq)]
enum Inside {
    Code,
    LineComment,
    BlockComment(u32),
    Text,
    RawText(usize),
}

/// The source with comments as spaces, and the contents of strings and characters as underscores.
pub(super) fn code_only(source: &str) -> String {
    let chars: Vec<char> = source.chars().collect();
    let at = |index: usize| chars.get(index).copied().unwrap_or('\0');
    let mut out = String::with_capacity(source.len());
    let mut inside = Inside::Code;
    let mut index = 0;
    while index < chars.len() {
        let (this, next) = (at(index), at(index + 1));
        let mut step = 1;
        let mut keep = inside == Inside::Code;
        let was_comment = matches!(inside, Inside::LineComment | Inside::BlockComment(_));
        match inside {
            Inside::Code => match this {
                '/' if next == '/' => (inside, keep) = (Inside::LineComment, false),
                '/' if next == '*' => (inside, keep, step) = (Inside::BlockComment(1), false, 2),
                '"' => inside = Inside::Text,
                'r' if !is_word(at(index.wrapping_sub(1))) || at(index.wrapping_sub(1)) == 'b' => {
                    let hashes = (index + 1..).take_while(|&i| at(i) == '#').count();
                    if at(index + 1 + hashes) == '"' {
                        (inside, step) = (Inside::RawText(hashes), hashes + 2);
                    }
                }
                '\'' => step = character(&at, index),
                _ => {}
            },
            Inside::LineComment if this == '\n' => inside = Inside::Code,
            Inside::BlockComment(depth) => match (this, next) {
                ('/', '*') => (inside, step) = (Inside::BlockComment(depth + 1), 2),
                ('*', '/') if depth > 1 => (inside, step) = (Inside::BlockComment(depth - 1), 2),
                ('*', '/') => (inside, step) = (Inside::Code, 2),
                _ => {}
            },
            Inside::Text if this == '\\' => step = 2,
            Inside::Text if this == '"' => (inside, keep) = (Inside::Code, true),
            Inside::RawText(hashes)
                if this == '"' && (1..=hashes).all(|i| at(index + i) == '#') =>
            {
                (inside, keep, step) = (Inside::Code, true, hashes + 1);
            }
            _ => {}
        }
        // A literal character of several steps is blanked; everything else of several is kept whole.
        let blank = !keep || (this == '\'' && step > 1);
        let comment =
            matches!(inside, Inside::LineComment | Inside::BlockComment(_)) || was_comment;
        let filler = if comment { ' ' } else { '_' };
        for offset in index..(index + step).min(chars.len()) {
            out.push(if blank && at(offset) != '\n' { filler } else { at(offset) });
        }
        index += step;
    }
    out
}

/// The length of the character literal at `index`, or 1 for a lifetime.
fn character(at: &impl Fn(usize) -> char, index: usize) -> usize {
    if at(index + 1) == '\\' {
        (index + 3..index + 14).find(|&i| at(i) == '\'').map_or(1, |end| end + 1 - index)
    } else if at(index + 2) == '\'' {
        3
    } else {
        1
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The number of the first line of a module of tests at the end of the file, from 0.
pub(super) fn tests_begin(code: &str) -> Option<usize> {
    let lines: Vec<&str> = code.lines().collect();
    let attribute = |line: &str| line.starts_with("#[cfg(") && line.contains("test");
    let module = |line: &str| line.starts_with("mod ") && line.trim_end().ends_with('{');
    lines.windows(2).position(|pair| match pair {
        [first, second] => attribute(first) && module(second),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_blank_literals_filled_and_code_stays() {
        for (source, expected) in [
            ("a // b\nc", "a     \nc"),
            ("a /* b /* c */ d */ e", "a                   e"),
            (r#"f("x\"y")"#, r#"f("____")"#),
            ("r#\"x\"y\"#;", "r#\"___\"#;"),
            ("'a' <'b> '\\n'", "___ <'b> ____"),
            ("\"x\ny\"", "\"_\n_\""),
        ] {
            assert_eq!(code_only(source), expected, "{source}");
        }
    }

    #[test]
    fn a_quote_in_a_character_opens_no_string() {
        assert_eq!(code_only("'\"' x"), "___ x");
        assert_eq!(code_only("'\\'' x"), "____ x");
    }

    #[test]
    fn tests_are_found_at_the_end() {
        assert_eq!(tests_begin("fn a() {}\n#[cfg(test)]\nmod tests {\n}\n"), Some(1));
        assert_eq!(tests_begin("#[cfg(test)]\nmod tests;\nfn a() {}\n"), None);
    }
}
