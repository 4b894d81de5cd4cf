// SPDX-License-Identifier: Apache-2.0
#include "namenode/image/image_reader.h"

#include <algorithm>
#include <map>
#include <memory>

#include "common/util/bytes.h"
#include "namenode/image/inode_loader.h"
#include "namenode/image/proto_cursor.h"
#include "namenode/image/section_reader.h"
#include "namenode/image/snapshot_reader.h"
#include "namenode/image/string_table.h"
#include "namenode/journal/codec.h"

namespace cairn::namenode {

namespace {

constexpr std::string_view kMagic = "HDFSIMG1";
constexpr uint32_t kSummaryBytesMax = 64 << 20;
constexpr std::string_view kKnownSections[] = {
    "NS_INFO",  "ERASURE_CODING", "INODE",          "INODE_DIR",     "FILES_UNDERCONSTRUCTION",
    "SNAPSHOT", "SNAPSHOT_DIFF",  "INODE_REFERENCE", "SECRET_MANAGER", "CACHE_MANAGER",
    "STRING_TABLE"};

// What stands at the end of an image.
struct Summary {
  int32_t layout_version = 0;
  std::string codec;
  std::map<std::string, SectionExtent> sections;
};

Result<bool> IsCompressed(const std::string& codec) {
  if (codec.empty()) return false;
  // The form of both is told by their first bytes.
  if (codec == "org.apache.hadoop.io.compress.DefaultCodec" ||
      codec == "org.apache.hadoop.io.compress.DeflateCodec" ||
      codec == "org.apache.hadoop.io.compress.GzipCodec") {
    return true;
  }
  return Status(Code::kUnsupported,
                "the image is compressed with " + codec +
                    "; DefaultCodec and GzipCodec can be read (dfs.image.compression.codec)");
}

// Sub-sections repeat what their section has, for loaders with many threads.
bool IsSubSection(const std::string& name) { return name.ends_with("_SUB"); }

Status AddSection(std::string_view message, uint64_t file_bytes, Summary& summary) {
  SectionExtent extent;
  ProtoCursor c(message);
  while (c.Next()) {
    if (c.field() == 1) extent.name = std::string(c.bytes());
    if (c.field() == 2) extent.length = c.number();
    if (c.field() == 3) extent.offset = c.number();
  }
  if (!c.ok()) return Status(Code::kCorrupt, "the summary does not decode");
  if (extent.offset > file_bytes || extent.length > file_bytes - extent.offset) {
    return Status(Code::kCorrupt, "section " + extent.name + " lies outside of the file");
  }
  if (IsSubSection(extent.name)) return Status();
  if (std::find(std::begin(kKnownSections), std::end(kKnownSections), extent.name) ==
      std::end(kKnownSections)) {
    return Status(Code::kUnsupported, "the image has a section " + extent.name +
                                          ", which this version could not write back");
  }
  const std::string name = extent.name;
  if (!summary.sections.emplace(name, std::move(extent)).second) {
    return Status(Code::kCorrupt, "the image has two sections " + name);
  }
  return Status();
}

Result<Summary> ReadSummary(io::File& file) {
  CAIRN_ASSIGN(const uint64_t size, file.Size());
  CAIRN_ASSIGN(const std::string magic, file.ReadAt(0, kMagic.size()));
  if (magic != kMagic || size < kMagic.size() + sizeof(uint32_t)) {
    return Status(Code::kCorrupt, "it is no image: its first bytes are wrong");
  }
  CAIRN_ASSIGN(const std::string tail, file.ReadAt(size - sizeof(uint32_t), sizeof(uint32_t)));
  if (tail.size() != sizeof(uint32_t)) return Status(Code::kCorrupt, "it is cut off");
  const uint32_t length = LoadU32(tail.data());
  if (length > kSummaryBytesMax || length > size - kMagic.size() - sizeof(uint32_t)) {
    return Status(Code::kCorrupt, "its summary claims to be " + std::to_string(length) +
                                      " bytes long");
  }
  CAIRN_ASSIGN(const std::string bytes,
               file.ReadAt(size - sizeof(uint32_t) - length, length));
  ByteReader reader(bytes);
  CAIRN_ASSIGN(const uint64_t message_bytes, reader.Varint());
  CAIRN_ASSIGN(const std::string_view message, reader.Take(message_bytes));
  Summary summary;
  uint64_t version = 0;
  Status section_status;
  ProtoCursor c(message);
  while (c.Next()) {
    if (c.field() == 1) version = c.number();
    if (c.field() == 2) summary.layout_version = static_cast<int32_t>(c.number());
    if (c.field() == 3) summary.codec = std::string(c.bytes());
    if (c.field() == 4) CAIRN_TRY(AddSection(c.bytes(), size, summary));
  }
  if (!c.ok()) return Status(Code::kCorrupt, "the summary does not decode");
  if (version != 1) {
    return Status(Code::kIncorrectVersion, "image file version " + std::to_string(version));
  }
  if (summary.layout_version > kOldestEditLayout || summary.layout_version < kNewestEditLayout) {
    return Status(Code::kIncorrectVersion, "the image has layout version " +
                                               std::to_string(summary.layout_version));
  }
  CAIRN_ASSIGN(const bool compressed, IsCompressed(summary.codec));
  for (auto& [name, extent] : summary.sections) extent.compressed = compressed;
  return summary;
}

// Loads one image.
class Loader {
 public:
  Loader(io::File& file, Summary summary, const ImageTarget& target)
      : file_(file), summary_(std::move(summary)), target_(target) {}

