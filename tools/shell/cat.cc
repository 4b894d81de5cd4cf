// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/commands.h"
#include "tools/shell/copying.h"
#include "tools/shell/gunzip.h"

namespace cairn::shell {
namespace {

class Cat : public Command {
 protected:
  Status ProcessOptions(Arguments& arguments) override {
    CommandFormat format({.least = 1}, {"ignoreCrc"});
    CAIRN_TRY(format.Parse(arguments));
    verify_ = !format.Has("ignoreCrc");
    return Status();
  }

  Status ProcessPath(PathData& item) override {
    if (item.is_directory()) return IsADirectory(item.Text());
    CAIRN_ASSIGN(const std::unique_ptr<Source> source, OpenSource(item));
    return PrintAll(*source, context().console);
  }

  virtual Result<std::unique_ptr<Source>> OpenSource(const PathData& item) {
    return item.fs->Open(item.path, verify_);
  }

 private:
  bool verify_ = true;
};

// -text: gzip is unpacked; other containers of Apache's are refused, plain text is passed on.
class Text final : public Cat {
  Result<std::unique_ptr<Source>> OpenSource(const PathData& item) override {
    CAIRN_ASSIGN(std::unique_ptr<Source> source, Cat::OpenSource(item));
    std::string lead(3, '\0');
    CAIRN_ASSIGN(const size_t got, ReadFull(*source, lead.data(), lead.size()));
    CAIRN_TRY(source->Seek(0));
    lead.resize(got);
    if (lead.starts_with("\x1f\x8b")) return Gunzip(std::move(source));
    if (lead == "SEQ" || lead == "Obj") {
      return PathError(Code::kUnsupported, item.Text(),
                       lead == "SEQ" ? "SequenceFile is not supported yet"
                                     : "Avro is not supported yet");
    }
    return source;
  }
};

}  // namespace

std::unique_ptr<Command> MakeCat() { return std::make_unique<Cat>(); }
std::unique_ptr<Command> MakeText() { return std::make_unique<Text>(); }

}  // namespace cairn::shell
