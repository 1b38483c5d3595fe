//! Ctrl-C: of scripts, interpreted and in native code, of programs that wait for input, and at the prompt of a terminal.
#![cfg(unix)]
#![allow(unsafe_code)] // Sends signals, opens a terminal.

use limpet_tests::process::{self, ENGINES, Engine, PLAIN};
use std::{
    fs::File,
    io::{Read, Write},
    os::fd::{AsRawFd, FromRawFd, OwnedFd},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

/// Longer than any of this takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

fn command(engine: &Engine, arguments: &[&str]) -> Command {
    process::command(Path::new(env!("CARGO_BIN_EXE_demo")), true, engine, arguments)
}

fn interrupt(child: &Child) {
    // SAFETY: the child was started here and not waited for yet: the number is its own.
    assert_eq!(unsafe { libc::kill(child.id() as libc::pid_t, libc::SIGINT) }, 0);
}

/// Reads until the child has written this.
fn await_text(out: &mut impl Read, wanted: &str) -> String {
    let (mut text, mut byte) = (String::new(), [0]);
    while !text.contains(wanted) {
        assert_eq!(out.read(&mut byte).expect("output"), 1, "the output ended: {text}");
        text.push(byte[0].into());
    }
    text
}

/// Starts a program, interrupts it once it has said `ready`; its status and what else it wrote.
fn interrupted(engine: &Engine, program: &str, stdin: Stdio) -> (Option<i32>, String) {
    let mut command = command(engine, &["-e", program]);
    command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("limpet starts");
    let mut out = child.stdout.take().expect("its output");
    await_text(&mut out, "ready");
    // Some of it runs as native code by then.
    std::thread::sleep(Duration::from_millis(300));
    interrupt(&child);
    let (sender, receiver) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        let mut rest = String::new();
        let _ = out.read_to_string(&mut rest);
        let _ = sender.send(rest);
    });
    let rest = match receiver.recv_timeout(PATIENCE) {
        Ok(rest) => rest,
        Err(_) => {
            let _ = child.kill();
            panic!("{}: the program goes on: {program}", engine.name);
        }
    };
    reader.join().expect("no panic");
    (child.wait().expect("its status").code(), rest)
}

const READY: &str = "(display \"ready\") (flush-output-port)";

