// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/net/http.h"

namespace cairn::web {

// Markup's own characters as entities: for text and quoted attributes of HTML and XML. Control
// characters that XML forbids, and bytes that are no UTF-8, become U+FFFD.
std::string EscapeMarkup(std::string_view text);

// "1.5 GiB"
std::string HumanBytes(uint64_t bytes);

// A small page without scripts: a heading, paragraphs, tables. All text is escaped.
//
// A value type.
class HtmlPage {
 public:
  explicit HtmlPage(std::string_view title);

  void Heading(std::string_view text);
  void Paragraph(std::string_view text);
  // Two columns: a name and a value each.
  using Facts = std::vector<std::pair<std::string, std::string>>;
  void FactTable(const Facts& facts);
  void Table(const std::vector<std::string>& head,
             const std::vector<std::vector<std::string>>& rows);
  // Links to pages of this server.
  void Links(const std::vector<std::string>& paths);

  net::HttpResponse Response() const;

 private:
  void Row(const std::vector<std::string>& cells, const char* tag);

  std::string text_;
};

}  // namespace cairn::web
