"""Lets the clients that others wrote read a served site, with nothing but their base address changed.

    python3 -m venv clients && clients/bin/pip install pypistats==1.14.0 pepystats==0.2.2
    cargo xtask serve SITE --port 8000 &
    clients/bin/python crates/exports/tests/pypistats_client.py http://127.0.0.1:8000/ PROJECT

Every command of `pypistats` is run and compared with the file that it read; `pepystats` too, if it is there.
Exit code 1 and the first difference if something is not as it should be.
"""

import collections
import contextlib
import io
import json
import os
import sys
import tempfile
import urllib.request


def main(site, project):
    # The client keeps answers for a day: this run must not see those of another.
    with tempfile.TemporaryDirectory() as cache:
        os.environ["XDG_CACHE_HOME"] = cache
        check_pypistats(site, project)
        check_pepystats(site, project)


def fetch(site, path):
    with urllib.request.urlopen(site + path) as answer:
        return json.load(answer)


def check_pypistats(site, project):
    import pypistats
    import pypistats.cli

    pypistats.BASE_URL = site + "api/"

    def run(*arguments):
        """What the command prints."""
        sys.argv = ["pypistats", *arguments]
        pypistats.cli.cli, old = new_parser(pypistats.cli.cli), pypistats.cli.cli
        printed = io.StringIO()
        try:
            with contextlib.redirect_stdout(printed):
                pypistats.cli.main()
        finally:
            pypistats.cli.cli = old
        return printed.getvalue()

    def same(what, found, expected):
        if found != expected:
            sys.exit(f"{what}: {found!r} instead of {expected!r}")
        print(f"{what}: agrees")

    recent = fetch(site, f"api/packages/{project}/recent")["data"]
    for period in [[], ["--period", "day"], ["--period", "week"], ["--period", "month"]]:
        printed = json.loads(run("recent", project, "--json", *period))
        same(" ".join(["recent", *period]), printed["data"], recent)

    options = {
        "overall": ["--mirrors", "with"],
        "python_major": ["--version", "3"],
        "python_minor": ["--version", "3.11"],
        "system": ["--os", "linux"],
    }
    for command, option in options.items():
        file = fetch(site, f"api/packages/{project}/{command}")
        same(f"{command}.json", fetch(site, f"api/packages/{project}/{command}.json"), file)
        rows = file["data"]

        printed = json.loads(run(command, project, "--json", "--daily"))
        same(f"{command} --daily", printed["data"], rows)
        same(f"{command} {' '.join(option)}", json.loads(run(command, project, "--json", "--daily", *option))["data"], rows)

        total = collections.Counter()
        months = collections.Counter()
        for row in rows:
            total[row["category"]] += row["downloads"]
            months[row["category"], row["date"][:7]] += row["downloads"]
        printed = json.loads(run(command, project, "--json"))["data"]
        same(command, {row["category"]: row["downloads"] for row in printed}, dict(total))
        printed = json.loads(run(command, project, "--json", "--monthly"))["data"]
        same(f"{command} --monthly", {(row["category"], row["date"]): row["downloads"] for row in printed}, dict(months))

        last = max(row["date"] for row in rows)
        printed = json.loads(run(command, project, "--json", "--daily", "--start-date", last))["data"]
        same(f"{command} --start-date {last}", printed, [row for row in rows if row["date"] >= last])

        for form in ["pretty", "markdown", "rst", "html", "tsv"]:
            table = run(command, project, "--format", form)
            numbers = {f"{downloads:,}" for downloads in total.values()}
            missing = [number for number in numbers if number not in table]
            same(f"{command} --format {form}", missing, [])


def new_parser(parser):
    """A copy, because `main` adds an option to the one it finds."""
    import copy

    return copy.deepcopy(parser)


def check_pepystats(site, project):
    try:
        import pepystats.api
    except ImportError:
        print("pepystats is not installed: not checked")
        return
    pepystats.api.BASE = site.rstrip("/")
    file = fetch(site, f"api/v2/projects/{project}")
    days = {day: sum(versions.values()) for day, versions in file["downloads"].items()}
    # It counts months back from today, so it is asked for more than there are.
    found = pepystats.get_detailed(project, months=1200)
    found = {row.date: row.downloads for row in found.itertuples() if row.downloads}
    if found != days:
        sys.exit(f"pepystats: {found} instead of {days}")
    print("pepystats: agrees")


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/") + "/", sys.argv[2])
