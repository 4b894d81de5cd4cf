// SPDX-License-Identifier: Apache-2.0
#include "common/web/pages.h"

namespace cairn::web {
namespace {

constexpr size_t kQueryBytesMax = 1024;

net::HttpResponse Json(int status, std::string body) {
  net::HttpResponse response;
  response.status = status;
  response.content_type = "application/json; charset=utf8";
  response.headers = {{"Access-Control-Allow-Methods", "GET"},
                      {"Access-Control-Allow-Origin", "*"}};
  response.body = std::move(body);
  return response;
}

net::HttpResponse Malformed(const std::string& why) {
  const std::string message = JsonString(why);
  return Json(400, "{\n  \"result\" : \"ERROR\",\n  \"message\" : " + message + "\n}");
}

void AppendMember(std::string& out, const std::string& name, const std::string& value) {
  out += ",\n    " + JsonString(name) + " : " + value;
}

std::string Open(const metrics::BeanRegistry::Found& found) {
  std::string out = "{\n    \"name\" : " + JsonString(found.name);
  AppendMember(out, "modelerType", JsonString(found.type));
  return out;
}

std::string Enclose(const std::string& beans) { return "{\n  \"beans\" : [ " + beans + " ]\n}"; }

net::HttpResponse All(const metrics::BeanRegistry& beans, const std::string& query) {
  auto pattern = metrics::BeanPattern::Parse(query);
  if (!pattern.ok()) return Malformed(pattern.status().message());
  std::string out;
  for (const auto& found : beans.Find(*pattern)) {
    if (!out.empty()) out += ", ";
    out += Open(found);
    for (const auto& [name, value] : found.bean.attributes()) AppendMember(out, name, value);
    out += "\n  }";
  }
  return Json(200, Enclose(out));
}

net::HttpResponse OneAttribute(const metrics::BeanRegistry& beans, const std::string& query) {
  const size_t colons = query.find("::");
  if (colons == std::string::npos || colons == 0 || colons + 2 == query.size() ||
      query.find("::", colons + 2) != std::string::npos) {
    return Malformed("query format is not as expected.");
  }
  auto pattern = metrics::BeanPattern::Parse(query.substr(0, colons));
  if (!pattern.ok()) return Malformed(pattern.status().message());
  const std::string attribute = query.substr(colons + 2);
  std::string out;
  for (const auto& found : beans.Find(*pattern)) {
    if (!out.empty()) out += ", ";
    out += Open(found);
    const std::string* value = found.bean.Find(attribute);
    if (value == nullptr) {
      AppendMember(out, "result", "\"ERROR\"");
      AppendMember(out, "message",
                   JsonString("No attribute with name " + attribute + " was found."));
      return Json(404, Enclose(out + "\n  }"));
    }
    AppendMember(out, attribute, *value);
    out += "\n  }";
  }
  return Json(200, Enclose(out));
}

}  // namespace

void ServeJmx(net::HttpServer& server, const metrics::BeanRegistry& beans) {
  ServeGet(server, "/jmx", [&beans](const net::HttpRequest& request) {
    const auto get = request.Query("get");
    const std::string query(get ? *get : request.Query("qry").value_or("*:*"));
    if (query.size() > kQueryBytesMax) return Malformed("the query is too long.");
    return get ? OneAttribute(beans, query) : All(beans, query);
  });
}

}  // namespace cairn::web
