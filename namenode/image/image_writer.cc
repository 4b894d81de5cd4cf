// SPDX-License-Identifier: Apache-2.0
#include "namenode/image/image_writer.h"

#include <algorithm>

#include "common/util/bytes.h"
#include "common/wire/field_writer.h"
#include "namenode/image/inode_encoder.h"
#include "namenode/image/inode_walk.h"
#include "namenode/image/section_writer.h"
#include "namenode/image/string_table.h"

namespace cairn::namenode {

namespace {

using wire::PutBytesField;
using wire::PutVarintField;

constexpr int32_t kFirstLayoutWithErasureCoding = -64;

// What a section has when there is nothing to say: Apache reads at least one message from each.
std::string EmptySecretManager() {
  std::string message, section;
  for (uint32_t field = 1; field <= 4; ++field) PutVarintField(message, field, 0);
  wire::PutDelimited(section, message);
  return section;
}

std::string EmptyCacheManager() {
  std::string message, section;
  PutVarintField(message, 1, 1);  // The id of the next directive.
  PutVarintField(message, 2, 0);
  PutVarintField(message, 3, 0);
  wire::PutDelimited(section, message);
  return section;
}

// Writes one image, section by section in Apache's order.
class Writer {
 public:
  Writer(SectionWriter& out, const ImageSource& source)
      : out_(out),
        source_(source),
        strings_(source.carried.strings, source.info.layout_version),
        encoder_(source.tree, source.blocks, strings_) {}

  Status Write() {
    CAIRN_TRY(WriteNamespaceInfo());
    if (source_.info.layout_version <= kFirstLayoutWithErasureCoding) {
      CAIRN_TRY(WriteCarried("ERASURE_CODING", source_.carried.erasure_coding,
                             std::string(1, '\0')));
    }
    CAIRN_TRY(WriteInodes());
    CAIRN_TRY(WriteDirectories());
    CAIRN_TRY(WriteOpenFiles());
    CAIRN_TRY(WriteSnapshots());
    CAIRN_TRY(WriteCarried("SECRET_MANAGER", source_.carried.secret_manager,
                           EmptySecretManager()));
    CAIRN_TRY(WriteCarried("CACHE_MANAGER", source_.carried.cache_manager, EmptyCacheManager()));
    return WriteStrings();
  }

 private:
  // Everything that belongs into the image: the tree, and what only snapshots show.
  template <typename Visit>
  void EachInode(Visit visit) const {
    ForEachInode(source_.tree, source_.tree.root(), visit);
    for (const InodeHandle top : source_.carried.snapshot_only) {
      ForEachInode(source_.tree, top, visit);
    }
  }

  Status WriteCarried(const std::string& name, const std::string& bytes,
                      const std::string& otherwise) {
    out_.PutRaw(bytes.empty() ? otherwise : bytes);
    return out_.EndSection(name);
  }

  Status WriteNamespaceInfo() {
    const NamespaceIds& ids = source_.ids;
    message_.clear();
    PutVarintField(message_, 1, source_.info.namespace_id);
    PutVarintField(message_, 2, ids.generation_stamp_v1.value);
    PutVarintField(message_, 3, ids.generation_stamp.value);
    PutVarintField(message_, 4, ids.generation_stamp_v1_limit.value);
    PutVarintField(message_, 5, static_cast<uint64_t>(ids.last_block_id.value));
    PutVarintField(message_, 6, static_cast<uint64_t>(source_.txid.value));
    if (source_.carried.rolling_upgrade_start_ms != 0) {
      PutVarintField(message_, 7, source_.carried.rolling_upgrade_start_ms);
    }
    PutVarintField(message_, 8, static_cast<uint64_t>(ids.last_striped_block_id.value));
    out_.PutMessage(message_);
    return out_.EndSection("NS_INFO");
  }

  Status WriteInodes() {
    uint64_t count = 0;
    EachInode([&count](InodeHandle) {
      ++count;
      return true;
    });
    message_.clear();
    PutVarintField(message_, 1, source_.ids.last_inode_id.value);
    PutVarintField(message_, 2, count);
    out_.PutMessage(message_);
    Status status;
    EachInode([&](InodeHandle inode) {
      const Result<std::string_view> message = encoder_.Encode(inode);
      if (!message.ok()) {
        status = message.status();
        return false;
      }
      out_.PutMessage(*message);
      if (source_.tree.inodes().IsFile(inode) &&
          source_.tree.features().Writer(inode) != nullptr) {
        open_files_.push_back(inode);
      }
      if (HasOpaque(inode, kSnapshottable)) snapshottable_.push_back(inode);
      return true;
    });
    CAIRN_TRY(status);
    return out_.EndSection("INODE");
  }

