pub struct Row {
    pub name: String,
    fields: Vec<(String, String)>,
}

impl Row {
    fn get(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(it, _)| it == name);
        found.map(|(_, value)| value.as_str())
    }

    pub fn int(&self, name: &str) -> Option<i64> {
        self.get(name)?.parse().ok()
    }

    pub fn bool(&self, name: &str) -> bool {
        self.get(name) == Some("true")
    }

    pub fn gib(&self, name: &str) -> Option<i64> {
        let text = self.get(name)?;
        match text.strip_suffix("TiB") {
            Some(number) => Some(number.parse::<i64>().ok()? * 1024),
            None => text.strip_suffix("GiB")?.parse().ok(),
        }
    }
}

/// The lines of a table.
fn table(name: &str) -> Vec<&'static str> {
    let text = infra_stdlib::file("aws/catalogue.infra").expect("a catalogue");
    let head = format!("let {name} = {{");
    let lines = text.lines().skip_while(move |line| *line != head).skip(1);
    lines
        .take_while(|line| *line != "}")
        .map(str::trim)
        .collect()
}

pub fn rows(name: &str) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for line in table(name) {
        let Some((name, value)) = line.split_once('=') else {
            continue;
        };
        let (name, value) = (name.trim().to_owned(), value.trim().to_owned());
        match (value.as_str(), rows.last_mut()) {
            ("{", _) => rows.push(Row {
                name,
                fields: Vec::new(),
            }),
            (_, Some(row)) => row.fields.push((name, value)),
            _ => {}
        }
    }
    rows
}

pub fn figures(name: &str) -> Vec<(String, i64)> {
    let lines = table(name).into_iter();
    let figure = |line: &str| {
        let (name, value) = line.split_once('=')?;
        Some((name.trim().to_owned(), value.trim().parse().ok()?))
    };
    lines.filter_map(figure).collect()
}
