//! Filters and methods of templates that can make much out of little, with limits on what they are asked for.
//!
//! Invariant: what is within the limits gives what it would have given without them.

use minijinja::{
    Environment, Error, ErrorKind, State, Value, filters,
    value::{Rest, ValueKind},
};

/// Blanks a template may indent by, or fill a field with.
const WIDTH: usize = 100;
/// Bytes a text may grow to in one step.
const GROWN: usize = 1 << 20;

/// Puts the limits before the filters and methods of an environment.
pub fn apply(environment: &mut Environment<'static>) {
    environment.add_filter("unlimited indent", filters::indent);
    environment.add_filter("unlimited tojson", filters::tojson);
    environment.add_filter("unlimited format", filters::format);
    environment.add_filter("unlimited replace", filters::replace);
    environment.add_filter("unlimited join", filters::join);
    for (name, unlimited) in [
        ("indent", "unlimited indent"),
        ("tojson", "unlimited tojson"),
        ("format", "unlimited format"),
        ("replace", "unlimited replace"),
        ("join", "unlimited join"),
    ] {
        environment.add_filter(
            name,
            move |state: &mut State, values: Rest<Value>| -> Result<Value, Error> {
                check(name, &values)?;
                state.apply_filter(unlimited, &values)
            },
        );
    }
    // no chat template cuts lists into pieces of one length, filled up to it
    environment.remove_filter("batch");
    environment.remove_filter("slice");
    environment.set_unknown_method_callback(|state, value, method, arguments| {
        let mut values = vec![value.clone()];
        values.extend_from_slice(arguments);
        if method == "join" {
            values.swap(0, 1.min(arguments.len()));
        }
        check(method, &values)?;
        minijinja_contrib::pycompat::unknown_method_callback(state, value, method, arguments)
    });
}

/// Refuses a call whose result would be out of proportion; the values begin with what it is applied to.
fn check(name: &str, values: &[Value]) -> Result<(), Error> {
    let size = |at: usize| values.get(at).map_or(0, size);
    let fits = match name {
        "indent" | "tojson" => {
            let widths = values.iter().skip(1).chain(values.last()).map(width);
            let lines = if name == "indent" { size(0) } else { 0 };
            widths
                .max()
                .is_none_or(|width| width <= WIDTH && width.max(1).saturating_mul(lines) <= GROWN)
        }
        "format" => !values.first().is_some_and(fills),
        "replace" => (size(0) + 1).saturating_mul(size(2) + 1) <= GROWN * 4,
        "join" => size(0).saturating_mul(size(1) + 1) <= GROWN * 4,
        _ => true,
    };
    if fits {
        Ok(())
    } else {
        Err(Error::new(
            ErrorKind::InvalidOperation,
            format!("{name} would write too much"),
        ))
    }
}

/// Bytes of a text, elements of a list.
fn size(value: &Value) -> usize {
    match value.as_str() {
        Some(text) => text.len(),
        None => value.len().unwrap_or(0),
    }
}

/// A number given as itself or by one of the names it goes by.
fn width(value: &Value) -> usize {
    if value.kind() == ValueKind::Map {
        let named = ["width", "indent"].map(|name| value.get_attr(name).ok());
        return named
            .into_iter()
            .flatten()
            .map(|value| width(&value))
            .max()
            .unwrap_or(0);
    }
    match value.kind() {
        ValueKind::Number => value.as_usize().unwrap_or(usize::MAX),
        _ => 0,
    }
}

/// Whether a format text fills fields wider than anybody needs.
fn fills(value: &Value) -> bool {
    let text = value.as_str().unwrap_or("");
    let mut digits = 0;
    text.chars().any(|letter| {
        digits = if letter.is_ascii_digit() { digits + 1 } else { 0 };
        letter == '*' || digits > 2
    })
}
