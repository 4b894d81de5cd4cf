// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/glob.h"

#include <deque>
#include <optional>

#include "tools/shell/utf8.h"

namespace cairn::shell {

// What a part of a pattern accepts.
struct GlobPattern::Node {
  enum class Kind { kLiteral, kAny, kStar, kSet, kSequence, kGroup };

  struct Range {
    char32_t first;
    char32_t last;
  };

  Kind kind = Kind::kSequence;
  char32_t literal = 0;
  bool negated = false;
  std::vector<Range> ranges;
  std::vector<Node> children;  // Of a sequence, or the alternatives of a group.
};

namespace {

using Node = GlobPattern::Node;
using Kind = Node::Kind;

constexpr size_t kGroupDepthMax = 100;
constexpr size_t kExpansionsMax = 100000;

// Which positions of a name a match may have reached.
using Positions = std::vector<bool>;

class Parser {
 public:
  explicit Parser(std::string_view pattern)
      : pattern_(pattern), points_(ToCodePoints(pattern)) {}

  Result<Node> Run() {
    CAIRN_ASSIGN(Node root, Sequence(0));
    return root;
  }
  bool has_wildcard() const { return has_wildcard_; }

 private:
  Status Failure(const std::string& what) const {
    return Status(Code::kIoError, "Illegal file pattern: error parsing regexp: " + what +
                                      " at pos " + std::to_string(position_) + ": `" +
                                      std::string(pattern_) + "`");
  }

  // From `begin` up to here.
  Status BadRange(size_t begin) const {
    std::string range;
    for (size_t i = begin; i < position_; ++i) AppendUtf8(points_[i], range);
    return Status(Code::kIoError,
                  "Illegal file pattern: error parsing regexp: invalid character class range: `" +
                      range + "`");
  }

  bool at_end() const { return position_ >= points_.size(); }

  // Up to the end, or inside a group up to what ends this alternative.
  Result<Node> Sequence(size_t depth) {
    Node sequence;
    while (!at_end()) {
      const char32_t c = points_[position_];
      if (depth > 0 && (c == ',' || c == '}')) return sequence;
      ++position_;
      CAIRN_ASSIGN(Node node, Part(c, depth));
      sequence.children.push_back(std::move(node));
    }
    if (depth > 0) return Failure("Unclosed group");
    return sequence;
  }

  Result<Node> Part(char32_t c, size_t depth) {
    Node node{.kind = Kind::kLiteral, .literal = c, .negated = false, .ranges = {},
              .children = {}};
    switch (c) {
      case '\\':
        if (at_end()) return Failure("Missing escaped character");
        node.literal = points_[position_++];
        return node;
      case '*':
      case '?':
        has_wildcard_ = true;
        node.kind = c == '*' ? Kind::kStar : Kind::kAny;
        return node;
      case '[':
        return Set();
      case '{':
        return Group(depth + 1);
      default:
        return node;
    }
  }

  Result<Node> Group(size_t depth) {
    if (depth > kGroupDepthMax) return Failure("Too many groups");
    has_wildcard_ = true;
    Node group{.kind = Kind::kGroup, .literal = 0, .negated = false, .ranges = {}, .children = {}};
    for (;;) {
      CAIRN_ASSIGN(Node alternative, Sequence(depth));
      group.children.push_back(std::move(alternative));
      if (points_[position_++] == '}') return group;
    }
  }

  Result<Node> Set() {
    has_wildcard_ = true;
    Node set{.kind = Kind::kSet, .literal = 0, .negated = false, .ranges = {}, .children = {}};
    if (!at_end() && (points_[position_] == '^' || points_[position_] == '!')) {
      set.negated = true;
      ++position_;
    }
    while (!at_end() && points_[position_] != ']') {
      const size_t begin = position_;
      CAIRN_ASSIGN(const char32_t first, SetMember());
      char32_t last = first;
      if (position_ + 1 < points_.size() && points_[position_] == '-' &&
          points_[position_ + 1] != ']') {
        ++position_;
        CAIRN_ASSIGN(last, SetMember());
        if (last < first) return BadRange(begin);
      }
      set.ranges.push_back({first, last});
    }
    if (at_end()) return Failure("Unclosed character class");
    ++position_;
    return set;
  }

  Result<char32_t> SetMember() {
    char32_t c = points_[position_++];
    if (c == '[') return Failure("Unclosed character class");
    if (c == '\\') {
      if (at_end()) return Failure("Missing escaped character");
      c = points_[position_++];
    }
    return c;
  }

