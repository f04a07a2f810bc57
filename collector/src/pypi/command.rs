//! The command: from the command line to the exit code.

use std::{
    env, io,
    io::{IsTerminal as _, Write as _},
    path::Path,
};

use anyhow::Context as _;
use chrono::{DateTime, TimeDelta, Utc};
use config::{Config, Size};
use downloads::Day;
use store::{Snapshot, Writer};

use super::{
    Basis, Collector, Doing, DryRun, Options, Outcome, Settings, dry_run, estimate, is_up_to_date,
    outcome::nothing, settings, workbooks,
};
use crate::{
    bigquery::{Clock as _, Credentials, Limits, Patience, Rest, Runner, SystemClock},
    cli::Pypi,
    progress::{Progress, Verbosity},
};

/// What a run came to.
#[derive(Debug)]
pub struct Done {
    /// What is to be printed.
    pub text: String,
    /// What was done. Nothing, if it was a dry run.
    pub outcome: Outcome,
    /// Why it ended early, if it did. What was done before is kept.
    pub result: anyhow::Result<()>,
}

/// The days asked for end before they start.
#[derive(Debug, thiserror::Error)]
#[error("--start-date {start} is after --end-date {end}, so there is no day to ask for")]
pub struct StartAfterEnd {
    start: Day,
    end: Day,
}

/// Runs the command. `now` is what the clock says.
///
/// # Errors
///
/// If nothing could be begun.
pub fn run(args: &Pypi, config: &Config, now: DateTime<Utc>) -> anyhow::Result<Done> {
    let mut done = bring_up_to_date(args, config, now)?;
    // Also if it ended early: what was collected until then is there to be counted.
    if args.add_metrics {
        let store = args.place.store.as_ref().unwrap_or(&config.store).folder()?;
        let written = workbooks::write(store, config, &args.projects).and_then(|(text, failed)| {
            done.text.push_str(&text);
            Ok(failed?)
        });
        match written {
            Ok(()) => {}
            Err(error) if done.result.is_ok() => done.result = Err(error),
            Err(error) => _ = writeln!(io::stderr(), "error: {error:#}"),
        }
    }
    Ok(done)
}

