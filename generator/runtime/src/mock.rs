//! A mock of an API for the tests of those who call it: typed by the contract, and a transport, so that the client under
//! test is the real one. (Feature `mock`.)
//!
//! A test says for each operation what it answers, one answer after the other. What an operation does not declare does not
//! compile; a request that nothing was said about fails the test, and says which.
//!
//! ```
//! use problemgen_runtime::mock::{Mock, PlayedApi};
//! use problemgen_runtime::server::{Answer, Refuses};
//! use problemgen_runtime::{Error, Operation};
//!
//! fn third_time_lucky<A: PlayedApi, O>(operation: O, refusal: O::View<'_>, output: O::Output) -> Result<(), Error<O>>
//! where
//!     O: Operation<Api = A, Output: Answer> + Refuses,
//! {
//!     let mock = Mock::<A>::new();
//!     mock.on::<O>().fails_with_view(refusal).then_html(502).then_ok(output);
//!     mock.client().send_blocking(operation)?;
//!     assert_eq!(mock.requests().len(), 3);
//!     println!("{}", mock.coverage());
//!     mock.finish();
//!     Ok(())
//! }
//! ```
//!
//! The crate that is generated for an API calls it `mock::Mock`, and shows it with types of its own.

mod coverage;
mod request;

use std::any::type_name;
use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::header::RETRY_AFTER;

use crate::client::Client;
use crate::decode;
use crate::error::{Api, TransportError, TransportStage};
use crate::locked::lock;
use crate::operation::{AnswerSpec, Operation, OperationSpec, StatusSpec};
use crate::problem::ProblemNode as _;
use crate::retry::delay_seconds;
use crate::server::{Answer, Promise, Refusal, Refuses, ServedApi, Success, covers, rank};
use crate::testing::{ManualClock, Step};
use crate::transport::{Exchange, Limits, Transport};

pub use self::coverage::{Coverage, Exercised, Tally};
pub use self::request::Recorded;

/// An API that can be played: generated code says so with its feature `mock`.
pub trait PlayedApi: ServedApi {
    /// Whole bodies of problems.
    const EXAMPLES: &'static [ProblemExample];
    /// The members of codes of which the contract shows no whole body, made of their types: the code, and JSON.
    const MEMBERS: &'static [(&'static str, &'static str)] = &[];
}

/// The body of a problem, as the contract shows it.
#[derive(Debug, Clone, Copy)]
pub struct ProblemExample {
    /// Its code.
    pub code: &'static str,
    /// The status that the body says, or 0.
    pub status: u16,
    /// JSON.
    pub body: &'static str,
}

/// An operation of which the contract shows what it gives.
pub trait Played: Operation + Refuses {
    /// Whole bodies of successes.
    const EXAMPLES: &'static [SuccessExample];
    /// Values of the headers that its answers have to have.
    const HEADERS: &'static [HeaderExample] = &[];
}

/// A header that an answer has to have, with what the contract shows of it, or a value of its type.
#[derive(Debug, Clone, Copy)]
pub struct HeaderExample {
    /// The statuses of the answer, as the contract declares them.
    pub status: StatusSpec,
    /// Its name, in lower case.
    pub name: &'static str,
    /// Its value.
    pub value: &'static str,
}

impl HeaderExample {
    /// The header of an answer.
    pub const fn new(status: StatusSpec, name: &'static str, value: &'static str) -> Self {
        Self { status, name, value }
    }
}

impl ProblemExample {
    /// The body of a problem.
    pub const fn new(code: &'static str, status: u16, body: &'static str) -> Self {
        Self { code, status, body }
    }
}

/// The body of a success, as the contract shows it.
#[derive(Debug, Clone, Copy)]
pub struct SuccessExample {
    /// The place of its answer in [`OperationSpec::successes`].
    pub answer: usize,
    /// As it is sent.
    pub body: &'static [u8],
}

impl SuccessExample {
    /// The body of a success.
    pub const fn new(answer: usize, body: &'static str) -> Self {
        Self { answer, body: body.as_bytes() }
    }

    /// Octets of which the contract shows none: some that are no text, so that nobody takes them for one.
    pub const fn octets(answer: usize) -> Self {
        Self { answer, body: b"\x00\x01\xfe\xff" }
    }
}

