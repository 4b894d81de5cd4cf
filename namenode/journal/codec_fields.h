// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/util/bytes.h"
#include "common/util/status.h"
#include "namenode/journal/record.h"

// Writing and reading the fields of an operation, in Apache's forms. Both classes have the same
// methods, so that codec.cc describes each body once, for both directions. The first failure
// stays in status(); what comes after it does nothing.
namespace cairn::namenode {

class FieldWriter {
 public:
  FieldWriter(std::string& out, int32_t layout) : out_(out), layout_(layout) {}

  static constexpr bool kReading = false;
  int32_t layout() const { return layout_; }
  const Status& status() const { return status_; }
  void Fail(const std::string& why);

  void Byte(uint8_t v) { PutU8(out_, v); }
  void Bool(bool v) { PutU8(out_, v ? 1 : 0); }
  void Short(uint16_t v) { PutU16(out_, v); }
  void Int(int32_t v) { PutU32(out_, static_cast<uint32_t>(v)); }
  void Long(int64_t v) { PutU64(out_, static_cast<uint64_t>(v)); }
  void VLong(int64_t v);
  void VInt(int32_t v) { VLong(v); }
  template <typename Id>
  void LongId(const Id& id) {
    Long(static_cast<int64_t>(id.value));
  }
  void String(const std::string& utf8);
  void Text(const std::string& utf8);
  void Strings(const std::vector<std::string>& strings);
  void Blocks(const std::vector<Block>& blocks);
  void CompactBlocks(const std::vector<Block>& blocks);
  void Permission(const PermissionStatus& permission);
  void Acl(const std::vector<AclEntry>& acl);
  void AclMessage(const std::string& path, const std::vector<AclEntry>& acl);
  // `path` is null where the record has a field of its own for it.
  void XattrMessage(const std::string* path, const std::vector<Xattr>& xattrs);
  void Options(const std::vector<op::RenameOption>& options);
  void Storage(StorageType type);
  void OptionalBytes(const std::optional<std::string>& bytes);
  void Pairs(const std::vector<std::pair<std::string, std::string>>& pairs);
  void Retry(const RetryIdentity& retry);

 private:
  std::string& out_;
  const int32_t layout_;
  Status status_;
};

class FieldReader {
 public:
  FieldReader(std::string_view bytes, int32_t layout) : in_(bytes), layout_(layout) {}

  static constexpr bool kReading = true;
  int32_t layout() const { return layout_; }
  const Status& status() const { return status_; }
  size_t remaining() const { return in_.remaining(); }
  void Fail(const std::string& why);

  void Byte(uint8_t& v);
  void Bool(bool& v);
  void Short(uint16_t& v);
  void Int(int32_t& v);
  void Long(int64_t& v);
  void VLong(int64_t& v);
  void VInt(int32_t& v);
  template <typename Id>
  void LongId(Id& id) {
    int64_t v = 0;
    Long(v);
    id = Id(static_cast<typename Id::rep>(v));
  }
  void String(std::string& utf8);
  void Text(std::string& utf8);
  void Strings(std::vector<std::string>& strings);
  void Blocks(std::vector<Block>& blocks);
  void CompactBlocks(std::vector<Block>& blocks);
  void Permission(PermissionStatus& permission);
  void Acl(std::vector<AclEntry>& acl);
  void AclMessage(std::string& path, std::vector<AclEntry>& acl);
  void XattrMessage(std::string* path, std::vector<Xattr>& xattrs);
  void Options(std::vector<op::RenameOption>& options);
  void Storage(StorageType& type);
  void OptionalBytes(std::optional<std::string>& bytes);
  void Pairs(std::vector<std::pair<std::string, std::string>>& pairs);
  void Retry(RetryIdentity& retry);

 private:
  std::string_view Take(size_t n);
  // A count of items that take at least `item_bytes` each: never more than the record can hold.
  size_t Count(int64_t count, size_t item_bytes);
  std::string_view Message();

  ByteReader in_;
  const int32_t layout_;
  Status status_;
};

}  // namespace cairn::namenode
