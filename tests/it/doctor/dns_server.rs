//! A DNS server of a test's own, which knows a few texts (RFC 1035).

use std::collections::HashMap;
use std::net::SocketAddr;

use actix_web::rt;
use actix_web::rt::task::JoinHandle;
use tokio::net::UdpSocket;

const NXDOMAIN: u8 = 3;
pub const SERVFAIL: u8 = 2;

pub struct DnsServer {
    pub address: SocketAddr,
    serving: JoinHandle<()>,
}

impl DnsServer {
    /// One that knows these texts by name, and of other names says that there are none.
    pub async fn with(texts: &[(&str, &str)]) -> Self {
        Self::start(texts, NXDOMAIN).await
    }

    /// One that answers with this code where it knows nothing.
    pub async fn start(texts: &[(&str, &str)], unknown: u8) -> Self {
        let mut known: HashMap<String, Vec<String>> = HashMap::new();
        for (name, text) in texts {
            known.entry((*name).to_owned()).or_default().push((*text).to_owned());
        }
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let serving = rt::spawn(async move {
            let mut query = [0; 512];
            loop {
                let (length, from) = socket.recv_from(&mut query).await.unwrap();
                socket.send_to(&answer(&query[..length], &known, unknown), from).await.unwrap();
            }
        });
        Self { address, serving }
    }
}

impl Drop for DnsServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn answer(query: &[u8], known: &HashMap<String, Vec<String>>, unknown: u8) -> Vec<u8> {
    let (mut labels, mut at) = (Vec::new(), 12);
    while query[at] != 0 {
        let end = at + 1 + usize::from(query[at]);
        labels.push(std::str::from_utf8(&query[at + 1..end]).unwrap().to_lowercase());
        at = end;
    }
    // The name's end, the type and the class.
    let question = &query[12..at + 5];
    let texts = known.get(&labels.join(".")).map_or(&[][..], Vec::as_slice);
    let code = if texts.is_empty() { unknown } else { 0 };
    let mut answer = query[..2].to_vec();
    answer.extend([0x81, 0x80 | code, 0, 1, 0, u8::try_from(texts.len()).unwrap(), 0, 0, 0, 0]);
    answer.extend(question);
    for text in texts {
        let length = u8::try_from(text.len()).unwrap();
        // The name of the question, a text of the Internet, for a minute.
        answer.extend([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60, 0, length + 1, length]);
        answer.extend(text.as_bytes());
    }
    answer
}
