// SPDX-License-Identifier: Apache-2.0
#include "common/web/html.h"

#include <array>
#include <cstdio>

#include "common/util/utf8.h"

namespace cairn::web {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr char kStyle[] =
    "body{font:15px/1.5 system-ui,sans-serif;margin:2em auto;max-width:75em;padding:0 1em}"
    "table{border-collapse:collapse}"
    "td,th{border-bottom:1px solid #ccc;padding:.2em 1em .2em 0;text-align:left}";

void AppendByte(std::string& out, char c) {
  switch (c) {
    case '&': out += "&amp;"; return;
    case '<': out += "&lt;"; return;
    case '>': out += "&gt;"; return;
    case '"': out += "&quot;"; return;
    case '\'': out += "&#39;"; return;
    default: break;
  }
  const bool allowed = static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t';
  if (allowed) {
    out += c;
  } else {
    out += kReplacement;
  }
}

}  // namespace

std::string EscapeMarkup(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    const size_t length = Utf8Length(text.substr(i));
    if (length == 1) {
      AppendByte(out, text[i]);
    } else {
      out += length == 0 ? kReplacement : text.substr(i, length);
    }
    i += length == 0 ? 1 : length;
  }
  return out;
}

std::string HumanBytes(uint64_t bytes) {
  static constexpr std::array<const char*, 7> kUnits = {"B",   "KiB", "MiB", "GiB",
                                                        "TiB", "PiB", "EiB"};
  auto value = static_cast<double>(bytes);
  size_t unit = 0;
  while (value >= 1024 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), unit == 0 ? "%.0f %s" : "%.2f %s", value,
                kUnits[unit]);
  return buffer.data();
}

HtmlPage::HtmlPage(std::string_view title) {
  const std::string name = EscapeMarkup(title);
  text_ = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + name +
          "</title><style>" + kStyle + "</style></head>\n<body><h1>" + name + "</h1>\n";
}

void HtmlPage::Heading(std::string_view text) {
  text_ += "<h2>" + EscapeMarkup(text) + "</h2>\n";
}

void HtmlPage::Paragraph(std::string_view text) {
  text_ += "<p>" + EscapeMarkup(text) + "</p>\n";
}

void HtmlPage::FactTable(const Facts& facts) {
  text_ += "<table>\n";
  for (const auto& [name, value] : facts) {
    text_ += "<tr><th>" + EscapeMarkup(name) + "</th><td>" + EscapeMarkup(value) + "</td></tr>\n";
  }
  text_ += "</table>\n";
}

void HtmlPage::Table(const std::vector<std::string>& head,
                     const std::vector<std::vector<std::string>>& rows) {
  text_ += "<table>\n";
  Row(head, "th");
  for (const auto& row : rows) Row(row, "td");
  text_ += "</table>\n";
}

void HtmlPage::Row(const std::vector<std::string>& cells, const char* tag) {
  text_ += "<tr>";
  for (const std::string& cell : cells) {
    text_ += "<" + std::string(tag) + ">" + EscapeMarkup(cell) + "</" + tag + ">";
  }
  text_ += "</tr>\n";
}

void HtmlPage::Links(const std::vector<std::string>& paths) {
  text_ += "<p>";
  for (const std::string& path : paths) {
    const std::string escaped = EscapeMarkup(path);
    text_ += "<a href=\"" + escaped + "\">" + escaped + "</a> ";
  }
  text_ += "</p>\n";
}

net::HttpResponse HtmlPage::Response() const {
  net::HttpResponse response;
  response.content_type = "text/html; charset=utf-8";
  response.headers = {{"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"},
                      {"X-Content-Type-Options", "nosniff"},
                      {"X-Frame-Options", "SAMEORIGIN"}};
  response.body = text_ + "</body></html>\n";
  return response;
}

}  // namespace cairn::web
