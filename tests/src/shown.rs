//! The examples of the documentation, whole: what they leave out stands in hidden lines here, so that rustdoc compiles them. A
//! test holds both against each other.
//!
//! # README.md
//!
//! ```no_run
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use dropthis_api::{Client, operations::{PublishDrop, PublishDropProblem as P}, types::PublishUploadRequest};
//!
//! let client = Client::builder(std::env::var("DROPTHIS_KEY")?).build()?;
//! match client.send(PublishDrop::new(PublishUploadRequest::new("upl_1")).idempotency_key("7f0c2a1e")).await {
//!     Ok(drop) => println!("{}", drop.url),
//!     Err(error) => match error.kind() {
//!         Some(P::QuotaExceeded(q)) => eprintln!("{} of {} used", q.used, q.limit), // integers, not Options
//!         Some(P::WorkspaceChoiceRequired(w)) => eprintln!("one of {:?}", w.choices),
//!         _ => eprintln!("{error}"),
//!     },
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # docs/pagination.md
//!
//! ```
//! # use dropthis_api::{Client, Error, operations::ListDrops};
//! # async fn all(client: &Client) -> Result<(), Error<ListDrops>> {
//! let mut drops = client.items(ListDrops::new().limit(50));
//! while let Some(drop) = drops.next().await {
//!     println!("{}", drop?.url);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # docs/problems.md
//!
//! ```
//! # use golden_failures_coded::{Error, operations::{CreateToken, CreateTokenProblem}};
//! # fn refused(error: &Error<CreateToken>, sign_in: fn()) {
//! match error.kind() {
//!     Some(CreateTokenProblem::Unauthorized(token)) if token.code == "token_expired" => sign_in(),
//!     _ => eprintln!("{:?}: {error}", error.code()), // the text of the code, of whichever family
//! }
//! # }
//! ```
//!
//! # docs/serving.md
//!
//! ```
//! # use axum::{Router, extract::Path, routing::get};
//! # use dropthis_api::types::Drop;
//! # fn find(id: &str) -> Option<Drop> { None }
//! use dropthis_api::Operation;
//! use dropthis_api::operations::{GetDrop, GetDropProblem as P};
//! use dropthis_api::server::{Refusal, Success};
//!
//! async fn get_drop(Path(id): Path<String>) -> Result<Success<GetDrop>, Refusal<GetDrop>> {
//!     let drop = find(&id).ok_or(P::NotFound)?;
//!     Ok(Success::of(drop))
//! }
//!
//! let router = Router::new().route(GetDrop::SPEC.path, get(get_drop));
//! # let _: Router = router;
//! ```
//!
//! # docs/streams.md
//!
//! ```
//! # use std::io::Write as _;
//! # use dropthis_api::{Client, operations::GetDropContent};
//! # async fn download(client: &Client, mut file: std::fs::File) -> Result<(), Box<dyn std::error::Error>> {
//! let mut answer = client.call(GetDropContent::new("drop_1").path("index.html")).stream().await?;
//! while let Some(piece) = answer.next().await {
//!     file.write_all(&piece?)?;
//! }
//! # Ok(())
//! # }
//! ```
//!
//! ```
//! # use golden_version_3_2::{Client, operations::FollowEvents, types::EventsSelection};
//! # async fn follow(client: &Client, selection: EventsSelection) -> Result<(), Box<dyn std::error::Error>> {
//! let mut events = client.call(FollowEvents::new(selection)).stall_timeout(None).each().await?;
//! while let Some(event) = events.next().await {
//!     println!("{:?}", event?);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! ```
//! # use std::time::Duration;
//! # use golden_version_3_2::{Client, operations::FollowEvents, rt::{Events, http}, types::EventsSelection};
//! # async fn follow(client: &Client, selection: EventsSelection) -> Result<(), Box<dyn std::error::Error>> {
//! let (mut last_id, mut wait) = (String::new(), Duration::from_secs(3));
//! loop {
//!     let call = client.call(FollowEvents::new(selection.clone())).stall_timeout(None);
//!     let call = call.header(http::HeaderName::from_static("last-event-id"), last_id.parse()?);
//!     let mut events = Events::of(call.stream().await?.value);
//!     while let Some(Ok(event)) = events.next().await {
//!         println!("{}", event.data);
//!         (last_id, wait) = (event.last_id, event.retry.unwrap_or(wait));
//!     }
//!     tokio::time::sleep(wait).await;
//! }
//! # }
//! ```
//!
//! # docs/testing.md
//!
//! ```
//! use dropthis_api::{mock::Mock, operations::{PublishDrop, PublishDropProblem as P}};
//! use dropthis_api::problems::QuotaExceeded;
//!
//! # fn publish_command(client: &dropthis_api::Client) -> String {
//! #     let request = dropthis_api::types::PublishUploadRequest::new("upl_1");
//! #     match client.send_blocking(PublishDrop::new(request)).expect_err("a full account").kind() {
//! #         Some(P::QuotaExceeded(quota)) => format!("{} of {} used", quota.used, quota.limit),
//! #         other => format!("{other:?}"),
//! #     }
//! # }
//! fn a_full_account_is_told_to_the_user() {
//!     let mock = Mock::new();
//!     mock.on::<PublishDrop>().fails_with(P::QuotaExceeded(&QuotaExceeded::new(500, 480, 40)));
//!     let said = publish_command(&mock.client());
//!     assert_eq!(said, "480 of 500 used");
//!     mock.finish();
//! }
//! # a_full_account_is_told_to_the_user();
//! ```
//!
//! ```
//! # use std::time::Duration;
//! use dropthis_api::{jiff::Timestamp, rt::Clock as _};
//!
//! # let mock = dropthis_api::mock::Mock::new();
//! let soon = Timestamp::try_from(mock.clock().wall())? + Duration::from_secs(4);
//! # assert_eq!(soon.to_string(), "2000-01-01T00:00:04Z");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! ```
//! # use dropthis_api::mock::{Mock, Tally};
//! static TALLY: Tally = Tally::new();
//!
//! let mock = Mock::new().counting(&TALLY);
//! # drop(mock);
//! // … and when all tests have run:
//! println!("{}", TALLY.coverage::<dropthis_api::Api>());
//! ```