  Result<LoadedImage> Load() {
    image_.layout_version = summary_.layout_version;
    CAIRN_TRY(LoadNamespaceInfo());
    CAIRN_TRY(LoadStrings());
    CAIRN_TRY(LoadOpaqueSections());
    SnapshotFacts facts;
    const auto snapshots = Open("SNAPSHOT");
    const auto diffs = Open("SNAPSHOT_DIFF");
    const auto references = Open("INODE_REFERENCE");
    CAIRN_TRY(ReadSnapshotSections(snapshots.get(), diffs.get(), references.get(),
                                   image_.carried, facts));
    CAIRN_TRY(LoadInodes(facts));
    // Only bytes that are carried need the old numbers.
    if (image_.carried.snapshot_count == 0 && image_.carried.snapshot_diffs.empty()) {
      image_.carried.strings = {};
    } else {
      image_.carried.strings = std::move(strings_);
    }
    return std::move(image_);
  }

 private:
  std::unique_ptr<SectionReader> Open(const std::string& name) {
    const auto it = summary_.sections.find(name);
    if (it == summary_.sections.end()) return nullptr;
    return std::make_unique<SectionReader>(file_, it->second);
  }

  Result<std::unique_ptr<SectionReader>> Need(const std::string& name) {
    std::unique_ptr<SectionReader> reader = Open(name);
    if (reader == nullptr) return Status(Code::kCorrupt, "section " + name + " is missing");
    return reader;
  }

  Status LoadNamespaceInfo() {
    CAIRN_ASSIGN(const std::unique_ptr<SectionReader> reader, Need("NS_INFO"));
    std::string_view message;
    CAIRN_ASSIGN(const bool any, reader->Next(&message));
    if (!any) return Status(Code::kCorrupt, "section NS_INFO is empty");
    NamespaceIds& ids = image_.ids;
    ProtoCursor c(message);
    while (c.Next()) {
      switch (c.field()) {
        case 1: image_.namespace_id = static_cast<uint32_t>(c.number()); break;
        case 2: ids.generation_stamp_v1 = GenerationStamp(c.number()); break;
        case 3: ids.generation_stamp = GenerationStamp(c.number()); break;
        case 4: ids.generation_stamp_v1_limit = GenerationStamp(c.number()); break;
        case 5: ids.last_block_id = BlockId(static_cast<int64_t>(c.number())); break;
        case 6: image_.txid = TxId(static_cast<int64_t>(c.number())); break;
        case 7: image_.carried.rolling_upgrade_start_ms = c.number(); break;
        case 8: ids.last_striped_block_id = BlockId(static_cast<int64_t>(c.number())); break;
        default: break;
      }
    }
    return c.ok() ? Status() : Status(Code::kCorrupt, "section NS_INFO does not decode");
  }

