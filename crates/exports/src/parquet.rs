//! The published cube as Parquet.

use std::{io::Write, ops::Range, sync::Arc};

use cube::Row;
use downloads::{Day, Dimension, incidents_between};
use parquet::{
    basic::{Compression, LogicalType, Repetition, Type as PhysicalType},
    data_type::{ByteArray, ByteArrayType, DataType, Int32Type, Int64Type},
    errors::ParquetError,
    file::{
        metadata::KeyValue,
        properties::{EnabledStatistics, WriterProperties},
        writer::{SerializedFileWriter, SerializedRowGroupWriter},
    },
    schema::types::{ColumnPath, Type, TypePtr},
};
use serde::Serialize;

use crate::{
    Source,
    about::{About, IncidentRecord, breaks_between},
    day::time_text,
    json,
    summary::Stretch,
    table::{COLUMNS, Table},
};

/// How many rows a group has at most: what a reader can skip or has to read as a whole.
const GROUP_ROWS: usize = 1 << 17;

/// The table as Parquet: days as dates, counts as integers, all other columns as texts out of a dictionary,
/// null where a value is not known.
pub(crate) fn parquet(table: &Table<'_>, source: &Source<'_>, about: &About) -> Vec<u8> {
    write(table, source, about).expect("memory takes all, and the columns are those of the schema")
}

fn write(table: &Table<'_>, source: &Source<'_>, about: &About) -> Result<Vec<u8>, ParquetError> {
    let properties = WriterProperties::builder()
        .set_created_by("download-analytics version 1".into())
        .set_compression(Compression::SNAPPY)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_column_statistics_enabled(ColumnPath::from(COLUMNS[0]), EnabledStatistics::Chunk)
        .set_column_dictionary_enabled(ColumnPath::from("downloads"), false)
        .set_offset_index_disabled(true)
        .set_key_value_metadata(Some(metadata(source, about)))
        .build();
    let columns = Columns::new(table);
    let mut writer = SerializedFileWriter::new(Vec::new(), schema()?, Arc::new(properties))?;
    for start in (0..table.rows.len()).step_by(GROUP_ROWS) {
        let end = (start + GROUP_ROWS).min(table.rows.len());
        let mut group = writer.next_row_group()?;
        columns.write(start..end, &mut group)?;
        group.close()?;
    }
    writer.into_inner()
}

/// What is to be known of the file: texts, those that end in `_json` are JSON.
fn metadata(source: &Source<'_>, about: &About) -> Vec<KeyValue> {
    let stretches =
        |all: &[(Day, Day)]| -> Vec<Stretch> { all.iter().copied().map(Stretch::of).collect() };
    let incidents: Vec<_> =
        incidents_between(about.first, about.last).map(IncidentRecord::of).collect();
    let docs = source.base_url.map_or_else(|| "./".into(), |base| format!("{base}data/"));
    let pairs = [
        ("format", "1".into()),
        ("project", source.project.to_string()),
        ("docs", docs),
        ("first_day", about.first.to_string()),
        ("last_day", about.last.to_string()),
        ("collected_at", source.collected.map(time_text).unwrap_or_default()),
        ("gaps_json", json_text(&stretches(&about.gaps))),
        ("provisional_json", json_text(&stretches(&about.provisional))),
        ("breaks_json", json_text(&breaks_between(about.first, about.last))),
        ("incidents_json", json_text(&incidents)),
    ];
    pairs.map(|(key, value)| KeyValue::new(format!("downloads.{key}"), value)).into()
}

