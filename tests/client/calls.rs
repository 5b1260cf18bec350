//! A call of every operation, made from the examples of the document, and what came of it in a form that can be compared.

use std::future::Future;
use std::pin::Pin;

use dropthis_api::http::Response;
use dropthis_api::mock::Mock;
use dropthis_api::operations::*;
use dropthis_api::rt::OperationSpec;
use dropthis_api::server::{Refusal, Success, WrongStatus};
use dropthis_api::{Bytes, Client, Error, Operation, types};
use problemgen::config::Config;
use problemgen::contract::{Contract, Example, ParamPlace};
use problemgen::report::{Paint, Report};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What came of a call, in time.
type Answer = dyn Future<Output = Result<Value, Failure>> + Send;

/// An operation that can be called.
pub(crate) struct Call {
    pub(crate) spec: &'static OperationSpec,
    pub(crate) send: fn(Client, Sample) -> Pin<Box<Answer>>,
    pub(crate) decode: fn(Response<Bytes>) -> Result<Value, Failure>,
    /// Lets a mock answer with the contract's example of a code, or of a success.
    pub(crate) script: fn(&Mock, Option<&str>),
    /// The error that an answer is, as a server that serves the operation refuses with it, with this status.
    pub(crate) refuse: fn(Response<Bytes>, u16) -> Result<Response<Bytes>, WrongStatus>,
    /// The output that an answer is, as a server that serves the operation sends it.
    pub(crate) succeed: fn(Response<Bytes>) -> Response<Bytes>,
    /// Reads a request body into the operation and writes it again; panics if it cannot be read.
    pub(crate) rewrite: fn(Sample) -> Bytes,
    pub(crate) sample: Sample,
}

/// What a call failed with.
pub(crate) struct Failure {
    /// `Debug` of the operation's own view of the problem; it starts with the variant.
    pub(crate) kind: Option<String>,
    /// The error, widened.
    pub(crate) error: Error,
}

impl Call {
    /// Calls the operation.
    pub(crate) async fn send(&self, client: &Client) -> Result<Value, Failure> {
        (self.send)(client.clone(), self.sample.clone()).await
    }
}

/// The values that the document gives as examples for an operation.
#[derive(Clone)]
pub(crate) struct Sample {
    pub(crate) operation: std::sync::Arc<problemgen::contract::Operation>,
    /// A body in place of the example.
    pub(crate) given: Option<Bytes>,
}

impl Sample {
    /// A parameter of the path.
    fn text(&self, rust_name: &str) -> String {
        let params = self.operation.params.iter().filter(|param| param.place == ParamPlace::Path);
        let found = params.into_iter().find(|param| param.name == rust_name);
        let example = found.and_then(|param| param.example.as_ref()).and_then(Value::as_str);
        example.unwrap_or_else(|| panic!("{} has no example of {rust_name}", self.operation.id)).to_owned()
    }

    fn body<T: DeserializeOwned>(&self) -> T {
        if let Some(given) = &self.given {
            return serde_json::from_slice(given).unwrap_or_else(|error| panic!("{error}"));
        }
        let media = self.operation.body.iter().flat_map(|body| &body.media).next();
        let example: Option<&Example> = media.and_then(|media| media.examples.first());
        let value = example.unwrap_or_else(|| panic!("{} has no example of its body", self.operation.id));
        serde_json::from_value(value.value.clone()).expect("an example of a body is read")
    }
}

fn failure<O: Operation<Api = dropthis_api::Api>>(error: Error<O>) -> Failure
where
    for<'a> O::View<'a>: std::fmt::Debug,
{
    let kind = error.kind().map(|kind| format!("{kind:?}"));
    Failure { kind, error: error.into() }
}

/// Reads the contract of the repository's own document.
pub(crate) fn contract() -> Contract {
    let mut report = Report::new();
    match problemgen::read(&problemgen_tests::spec(), &Config::default(), &mut report) {
        Some(read) => read.contract,
        None => panic!("{}", report.render(Paint::Plain)),
    }
}

/// A manifest as JSON, octets as text.
trait Content {
    fn value(self) -> Value;
}

macro_rules! contents {
    ($($output:ident)*) => {$(
        impl Content for $output {
            fn value(self) -> Value {
                match self {
                    $output::ContentManifest(manifest) => serde_json::to_value(manifest).expect("JSON"),
                    $output::Bytes(octets) => String::from_utf8_lossy(&octets).into(),
                    other => panic!("{other:?} is new"),
                }
            }
        }
    )*};
}
contents!(GetDropContentOutput GetDeploymentContentOutput);

fn content(output: impl Content) -> Value {
    output.value()
}

macro_rules! output {
    (json $output:ident) => {
        serde_json::to_value($output).expect("JSON")
    };
    (nothing $output:ident) => {{
        let () = $output;
        Value::Null
    }};
    (content $output:ident) => {
        content($output)
    };
}

