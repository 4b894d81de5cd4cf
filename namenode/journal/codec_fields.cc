// SPDX-License-Identifier: Apache-2.0
#include "namenode/journal/codec_fields.h"

#include <limits>

#include "namenode/journal/codec.h"

namespace cairn::namenode {

namespace {

// Storage types as the edit log numbers them: by their order in Apache's enumeration.
constexpr StorageType kStorageOrder[] = {StorageType::kRamDisk, StorageType::kSsd,
                                         StorageType::kDisk,    StorageType::kArchive,
                                         StorageType::kProvided, StorageType::kNvdimm};

constexpr uint64_t Tag(uint32_t field, uint32_t wire_type) { return (field << 3) | wire_type; }
constexpr uint32_t kWireVarint = 0;
constexpr uint32_t kWireBytes = 2;

void PutBytesField(std::string& out, uint32_t field, std::string_view bytes) {
  PutVarint(out, Tag(field, kWireBytes));
  PutVarint(out, bytes.size());
  out.append(bytes);
}

void PutNumberField(std::string& out, uint32_t field, uint64_t number) {
  PutVarint(out, Tag(field, kWireVarint));
  PutVarint(out, number);
}

// Calls on_number(field, value) and on_bytes(field, bytes) for the fields of a message.
template <typename OnNumber, typename OnBytes>
Status ForEachField(std::string_view message, OnNumber on_number, OnBytes on_bytes) {
  ByteReader in(message);
  while (in.remaining() > 0) {
    CAIRN_ASSIGN(const uint64_t tag, in.Varint());
    const uint32_t field = static_cast<uint32_t>(tag >> 3);
    switch (tag & 7) {
      case kWireVarint: {
        CAIRN_ASSIGN(const uint64_t number, in.Varint());
        on_number(field, number);
        break;
      }
      case kWireBytes: {
        CAIRN_ASSIGN(const uint64_t size, in.Varint());
        if (size > in.remaining()) return Status(Code::kCorrupt, "message field is cut off");
        CAIRN_ASSIGN(const std::string_view bytes, in.Take(size));
        on_bytes(field, bytes);
        break;
      }
      case 1:
        CAIRN_TRY(in.Skip(8));
        break;
      case 5:
        CAIRN_TRY(in.Skip(4));
        break;
      default:
        return Status(Code::kCorrupt, "message field of an unknown wire type");
    }
  }
  return Status();
}

void IgnoreNumber(uint32_t, uint64_t) {}

std::string EncodeAclEntry(const AclEntry& entry) {
  std::string out;
  PutNumberField(out, 1, static_cast<uint64_t>(entry.type));
  PutNumberField(out, 2, static_cast<uint64_t>(entry.scope));
  PutNumberField(out, 3, entry.permission);
  if (!entry.name.empty()) PutBytesField(out, 4, entry.name);
  return out;
}

Status DecodeAclEntry(std::string_view bytes, AclEntry& entry) {
  uint64_t type = 0, scope = 0, permission = 0;
  CAIRN_TRY(ForEachField(
      bytes,
      [&](uint32_t field, uint64_t number) {
        if (field == 1) type = number;
        if (field == 2) scope = number;
        if (field == 3) permission = number;
      },
      [&](uint32_t field, std::string_view value) {
        if (field == 4) entry.name = std::string(value);
      }));
  if (type > 3 || scope > 1 || permission > 7) {
    return Status(Code::kCorrupt, "access control entry out of range");
  }
  entry.type = static_cast<AclType>(type);
  entry.scope = static_cast<AclScope>(scope);
  entry.permission = static_cast<uint8_t>(permission);
  return Status();
}

std::string EncodeXattr(const Xattr& xattr) {
  std::string out;
  PutNumberField(out, 1, static_cast<uint64_t>(xattr.name_space));
  PutBytesField(out, 2, xattr.name);
  if (xattr.value) PutBytesField(out, 3, *xattr.value);
  return out;
}

Status DecodeXattr(std::string_view bytes, Xattr& xattr) {
  uint64_t name_space = 0;
  CAIRN_TRY(ForEachField(
      bytes,
      [&](uint32_t field, uint64_t number) {
        if (field == 1) name_space = number;
      },
      [&](uint32_t field, std::string_view value) {
        if (field == 2) xattr.name = std::string(value);
        if (field == 3) xattr.value = std::string(value);
      }));
  if (name_space > 4) return Status(Code::kCorrupt, "extended attribute of an unknown namespace");
  xattr.name_space = static_cast<XattrNamespace>(name_space);
  return Status();
}

}  // namespace

void FieldWriter::Fail(const std::string& why) {
  if (status_.ok()) status_ = Status(Code::kInvalidArgument, why);
}

// One byte for -112..127; else a byte that tells sign and size, and the bytes, high ones first.
void FieldWriter::VLong(int64_t v) {
  if (v >= -112 && v <= 127) {
    PutU8(out_, static_cast<uint8_t>(v));
    return;
  }
  const bool negative = v < 0;
  const uint64_t magnitude = static_cast<uint64_t>(negative ? ~v : v);
  int size = 1;
  while (size < 8 && (magnitude >> (8 * size)) != 0) ++size;
  PutU8(out_, static_cast<uint8_t>((negative ? -120 : -112) - size));
  for (int i = size - 1; i >= 0; --i) PutU8(out_, static_cast<uint8_t>(magnitude >> (8 * i)));
}

void FieldWriter::String(const std::string& utf8) {
  const std::string modified = ToModifiedUtf8(utf8);
  if (modified.size() > 0xFFFF) {
    return Fail("a string of " + std::to_string(modified.size()) +
                " bytes is too long for the edit log");
  }
  PutU16(out_, static_cast<uint16_t>(modified.size()));
  out_.append(modified);
}

void FieldWriter::Text(const std::string& utf8) {
  VInt(static_cast<int32_t>(utf8.size()));
  out_.append(utf8);
}

void FieldWriter::Strings(const std::vector<std::string>& strings) {
  Int(static_cast<int32_t>(strings.size()));
  for (const std::string& s : strings) String(s);
}

void FieldWriter::Blocks(const std::vector<Block>& blocks) {
  Int(static_cast<int32_t>(blocks.size()));
  for (const Block& block : blocks) {
    LongId(block.id);
    Long(static_cast<int64_t>(block.length));
    LongId(block.generation_stamp);
  }
}

void FieldWriter::CompactBlocks(const std::vector<Block>& blocks) {
  VInt(static_cast<int32_t>(blocks.size()));
  uint64_t length = 0, stamp = 0;
  for (const Block& block : blocks) {
    LongId(block.id);
    VLong(static_cast<int64_t>(block.length - length));
    VLong(static_cast<int64_t>(block.generation_stamp.value - stamp));
    length = block.length;
    stamp = block.generation_stamp.value;
  }
}

void FieldWriter::Permission(const PermissionStatus& permission) {
  Text(permission.owner);
  Text(permission.group);
  Short(permission.mode);
}

// A byte for each entry: 1 bit "has a name", 1 bit scope, 2 bits type, 3 bits permission.
void FieldWriter::Acl(const std::vector<AclEntry>& acl) {
  Int(static_cast<int32_t>(acl.size()));
  for (const AclEntry& entry : acl) {
    Byte(static_cast<uint8_t>((entry.name.empty() ? 0 : 1 << 6) |
                              (static_cast<int>(entry.scope) << 5) |
                              (static_cast<int>(entry.type) << 3) | (entry.permission & 7)));
    if (!entry.name.empty()) String(entry.name);
  }
}

void FieldWriter::AclMessage(const std::string& path, const std::vector<AclEntry>& acl) {
  std::string message;
  PutBytesField(message, 1, path);
  for (const AclEntry& entry : acl) PutBytesField(message, 2, EncodeAclEntry(entry));
  PutVarint(out_, message.size());
  out_.append(message);
}

void FieldWriter::XattrMessage(const std::string* path, const std::vector<Xattr>& xattrs) {
  std::string message;
  if (path != nullptr) PutBytesField(message, 1, *path);
  for (const Xattr& xattr : xattrs) PutBytesField(message, 2, EncodeXattr(xattr));
  PutVarint(out_, message.size());
  out_.append(message);
}

void FieldWriter::Options(const std::vector<op::RenameOption>& options) {
  Int(static_cast<int32_t>(options.size()));
  for (const op::RenameOption option : options) Byte(static_cast<uint8_t>(option));
}

void FieldWriter::Storage(StorageType type) {
  int32_t order = 0;
  while (kStorageOrder[order] != type) ++order;
  Int(order);
}

void FieldWriter::OptionalBytes(const std::optional<std::string>& bytes) {
  VInt(bytes ? static_cast<int32_t>(bytes->size()) : -1);
  if (bytes) out_.append(*bytes);
}

void FieldWriter::Pairs(const std::vector<std::pair<std::string, std::string>>& pairs) {
  Int(static_cast<int32_t>(pairs.size()));
  for (const auto& [key, value] : pairs) {
    String(key);
    String(value);
  }
}

void FieldWriter::Retry(const RetryIdentity& retry) {
  if (retry.client_id.size() > 0xFFFF) return Fail("a client id is too long");
  PutU16(out_, static_cast<uint16_t>(retry.client_id.size()));
  out_.append(retry.client_id);
  Int(retry.call_id);
}

void FieldReader::Fail(const std::string& why) {
  if (status_.ok()) status_ = Status(Code::kCorrupt, why);
}

std::string_view FieldReader::Take(size_t n) {
  if (!status_.ok()) return {};
  if (n > in_.remaining()) {
    Fail("a field goes beyond the end of its record");
    return {};
  }
  return *in_.Take(n);
}

size_t FieldReader::Count(int64_t count, size_t item_bytes) {
  if (!status_.ok()) return 0;
  if (count < 0 || static_cast<uint64_t>(count) > in_.remaining() / item_bytes) {
    Fail("a count of " + std::to_string(count) + " items is out of bounds");
    return 0;
  }
  return static_cast<size_t>(count);
}

std::string_view FieldReader::Message() {
  if (!status_.ok()) return {};
  const Result<uint64_t> size = in_.Varint();
  if (!size.ok()) {
    Fail("a message has no length");
    return {};
  }
  return Take(*size);
}

void FieldReader::Byte(uint8_t& v) {
  if (const auto b = Take(1); !b.empty()) v = static_cast<uint8_t>(b[0]);
}

void FieldReader::Bool(bool& v) {
  if (const auto b = Take(1); !b.empty()) v = b[0] != 0;
}

void FieldReader::Short(uint16_t& v) {
  if (const auto b = Take(2); !b.empty()) v = LoadU16(b.data());
}

void FieldReader::Int(int32_t& v) {
  if (const auto b = Take(4); !b.empty()) v = static_cast<int32_t>(LoadU32(b.data()));
}

void FieldReader::Long(int64_t& v) {
  if (const auto b = Take(8); !b.empty()) v = static_cast<int64_t>(LoadU64(b.data()));
}

void FieldReader::VLong(int64_t& v) {
  uint8_t first = 0;
  Byte(first);
  const int head = static_cast<int8_t>(first);
  if (head >= -112) {
    v = head;
    return;
  }
  const bool negative = head < -120;
  const size_t size = static_cast<size_t>(negative ? -120 - head : -112 - head);
  uint64_t magnitude = 0;
  for (const char c : Take(size)) magnitude = (magnitude << 8) | static_cast<uint8_t>(c);
  v = static_cast<int64_t>(negative ? ~magnitude : magnitude);
}

void FieldReader::VInt(int32_t& v) {
  int64_t wide = 0;
  VLong(wide);
  if (wide < std::numeric_limits<int32_t>::min() || wide > std::numeric_limits<int32_t>::max()) {
    return Fail("a number does not fit its field");
  }
  v = static_cast<int32_t>(wide);
}

void FieldReader::String(std::string& utf8) {
  uint16_t size = 0;
  Short(size);
  utf8 = FromModifiedUtf8(Take(size));
}

void FieldReader::Text(std::string& utf8) {
  int32_t size = 0;
  VInt(size);
  utf8 = std::string(Take(Count(size, 1)));
}

void FieldReader::Strings(std::vector<std::string>& strings) {
  int32_t count = 0;
  Int(count);
  strings.resize(Count(count, 2));
  for (std::string& s : strings) String(s);
}

void FieldReader::Blocks(std::vector<Block>& blocks) {
  int32_t count = 0;
  Int(count);
  blocks.resize(Count(count, 24));
  for (Block& block : blocks) {
    int64_t length = 0;
    LongId(block.id);
    Long(length);
    block.length = static_cast<uint64_t>(length);
    LongId(block.generation_stamp);
  }
}

void FieldReader::CompactBlocks(std::vector<Block>& blocks) {
  int32_t count = 0;
  VInt(count);
  blocks.resize(Count(count, 10));
  uint64_t length = 0, stamp = 0;
  for (Block& block : blocks) {
    int64_t length_delta = 0, stamp_delta = 0;
    LongId(block.id);
    VLong(length_delta);
    VLong(stamp_delta);
    length += static_cast<uint64_t>(length_delta);
    stamp += static_cast<uint64_t>(stamp_delta);
    block.length = length;
    block.generation_stamp = GenerationStamp(stamp);
  }
}

void FieldReader::Permission(PermissionStatus& permission) {
  Text(permission.owner);
  Text(permission.group);
  Short(permission.mode);
}

void FieldReader::Acl(std::vector<AclEntry>& acl) {
  int32_t count = 0;
  Int(count);
  acl.resize(Count(count, 1));
  for (AclEntry& entry : acl) {
    uint8_t bits = 0;
    Byte(bits);
    entry.permission = bits & 7;
    entry.type = static_cast<AclType>((bits >> 3) & 3);
    entry.scope = static_cast<AclScope>((bits >> 5) & 1);
    if ((bits >> 6) & 1) String(entry.name);
  }
}

void FieldReader::AclMessage(std::string& path, std::vector<AclEntry>& acl) {
  Status inner;
  const Status outer = ForEachField(
      Message(), IgnoreNumber, [&](uint32_t field, std::string_view bytes) {
        if (field == 1) path = std::string(bytes);
        if (field == 2 && inner.ok()) inner = DecodeAclEntry(bytes, acl.emplace_back());
      });
  if (!outer.ok()) Fail(outer.message());
  if (!inner.ok()) Fail(inner.message());
}

void FieldReader::XattrMessage(std::string* path, std::vector<Xattr>& xattrs) {
  Status inner;
  const Status outer = ForEachField(
      Message(), IgnoreNumber, [&](uint32_t field, std::string_view bytes) {
        if (field == 1 && path != nullptr) *path = std::string(bytes);
        if (field == 2 && inner.ok()) inner = DecodeXattr(bytes, xattrs.emplace_back());
      });
  if (!outer.ok()) Fail(outer.message());
  if (!inner.ok()) Fail(inner.message());
}

void FieldReader::Options(std::vector<op::RenameOption>& options) {
  int32_t count = 0;
  Int(count);
  options.resize(Count(count, 1));
  for (op::RenameOption& option : options) {
    uint8_t code = 0;
    Byte(code);
    if (code > 2) Fail("unknown rename option " + std::to_string(code));
    option = static_cast<op::RenameOption>(code);
  }
}

void FieldReader::Storage(StorageType& type) {
  int32_t order = 0;
  Int(order);
  if (order < 0 || order >= static_cast<int32_t>(std::size(kStorageOrder))) {
    return Fail("unknown storage type " + std::to_string(order));
  }
  type = kStorageOrder[order];
}

void FieldReader::OptionalBytes(std::optional<std::string>& bytes) {
  int32_t size = 0;
  VInt(size);
  if (size == -1) {
    bytes.reset();
  } else {
    bytes = std::string(Take(Count(size, 1)));
  }
}

void FieldReader::Pairs(std::vector<std::pair<std::string, std::string>>& pairs) {
  int32_t count = 0;
  Int(count);
  pairs.resize(Count(count, 4));
  for (auto& [key, value] : pairs) {
    String(key);
    String(value);
  }
}

void FieldReader::Retry(RetryIdentity& retry) {
  uint16_t size = 0;
  Short(size);
  retry.client_id = std::string(Take(size));
  Int(retry.call_id);
}

}  // namespace cairn::namenode
