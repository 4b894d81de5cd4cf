// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/xattr_text.h"

#include <map>
#include <optional>

#include "tools/shell/commands.h"
#include "tools/shell/java_format.h"

namespace cairn::shell {
namespace {

Status NotHere() {
  return Status(Code::kUnsupported, "this file system has no extended attributes");
}

Status TakeOnePath(const Arguments& arguments) {
  if (arguments.empty()) return UsageError("<path> is missing.");
  return arguments.size() > 1 ? UsageError("Too many arguments.") : Status();
}

class GetFattr final : public Command {
  Status ProcessOptions(Arguments& arguments) override {
    std::optional<std::string> name;
    std::optional<std::string> codec;
    CAIRN_TRY(PopOptionWithArgument("-n", arguments, &name));
    CAIRN_TRY(PopOptionWithArgument("-e", arguments, &codec));
    if (codec) {
      CAIRN_ASSIGN(codec_, ParseXattrCodec(*codec));
    }
    set_recursive(PopOption("-R", arguments));
    const bool all = PopOption("-d", arguments);
    if (!all && !name) return UsageError("Must specify '-n name' or '-d' option.");
    if (!all) asked_name_ = name;
    return TakeOnePath(arguments);
  }

  Status ProcessPath(PathData& item) override {
    PrintLine("# file: " + item.Text());
    client::Client* const client = item.fs->hdfs();
    if (client == nullptr) return NotHere();
    std::vector<Xattr> wanted;
    if (asked_name_) {
      // Only here, as in Apache: the file's line comes before the complaint.
      CAIRN_ASSIGN(const Xattr attribute, ParseXattrName(*asked_name_));
      wanted.push_back(attribute);
    }
    CAIRN_ASSIGN(const std::vector<Xattr> attributes, client->GetXattrs(item.path, wanted));
    std::map<std::string, std::string> values;
    std::vector<std::string> names;
    for (const Xattr& attribute : attributes) {
      names.push_back(asked_name_ ? *asked_name_ : XattrNameText(attribute));
      values[names.back()] = attribute.value.value_or("");
    }
    for (const std::string& name : HashMapOrder(names)) {
      const std::string& value = values[name];
      PrintLine(value.empty() ? name : name + "=" + EncodeXattrValue(value, codec_));
    }
    return Status();
  }

  XattrCodec codec_ = XattrCodec::kText;
  std::optional<std::string> asked_name_;  // None: all.
};

class SetFattr final : public Command {
  Status ProcessOptions(Arguments& arguments) override {
    std::optional<std::string> name;
    std::optional<std::string> value;
    std::optional<std::string> removed;
    CAIRN_TRY(PopOptionWithArgument("-n", arguments, &name));
    CAIRN_TRY(PopOptionWithArgument("-v", arguments, &value));
    std::optional<std::string> decoded;
    if (value) {
      CAIRN_ASSIGN(decoded, DecodeXattrValue(*value));
    }
    CAIRN_TRY(PopOptionWithArgument("-x", arguments, &removed));
    if (name && removed) {
      return UsageError("Can not specify both '-n name' and '-x name' option.");
    }
    if (!name && !removed) return UsageError("Must specify '-n name' or '-x name' option.");
    CAIRN_TRY(TakeOnePath(arguments));
    CAIRN_ASSIGN(attribute_, ParseXattrName(name ? *name : *removed));
    attribute_.value = decoded;
    remove_ = removed.has_value();
    return Status();
  }

  Status ProcessPath(PathData& item) override {
    client::Client* const client = item.fs->hdfs();
    if (client == nullptr) return NotHere();
    if (remove_) return client->RemoveXattr(item.path, attribute_);
    return client->SetXattr(item.path, attribute_, true, true);
  }

  Xattr attribute_;
  bool remove_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeGetFattr() { return std::make_unique<GetFattr>(); }
std::unique_ptr<Command> MakeSetFattr() { return std::make_unique<SetFattr>(); }

}  // namespace cairn::shell
