//! Each chapter that readers see has its blocks run: it is in SUMMARY.md and in `lib.rs` alike.

const SUMMARY: &str = include_str!("../src/SUMMARY.md");
const RUN: &str = include_str!("lib.rs");

#[test]
fn each_chapter_of_the_summary_is_run_in_its_order() {
    let links = SUMMARY.split("](").skip(1).filter_map(|link| link.split_once(')'));
    let shown: Vec<&str> = links.map(|(file, _)| file).collect();
    let (_, list) = RUN.split_once("\nchapters! {").unwrap();
    let (list, _) = list.split_once("\n}").unwrap();
    let run: Vec<&str> = list.split('"').skip(1).step_by(2).collect();
    assert!(shown.len() >= 15, "{shown:?}");
    assert_eq!(run, shown);
}

#[test]
fn each_file_of_the_book_is_in_the_summary() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let shown = SUMMARY.contains(&format!("]({name})"));
        assert!(
            shown || !name.ends_with(".md") || name == "SUMMARY.md",
            "{name} is in no reader's way"
        );
    }
}