#[test]
fn scripts_end_at_once_under_every_engine() {
    let loops = [
        // Handlers and afters do not run; what was written is not lost.
        "(display \" kept\") (dynamic-wind (lambda () #f)
           (lambda () (let again () (guard (e (#t (display \"handled\") (again))) (let loop ((i 0)) (loop (+ i 1))))))
           (lambda () (display \"after\")))",
        "(display \" kept\") (define (f n) (if (= n 0) 0 (+ 1 (f (- n 1))))) (let loop () (f 100) (loop))",
        "(display \" kept\") (let loop ((l '())) (loop (cons 1 (if (and (pair? l) (eq? 2 (car l))) l '()))))",
    ];
    for engine in ENGINES {
        for text in loops {
            let (status, rest) = interrupted(engine, &format!("{READY} {text}"), Stdio::null());
            assert_eq!((status, rest.as_str()), (Some(130), " kept"), "{}: {text}", engine.name);
        }
    }
}

#[test]
fn waiting_for_input_ends() {
    let (status, _) = interrupted(&PLAIN, &format!("{READY} (read-line) (display \"read\")"), Stdio::piped());
    assert_eq!(status, Some(130));
}

/// A terminal with the prompt on it.
struct Terminal {
    child: Child,
    screen: mpsc::Receiver<Vec<u8>>,
    keys: File,
    seen: String,
}

impl Terminal {
    fn new(engine: &Engine, folder: &Path) -> Terminal {
        let (mut master, mut slave) = (0, 0);
        // SAFETY: the two numbers are written; the rest asks for defaults.
        let opened = unsafe {
            libc::openpty(&mut master, &mut slave, std::ptr::null_mut(), std::ptr::null_mut(), std::ptr::null_mut())
        };
        assert_eq!(opened, 0, "a terminal");
        // SAFETY: just opened, nobody else has them.
        let (master, slave) = unsafe { (OwnedFd::from_raw_fd(master), OwnedFd::from_raw_fd(slave)) };
        let mut command = command(engine, &[]);
        let end = |fd: &OwnedFd| Stdio::from(fd.try_clone().expect("a descriptor"));
        command.stdin(end(&slave)).stdout(end(&slave)).stderr(end(&slave));
        command.env("TERM", "xterm").env("XDG_STATE_HOME", folder).env_remove("NO_COLOR");
        let terminal = slave.as_raw_fd();
        use std::os::unix::process::CommandExt;
        // SAFETY: between fork and exec only two system calls are made: the terminal becomes the child's own.
        unsafe {
            command.pre_exec(move || {
                if libc::setsid() < 0 || libc::ioctl(terminal, libc::TIOCSCTTY as _, 0) < 0 {
                    return Err(std::io::Error::last_os_error());
                }
                Ok(())
            });
        }
        let child = command.spawn().expect("limpet starts");
        let keys = File::from(master);
        let mut out = keys.try_clone().expect("a descriptor");
        let (sender, screen) = mpsc::channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = out.read(&mut bytes) {
                if sender.send(bytes[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Terminal { child, screen, keys, seen: String::new() }
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("the terminal takes it");
    }

    /// Enters a form, and waits for what is shown and for the next prompt.
    fn enter(&mut self, form: &str, shown: &[&str]) {
        self.press(form);
        self.press("\r");
        shown.iter().for_each(|text| self.expect(text));
        self.expect("\n");
        self.expect("> ");
    }

    /// The status of the process, which ends soon.
    fn status(&mut self) -> Option<i32> {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("its status") {
                return status.code();
            }
            assert!(start.elapsed() < PATIENCE, "the session goes on: {:?}", self.seen);
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until this was shown, after what was waited for before.
    fn expect(&mut self, text: &str) {
        let start = Instant::now();
        loop {
            if let Some(at) = self.seen.find(text) {
                self.seen.drain(..at + text.len());
                return;
            }
            match self.screen.recv_timeout(Duration::from_millis(200)) {
                Ok(bytes) => self.seen += &String::from_utf8_lossy(&bytes),
                Err(_) if start.elapsed() < PATIENCE => {}
                Err(_) => panic!("{text:?} is not shown, but {:?}", self.seen),
            }
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_prompt_on_a_terminal() {
    let folder = std::env::temp_dir().join(format!("limpet-prompt-{}", std::process::id()));
    let hot = ENGINES.iter().find(|engine| engine.name.contains("everything hot")).expect("it is there");
    for engine in [&PLAIN, hot] {
        let mut terminal = Terminal::new(engine, &folder);
        terminal.expect(",help");
        terminal.expect("> ");
        terminal.enter("(+ 40 2)", &["$1", " = 42"]);
        // Kept values, several values, none.
        terminal.enter("(values $1 \"two\")", &[" = 42", "$3", " = \"two\""]);
        // A form goes on over lines.
        terminal.enter("(begin (define (f x)\r(* x 2)) 'made)", &[" = made"]);
        terminal.enter("(f 21.5)", &[" = 43.0"]);
        // Completion.
        terminal.enter("(string-appen\t \"a\" \"bc\")", &[" = \"abc\""]);
        // What is displayed without a line's end stays on the screen, before values, errors and the prompt.
        terminal.enter("(begin (display \"le\") (display \"ft\"))", &["left\r"]);
        terminal.enter("(begin (display \"be\") (display \"fore\") 'it)", &["before\r\n", " = it"]);
        // Ctrl-C stops what runs, and the session goes on.
        terminal.press("(begin (display \"rea\") (display \"dy\") (newline) (let loop () (loop)))\r");
        terminal.expect("ready");
        std::thread::sleep(Duration::from_millis(300));
        terminal.press("\x03");
        terminal.expect("interrupted");
        terminal.expect("> ");
        terminal.press("(begin (display \"ag\") (display \"ain\") (newline) (read-line))\r");
        terminal.expect("again");
        std::thread::sleep(Duration::from_millis(300));
        terminal.press("\x03");
        terminal.expect("interrupted");
        terminal.expect("> ");
        terminal.enter("(f 4)", &[" = 8"]);
        terminal.enter("(vector-rf 1)", &["did you mean `vector-ref`?"]);
        // Ctrl-C gives up a line.
        terminal.press("(f 1\x03");
        terminal.expect("\n");
        terminal.expect("> ");
        terminal.enter("(f 6)", &[" = 12"]);
        terminal.press("\x04");
        assert_eq!(terminal.status(), Some(0));
    }
    let history = std::fs::read_to_string(folder.join("limpet/history")).expect("a history");
    assert!(history.contains("(f 21.5)") && history.contains("(f 6)"), "{history}");
    std::fs::remove_dir_all(folder).expect("it was written here");
}
