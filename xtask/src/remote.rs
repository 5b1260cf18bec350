//! Documents by http and https. In comes a URL, out come bytes, within limits of time and size and without credentials.
//! Deliberately absent: who may ask; that is decided by whoever hands this to the library.

use std::time::Duration;

use ureq::Agent;

/// How long one document may take, redirects included.
const TIME: Duration = Duration::from_secs(30);

/// How large one document may be: several times the largest that are published.
const SIZE: u64 = 64 * 1024 * 1024;

/// How often an answer may point elsewhere; `http` and `https` are the only schemes that are followed.
const REDIRECTS: u32 = 5;

/// Gets a document, or says why not.
pub(crate) fn get(url: &str) -> Result<Vec<u8>, String> {
    let authority = url.split("://").nth(1).unwrap_or_default().split(['/', '?']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(
            "its URL has credentials, which would stand in the document for everybody to read".to_owned()
        );
    }
    let agent = Agent::config_builder()
        .timeout_global(Some(TIME))
        .max_redirects(REDIRECTS)
        .user_agent(concat!("problemgen/", env!("CARGO_PKG_VERSION")))
        .accept("application/yaml, application/json, text/yaml, */*;q=0.8")
        .build()
        .new_agent();
    let mut answer = agent.get(url).call().map_err(|error| error.to_string())?;
    answer.body_mut().with_config().limit(SIZE).read_to_vec().map_err(|error| error.to_string())
}