/// An API that answers by scripts, one for each operation, and notes what it was asked.
///
/// When it is dropped it panics if it was asked for something that it had no answer to, so that no such request goes
/// unnoticed. [`finish`](Self::finish) also wants every answer to have been given.
///
/// ```
/// use problemgen_runtime::mock::{Mock, PlayedApi};
///
/// fn nothing_is_asked<A: PlayedApi>(code_under_test: impl Fn(&problemgen_runtime::Client<A>)) {
///     let mock = Mock::<A>::new();
///     code_under_test(&mock.client());
///     assert!(mock.requests().is_empty());
///     mock.finish();
/// }
/// ```
pub struct Mock<A: PlayedApi> {
    stage: Arc<Stage>,
    api: PhantomData<fn() -> A>,
}

/// What a mock and its transports share.
#[derive(Default)]
struct Stage {
    scripts: Mutex<Scripts>,
    clock: ManualClock,
    tally: Tally,
}

#[derive(Default)]
struct Scripts {
    answers: BTreeMap<String, VecDeque<Scripted>>,
    requests: Vec<Recorded>,
    unanswered: Vec<String>,
    shared: Option<&'static Tally>,
}

/// An answer to be given.
#[derive(Clone)]
struct Scripted {
    step: Step,
    /// The declared error that it is: a code, or a status.
    exercises: Option<String>,
    times: Times,
}

#[derive(Clone, Copy)]
enum Times {
    Some(usize),
    Ever,
}

impl<A: PlayedApi> Default for Mock<A> {
    fn default() -> Self {
        Self::new()
    }
}

impl<A: PlayedApi> Mock<A> {
    /// A mock that answers nothing yet.
    pub fn new() -> Self {
        Self { stage: Arc::default(), api: PhantomData }
    }

    /// The client of the API with this mock in place of a network. Waits between attempts take no time.
    ///
    /// # Panics
    /// If the API has a base URL that is none.
    pub fn client(&self) -> Client<A> {
        let builder =
            Client::builder("mock").transport(self.transport()).clock(self.clock()).random(|| u64::MAX);
        let builder = match A::SERVERS.first() {
            Some(_) => builder,
            None => builder.base_url("https://mock.invalid"),
        };
        builder.build().expect("a base URL of the contract is one")
    }

    /// The mock as a transport, for a client with settings of its own.
    pub fn transport(&self) -> MockTransport {
        MockTransport { stage: Arc::clone(&self.stage) }
    }

    /// The clock of [`client`](Self::client): it jumps over waits, and says how long they were together. Its time of day begins
    /// on 1 January 2000; [`wall`](crate::Clock::wall) says it.
    pub fn clock(&self) -> ManualClock {
        self.stage.clock.clone()
    }

    /// Says what an operation answers. Each call adds answers behind those that it has.
    pub fn on<O: Operation<Api = A> + Refuses>(&self) -> On<'_, O> {
        On { stage: &self.stage, operation: PhantomData }
    }

    /// Counts the errors that this mock gives in a tally of several tests, too.
    #[must_use]
    pub fn counting(self, tally: &'static Tally) -> Self {
        lock(&self.stage.scripts).shared = Some(tally);
        self
    }

    /// The requests so far, in the order in which they came.
    pub fn requests(&self) -> Vec<Recorded> {
        lock(&self.stage.scripts).requests.clone()
    }

    /// The requests of one operation.
    pub fn requests_of<O: Operation<Api = A>>(&self) -> Vec<Recorded> {
        let mut requests = self.requests();
        requests.retain(|request| request.is_of(O::SPEC));
        requests
    }

    /// The requests that there was no answer to, in words. Who reads them has noticed them: the mock then does not panic for
    /// them when it is dropped.
    pub fn unanswered(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.stage.scripts).unanswered)
    }

    /// Which of the declared errors this mock has given.
    pub fn coverage(&self) -> Coverage {
        self.stage.tally.coverage::<A>()
    }

    /// Which of the errors that an operation declares this mock has given.
    pub fn coverage_of<O: Operation<Api = A> + Refuses>(&self) -> Exercised {
        self.stage.tally.exercised::<A>(&Promise::of::<O>())
    }

    #[track_caller]
    fn all_answered(&self) {
        let unanswered = self.unanswered();
        assert!(
            unanswered.is_empty(),
            "requests that the mock has no answer to:\n  {}",
            unanswered.join("\n  ")
        );
    }

    /// Ends the test.
    ///
    /// # Panics
    /// If a request was not answered, or an answer not given.
    #[track_caller]
    pub fn finish(self) {
        self.all_answered();
        let left = lock(&self.stage.scripts).left();
        assert!(left.is_empty(), "answers of the mock that nobody asked for:\n  {}", left.join("\n  "));
    }
}