  bool HasOpaque(InodeHandle inode, const char* kind) const {
    const OpaqueFeatures* features = source_.tree.features().Opaque(inode);
    return features != nullptr &&
           std::any_of(features->begin(), features->end(),
                       [kind](const auto& feature) { return feature.first == kind; });
  }

  Status WriteDirectories() {
    EachInode([this](InodeHandle inode) {
      if (source_.tree.inodes().IsDirectory(inode)) WriteChildren(inode);
      return true;
    });
    return out_.EndSection("INODE_DIR");
  }

  void WriteChildren(InodeHandle dir) {
    constexpr size_t kPage = 4096;
    const InodeTable& inodes = source_.tree.inodes();
    children_.clear();
    references_.clear();
    for (std::string after;;) {
      const Tree::Page page = source_.tree.Children(dir, after, kPage);
      for (const InodeHandle child : page.children) AddChild(child);
      if (page.remaining == 0) break;
      after = inodes.Name(page.children.back());
    }
    if (const OpaqueFeatures* features = source_.tree.features().Opaque(dir)) {
      for (const auto& [kind, value] : *features) {
        if (kind == kReferences) references_ += value;
      }
    }
    if (children_.empty() && references_.empty()) return;
    message_.clear();
    PutVarintField(message_, 1, inodes.Id(dir).value);
    if (!children_.empty()) PutBytesField(message_, 2, children_);
    if (!references_.empty()) PutBytesField(message_, 3, references_);
    out_.PutMessage(message_);
  }

  void AddChild(InodeHandle child) {
    if (const OpaqueFeatures* features = source_.tree.features().Opaque(child)) {
      for (const auto& [kind, value] : *features) {
        if (kind != kReference) continue;
        PutVarint(references_, std::stoull(value));
        return;
      }
    }
    PutVarint(children_, source_.tree.inodes().Id(child).value);
  }

  Status WriteOpenFiles() {
    for (const InodeHandle file : open_files_) {
      const InodeId id = source_.tree.inodes().Id(file);
      if (source_.tree.Find(id) == kNoInode) continue;
      message_.clear();
      PutVarintField(message_, 1, id.value);
      PutBytesField(message_, 2, source_.tree.PathOf(file));
      out_.PutMessage(message_);
    }
    return out_.EndSection("FILES_UNDERCONSTRUCTION");
  }

  Status WriteSnapshots() {
    const CarriedSections& carried = source_.carried;
    message_.clear();
    PutVarintField(message_, 1, carried.snapshot_counter);
    std::string directories;
    for (const InodeHandle dir : snapshottable_) {
      PutVarint(directories, source_.tree.inodes().Id(dir).value);
    }
    if (!directories.empty()) PutBytesField(message_, 2, directories);
    PutVarintField(message_, 3, carried.snapshot_count);
    out_.PutMessage(message_);
    out_.PutRaw(carried.snapshots);
    CAIRN_TRY(out_.EndSection("SNAPSHOT"));
    if (!carried.snapshot_diffs.empty()) {
      out_.PutRaw(carried.snapshot_diffs);
      CAIRN_TRY(out_.EndSection("SNAPSHOT_DIFF"));
    }
    out_.PutRaw(carried.references);
    return out_.EndSection("INODE_REFERENCE");
  }

  // Last: only now all strings are known.
  Status WriteStrings() {
    const CarriedSections::StringTable& table = strings_.table();
    message_.clear();
    PutVarintField(message_, 1, table.strings.size());
    PutVarintField(message_, 2, table.mask_bits);
    out_.PutMessage(message_);
    for (const auto& [key, text] : table.strings) {
      message_.clear();
      PutVarintField(message_, 1, key);
      PutBytesField(message_, 2, text);
      out_.PutMessage(message_);
    }
    return out_.EndSection("STRING_TABLE");
  }

  SectionWriter& out_;
  const ImageSource& source_;
  StringWriter strings_;
  InodeEncoder encoder_;
  std::string message_;
  std::string children_;
  std::string references_;
  std::vector<InodeHandle> open_files_;
  std::vector<InodeHandle> snapshottable_;
};

}  // namespace

Result<WrittenImage> WriteImage(io::Disk& disk, const std::vector<std::string>& paths,
                                const ImageSource& source) {
  CAIRN_ASSIGN(const std::unique_ptr<SectionWriter> out, SectionWriter::Create(disk, paths));
  Writer writer(*out, source);
  CAIRN_TRY(writer.Write());
  return out->Finish(source.info.layout_version);
}

}  // namespace cairn::namenode
