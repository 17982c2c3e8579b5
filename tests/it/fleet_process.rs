//! The program `apply_fleet` in a process of its own, and the emulator that it provisions.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read, Write},
    os::fd::OwnedFd,
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    sync::mpsc::{Receiver, Sender, channel},
    time::Duration,
};

use azvault_emulator::{Emulator, Principal};
use azvault_tests::APPLIED;
use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    runtime::Runtime,
    task::JoinSet,
};

/// Whom the program signs in as.
const CLIENT: &str = "azvault-kill";
const SECRET: &str = "the-secret-of-azvault-kill";
/// What its environment says.
pub(crate) const API_TOKEN: &str = "correct horse battery staple";
/// Only what hangs takes as long.
const PATIENCE: Duration = Duration::from_secs(60);

/// What becomes known of a program under way.
enum Event {
    /// The emulator answers a request.
    Answered,
    /// The program has done what it can.
    Applied,
}

/// An emulator on a socket, and the way there for a process that knows none of its names.
pub(crate) struct Azure {
    pub(crate) emulator: Emulator,
    pub(crate) runtime: Runtime,
    proxy: String,
    tell: Sender<Event>,
    events: Receiver<Event>,
    _relay: JoinSet<()>,
}

impl Azure {
    pub(crate) fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let (tell, events) = channel();
        let (lines, journal) = std::io::pipe().unwrap();
        let told = tell.clone();
        std::thread::spawn(move || {
            let mut lines = BufReader::new(lines).lines();
            while lines.next().is_some_and(|line| line.is_ok())
                && told.send(Event::Answered).is_ok()
            {}
        });
        let builder = Emulator::builder()
            .client_secret(CLIENT, SECRET)
            // A line is there before its answer is.
            .journal_file(File::from(OwnedFd::from(journal)));
        let emulator = runtime.block_on(builder.start()).unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let proxy = format!("http://{}", listener.local_addr().unwrap());
        let mut relay = JoinSet::new();
        relay.spawn_on(accept(listener, emulator.port()), runtime.handle());
        Self { emulator, runtime, proxy, tell, events, _relay: relay }
    }

    /// Whom the program signs in as.
    pub(crate) fn principal() -> Principal {
        Principal::for_client_id(CLIENT)
    }

    /// Lets the program apply `fleet` to its end; gives what it printed.
    pub(crate) fn apply(&self, fleet: &str) -> (ExitStatus, String) {
        let mut program = Program::start(self, fleet);
        drop(program.input.take());
        let mut printed = String::new();
        program.process.stdout.take().unwrap().read_to_string(&mut printed).unwrap();
        (program.process.wait().unwrap(), printed)
    }

    /// Kills the program as soon as the emulator has seen `most` requests of it and does what they
    /// ask for; what comes later is held off.
    pub(crate) fn killed(&self, fleet: &str, most: usize) -> ExitStatus {
        let earlier = self.emulator.journal().len();
        for _ in 0..earlier {
            self.events.recv_timeout(PATIENCE).unwrap();
        }
        let later = self.emulator.faults().next(1 << 30).after(most);
        later.throttle_with_retry_after(Duration::from_secs(300));
        let mut program = Program::start(self, fleet);
        let output = BufReader::new(program.process.stdout.take().unwrap());
        let told = self.tell.clone();
        let reader = std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if line == APPLIED {
                    told.send(Event::Applied).unwrap();
                }
            }
        });
        let mut seen = 0;
        while seen < most {
            match self.events.recv_timeout(PATIENCE).expect("the program hangs") {
                Event::Answered => seen += 1,
                // It got by with fewer requests than another one, and is killed at its end.
                Event::Applied => break,
            }
        }
        program.process.kill().unwrap();
        let status = program.process.wait().unwrap();
        reader.join().unwrap();
        self.emulator.faults().clear();
        self.emulator.clear_journal();
        status
    }
}

/// Ended, whatever becomes of the test.
struct Program {
    process: Child,
    input: Option<ChildStdin>,
}

impl Program {
    fn start(azure: &Azure, fleet: &str) -> Self {
        let emulator = &azure.emulator;
        let told = json!({
            "endpoint": emulator.management_url(), "authority": emulator.authority(),
            "ca": emulator.ca_pem(), "proxy": azure.proxy, "tenant": emulator.tenant_id(),
            "client": CLIENT, "secret": SECRET, "fleet": fleet,
        });
        let mut process = Command::new(env!("CARGO_BIN_EXE_apply_fleet"))
            .env("API_TOKEN", API_TOKEN)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = process.stdin.take().unwrap();
        writeln!(input, "{told}").unwrap();
        Self { process, input: Some(input) }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Fails where it has ended, as it should have.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// A proxy that leads to one port, whatever it is asked for.
async fn accept(listener: TcpListener, port: u16) {
    let mut tunnels = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        tunnels.spawn(async move { drop(tunnel(stream, port).await) });
    }
}

async fn tunnel(stream: TcpStream, port: u16) -> std::io::Result<()> {
    let mut asking = tokio::io::BufReader::new(stream);
    let mut line = String::new();
    // `CONNECT host:port`, and headers until an empty line.
    while asking.read_line(&mut line).await? > 2 {
        line.clear();
    }
    let mut to = TcpStream::connect(("127.0.0.1", port)).await?;
    asking.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
    tokio::io::copy_bidirectional(&mut asking, &mut to).await.map(drop)
}
