//! The expressions in `${{ }}` and of `if:`, as far as the workflows use them. Whatever is not in the table that
//! a test gives is an error.

use anyhow::{Context, bail, ensure};
use serde_json::Value;

/// What `success()` and its like answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// A step or job before this one failed.
    pub failed: bool,
    /// The run was cancelled.
    pub cancelled: bool,
}

/// The text with each `${{ }}` in it replaced by its value.
pub fn expand(text: &str, contexts: &Value, status: Status) -> anyhow::Result<String> {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${{") {
        let (expression, after) = after.split_once("}}").context("a `${{` that does not end")?;
        expanded += before;
        expanded += &as_text(&evaluate(expression, contexts, status)?);
        rest = after;
    }
    Ok(expanded + rest)
}

/// Whether a step or job with this condition runs.
pub fn holds(condition: Option<&str>, contexts: &Value, status: Status) -> anyhow::Result<bool> {
    let Some(condition) = condition else { return Ok(!status.failed && !status.cancelled) };
    let whole = condition.trim();
    let inner = whole.strip_prefix("${{").and_then(|it| it.strip_suffix("}}")).unwrap_or(whole);
    let asks = ["success()", "failure()", "always()", "cancelled()"];
    let is_asked = asks.iter().any(|ask| inner.contains(ask));
    let value = evaluate(inner, contexts, status)?;
    Ok(truth(&value) && (is_asked || (!status.failed && !status.cancelled)))
}

/// The value of an expression.
pub fn evaluate(expression: &str, contexts: &Value, status: Status) -> anyhow::Result<Value> {
    let what = || format!("in the expression `{}`", expression.trim());
    let tokens = tokens(expression).with_context(what)?;
    let mut parser = Parser { tokens: &tokens, contexts, status };
    let value = parser.or().with_context(what)?;
    ensure!(parser.tokens.is_empty(), "more than one value in the expression `{expression}`");
    Ok(value)
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Name(String),
    Text(String),
    Number(f64),
    Sign(&'static str),
}

const SIGNS: [&str; 11] = ["==", "!=", "&&", "||", "!", "(", ")", ",", ".*", ".", "-"];

fn tokens(mut text: &str) -> anyhow::Result<Vec<Token>> {
    let mut tokens = Vec::new();
    loop {
        text = text.trim_start();
        let Some(first) = text.chars().next() else { return Ok(tokens) };
        if first == '\'' {
            let mut value = String::new();
            let mut rest = &text[1..];
            loop {
                let (part, after) = rest.split_once('\'').context("a text that does not end")?;
                value += part;
                let Some(more) = after.strip_prefix('\'') else {
                    text = after;
                    break;
                };
                value.push('\'');
                rest = more;
            }
            tokens.push(Token::Text(value));
        } else if first.is_ascii_digit() {
            let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
            tokens.push(Token::Number(text[..end].parse()?));
            text = &text[end..];
        } else if first.is_ascii_alphabetic() || first == '_' {
            let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            let end = text.find(|c: char| !is_part(c)).unwrap_or(text.len());
            tokens.push(Token::Name(text[..end].to_owned()));
            text = &text[end..];
        } else {
            let sign = SIGNS.into_iter().find(|sign| text.starts_with(sign));
            let sign = sign.with_context(|| format!("`{first}` is not understood"))?;
            tokens.push(Token::Sign(sign));
            text = &text[sign.len()..];
        }
    }
}

struct Parser<'a> {
    tokens: &'a [Token],
    contexts: &'a Value,
    status: Status,
}

impl Parser<'_> {
    fn takes(&mut self, sign: &str) -> bool {
        match self.tokens {
            [Token::Sign(first), rest @ ..] if *first == sign => {
                self.tokens = rest;
                true
            }
            _ => false,
        }
    }

    fn or(&mut self) -> anyhow::Result<Value> {
        let mut value = self.and()?;
        while self.takes("||") {
            let right = self.and()?;
            value = if truth(&value) { value } else { right };
        }
        Ok(value)
    }

    fn and(&mut self) -> anyhow::Result<Value> {
        let mut value = self.equality()?;
        while self.takes("&&") {
            let right = self.equality()?;
            value = if truth(&value) { right } else { value };
        }
        Ok(value)
    }

    fn equality(&mut self) -> anyhow::Result<Value> {
        let left = self.unary()?;
        if self.takes("==") {
            return Ok(Value::Bool(same(&left, &self.unary()?)));
        }
        if self.takes("!=") {
            return Ok(Value::Bool(!same(&left, &self.unary()?)));
        }
        Ok(left)
    }

    fn unary(&mut self) -> anyhow::Result<Value> {
        if self.takes("!") {
            return Ok(Value::Bool(!truth(&self.unary()?)));
        }
        if self.takes("(") {
            let value = self.or()?;
            ensure!(self.takes(")"), "a `(` that is not closed");
            return Ok(value);
        }
        let [first, rest @ ..] = self.tokens else { bail!("a value is missing") };
        self.tokens = rest;
        match first {
            Token::Text(text) => Ok(Value::from(text.as_str())),
            Token::Number(number) => Ok(Value::from(*number)),
            Token::Sign(sign) => bail!("`{sign}` where a value should be"),
            Token::Name(name) if self.takes("(") => self.call(name),
            Token::Name(name) => match name.as_str() {
                "true" => Ok(Value::Bool(true)),
                "false" => Ok(Value::Bool(false)),
                "null" => Ok(Value::Null),
                _ => self.property(name),
            },
        }
    }

    fn call(&mut self, name: &str) -> anyhow::Result<Value> {
        let mut arguments = Vec::new();
        while !self.takes(")") {
            ensure!(arguments.is_empty() || self.takes(","), "a `,` is missing");
            arguments.push(self.or()?);
        }
        let Status { failed, cancelled } = self.status;
        match (name, arguments.as_slice()) {
            ("always", []) => Ok(Value::Bool(true)),
            ("success", []) => Ok(Value::Bool(!failed && !cancelled)),
            ("failure", []) => Ok(Value::Bool(failed && !cancelled)),
            ("cancelled", []) => Ok(Value::Bool(cancelled)),
            ("join", [Value::Array(items), separator]) => {
                let items: Vec<_> = items.iter().map(as_text).collect();
                Ok(Value::from(items.join(&as_text(separator))))
            }
            _ => bail!("the function `{name}` is not known"),
        }
    }

    fn property(&mut self, name: &str) -> anyhow::Result<Value> {
        let mut path = name.to_owned();
        let mut values = vec![known(self.contexts.get(name), &path)?];
        let mut is_list = false;
        loop {
            if self.takes(".*") {
                path += ".*";
                is_list = true;
                let all = values.iter().filter_map(Value::as_object);
                values = all.flat_map(|it| it.values().cloned()).collect();
                continue;
            }
            if !self.takes(".") {
                break;
            }
            let [Token::Name(key), rest @ ..] = self.tokens else { bail!("a name is missing") };
            self.tokens = rest;
            // What a step did not put out is empty; a step that there is not is an error.
            let is_output = path.ends_with(".outputs");
            path = format!("{path}.{key}");
            values = values
                .iter()
                .map(|value| match value.get(key) {
                    None if is_output => Ok(Value::Null),
                    found => known(found, &path),
                })
                .collect::<anyhow::Result<_>>()?;
        }
        if is_list { Ok(Value::Array(values)) } else { values.pop().context("no value") }
    }
}