impl<A: PlayedApi> Drop for Mock<A> {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.all_answered();
        }
    }
}

impl<A: PlayedApi> fmt::Debug for Mock<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scripts = lock(&self.stage.scripts);
        f.debug_struct("Mock")
            .field("requests", &scripts.requests.len())
            .field("left", &scripts.left())
            .finish_non_exhaustive()
    }
}

impl Scripts {
    fn add(&mut self, spec: &'static OperationSpec, step: Step, exercises: Option<String>) {
        let answers = self.answers.entry(key(spec)).or_default();
        answers.push_back(Scripted { step, exercises, times: Times::Some(1) });
    }

    fn last(&mut self, spec: &'static OperationSpec) -> Option<&mut Scripted> {
        self.answers.get_mut(&key(spec))?.back_mut()
    }

    /// The next answer of an operation.
    fn take(&mut self, key: &str) -> Option<Scripted> {
        let answers = self.answers.get_mut(key)?;
        let next = answers.front_mut()?;
        match &mut next.times {
            Times::Some(times) if *times <= 1 => answers.pop_front(),
            Times::Some(times) => {
                *times -= 1;
                Some(next.clone())
            }
            Times::Ever => Some(next.clone()),
        }
    }

    /// The answers that have not been given, in words.
    fn left(&self) -> Vec<String> {
        let left = |(key, answers): (&String, &VecDeque<Scripted>)| {
            let times = answers.iter().map(|answer| match answer.times {
                Times::Some(times) => times,
                Times::Ever => 0,
            });
            let times: usize = times.sum();
            (times > 0).then(|| format!("{key}: {times}"))
        };
        self.answers.iter().filter_map(left).collect()
    }
}

/// What operations are told apart by: method and path template, of which OpenAPI allows each once.
fn key(spec: &OperationSpec) -> String {
    format!("{} {}", spec.method, spec.path)
}

/// The first success that the contract shows of an operation, typed, to take parts of.
///
/// ```
/// use problemgen_runtime::mock::{Played, example};
///
/// fn twice<O: Played>() -> [O::Output; 2] {
///     [example::<O>(), example::<O>()]
/// }
/// ```
///
/// # Panics
/// If the contract shows none, or one that is not what it says itself.
#[track_caller]
pub fn example<O: Played>() -> O::Output {
    let id = O::SPEC.id;
    let Some(response) = request::example(O::SPEC, O::EXAMPLES) else {
        panic!("the contract shows no success of `{id}`")
    };
    match O::decode(response) {
        Ok(output) => output,
        Err(error) => match error.violations().first() {
            Some(violation) => panic!("what the contract shows of `{id}` is not what it says: {violation}"),
            None => panic!("what the contract shows of `{id}` is not what it says: {error}"),
        },
    }
}

/// A mock as a transport. Clones are the same.
#[derive(Clone)]
pub struct MockTransport {
    stage: Arc<Stage>,
}

impl fmt::Debug for MockTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MockTransport")
    }
}

impl Transport for MockTransport {
    fn exchange(&self, request: http::Request<Bytes>) -> Exchange<'_> {
        let limits = Limits::of(&request);
        let answer = self.stage.answer(request);
        Box::pin(async move { answer?.exchange(limits, Some(&self.stage.clock)).await })
    }
}

impl Stage {
    /// Notes the request, and finds what is answered.
    fn answer(&self, request: http::Request<Bytes>) -> Result<Step, TransportError> {
        let spec = OperationSpec::of(&request);
        let line = format!("{} {}", request.method(), request.uri());
        let mut scripts = lock(&self.scripts);
        scripts.requests.push(Recorded::new(spec, request));
        let Some(spec) = spec else {
            let why =
                format!("{line}: it was not sent by a client of the API, so its operation is not known");
            return Err(scripts.fail(why));
        };
        let key = key(spec);
        let Some(scripted) = scripts.take(&key) else {
            let why = match scripts.answers.contains_key(&key) {
                true => format!("{line}: `{}` has given all its answers", spec.id),
                false => format!("{line}: nobody said what `{}` answers", spec.id),
            };
            return Err(scripts.fail(why));
        };
        if let Some(error) = scripted.exercises {
            if let Some(shared) = scripts.shared {
                shared.add(&key, &error);
            }
            self.tally.add(&key, &error);
        }
        Ok(scripted.step)
    }
}

