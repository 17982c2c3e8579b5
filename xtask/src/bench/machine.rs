//! Where and when something was measured.

use anyhow::Result;

use crate::process::output;

/// One line: processor, cores, memory, kernel, and what else the machine was doing.
pub(super) fn machine() -> Result<String> {
    let cores = std::thread::available_parallelism()?;
    let kernel = output("uname", &["-sr"])?;
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let processor = processor(&read("/proc/cpuinfo"));
    let memory = memory(&read("/proc/meminfo"));
    let load = read("/proc/loadavg");
    let load = load.split(' ').next().filter(|load| !load.is_empty()).unwrap_or("unknown");
    let kernel = kernel.trim();
    Ok(format!(
        "{processor}, {cores} cores, {memory}, {kernel}; load average before it began: {load}"
    ))
}

/// The day, in UTC.
pub(super) fn date() -> Result<String> {
    Ok(output("date", &["-u", "+%Y-%m-%d"])?.trim().to_owned())
}

/// The commit, and whether anything else than the figures differs from it.
pub(super) fn commit() -> Result<String> {
    let commit = output("git", &["rev-parse", "--short=12", "HEAD"])?;
    let changed = output("git", &["status", "--porcelain", "--", ".", ":!docs/performance.md"])?;
    let also = if changed.trim().is_empty() { "" } else { " with changes that are not committed" };
    Ok(format!("{}{also}", commit.trim()))
}

/// The compiler.
pub(super) fn toolchain() -> Result<String> {
    let version = output("rustc", &["--version"])?;
    Ok(version.trim().to_owned())
}

fn processor(cpuinfo: &str) -> String {
    let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    model.map_or_else(|| "unknown processor".into(), |(_, name)| name.trim().to_owned())
}

fn memory(meminfo: &str) -> String {
    let kib = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let kib = kib.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kib.map_or_else(|| "unknown memory".into(), |kib| format!("{:.0} GiB", kib / 1024.0 / 1024.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_and_memory_are_read_as_linux_says_them() {
        let cpuinfo = "processor\t: 0\nmodel name\t: Example 9000: 2 GHz\nflags\t\t: fpu\n";
        assert_eq!(processor(cpuinfo), "Example 9000: 2 GHz");
        assert_eq!(memory("MemTotal:       24689308 kB\nMemFree: 1 kB\n"), "24 GiB");
        assert_eq!(
            (processor(""), memory("")),
            ("unknown processor".into(), "unknown memory".into())
        );
    }
}