  const std::string_view pattern_;
  const std::u32string points_;
  size_t position_ = 0;
  bool has_wildcard_ = false;
};

bool Accepts(const Node& node, char32_t c) {
  if (node.kind == Kind::kAny) return true;
  if (node.kind == Kind::kLiteral) return c == node.literal;
  for (const Node::Range& range : node.ranges) {
    if (c >= range.first && c <= range.last) return !node.negated;
  }
  return node.negated;
}

// The positions after `node`, from those before it. Time grows with the product of the lengths of
// pattern and name, whatever the pattern.
Positions Advance(const Node& node, const std::u32string& name, const Positions& from) {
  Positions to(name.size() + 1, false);
  switch (node.kind) {
    case Kind::kSequence:
      to = from;
      for (const Node& child : node.children) to = Advance(child, name, to);
      return to;
    case Kind::kGroup:
      for (const Node& child : node.children) {
        const Positions reached = Advance(child, name, from);
        for (size_t i = 0; i < to.size(); ++i) to[i] = to[i] || reached[i];
      }
      return to;
    case Kind::kStar:
      for (size_t i = 0; i < to.size(); ++i) to[i] = from[i] || (i > 0 && to[i - 1]);
      return to;
    default:
      for (size_t i = 0; i < name.size(); ++i) to[i + 1] = from[i] && Accepts(node, name[i]);
      return to;
  }
}

Status MissingEscaped(const std::string& pattern, size_t position) {
  return Status(Code::kIoError,
                "Illegal file pattern: An escaped character does not present for glob " + pattern +
                    " at " + std::to_string(position));
}

// Where the first outermost group from `offset` that holds a separator begins.
Result<std::optional<size_t>> FindGroup(const std::string& pattern, size_t offset) {
  size_t depth = 0;
  size_t open = 0;
  bool separator = false;
  for (size_t i = offset; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\') {
      if (++i >= pattern.size()) return MissingEscaped(pattern, i);
    } else if (c == '{') {
      if (depth++ == 0) open = i;
    } else if (c == '}' && depth > 0) {
      if (--depth == 0 && separator) return std::optional<size_t>(open);
    } else if (c == '/' && depth > 0) {
      separator = true;
    }
  }
  return std::optional<size_t>();
}

struct Pending {
  std::string pattern;
  size_t offset = 0;  // Before it nothing is left to expand.
};

// The alternatives of the group at `open`, each in its place.
std::vector<Pending> Alternatives(const std::string& pattern, size_t open) {
  std::vector<std::string> alternatives;
  std::string current;
  size_t depth = 0;
  size_t i = open;
  for (; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\' && i + 1 < pattern.size()) {
      current += pattern[++i];
      continue;
    }
    if (c == '{' && depth++ == 0) continue;
    if (c == ',' && depth == 1) {
      alternatives.push_back(std::move(current));
      current.clear();
      continue;
    }
    if (c == '}' && --depth == 0) break;
    current += c;
  }
  alternatives.push_back(std::move(current));
  std::vector<Pending> result;
  for (const std::string& alternative : alternatives) {
    result.push_back({pattern.substr(0, open) + alternative + pattern.substr(i + 1), open});
  }
  return result;
}

}  // namespace

Result<GlobPattern> GlobPattern::Parse(std::string_view pattern) {
  Parser parser(pattern);
  CAIRN_ASSIGN(Node root, parser.Run());
  GlobPattern result;
  result.root_ = std::make_shared<const Node>(std::move(root));
  result.has_wildcard_ = parser.has_wildcard();
  return result;
}

bool GlobPattern::Matches(std::string_view name) const {
  const std::u32string points = ToCodePoints(name);
  Positions start(points.size() + 1, false);
  start[0] = true;
  return Advance(*root_, points, start).back();
}

Result<std::vector<std::string>> ExpandGroups(const std::string& pattern) {
  std::vector<std::string> expanded;
  std::deque<Pending> pending = {{pattern, 0}};
  while (!pending.empty()) {
    const Pending next = std::move(pending.front());
    pending.pop_front();
    CAIRN_ASSIGN(const std::optional<size_t> group, FindGroup(next.pattern, next.offset));
    if (!group) {
      expanded.push_back(next.pattern);
      continue;
    }
    const std::vector<Pending> alternatives = Alternatives(next.pattern, *group);
    pending.insert(pending.begin(), alternatives.begin(), alternatives.end());
    if (pending.size() + expanded.size() > kExpansionsMax) {
      return Status(Code::kIoError, "Illegal file pattern: too many alternatives: " + pattern);
    }
  }
  return expanded;
}

std::string Unescape(std::string_view pattern) {
  std::string out;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
    out += pattern[i];
  }
  return out;
}

}  // namespace cairn::shell
