//! From the text of a query to a [`Plan`]. What is not understood is refused, never guessed.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use sqlparser::{
    ast::{
        self, BinaryOperator, DataType, FunctionArg, FunctionArgExpr, FunctionArguments,
        GroupByExpr, InTarget, SelectFlavor, SelectItem, SetExpr, Statement, TableFactor, Value,
    },
    dialect::BigQueryDialect,
    parser::{Parser, ParserOptions},
};

use crate::{
    columns::{Column, TABLE, Type},
    literals::{replacement, timestamp},
    plan::{Aggregate, Comparison, Expr, Plan, Source, admitted_times, project_parameters},
};

/// Why a query is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Refused(pub(crate) String);

pub(crate) type Result<T> = std::result::Result<T, Refused>;

/// Refuses what is not understood, by name.
pub(crate) fn unknown<T>(what: impl std::fmt::Display) -> Result<T> {
    Err(Refused(format!("The local BigQuery does not understand: {what}")))
}

/// How many queries stay understood.
const KEPT: usize = 10_000;

/// What was understood before: tests ask the same of thousands of services.
static PLANS: LazyLock<Mutex<HashMap<String, Result<Arc<Plan>>>>> = LazyLock::new(Mutex::default);

/// Understands a query.
pub(crate) fn parse(sql: &str) -> Result<Arc<Plan>> {
    let mut plans = PLANS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(plan) = plans.get(sql) {
        return plan.clone();
    }
    if plans.len() >= KEPT {
        plans.clear();
    }
    let plan = parse_new(sql).map(Arc::new);
    plans.insert(sql.to_owned(), plan.clone());
    plan
}

fn parse_new(sql: &str) -> Result<Plan> {
    // Escapes stay as they are, so that they can be refused: ours are in raw texts only.
    let options = ParserOptions::new().with_unescape(false);
    let parser = Parser::new(&BigQueryDialect {}).with_options(options);
    let statements = parser
        .try_with_sql(sql)
        .and_then(|mut parser| parser.parse_statements())
        .map_err(|error| Refused(format!("Syntax error: {error}")))?;
    let [Statement::Query(query)] = statements.as_slice() else {
        return unknown("anything but one SELECT");
    };
    let ast::Query {
        with: None,
        body,
        order_by: None,
        limit_clause: None,
        fetch: None,
        for_clause: None,
        settings: None,
        format_clause: None,
        ..
    } = &**query
    else {
        return unknown("WITH, ORDER BY, LIMIT and the like");
    };
    let SetExpr::Select(select) = &**body else {
        return unknown("anything but a SELECT");
    };
    if !query.locks.is_empty() || !query.pipe_operators.is_empty() {
        return unknown("pipes and locks");
    }
    parse_select(select)
}

fn parse_select(select: &ast::Select) -> Result<Plan> {
    let extras = select.distinct.is_some()
        || select.top.is_some()
        || select.exclude.is_some()
        || select.into.is_some()
        || select.prewhere.is_some()
        || select.having.is_some()
        || select.qualify.is_some()
        || select.value_table_mode.is_some()
        || !select.lateral_views.is_empty()
        || !select.connect_by.is_empty()
        || !select.named_window.is_empty()
        || !select.cluster_by.is_empty()
        || !select.distribute_by.is_empty()
        || !select.sort_by.is_empty()
        || select.flavor != SelectFlavor::Standard;
    if extras {
        return unknown("a SELECT with more than FROM, WHERE and GROUP BY");
    }
    check_table(&select.from)?;

    let mut names = Names::default();
    let Some(filter) = &select.selection else {
        return Err(no_partition_filter());
    };
    let (filter, kind) = names.expr(filter)?;
    expect(kind, Type::Bool, "WHERE")?;
    let times = admitted_times(&filter).ok_or_else(no_partition_filter)?;

    let mut grouped = Vec::new();
    let by = match &select.group_by {
        GroupByExpr::Expressions(by, modifiers) if modifiers.is_empty() => by,
        _ => return unknown("GROUP BY ALL, ROLLUP and the like"),
    };
    for by in by {
        let ordinal = match by {
            ast::Expr::Value(value) => match &value.value {
                Value::Number(number, false) => number.parse().ok(),
                _ => None,
            },
            _ => None,
        };
        match ordinal {
            Some(ordinal) if (1..=select.projection.len()).contains(&ordinal) => {
                grouped.push(ordinal - 1);
            }
            Some(ordinal) => {
                return Err(Refused(format!("GROUP BY is out of SELECT column number: {ordinal}")));
            }
            None => return unknown(format_args!("GROUP BY {by}, which is no number of a column")),
        }
    }

    let (mut groups, mut aggregates, mut output) = (Vec::new(), Vec::new(), Vec::new());
    for (place, item) in select.projection.iter().enumerate() {
        let (expr, name) = match item {
            SelectItem::UnnamedExpr(expr) => (expr, implied_name(expr, place)),
            SelectItem::ExprWithAlias { expr, alias } => (expr, alias.value.clone()),
            other => return unknown(format_args!("`{other}` in SELECT")),
        };
        if let Some(aggregate) = names.aggregate(expr)? {
            if grouped.contains(&place) {
                return Err(Refused(format!("Aggregate function {expr} not allowed in GROUP BY")));
            }
            output.push((name, Type::Int, Source::Aggregate(aggregates.len())));
            aggregates.push(aggregate);
        } else if grouped.contains(&place) {
            let (expr, kind) = names.expr(expr)?;
            if matches!(kind, Type::Timestamp) {
                return unknown("a TIMESTAMP in an answer");
            }
            output.push((name, kind, Source::Group(groups.len())));
            groups.push(expr);
        } else {
            names.expr(expr)?;
            return Err(Refused(format!(
                "SELECT list expression references `{expr}` which is neither grouped nor aggregated"
            )));
        }
    }
    Ok(Plan {
        projects: project_parameters(&filter),
        filter,
        times,
        columns: names.columns,
        parameters: names.parameters,
        replacements: names.replacements,
        groups,
        grouped: !grouped.is_empty(),
        aggregates,
        output,
    })
}

