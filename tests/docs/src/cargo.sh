#!/bin/sh
# Stands in for cargo where the commands of documents are run: what they would build is built already.
# What it does not know must be marked in the document as not run.
set -eu

refuse() {
  echo "the tests of the documents do not run \`cargo $1\`; see tests/docs/src/cargo.sh" >&2
  exit 101
}

programs=$(dirname -- "$0")
task=${1:?}
shift
case $task in
  xtask)
    # Of the others, each takes minutes.
    test "${1-}" = tidy || refuse "xtask ${1-}"
    exec "$programs/xtask" "$@"
    ;;
  run)
    program=
    while test $# -gt 0; do
      case $1 in
        -p | --package) program=$2 && shift 2 ;;
        --release) shift ;;
        --) shift && break ;;
        *) refuse "run $1" ;;
      esac
    done
    # The port that the documents name may be taken.
    test "$program" != local-bigquery || set -- "$@" --port "$DOCUMENTS_PORT"
    exec "$programs/$program" "$@"
    ;;
  install)
    test "${1-} ${2-}" = "--locked --path" || refuse "install ${1-}"
    grep --quiet "^name = \"$3\"" "$3/Cargo.toml"
    test -x "$programs/$3"
    ;;
  *) refuse "$task" ;;
esac
