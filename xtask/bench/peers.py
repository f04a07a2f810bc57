"""What a table engine needs for the count tables of an event file: the measure for `collector import`.

    python peers.py polars|duckdb FILE

Reads FILE once and counts downloads per project by twelve values and, per month, by four: the sheets
of the predecessor's workbooks. Prints how many groups there are and how many downloads they count,
so that the engines can be compared with each other.
"""

import sys

DISTRO = ["distro_name", "distro_version"]
TABLES = [
    ["month"], ["version"], ["country_code"], ["python"], ["implementation_version"],
    ["installer_name"], ["distro_name"], DISTRO, [*DISTRO, "system_release"], ["system_name"],
    ["cpu"], ["ci"],
    *(["month", by] for by in ["version", "python", "country_code", "installer_name"]),
]


def with_polars(path):
    import polars as pl

    rows = pl.scan_csv(path, infer_schema=False).with_columns(
        month=pl.col("timestamp").str.slice(0, 7),
        python=pl.col("implementation_version").str.replace(r"\.[^.]*$", ""),
    )
    queries = [rows.group_by("project", *table).agg(downloads=pl.len()) for table in TABLES]
    tables = pl.collect_all(queries, engine="streaming")
    return sum(len(table) for table in tables), sum(table["downloads"].sum() for table in tables)


def with_duckdb(path):
    import duckdb

    sets = ", ".join(f"(project, {', '.join(table)})" for table in TABLES)
    return duckdb.execute(f"""
        SELECT count(*), sum(downloads) FROM (
            SELECT project, count(*) AS downloads FROM (
                SELECT *, timestamp[:7] AS month,
                    regexp_replace(implementation_version, '\\.[^.]*$', '') AS python
                FROM read_csv($path, header = true, all_varchar = true)
            ) GROUP BY GROUPING SETS ({sets})
        )""", {"path": path}).fetchone()


if __name__ == "__main__":
    engine, path = sys.argv[1:]
    groups, downloads = {"polars": with_polars, "duckdb": with_duckdb}[engine](path)
    print(f"{len(TABLES)} tables, {groups} groups, {downloads} downloads")