fn no_partition_filter() -> Refused {
    Refused(format!(
        "Cannot query over table '{TABLE}' without a filter over column(s) 'timestamp' that can be used for partition elimination"
    ))
}

fn check_table(from: &[ast::TableWithJoins]) -> Result<()> {
    let [table] = from else { return unknown("anything but one table") };
    let TableFactor::Table { name, alias: None, args: None, version: None, sample: None, .. } =
        &table.relation
    else {
        return unknown(format_args!("`{}` in FROM", table.relation));
    };
    if !table.joins.is_empty() {
        return unknown("JOIN");
    }
    let parts = name.0.iter().filter_map(|part| part.as_ident()).map(|part| part.value.as_str());
    let name = parts.collect::<Vec<_>>().join(".");
    if name != TABLE {
        return Err(Refused(format!("Not found: Table {name}")));
    }
    Ok(())
}

/// The name of a column without an alias.
fn implied_name(expr: &ast::Expr, place: usize) -> String {
    match expr {
        ast::Expr::Identifier(name) => name.value.clone(),
        ast::Expr::CompoundIdentifier(names) => {
            names.last().map_or_else(String::new, |name| name.value.clone())
        }
        _ => format!("f{place}_"),
    }
}

fn expect(kind: Type, wanted: Type, place: &str) -> Result<()> {
    if kind == wanted {
        return Ok(());
    }
    Err(Refused(format!("{place} wants {}, not {}", wanted.name(), kind.name())))
}

/// What a query refers to, gathered on the way.
#[derive(Default)]
struct Names {
    columns: BTreeSet<Column>,
    parameters: Vec<String>,
    replacements: usize,
}

impl Names {
    /// `COUNT(*)` or `SUM(…)`; `None` if it is something else.
    fn aggregate(&mut self, expr: &ast::Expr) -> Result<Option<Aggregate>> {
        let ast::Expr::Function(function) = expr else { return Ok(None) };
        match function.name.to_string().to_ascii_uppercase().as_str() {
            "COUNT" => match arguments(function)?.as_slice() {
                [FunctionArgExpr::Wildcard] => Ok(Some(Aggregate::CountRows)),
                _ => unknown(expr),
            },
            "SUM" => match arguments(function)?.as_slice() {
                [FunctionArgExpr::Expr(inner)] => {
                    let (inner, kind) = self.expr(inner)?;
                    expect(kind, Type::Int, "SUM")?;
                    Ok(Some(Aggregate::Sum(inner)))
                }
                _ => unknown(expr),
            },
            _ => Ok(None),
        }
    }

    fn expr(&mut self, expr: &ast::Expr) -> Result<(Expr, Type)> {
        match expr {
            ast::Expr::Nested(inner) => self.expr(inner),
            ast::Expr::Identifier(name) => self.column(&name.value),
            ast::Expr::CompoundIdentifier(names) => {
                let names: Vec<_> = names.iter().map(|name| name.value.as_str()).collect();
                self.column(&names.join("."))
            }
            ast::Expr::Value(value) => literal(&value.value),
            ast::Expr::TypedString(typed) if matches!(typed.data_type, DataType::Timestamp(..)) => {
                let (Expr::Text(text), _) = literal(&typed.value.value)? else {
                    return unknown(expr);
                };
                match timestamp(&text) {
                    Some(time) => Ok((Expr::Timestamp(time), Type::Timestamp)),
                    None => Err(Refused(format!("Invalid TIMESTAMP literal: {text}"))),
                }
            }
            ast::Expr::In {
                expr: value,
                target: InTarget::Unnest(array),
                negated: false,
                global: false,
            } => {
                let (value, kind) = self.expr(value)?;
                expect(kind, Type::Text, "IN UNNEST")?;
                match &**array {
                    ast::Expr::Identifier(name) if name.quote_style.is_none() => {
                        match name.value.strip_prefix('@') {
                            Some(name) if !name.starts_with('@') => {
                                let number = self.parameter(name);
                                Ok((Expr::Among(Box::new(value), number), Type::Bool))
                            }
                            _ => unknown(array),
                        }
                    }
                    _ => unknown(array),
                }
            }
            ast::Expr::BinaryOp { left, op, right } => self.binary(expr, left, op, right),
            ast::Expr::Function(function) => self.function(expr, function),
            other => unknown(other),
        }
    }