fn bring_up_to_date(args: &Pypi, config: &Config, now: DateTime<Utc>) -> anyhow::Result<Done> {
    crate::logging::start(args.verbose, args.logfile.as_deref())
        .with_context(|| format!("cannot write the log file `{}`", log_name(args)))?;
    let ahead = args.now.map_or(TimeDelta::zero(), |then| then - now);
    let clock = || SystemClock.now() + ahead;
    let store = args.place.store.as_ref().unwrap_or(&config.store).folder()?.to_owned();
    if let (Some(start), Some(end)) = (args.start_date, args.end_date)
        && start > end
    {
        return Err(StartAfterEnd { start, end }.into());
    }
    for name in args.projects.iter().filter(|name| config.project(name).is_none()) {
        let warning = format!(
            "warning: `{name}` is not in the configuration; it is collected at full detail"
        );
        let _ = writeln!(io::stderr(), "{warning}");
    }
    let options = Options {
        projects: args.projects.clone(),
        start_date: args.start_date,
        end_date: args.end_date,
        max_days: args.max_days,
        force: args.force,
        accept_shrink: args.accept_shrink,
        max_query: args.max_query_bytes.map(|size| size.0),
        max_month: args.max_month_bytes.map(|size| size.0),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start to work")?;
    let connect = async || connect(args, config).await;
    let now = now + ahead;
    runtime.block_on(async {
        if args.dry_run {
            let stored = Snapshot::open_or_empty(&store)?;
            let mut settings = settings(&options, config, store, &stored, String::new(), now);
            let plan = settings.plan(&stored, now);
            let told = if args.offline {
                estimate(&settings, &plan, &stored, now).await?
            } else if plan.is_empty() {
                DryRun::of_nothing(&settings, &stored, now, Basis::Asked)
            } else {
                let (runner, payer) = connect().await?;
                settings.payer = payer;
                dry_run(&settings, &runner, &plan, &stored, now).await?
            };
            let text = if args.markdown { told.to_markdown() } else { told.to_text() };
            // An estimate refuses nothing.
            let verdict = if args.offline { Ok(()) } else { told.verdict };
            return Ok(Done {
                text,
                outcome: Outcome::default(),
                result: verdict.map_err(anyhow::Error::from),
            });
        }
        // Without the lock first: a run with nothing to do touches nothing.
        let stored = Snapshot::open_or_empty(&store)?;
        let first = settings(&options, config, store.clone(), &stored, String::new(), now);
        if is_up_to_date(&first.plan(&stored, now), &stored, now) {
            let text = format!("{}\n", nothing(&first.wishes, now));
            return Ok(Done { text, outcome: Outcome::default(), result: Ok(()) });
        }
        let (runner, payer) = connect().await?;
        let writer = Writer::open(&store, "collector pypi", now)?;
        let settings = settings(&options, config, store, writer.snapshot(), payer, now);
        collect(args, &settings, &runner, writer, &clock).await
    })
}

async fn collect(
    args: &Pypi,
    settings: &Settings,
    runner: &Runner<Rest<SystemClock>, SystemClock>,
    writer: Writer,
    now: &dyn Fn() -> DateTime<Utc>,
) -> anyhow::Result<Done> {
    let plan = settings.plan(writer.snapshot(), now());
    let verbosity = if args.quiet { Verbosity::Quiet } else { Verbosity::Normal };
    let progress = Progress::start("pypi", None, verbosity);
    let lines = verbosity == Verbosity::Normal && !io::stderr().is_terminal();
    let mut tell = |doing: Doing<'_>| match doing {
        Doing::Prices(n) => progress.now(&format!("asking for prices, {n} queries so far")),
        Doing::Query(n, of, what) if lines => drop(say(&format!("{n} of {of}: {what}"))),
        Doing::Query(n, of, what) => progress.now(&format!("{n} of {of}: {what}")),
        Doing::Rows(what, rows, of) => progress.now(&format!("{what}: {rows} of {of} rows")),
    };
    let collector = Collector::new(settings, runner, writer, now, &mut tell);
    let (outcome, result) = collector.run(&plan).await;
    progress.finish();
    let price = settings.caps.price_per_tib;
    let billed = outcome.billed;
    let month = outcome.spent;
    let text = match (&result, outcome.queries) {
        (Err(_), 0) => String::new(),
        (Ok(()), 0) => format!("{}\n{month}\n", nothing(&settings.wishes, now())),
        _ => format!("{outcome}\nbilled: {} ({}); {month}\n", Size(billed), price.of(billed)),
    };
    Ok(Done { text, outcome, result })
}

fn say(what: &str) -> io::Result<()> {
    writeln!(io::stderr(), "pypi: {what}")
}

fn log_name(args: &Pypi) -> String {
    args.logfile.as_deref().unwrap_or(Path::new("")).display().to_string()
}

/// Who asks BigQuery, and the id of the project that is billed.
async fn connect(
    args: &Pypi,
    config: &Config,
) -> anyhow::Result<(Runner<Rest<SystemClock>, SystemClock>, String)> {
    let file = args.authentication_credentials.as_deref();
    let project = args.billing_project.as_deref().filter(|id| !id.is_empty());
    let project = project.or(config.bigquery.project.as_deref());
    let env = |name: &str| env::var(name).ok();
    let credentials = Credentials::find(file, project, &env)?;
    let endpoint = args.bigquery_endpoint.clone().unwrap_or_default();
    let patience = Patience::default();
    let rest =
        Rest::connect(endpoint, credentials, SystemClock, Limits::default(), patience.job).await?;
    let payer = rest.project().to_owned();
    log::info!("queries are billed to `{payer}`");
    Ok((Runner::new(rest, SystemClock, patience, rand::random()), payer))
}
