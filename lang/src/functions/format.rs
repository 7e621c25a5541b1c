//! `format("%s-%03d", …)`: the verbs that C and Go have made known.

use infra_model::Value;

use super::expected;
use crate::world::TEXT_BYTES_MAX;

/// What stands between `%` and the verb.
#[derive(Default)]
struct Flags {
    left: bool,
    zero: bool,
    sign: bool,
    width: usize,
    precision: Option<usize>,
}

/// The form with its verbs replaced by the values, in order.
///
/// # Errors
/// A verb that does not exist, that does not fit its value, or that has none; values that are left over.
pub(super) fn format(form: &str, values: &[&Value]) -> Result<String, String> {
    let mut out = String::new();
    let mut values = values.iter();
    let mut used = 0;
    let mut rest = form.chars().peekable();
    while let Some(c) = rest.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let mut flags = Flags::default();
        while let Some(flag) = rest.next_if(|c| "-0+ #".contains(*c)) {
            match flag {
                '-' => flags.left = true,
                '0' => flags.zero = true,
                '+' => flags.sign = true,
                _ => {}
            }
        }
        flags.width = number(&mut rest)?.unwrap_or(0);
        if rest.next_if_eq(&'.').is_some() {
            flags.precision = Some(number(&mut rest)?.unwrap_or(0));
        }
        let verb = rest
            .next()
            .ok_or("the form ends with `%`; `%%` is the sign itself")?;
        if verb == '%' {
            out.push('%');
            continue;
        }
        used += 1;
        let value = values
            .next()
            .ok_or_else(|| format!("`%{verb}` is the verb of value {used}, which is missing"))?;
        pad(&written(verb, value, &flags)?, verb, &flags, &mut out);
        if out.len() > TEXT_BYTES_MAX {
            return Err("the result is too long".to_owned());
        }
    }
    match values.len() {
        0 => Ok(out),
        left => Err(format!(
            "the form has {used} verbs, and {left} values are left over"
        )),
    }
}

fn number(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<Option<usize>, String> {
    let mut digits = String::new();
    while let Some(digit) = rest.next_if(char::is_ascii_digit) {
        digits.push(digit);
    }
    if digits.is_empty() {
        return Ok(None);
    }
    let number = digits.parse().ok().filter(|it| *it <= 1000);
    number
        .map(Some)
        .ok_or_else(|| format!("`{digits}` is too wide; 1000 is the most"))
}

/// The value as the verb asks for it, not yet filled up.
fn written(verb: char, value: &Value, flags: &Flags) -> Result<String, String> {
    let whole = || match value {
        Value::Int(number) => Ok(*number),
        other => Err(expected(&format!("a whole number for `%{verb}`"), other)),
    };
    let signed = |text: String| match flags.sign && !text.starts_with('-') {
        true => format!("+{text}"),
        false => text,
    };
    let text = || match value {
        Value::String(text) | Value::Path(text) => Ok(text.clone()),
        Value::Float(number) => Ok(number.to_string()),
        Value::Null | Value::List(_) | Value::Map(_) | Value::Ref(_) => {
            Err(expected(&format!("one value for `%{verb}`"), value))
        }
        other => Ok(other.to_string()),
    };
    Ok(match verb {
        'd' => signed(whole()?.to_string()),
        'x' => format!("{:x}", whole()?),
        'X' => format!("{:X}", whole()?),
        'o' => format!("{:o}", whole()?),
        'b' => format!("{:b}", whole()?),
        'f' => match value {
            Value::Int(number) => signed(format!(
                "{:.*}",
                flags.precision.unwrap_or(6),
                *number as f64
            )),
            Value::Float(number) => signed(format!("{:.*}", flags.precision.unwrap_or(6), number)),
            other => return Err(expected("a number for `%f`", other)),
        },
        's' | 'v' => match flags.precision {
            Some(length) => text()?.chars().take(length).collect(),
            None => text()?,
        },
        't' => match value {
            Value::Bool(value) => value.to_string(),
            other => return Err(expected("a truth value for `%t`", other)),
        },
        'q' => Value::String(text()?).to_string(),
        other => {
            return Err(format!(
                "`%{other}` is not a verb; there are `%s`, `%d`, `%x`, `%f`, `%q`, `%t`, `%v` and `%%`"
            ));
        }
    })
}

fn pad(text: &str, verb: char, flags: &Flags, out: &mut String) {
    let missing = flags.width.saturating_sub(text.chars().count());
    let is_number = matches!(verb, 'd' | 'x' | 'X' | 'o' | 'b' | 'f');
    if flags.left {
        out.push_str(text);
        out.extend(std::iter::repeat_n(' ', missing));
    } else if flags.zero && is_number {
        let (sign, digits) = text.split_at(text.len() - text.trim_start_matches(['-', '+']).len());
        out.push_str(sign);
        out.extend(std::iter::repeat_n('0', missing));
        out.push_str(digits);
    } else {
        out.extend(std::iter::repeat_n(' ', missing));
        out.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(form: &str, values: &[Value]) -> Result<String, String> {
        format(form, &values.iter().collect::<Vec<_>>())
    }

    #[test]
    fn verbs_have_widths_and_signs() {
        let seven = [Value::Int(7)];
        for (form, text) in [
            ("%d", "7"),
            ("%+d", "+7"),
            ("%3d|", "  7|"),
            ("%-3d|", "7  |"),
            ("%03d", "007"),
            ("%.1f", "7.0"),
            ("100%% %v", "100% 7"),
        ] {
            assert_eq!(made(form, &seven).as_deref(), Ok(text), "{form}");
        }
        assert_eq!(made("%04d", &[Value::Int(-7)]).as_deref(), Ok("-007"));
        assert_eq!(
            made("%q", &[Value::string("a\"b")]).as_deref(),
            Ok("\"a\\\"b\"")
        );
    }

    #[test]
    fn values_and_verbs_are_counted() {
        for (form, values) in [
            ("%d", 0),
            ("a", 1),
            ("%d %d", 1),
            ("%z", 1),
            ("%", 0),
            ("%9999d", 1),
        ] {
            assert!(made(form, &vec![Value::Int(1); values]).is_err(), "{form}");
        }
        assert!(made("%d", &[Value::string("7")]).is_err());
    }
}