    fn column(&mut self, path: &str) -> Result<(Expr, Type)> {
        let Some(column) = Column::named(path) else {
            return Err(Refused(format!("Unrecognized name: {path}")));
        };
        self.columns.insert(column);
        Ok((Expr::Column(column), column.kind()))
    }

    fn parameter(&mut self, name: &str) -> usize {
        let known = self.parameters.iter().position(|known| known.eq_ignore_ascii_case(name));
        known.unwrap_or_else(|| {
            self.parameters.push(name.to_owned());
            self.parameters.len() - 1
        })
    }

    fn binary(
        &mut self,
        whole: &ast::Expr,
        left: &ast::Expr,
        op: &BinaryOperator,
        right: &ast::Expr,
    ) -> Result<(Expr, Type)> {
        let ((left, left_kind), (right, right_kind)) = (self.expr(left)?, self.expr(right)?);
        let comparison = match op {
            BinaryOperator::And | BinaryOperator::Or => {
                expect(left_kind, Type::Bool, "AND and OR")?;
                expect(right_kind, Type::Bool, "AND and OR")?;
                let (left, right) = (Box::new(left), Box::new(right));
                let expr = if *op == BinaryOperator::And {
                    Expr::And(left, right)
                } else {
                    Expr::Or(left, right)
                };
                return Ok((expr, Type::Bool));
            }
            BinaryOperator::Eq => Comparison::Equal,
            BinaryOperator::NotEq => Comparison::NotEqual,
            BinaryOperator::Lt => Comparison::Less,
            BinaryOperator::LtEq => Comparison::LessOrEqual,
            BinaryOperator::Gt => Comparison::Greater,
            BinaryOperator::GtEq => Comparison::GreaterOrEqual,
            _ => return unknown(whole),
        };
        if left_kind != right_kind {
            return Err(Refused(format!(
                "No matching signature for operator {op} for argument types: {}, {}",
                left_kind.name(),
                right_kind.name()
            )));
        }
        Ok((Expr::Compare(comparison, left_kind, left.into(), right.into()), Type::Bool))
    }

    fn function(&mut self, whole: &ast::Expr, function: &ast::Function) -> Result<(Expr, Type)> {
        let mut values = Vec::new();
        let name = function.name.to_string().to_ascii_uppercase();
        for argument in arguments(function)? {
            let FunctionArgExpr::Expr(argument) = argument else { return unknown(whole) };
            values.push(self.expr(argument)?);
        }
        let mut values = values.into_iter();
        match (name.as_str(), values.next(), values.next(), values.next(), values.next()) {
            ("DATE", Some((time, Type::Timestamp)), None, ..) => {
                Ok((Expr::Date(time.into()), Type::Date))
            }
            ("UNIX_SECONDS", Some((time, Type::Timestamp)), None, ..) => {
                Ok((Expr::UnixSeconds(time.into()), Type::Int))
            }
            ("MOD", Some((value, Type::Int)), Some((by, Type::Int)), None, _) => {
                Ok((Expr::Mod(value.into(), by.into()), Type::Int))
            }
            (
                "REGEXP_REPLACE",
                Some((value, Type::Text)),
                Some((Expr::Text(regex), _)),
                Some((Expr::Text(with), _)),
                None,
            ) => {
                let replacement = replacement(self.replacements, &regex, &with)?;
                self.replacements += 1;
                Ok((Expr::Replace(value.into(), replacement.into()), Type::Text))
            }
            _ => unknown(whole),
        }
    }
}

/// The arguments of a function that has nothing but arguments.
fn arguments(function: &ast::Function) -> Result<Vec<&FunctionArgExpr>> {
    let plain = function.filter.is_none()
        && function.over.is_none()
        && function.null_treatment.is_none()
        && function.within_group.is_empty()
        && matches!(function.parameters, FunctionArguments::None);
    match &function.args {
        FunctionArguments::List(list)
            if plain && list.duplicate_treatment.is_none() && list.clauses.is_empty() =>
        {
            let each = list.args.iter().map(|argument| match argument {
                FunctionArg::Unnamed(expr) => Ok(expr),
                _ => unknown(function),
            });
            each.collect()
        }
        _ => unknown(function),
    }
}

fn literal(value: &Value) -> Result<(Expr, Type)> {
    match value {
        Value::Number(number, false) => match number.parse() {
            Ok(number) => Ok((Expr::Int(number), Type::Int)),
            Err(_) => unknown(value),
        },
        Value::SingleQuotedString(text) | Value::DoubleQuotedString(text)
            if text.contains(['\\', '\'', '"']) =>
        {
            unknown(format_args!("quotes and backslashes in the text {value}"))
        }
        Value::SingleQuotedString(text)
        | Value::DoubleQuotedString(text)
        | Value::SingleQuotedRawStringLiteral(text)
        | Value::DoubleQuotedRawStringLiteral(text) => Ok((Expr::Text(text.clone()), Type::Text)),
        _ => unknown(value),
    }
}