impl Scripts {
    fn fail(&mut self, why: String) -> TransportError {
        self.unanswered.push(why.clone());
        // What cannot be used is not tried again.
        TransportError::new(TransportStage::Unusable, format!("the mock has no answer: {why}"))
    }
}

/// What an operation answers: each function adds an answer behind those that it has, or says more about the last one.
///
/// ```
/// use std::time::Duration;
/// use problemgen_runtime::mock::{Mock, Played, PlayedApi};
/// use problemgen_runtime::server::Answer;
///
/// fn slow_then_well<A: PlayedApi, O: Played<Api = A, Output: Answer>>(mock: &Mock<A>) {
///     mock.on::<O>().then_html(503).with_retry_after(Duration::from_secs(2)).times(2).then_example();
/// }
/// ```
#[derive(Clone, Copy)]
pub struct On<'m, O> {
    stage: &'m Stage,
    operation: PhantomData<fn() -> O>,
}

impl<O> fmt::Debug for On<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "On<{}>", type_name::<O>())
    }
}

impl<O: Operation<Api: PlayedApi> + Refuses> On<'_, O> {
    /// Answers with an error that the operation declares: a view, as [`Error::kind`](crate::Error::kind) gives it, or a
    /// [`Refusal`] with a status, members and headers of your choice.
    pub fn fails_with(self, refusal: impl Into<Refusal<O>>) -> Self {
        let refusal = refusal.into();
        let exercises = label(&refusal);
        self.add(Step::response(refusal.into_response()), exercises)
    }

    /// The same for code that does not know the operation, where nothing says that its view becomes a refusal.
    pub fn fails_with_view(self, view: O::View<'_>) -> Self {
        self.fails_with(Refusal::of(view))
    }

    /// Answers with the problem that the contract shows for a code, or with what it says of the code and members made of their
    /// types, and with the headers that the answer has to have.
    ///
    /// # Panics
    /// If the operation does not declare the code, or if it has members of which neither the contract shows values nor any
    /// can be made: some type that has to contain itself.
    #[track_caller]
    pub fn fails_with_example(self, code: impl fmt::Display) -> Self
    where
        O: Played,
    {
        let (code, id) = (code.to_string(), O::SPEC.id);
        let place = O::Api::FAMILY.codes.iter().position(|facts| facts.code == code);
        let declared: Vec<_> =
            place.into_iter().flat_map(|place| Promise::of::<O>().carrying(place)).collect();
        assert!(!declared.is_empty(), "`{id}` does not declare `{code}`");
        let mut examples = <O::Api as PlayedApi>::EXAMPLES.iter().filter(|example| example.code == code);
        let fits =
            |example: &&ProblemExample| declared.iter().any(|answer| covers(answer.status, example.status));
        let Some(example) = examples.clone().find(fits).or_else(|| examples.next()) else {
            let mut problem = O::Api::empty_problem();
            problem.select(place, &code);
            // A code without members of its own needs nothing to be made.
            if let Some(node) = problem.conditional_mut() {
                let made = <O::Api as PlayedApi>::MEMBERS.iter().find(|(of, _)| *of == code);
                let read = made.is_some_and(|(_, json)| decode::from_slice(json.as_bytes(), node).is_ok());
                assert!(read, "the contract shows no `{code}`: give its members to `fails_with`");
            }
            let kind = <O::Api as Api>::kind(&problem).clone();
            let refusal = Refusal::<O>::of_kind(kind);
            let status = refusal.status().as_u16();
            return self.fails_with(refusal).promised(&declared, status);
        };
        let answer = declared.iter().find(|answer| covers(answer.status, example.status));
        let status = match answer.or(declared.first()) {
            Some(answer) => crate::server::chosen(answer.status, example.status),
            None => example.status,
        };
        self.add(Step::problem(status, example.body), Some(code)).promised(&declared, status)
    }

    /// The last answer, one of these, has the headers that it has to have.
    fn promised(self, answers: &[&AnswerSpec], status: u16) -> Self
    where
        O: Played,
    {
        let covering = answers.iter().filter(|answer| covers(answer.status, status));
        // An exact status goes before a range of them, and a range before all others.
        let answer = covering.min_by_key(|answer| rank(answer.status));
        let own = |header: &&HeaderExample| answer.is_some_and(|answer| answer.status == header.status);
        let headers = O::HEADERS.iter().filter(own);
        headers.fold(self, |on, header| on.with_header(header.name, header.value))
    }

    /// The last answer, a success with this status, has the headers that it has to have.
    fn succeeding(self, status: u16) -> Self
    where
        O: Played,
    {
        let answers: Vec<_> = O::SPEC.successes.iter().collect();
        self.promised(&answers, status)
    }

    /// Answers with an output.
    ///
    /// # Panics
    /// If it cannot be written: octets that are no text where JSON has text.
    #[track_caller]
    pub fn then_ok(self, output: O::Output) -> Self
    where
        O::Output: Answer,
    {
        self.add(Step::response(written::<O>(output)), None)
    }

    /// Answers with the first success that the contract shows; with the first status alone where that has no body. The headers
    /// that it has to have come with it, each with what the contract shows of it or a value of its type.
    ///
    /// # Panics
    /// If there is a body and the contract shows none.
    #[track_caller]
    pub fn then_example(self) -> Self
    where
        O: Played,
    {
        let Some(response) = request::example(O::SPEC, O::EXAMPLES) else {
            panic!("the contract shows no success of `{}`: give an output to `then_ok`", O::SPEC.id)
        };
        let status = response.status().as_u16();
        self.add(Step::response(response), None).succeeding(status)
    }

    /// Answers with the first success that the contract shows, changed, and with the headers that it has to have.
    ///
    /// # Panics
    /// As [`example`] does.
    #[track_caller]
    pub fn then_example_with(self, change: impl FnOnce(&mut O::Output)) -> Self
    where
        O: Played<Output: Answer>,
    {
        let mut output = example::<O>();
        change(&mut output);
        let response = written::<O>(output);
        let status = response.status().as_u16();
        self.add(Step::response(response), None).succeeding(status)
    }

    /// Answers as gateways do that have lost their server.
    pub fn then_html(self, status: u16) -> Self {
        self.then(Step::html(status))
    }

    /// Does anything that a server can do, whatever the contract says.
    pub fn then(self, step: Step) -> Self {
        self.add(step, None)
    }

    /// The last answer has this header, too.
    pub fn with_header(self, name: &str, value: &str) -> Self {
        self.change(|last| last.step = last.step.clone().header(name, value))
    }

    /// The last answer asks to wait so long, in whole seconds: `Retry-After`.
    pub fn with_retry_after(self, wait: Duration) -> Self {
        self.with_header(RETRY_AFTER.as_str(), &delay_seconds(wait).to_string())
    }

    /// The last answer takes so long, on the [clock of the mock](Mock::clock).
    pub fn after(self, time: Duration) -> Self {
        self.change(|last| last.step = last.step.clone().after(time))
    }

    /// The last answer breaks off in the middle of its body.
    pub fn breaking_off(self) -> Self {
        self.change(|last| last.step = last.step.clone().breaks_off())
    }

    /// The last answer is given so often, one time after the other.
    pub fn times(self, times: usize) -> Self {
        self.change(|last| last.times = Times::Some(times.max(1)))
    }

    /// The last answer is given for ever, also never.
    pub fn always(self) -> Self {
        self.change(|last| last.times = Times::Ever)
    }

    fn add(self, step: Step, exercises: Option<String>) -> Self {
        lock(&self.stage.scripts).add(O::SPEC, step, exercises);
        self
    }

    fn change(self, change: impl FnOnce(&mut Scripted)) -> Self {
        if let Some(last) = lock(&self.stage.scripts).last(O::SPEC) {
            change(last);
        }
        self
    }
}

/// An output as an answer.
#[track_caller]
fn written<O: Operation<Output: Answer>>(output: O::Output) -> http::Response<Bytes> {
    let response = Success::<O>::of(output).into_response();
    assert!(!response.status().is_server_error(), "this output of `{}` cannot be written", O::SPEC.id);
    response
}

/// What a refusal is called in the coverage.
fn label<O: Operation + Refuses>(refusal: &Refusal<O>) -> Option<String> {
    match (refusal.code(), refusal.place()) {
        (Some(code), _) => Some(code.to_owned()),
        (None, Some(at)) => O::SPEC.errors.get(at).map(coverage::without_code),
        (None, None) => None,
    }
}
