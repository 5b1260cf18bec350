//! A server on a socket of this machine that answers every request as it is told to.
//!
//! The tests of this package are clients of the golden crates. They are apart from the tests that write the goldens, so
//! that a golden that does not compile can be written anew.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// An answer to be given.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The `Content-Type`; none when it is empty.
    pub media_type: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// An answer with a body.
    pub fn new(status: u16, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { status, media_type: media_type.to_owned(), body: body.into() }
    }

    fn octets(&self) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} Test\r\ncontent-length: {}\r\n", self.status, self.body.len());
        if !self.media_type.is_empty() {
            head.push_str(&format!("content-type: {}\r\n", self.media_type));
        }
        head.push_str("connection: close\r\n\r\n");
        [head.as_bytes(), &self.body].concat()
    }
}

/// The server.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    next: Arc<Mutex<Answer>>,
}

impl Server {
    /// Starts it.
    ///
    /// # Panics
    /// When this machine has no port to give.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let next = Arc::new(Mutex::new(Answer::default()));
        let answers = Arc::clone(&next);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let answer = answers.lock().expect("a lock").octets();
                serve(stream, &answer);
            }
        });
        Self { address, next }
    }

    /// The URL of its root.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every request from now on gets this answer.
    ///
    /// # Panics
    /// When a thread that had the answer panicked.
    pub fn answer(&self, answer: &Answer) {
        *self.next.lock().expect("a lock") = answer.clone();
    }
}

/// Reads the head of a request, which is all that the tests send, and answers it.
fn serve(mut stream: TcpStream, answer: &[u8]) {
    let mut head = Vec::new();
    let mut buffer = [0; 1024];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return,
            Ok(length) => head.extend_from_slice(&buffer[..length]),
        }
    }
    drop(stream.write_all(answer).and_then(|()| stream.flush()));
}