fn json_text(value: &impl Serialize) -> String {
    let mut bytes = Vec::new();
    json::append(&mut bytes, value);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The columns of [`COLUMNS`]. Texts can be null, but for those that every row has.
fn schema() -> Result<TypePtr, ParquetError> {
    let column = |&name: &&str| {
        let (physical, logical, repetition) = match name {
            "date" => (PhysicalType::INT32, Some(LogicalType::Date), Repetition::REQUIRED),
            "downloads" => (PhysicalType::INT64, None, Repetition::REQUIRED),
            "counting" => (PhysicalType::INT32, None, Repetition::REQUIRED),
            "audience" | "state" => {
                (PhysicalType::BYTE_ARRAY, Some(LogicalType::String), Repetition::REQUIRED)
            }
            _ => (PhysicalType::BYTE_ARRAY, Some(LogicalType::String), Repetition::OPTIONAL),
        };
        let column = Type::primitive_type_builder(name, physical);
        column.with_logical_type(logical).with_repetition(repetition).build().map(Arc::new)
    };
    let columns = COLUMNS.iter().map(column).collect::<Result<_, _>>()?;
    Ok(Arc::new(Type::group_type_builder("downloads").with_fields(columns).build()?))
}

/// What the columns are made of, for all groups of rows.
struct Columns<'a> {
    table: &'a Table<'a>,
    /// The texts of each dimension by code.
    texts: [Vec<Option<ByteArray>>; Dimension::COUNT],
    /// What was gathered, by combination.
    gathered: Vec<Option<ByteArray>>,
}

impl<'a> Columns<'a> {
    fn new(table: &'a Table<'a>) -> Self {
        let gathered = table.gathered().into_iter();
        Self {
            table,
            texts: Dimension::ALL.map(|it| {
                table.texts(it).into_iter().map(|text| text.map(ByteArray::from)).collect()
            }),
            gathered: gathered.map(|it| (!it.is_empty()).then(|| it.as_str().into())).collect(),
        }
    }

    /// Writes these rows.
    fn write<W: Write + Send>(
        &self,
        rows: Range<usize>,
        group: &mut SerializedRowGroupWriter<'_, W>,
    ) -> Result<(), ParquetError> {
        let rows = &self.table.rows[rows];
        let day = |row: &Row| &self.table.days[usize::from(row.day)];

        let dates: Vec<i32> = rows.iter().map(|row| day(row).day.to_epoch_days()).collect();
        column::<Int32Type, _>(group, &dates, None)?;
        for (dimension, texts) in Dimension::ALL.into_iter().zip(&self.texts) {
            let texts =
                rows.iter().map(|row| &texts[self.table.cube.code(dimension, row.combination)]);
            match dimension {
                Dimension::Audience => required(group, texts)?,
                _ => optional(group, texts)?,
            }
        }
        let downloads: Vec<i64> = rows.iter().map(|row| row.downloads.cast_signed()).collect();
        column::<Int64Type, _>(group, &downloads, None)?;
        let states = self.table.days.iter().map(|it| Some(ByteArray::from(it.state)));
        let states: Vec<_> = states.collect();
        required(group, rows.iter().map(|row| &states[usize::from(row.day)]))?;
        let countings: Vec<i32> = rows.iter().map(|row| day(row).counting.into()).collect();
        column::<Int32Type, _>(group, &countings, None)?;
        optional(group, rows.iter().map(|row| &self.gathered[row.combination as usize]))
    }
}

/// Writes the next column: texts of which none is null.
fn required<'a, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    texts: impl Iterator<Item = &'a Option<ByteArray>>,
) -> Result<(), ParquetError> {
    let values: Vec<ByteArray> = texts.flatten().cloned().collect();
    column::<ByteArrayType, _>(group, &values, None)
}

/// Writes the next column: texts that can be null.
fn optional<'a, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    texts: impl Iterator<Item = &'a Option<ByteArray>> + Clone,
) -> Result<(), ParquetError> {
    let levels: Vec<i16> = texts.clone().map(|text| i16::from(text.is_some())).collect();
    let values: Vec<ByteArray> = texts.flatten().cloned().collect();
    column::<ByteArrayType, _>(group, &values, Some(&levels))
}

fn column<T: DataType, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: &[T::T],
    levels: Option<&[i16]>,
) -> Result<(), ParquetError> {
    let mut column =
        group.next_column()?.ok_or_else(|| ParquetError::General("too many columns".into()))?;
    column.typed::<T>().write_batch(values, levels, None)?;
    column.close()
}
