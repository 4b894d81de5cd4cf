// SPDX-License-Identifier: Apache-2.0
#include "namenode/image/snapshot_reader.h"

#include <algorithm>

#include "common/wire/field_writer.h"
#include "namenode/image/proto_cursor.h"

namespace cairn::namenode {

namespace {

Status Malformed(const char* what) {
  return Status(Code::kCorrupt, std::string("a message of ") + what + " does not decode");
}

// The field's number, or its bytes.
template <typename OnField>
bool EachField(std::string_view message, OnField on_field) {
  ProtoCursor cursor(message);
  while (cursor.Next()) on_field(cursor);
  return cursor.ok();
}

Status ReadSnapshots(SectionReader& reader, CarriedSections& carried, SnapshotFacts& facts) {
  std::string_view message;
  CAIRN_ASSIGN(const bool any, reader.Next(&message));
  if (!any) return Status();
  const bool good = EachField(message, [&](const ProtoCursor& c) {
    if (c.field() == 1) carried.snapshot_counter = static_cast<uint32_t>(c.number());
    if (c.field() == 3) carried.snapshot_count = static_cast<uint32_t>(c.number());
    if (c.field() != 2) return;
    if (c.bytes().empty()) facts.snapshottable.insert(InodeId(c.number()));
    ProtoCursor packed(c.bytes());
    for (uint64_t id = 0; packed.NextPacked(&id);) facts.snapshottable.insert(InodeId(id));
  });
  if (!good) return Malformed("SNAPSHOT");
  for (uint32_t i = 0; i < carried.snapshot_count; ++i) {
    CAIRN_ASSIGN(const bool more, reader.Next(&message));
    if (!more) return Status(Code::kCorrupt, "section SNAPSHOT has too few snapshots");
    wire::PutDelimited(carried.snapshots, message);
    const bool decoded = EachField(message, [&](const ProtoCursor& c) {
      if (c.field() != 2) return;
      EachField(c.bytes(), [&](const ProtoCursor& root) {
        if (root.field() == 2) facts.snapshotted.insert(InodeId(root.number()));
      });
    });
    if (!decoded) return Malformed("SNAPSHOT");
  }
  return Status();
}

bool DecodeBlock(std::string_view message, Block& block) {
  return EachField(message, [&](const ProtoCursor& c) {
    if (c.field() == 1) block.id = BlockId(static_cast<int64_t>(c.number()));
    if (c.field() == 2) block.generation_stamp = GenerationStamp(c.number());
    if (c.field() == 3) block.length = c.number();
  });
}

// One version of a file.
bool ReadFileDiff(std::string_view message, InodeId owner, SnapshotFacts& facts) {
  uint16_t replication = 0;
  bool good = true;
  std::vector<Block> blocks;
  good &= EachField(message, [&](const ProtoCursor& c) {
    if (c.field() == 4) {
      good &= EachField(c.bytes(), [&](const ProtoCursor& file) {
        if (file.field() == 1) replication = static_cast<uint16_t>(file.number());
      });
    }
    if (c.field() == 5) good &= DecodeBlock(c.bytes(), blocks.emplace_back());
  });
  uint16_t& highest = facts.replication[owner];
  highest = std::max(highest, replication);
  for (const Block& block : blocks) facts.kept_blocks.push_back({owner, block, replication});
  return good;
}

// A stream of entries; each tells how many versions of its inode follow, and a directory's version
// how many created names.
Status ReadDiffs(SectionReader& reader, CarriedSections& carried, SnapshotFacts& facts) {
  constexpr uint64_t kFileDiff = 1;
  std::string_view message;
  for (;;) {
    CAIRN_ASSIGN(const bool more, reader.Next(&message));
    if (!more) return Status();
    wire::PutDelimited(carried.snapshot_diffs, message);
    uint64_t type = 0, inode = 0, count = 0;
    if (!EachField(message, [&](const ProtoCursor& c) {
          if (c.field() == 1) type = c.number();
          if (c.field() == 2) inode = c.number();
          if (c.field() == 3) count = c.number();
        })) {
      return Malformed("SNAPSHOT_DIFF");
    }
    // Apache writes an entry for the root even when it has no differences.
    if (count > 0) facts.with_diffs.insert(InodeId(inode));
    for (uint64_t i = 0; i < count; ++i) {
      CAIRN_ASSIGN(const bool version, reader.Next(&message));
      if (!version) return Status(Code::kCorrupt, "section SNAPSHOT_DIFF has too few versions");
      wire::PutDelimited(carried.snapshot_diffs, message);
      if (type == kFileDiff) {
        if (!ReadFileDiff(message, InodeId(inode), facts)) return Malformed("SNAPSHOT_DIFF");
        continue;
      }
      uint64_t created = 0;
      if (!EachField(message, [&](const ProtoCursor& c) {
            if (c.field() == 6) created = c.number();
          })) {
        return Malformed("SNAPSHOT_DIFF");
      }
      for (uint64_t n = 0; n < created; ++n) {
        CAIRN_ASSIGN(const bool name, reader.Next(&message));
        if (!name) return Status(Code::kCorrupt, "section SNAPSHOT_DIFF has too few names");
        wire::PutDelimited(carried.snapshot_diffs, message);
      }
    }
  }
}

Status ReadReferences(SectionReader& reader, CarriedSections& carried, SnapshotFacts& facts) {
  std::string_view message;
  for (;;) {
    CAIRN_ASSIGN(const bool more, reader.Next(&message));
    if (!more) return Status();
    wire::PutDelimited(carried.references, message);
    SnapshotFacts::Reference reference;
    reference.with_name = true;
    if (!EachField(message, [&](const ProtoCursor& c) {
          if (c.field() == 1) reference.referred = InodeId(c.number());
          if (c.field() == 3) reference.with_name = false;
        })) {
      return Malformed("INODE_REFERENCE");
    }
    facts.references.push_back(reference);
  }
}

}  // namespace

Status ReadSnapshotSections(SectionReader* snapshots, SectionReader* diffs,
                            SectionReader* references, CarriedSections& carried,
                            SnapshotFacts& facts) {
  if (snapshots != nullptr) CAIRN_TRY(ReadSnapshots(*snapshots, carried, facts));
  if (diffs != nullptr) CAIRN_TRY(ReadDiffs(*diffs, carried, facts));
  if (references != nullptr) CAIRN_TRY(ReadReferences(*references, carried, facts));
  return Status();
}

}  // namespace cairn::namenode
