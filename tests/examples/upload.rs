//! Publishes a folder: creates an upload, puts each file where the API says, completes the upload, and publishes it.
//!
//! ```sh
//! DROPTHIS_KEY=sk_… cargo run -p problemgen-tests --example upload -- path/to/site
//! ```
//!
//! The files go to a storage, by addresses that the API has signed. The credential does not go there: an
//! [`Elsewhere`] carries what the address asks for and nothing else. Each file is read while it is sent, and opened again
//! where the storage has to be asked twice.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use dropthis_api::operations::{CompleteUpload, CreateUpload, PublishDrop};
use dropthis_api::types::{CreateUploadRequest, Drop, PublishUploadRequest, UploadedFile};
use dropthis_api::{Body, Client, Elsewhere};
use indicatif::{ProgressBar, ProgressStyle};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args_os().nth(1).ok_or("which folder?")?);
    let client = Client::builder(std::env::var("DROPTHIS_KEY")?).build()?;
    let style = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {bytes_per_sec} {msg}")?;
    let bar = ProgressBar::new(0).with_style(style);
    let drop = publish(&client, &folder, &bar).await?;
    println!("{}", drop.url);
    Ok(())
}

/// Publishes the files of a folder, and shows how far it is.
///
/// # Errors
/// When a file cannot be read, and whatever the API or the storage answers. A storage that refuses is an error with the status
/// and the body that it sent.
pub(crate) async fn publish(
    client: &Client,
    folder: &Path,
    bar: &ProgressBar,
) -> Result<Drop, Box<dyn Error>> {
    let mut manifest = Vec::new();
    let mut total = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (name, length) = (entry.file_name(), entry.metadata()?.len());
        let name = name.to_string_lossy();
        manifest.push(UploadedFile::new(&*name, media_type(&name), i64::try_from(length)?).into());
        total += length;
    }
    bar.set_length(total);

    let upload = client.send(CreateUpload::new(CreateUploadRequest::new(manifest))).await?;
    let mut before = 0;
    for file in &upload.files {
        let Some(target) = &file.upload else { continue };
        let mut put = Elsewhere::put(&target.url, Body::file(folder.join(&file.path)));
        for (name, value) in &target.headers {
            put = put.header(name, value);
        }
        bar.set_message(file.path.clone());
        // An attempt that is not the first begins anew, and so does the bar.
        let shown = bar.clone();
        let call = client.call(put).progress(move |progress| shown.set_position(before + progress.sent));
        call.send().await?;
        before = bar.position();
    }
    client.send(CompleteUpload::new(&*upload.upload_id)).await?;
    let drop = client.send(PublishDrop::new(PublishUploadRequest::new(&*upload.upload_id))).await?;
    bar.finish();
    Ok(drop)
}

fn media_type(name: &str) -> &'static str {
    match Path::new(name).extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html",
        Some("css") => "text/css",
        Some("js") => "text/javascript",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    }
}
