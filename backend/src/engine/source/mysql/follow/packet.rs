//! What surrounds an event's data: its checksum and its place in the file.

use crate::engine::source::mysql::start::Place;
use crate::engine::source::mysql::wire::Malformed;
use flate2::Crc;
use mysql_async::binlog::{
    BinlogChecksumAlg,
    events::{BinlogEventHeader, Event},
};

/// `LOG_EVENT_ARTIFICIAL_F`: made for this connection, not in the log.
const ARTIFICIAL: u16 = 0x20;
const ROTATE: u8 = 4;
const FORMAT: u8 = 15;
const HEARTBEATS: [u8; 2] = [27, 41];

/// Whether the event is made up by the server.
pub(super) fn is_artificial(header: &BinlogEventHeader) -> bool {
    header.flags_raw() & ARTIFICIAL != 0 || header.event_type_raw() == ROTATE && header.timestamp() == 0
}

/// Compares an event with its checksum, when it has one.
pub(super) fn verify(event: &Event) -> Result<(), Malformed> {
    let header = event.header();
    // A format description's checksum covers a byte that the driver has taken off.
    if !has_crc32(event) || header.event_type_raw() == FORMAT {
        return Ok(());
    }
    let fits = event.checksum().is_none_or(|sum| checksum(&header, event.data()) == u32::from_le_bytes(sum));
    if fits { Ok(()) } else { Err(Malformed("an event's checksum is wrong")) }
}

/// The file name of a ROTATE event. Before the first format description the driver does not know that there are
/// checksums, and leaves one behind the name.
pub(in super::super) fn rotate_file<'a>(event: &Event, name: &'a [u8]) -> &'a [u8] {
    if has_crc32(event) {
        return name;
    }
    let Some((data, sum)) = event.data().split_last_chunk::<4>() else { return name };
    let has_checksum = checksum(&event.header(), data) == u32::from_le_bytes(*sum);
    if has_checksum { &name[..name.len().saturating_sub(4)] } else { name }
}

/// Moves behind an event.
pub(in super::super) fn advance(place: &mut Place, header: &BinlogEventHeader) {
    let kind = header.event_type_raw();
    if is_artificial(header) || kind == FORMAT && header.log_pos() == 0 || HEARTBEATS.contains(&kind) {
        return;
    }
    if header.log_pos() == 0 {
        // Newer MariaDB servers leave the place open inside a transaction.
        place.position += u64::from(header.event_size());
        return;
    }
    // Headers have 32 bits; one transaction may take a file past 4 GiB.
    let (high, low) = (place.position >> 32, u64::from(header.log_pos()));
    let same = high << 32 | low;
    place.position = if same < place.position { same + (1 << 32) } else { same };
}

/// Whether the driver knows of a checksum, and so has taken it off.
fn has_crc32(event: &Event) -> bool {
    matches!(event.footer().get_checksum_alg(), Ok(Some(BinlogChecksumAlg::BINLOG_CHECKSUM_ALG_CRC32)))
}

fn checksum(header: &BinlogEventHeader, data: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(&header.timestamp().to_le_bytes());
    crc.update(&[header.event_type_raw()]);
    crc.update(&header.server_id().to_le_bytes());
    crc.update(&header.event_size().to_le_bytes());
    crc.update(&header.log_pos().to_le_bytes());
    crc.update(&header.flags_raw().to_le_bytes());
    crc.update(data);
    crc.sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use mysql_async::binlog::{EventFlags, EventType};

    fn header(kind: EventType, size: u32, end: u32) -> BinlogEventHeader {
        BinlogEventHeader::new(1, kind, 1, size, end, EventFlags::empty())
    }

    #[test]
    fn places_follow_events_past_four_gigabytes() {
        let mut place = Place { file: "b.000001".into(), position: 4 };
        let mut go = |kind, size, end| {
            advance(&mut place, &header(kind, size, end));
            place.position
        };
        assert_eq!(go(EventType::QUERY_EVENT, 96, 100), 100);
        assert_eq!(go(EventType::FORMAT_DESCRIPTION_EVENT, 100, 0), 100);
        assert_eq!(go(EventType::HEARTBEAT_EVENT, 40, 7), 100);
        assert_eq!(go(EventType::TABLE_MAP_EVENT, 50, 0), 150);
        assert_eq!(go(EventType::WRITE_ROWS_EVENT, 10, u32::MAX), u64::from(u32::MAX));
        assert_eq!(go(EventType::WRITE_ROWS_EVENT, 10, 9), (1 << 32) + 9);
        assert_eq!(go(EventType::XID_EVENT, 31, 40), (1 << 32) + 40);
    }
}