  Status LoadStrings() {
    CAIRN_ASSIGN(const std::unique_ptr<SectionReader> reader, Need("STRING_TABLE"));
    std::string_view message;
    CAIRN_ASSIGN(const bool any, reader->Next(&message));
    if (!any) return Status(Code::kCorrupt, "section STRING_TABLE is empty");
    ProtoCursor header(message);
    while (header.Next()) {
      if (header.field() == 2) strings_.mask_bits = static_cast<uint32_t>(header.number());
    }
    if (!header.ok() || strings_.mask_bits > 8) {
      return Status(Code::kCorrupt, "section STRING_TABLE does not decode");
    }
    for (;;) {
      CAIRN_ASSIGN(const bool more, reader->Next(&message));
      if (!more) return Status();
      uint32_t id = 0;
      std::string text;
      ProtoCursor c(message);
      while (c.Next()) {
        if (c.field() == 1) id = static_cast<uint32_t>(c.number());
        if (c.field() == 2) text = std::string(c.bytes());
      }
      if (!c.ok()) return Status(Code::kCorrupt, "section STRING_TABLE does not decode");
      strings_.strings[id] = std::move(text);
    }
  }

  Status LoadOpaqueSections() {
    CarriedSections& carried = image_.carried;
    for (const auto& [name, bytes] : {std::pair("ERASURE_CODING", &carried.erasure_coding),
                                      std::pair("SECRET_MANAGER", &carried.secret_manager),
                                      std::pair("CACHE_MANAGER", &carried.cache_manager)}) {
      const std::unique_ptr<SectionReader> reader = Open(name);
      if (reader == nullptr) continue;
      CAIRN_ASSIGN(*bytes, reader->Rest());
    }
    return Status();
  }

  Status LoadInodes(const SnapshotFacts& facts) {
    StringReader strings(strings_);
    InodeLoader loader(strings, facts, target_);
    CAIRN_ASSIGN(const std::unique_ptr<SectionReader> inodes, Need("INODE"));
    std::string_view message;
    CAIRN_ASSIGN(const bool any, inodes->Next(&message));
    if (!any) return Status(Code::kCorrupt, "section INODE is empty");
    uint64_t expected = 0;
    ProtoCursor header(message);
    while (header.Next()) {
      if (header.field() == 1) image_.ids.last_inode_id = InodeId(header.number());
      if (header.field() == 2) expected = header.number();
    }
    if (!header.ok()) return Status(Code::kCorrupt, "section INODE does not decode");
    loader.Reserve(expected);
    for (;;) {
      CAIRN_ASSIGN(const bool more, inodes->Next(&message));
      if (!more) break;
      CAIRN_TRY(loader.LoadInode(message));
    }
    if (loader.inodes() != expected) {
      return Status(Code::kCorrupt, "section INODE has " + std::to_string(loader.inodes()) +
                                        " inodes, not " + std::to_string(expected));
    }
    CAIRN_ASSIGN(const std::unique_ptr<SectionReader> directories, Need("INODE_DIR"));
    for (;;) {
      CAIRN_ASSIGN(const bool more, directories->Next(&message));
      if (!more) break;
      CAIRN_TRY(loader.LoadChildren(message));
    }
    image_.inodes = loader.inodes();
    return loader.Finish(image_.carried);
  }

  io::File& file_;
  const Summary summary_;
  const ImageTarget target_;
  CarriedSections::StringTable strings_;
  LoadedImage image_;
};

}  // namespace

Result<LoadedImage> LoadImage(io::Disk& disk, const std::string& path,
                              const ImageTarget& target) {
  CAIRN_ASSIGN(const std::unique_ptr<io::File> file, disk.Open(path, io::OpenMode::kRead));
  CAIRN_ASSIGN(Summary summary, ReadSummary(*file));
  Loader loader(*file, std::move(summary), target);
  return loader.Load();
}

}  // namespace cairn::namenode