macro_rules! calls {
    ($contract:ident, $sample:ident: $($kind:ident $operation:ident::new($($argument:expr),*),)*) => {
        vec![$({
            let spec = <$operation as Operation>::SPEC;
            let found = $contract.operations.iter().find(|operation| operation.id == spec.id);
            let operation = found.unwrap_or_else(|| panic!("{} is in the document", spec.id)).clone();
            Call {
                spec,
                send: |client, $sample| {
                    let operation = $operation::new($($argument),*);
                    // Only an operation with parameters needs the sample.
                    let _ = &$sample;
                    Box::pin(async move {
                        match client.send(operation).await {
                            Ok(output) => Ok(output!($kind output)),
                            Err(error) => Err(failure(error)),
                        }
                    })
                },
                decode: |response| match $operation::decode(response) {
                    Ok(output) => Ok(output!($kind output)),
                    Err(error) => Err(failure(error)),
                },
                script: |mock, code| {
                    let on = mock.on::<$operation>();
                    match code {
                        Some(code) => on.fails_with_example(code),
                        None => on.then_example(),
                    };
                },
                refuse: |response, status| {
                    let Err(error) = $operation::decode(response) else { panic!("it is no error") };
                    let view = error.kind().expect("an error of the contract");
                    Ok(Refusal::<$operation>::of(view).with_status(status)?.into_response())
                },
                succeed: |response| match $operation::decode(response) {
                    Ok(output) => Success::<$operation>::of(output).into_response(),
                    Err(error) => panic!("{error}"),
                },
                rewrite: |$sample| {
                    let base = "https://api.example".parse().expect("a URL");
                    let _ = &$sample;
                    let request = $operation::new($($argument),*).to_request(&base);
                    request.unwrap_or_else(|error| panic!("{error}")).into_body()
                },
                sample: Sample { operation: std::sync::Arc::new(operation), given: None },
            }
        }),*]
    };
}

/// Every operation of the API.
pub(crate) fn calls(contract: &Contract) -> Vec<Call> {
    calls![contract, sample:
        json RequestOtp::new(sample.body::<types::OtpRequest>()),
        json VerifyOtp::new(sample.body::<types::OtpVerification>()),
        nothing Logout::new(),
        json ListApiKeys::new(),
        json CreateApiKey::new(sample.body::<types::CreateApiKeyRequest>()),
        nothing DeleteApiKey::new(sample.text("key_id")),
        json GetAccount::new(),
        nothing DeleteAccount::new(),
        json UpdateAccount::new(sample.body::<types::UpdateAccountRequest>()),
        json SwitchWorkspace::new(sample.body::<types::SwitchWorkspaceRequest>()),
        json ListDrops::new(),
        json PublishDrop::new(sample.body::<types::PublishRequest>()),
        json ResolveDrop::new(sample.body::<types::ResolveDropRequest>()),
        json GetDrop::new(sample.text("drop_id")),
        nothing DeleteDrop::new(sample.text("drop_id")),
        json UpdateDrop::new(sample.text("drop_id"), sample.body::<types::UpdateDropRequest>()),
        content GetDropContent::new(sample.text("drop_id")),
        json ListDeployments::new(sample.text("drop_id")),
        json CreateDeployment::new(sample.text("drop_id"), sample.body::<types::CreateDeploymentRequest>()),
        json GetDeployment::new(sample.text("drop_id"), sample.text("deployment_id")),
        content GetDeploymentContent::new(sample.text("drop_id"), sample.text("deployment_id")),
        json CreateUpload::new(sample.body::<types::CreateUploadRequest>()),
        json GetUpload::new(sample.text("upload_id")),
        nothing CancelUpload::new(sample.text("upload_id")),
        json CompleteUpload::new(sample.text("upload_id")),
        json ListDomains::new(),
        json ConnectDomain::new(sample.body::<types::ConnectDomainRequest>()),
        json GetDomain::new(sample.text("domain")),
        nothing DeleteDomain::new(sample.text("domain")),
        json UpdateDomain::new(sample.text("domain"), sample.body::<types::UpdateDomainRequest>()),
        json VerifyDomain::new(sample.text("domain")),
        json ListWorkspaces::new(),
        json CreateWorkspace::new(sample.body::<types::CreateWorkspaceRequest>()),
        nothing DeleteWorkspace::new(sample.text("workspace_id")),
        json UpdateWorkspace::new(sample.text("workspace_id"), sample.body::<types::UpdateWorkspaceRequest>()),
        json ListMembers::new(sample.text("workspace_id")),
        json InviteMember::new(sample.text("workspace_id"), sample.body::<types::InviteMemberRequest>()),
        nothing RemoveMember::new(sample.text("workspace_id"), sample.text("account_id")),
        json UpdateMember::new(sample.text("workspace_id"), sample.text("account_id"), sample.body::<types::UpdateMemberRequest>()),
        json ListInvitations::new(),
        json AcceptInvitationByToken::new(sample.body::<types::AcceptInvitationRequest>()),
        json AcceptInvitation::new(sample.text("invitation_id")),
    ]
}

#[test]
fn every_operation_is_called() {
    let contract = contract();
    let mut called: Vec<&str> = calls(&contract).iter().map(|call| call.spec.id).collect();
    let mut known: Vec<&str> = contract.operations.iter().map(|operation| operation.id.as_str()).collect();
    called.sort_unstable();
    known.sort_unstable();
    assert_eq!(called, known);
}
