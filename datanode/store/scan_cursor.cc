// SPDX-License-Identifier: Apache-2.0
#include <charconv>

#include "datanode/store/scanner.h"

namespace cairn::datanode {
namespace {

void AppendText(std::string& out, const char* key, const std::optional<std::string>& value) {
  // Names of directories and blocks need no escapes.
  out += std::string("  \"") + key + "\" : " + (value ? "\"" + *value + "\"" : "null") + ",\n";
}

// Reads one flat JSON object of texts without escapes, whole numbers, booleans and nulls.
class FlatJson {
 public:
  explicit FlatJson(std::string_view text) : rest_(text) {}

  Status Read(ScanCursor* cursor) {
    CAIRN_TRY(Expect('{'));
    if (Peek() == '}') return Status();
    for (;;) {
      CAIRN_ASSIGN(const std::string key, Text());
      CAIRN_TRY(Expect(':'));
      CAIRN_TRY(ReadValue(key, cursor));
      if (Peek() != ',') return Expect('}');
      CAIRN_TRY(Expect(','));
    }
  }

 private:
  char Peek() {
    const size_t n = rest_.find_first_not_of(" \t\r\n");
    rest_.remove_prefix(n == std::string_view::npos ? rest_.size() : n);
    return rest_.empty() ? '\0' : rest_.front();
  }

  Status Expect(char c) {
    if (Peek() != c) return Bad();
    rest_.remove_prefix(1);
    return Status();
  }

  static Status Bad() { return Status(Code::kCorrupt, "scanner.cursor is not the expected JSON"); }

  Result<std::string> Text() {
    CAIRN_TRY(Expect('"'));
    const size_t end = rest_.find_first_of("\"\\");
    if (end == std::string_view::npos || rest_[end] == '\\') return Bad();
    std::string text(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return text;
  }

  // null, true, false or a number.
  std::string_view Word() {
    Peek();
    const size_t end = rest_.find_first_of(" \t\r\n,}");
    const std::string_view word = rest_.substr(0, end);
    rest_.remove_prefix(word.size());
    return word;
  }

  Status ReadValue(const std::string& key, ScanCursor* cursor) {
    std::optional<std::string> text;
    std::string_view word;
    if (Peek() == '"') {
      CAIRN_ASSIGN(text, Text());
    } else {
      word = Word();
    }
    if (key == "lastSavedMs") return Number(word, &cursor->last_saved_ms);
    if (key == "iterStartMs") return Number(word, &cursor->iteration_start_ms);
    if (key == "curFinalizedDir") cursor->directory = text;
    if (key == "curFinalizedSubDir") cursor->subdirectory = text;
    if (key == "curEntry") cursor->entry = text;
    if (key == "atEnd") cursor->at_end = word == "true";
    return Status();
  }

  static Status Number(std::string_view word, int64_t* value) {
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), *value);
    return error == std::errc() && end == word.data() + word.size() ? Status() : Bad();
  }

  std::string_view rest_;
};

}  // namespace

std::string EncodeCursor(const ScanCursor& cursor) {
  std::string out = "{\n";
  out += "  \"lastSavedMs\" : " + std::to_string(cursor.last_saved_ms) + ",\n";
  out += "  \"iterStartMs\" : " + std::to_string(cursor.iteration_start_ms) + ",\n";
  AppendText(out, "curFinalizedDir", cursor.directory);
  AppendText(out, "curFinalizedSubDir", cursor.subdirectory);
  AppendText(out, "curEntry", cursor.entry);
  out += std::string("  \"atEnd\" : ") + (cursor.at_end ? "true" : "false") + "\n}";
  return out;
}

Result<ScanCursor> DecodeCursor(std::string_view json) {
  ScanCursor cursor;
  CAIRN_TRY(FlatJson(json).Read(&cursor));
  return cursor;
}

}  // namespace cairn::datanode
