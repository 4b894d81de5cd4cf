// SPDX-License-Identifier: Apache-2.0
#include <deque>
#include <optional>

#include "tools/shell/commands.h"
#include "tools/shell/glob.h"
#include "tools/shell/utf8.h"

namespace cairn::shell {
namespace {

// One condition or action of an expression. All of them are joined by "and", the only operator.
struct Primary {
  enum class Kind { kName, kPrint };

  Kind kind = Kind::kPrint;
  std::optional<GlobPattern> pattern;
  bool ignore_case = false;
  char terminator = '\n';
};

constexpr size_t kDepthMax = 1000;

class Find final : public Command {
 public:
  Find() { set_recursive(true); }

 private:
  Status ProcessOptions(Arguments& arguments) override {
    CommandFormat format({.least = 1}, {"L", "H"});
    format.IgnoreUnknown();
    CAIRN_TRY(format.Parse(arguments));
    size_t paths = 0;
    while (paths < arguments.size() && !arguments[paths].starts_with('-')) ++paths;
    std::deque<std::string> expression(arguments.begin() + static_cast<ptrdiff_t>(paths),
                                       arguments.end());
    arguments.resize(paths);
    if (arguments.empty()) arguments.push_back(".");
    CAIRN_TRY(ParseExpression(expression, 0));
    bool acts = primaries_.empty();
    for (const Primary& primary : primaries_) acts = acts || primary.kind == Primary::Kind::kPrint;
    if (primaries_.empty() || !acts) primaries_.push_back({});
    return Status();
  }

  Status ParseExpression(std::deque<std::string>& words, size_t depth) {
    if (depth > kDepthMax) return UsageError("the expression is too deep");
    while (!words.empty()) {
      const std::string word = words.front();
      words.pop_front();
      if (word == ")") return Status();
      if (word == "(") {
        CAIRN_TRY(ParseExpression(words, depth + 1));
      } else if (word == "-a" || word == "-and") {
        continue;
      } else {
        CAIRN_TRY(ParsePrimary(word, words));
      }
    }
    return Status();
  }

  Status ParsePrimary(const std::string& word, std::deque<std::string>& words) {
    if (word == "-print" || word == "-print0") {
      primaries_.push_back({.kind = Primary::Kind::kPrint,
                            .pattern = {},
                            .ignore_case = false,
                            .terminator = word == "-print0" ? '\0' : '\n'});
      return Status();
    }
    if (word != "-name" && word != "-iname") {
      return Status(Code::kIoError, "Unexpected argument: " + word);
    }
    if (words.empty()) return UsageError("option " + word + " requires 1 argument.");
    const bool ignore_case = word == "-iname";
    CAIRN_ASSIGN(GlobPattern pattern,
                 GlobPattern::Parse(ignore_case ? ToLower(words.front()) : words.front()));
    words.pop_front();
    primaries_.push_back({.kind = Primary::Kind::kName,
                          .pattern = std::move(pattern),
                          .ignore_case = ignore_case,
                          .terminator = '\n'});
    return Status();
  }

  Status ProcessPath(PathData& item) override {
    for (const Primary& primary : primaries_) {
      if (primary.kind == Primary::Kind::kPrint) {
        context().console.Print(item.Text() + primary.terminator);
      } else {
        const std::string name = item.name();
        if (!primary.pattern->Matches(primary.ignore_case ? ToLower(name) : name)) break;
      }
    }
    return Status();
  }

  std::vector<Primary> primaries_;
};

}  // namespace

std::unique_ptr<Command> MakeFind() { return std::make_unique<Find>(); }

}  // namespace cairn::shell