fn known(value: Option<&Value>, path: &str) -> anyhow::Result<Value> {
    value.cloned().with_context(|| format!("`{path}` is not in the table of the test"))
}

fn truth(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(it) => *it,
        Value::Number(it) => it.as_f64() != Some(0.0),
        Value::String(it) => !it.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}

/// Equality of GitHub: texts without case, other kinds as numbers.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::String(left), Value::String(right)) => left.to_lowercase() == right.to_lowercase(),
        (Value::Bool(left), Value::Bool(right)) => left == right,
        _ => as_number(left) == as_number(right),
    }
}

fn as_number(value: &Value) -> f64 {
    match value {
        Value::Null => 0.0,
        Value::Bool(it) => f64::from(u8::from(*it)),
        Value::Number(it) => it.as_f64().unwrap_or(f64::NAN),
        Value::String(it) if it.is_empty() => 0.0,
        Value::String(it) => it.trim().parse().unwrap_or(f64::NAN),
        Value::Array(_) | Value::Object(_) => f64::NAN,
    }
}

/// What stands where the expression stood.
pub fn as_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const OK: Status = Status { failed: false, cancelled: false };

    fn value(expression: &str) -> Value {
        let contexts = json!({
            "inputs": {"name": "it's", "force": true, "empty": ""},
            "steps": {"one": {"outcome": "success", "outputs": {"site": "site"}}},
            "needs": {"a": {"result": "success"}, "b": {"result": "failure"}},
        });
        evaluate(expression, &contexts, OK).unwrap()
    }

    #[test]
    fn expressions_have_the_values_of_github() {
        for (expression, expected) in [
            ("inputs.name", json!("it's")),
            ("'it''s' == inputs.name", json!(true)),
            ("inputs.empty || 'else'", json!("else")),
            ("inputs.force && !inputs.empty", json!(true)),
            ("steps.one.outputs.nothing == ''", json!(true)),
            ("steps.one.outcome != 'success'", json!(false)),
            ("(1 == 2 || 'A' == 'a') && true", json!(true)),
            ("join(needs.*.result, ' ')", json!("success failure")),
        ] {
            assert_eq!(value(expression), expected, "{expression}");
        }
    }

    #[test]
    fn what_is_not_in_the_table_is_an_error() {
        let contexts = json!({"steps": {"one": {"outputs": {}}}, "vars": {}});
        for expression in ["steps.two.outputs.x", "vars.X", "github.token", "toJSON(vars)", "a b"] {
            assert!(evaluate(expression, &contexts, OK).is_err(), "{expression}");
        }
        assert_eq!(expand("a ${{ steps.one.outputs.x }}b", &contexts, OK).unwrap(), "a b");
        assert!(expand("a ${{ vars.X", &contexts, OK).is_err());
    }

    #[test]
    fn a_condition_asks_for_success_unless_it_says_otherwise() {
        let failed = Status { failed: true, cancelled: false };
        let contexts = json!({});
        for (condition, after_failure) in [
            (None, false),
            (Some("true"), false),
            (Some("always()"), true),
            (Some("failure()"), true),
        ] {
            assert_eq!(
                holds(condition, &contexts, failed).unwrap(),
                after_failure,
                "{condition:?}"
            );
        }
        assert!(holds(Some("${{ !cancelled() && 'x' != '' }}"), &contexts, failed).unwrap());
    }
}
